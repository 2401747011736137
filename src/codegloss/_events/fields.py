"""The field names of other people's logs, and what each is read for.

Every decision about a name stands here: which fields can hold a code, where one may
stand inside something else, and what else says where an event comes from.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

# Words of the fields that can hold a code. A bare `ret` or `code` says nothing about
# an error; the others do.
_CODE_WORDS = (
    "code", "error code", "err code", "exception code", "failure code", "fail code",
    "ret", "ret code", "result code", "res code", "biz code", "business code",
    "sub code", "resp code", "rsp code", "api code", "sdk code", "vendor code",
    "im code", "im error code", "rtc code", "rtc error code", "exc code",
)  # fmt: skip
_ERROR_WORDS = frozenset({"error", "err", "exception", "failure", "fail"})
_PREFIXED_WORDS = ("code", "error code", "err code", "ret code", "ret")

# Namespaces under which flattened events and span attributes have them.
_NAMESPACES = (
    "app", "api", "biz", "body", "context", "custom", "data", "detail", "err",
    "error", "exception", "extra", "fields", "im", "labels", "payload", "resp",
    "response", "result", "rtc", "sdk", "tags", "upstream",
)  # fmt: skip
_NAMESPACED = ("code", "error code", "err code", "ret code")
_NAMESPACED_MESSAGES = ("message", "msg", "error message", "error msg", "desc")

# Where a code may stand inside something else, and whether the name speaks of an error.
_CONTAINER_WORDS = {
    "error": True, "err": True, "exc": True, "exception": True, "exc info": True,
    "cause": True, "failure": True, "last error": True, "inner error": True,
    "response": False, "resp": False, "result": False, "results": False,
    "body": False, "data": False, "detail": False, "details": False,
    "reply": False, "res": False, "rsp": False, "output": False, "content": False,
    "context": False, "ctx": False, "response text": False,
    "payload": False, "response body": False, "failures": True, "errors": True,
    "failure list": True, "fail list": True, "failed list": True, "failed": True,
    "failure user id list": True, "failure user list": True, "failed users": True,
    "fail users": True,
}  # fmt: skip

# Where what is said of a request may stand: evidence, but no codes of an answer.
_ABOUT_WORDS = ("request", "req", "config", "options", "api request", "http request")

# What else an event says about where it comes from, by how the value is to be read.
_FACT_WORDS = {
    "field": (
        "vendor", "provider", "supplier", "company", "brand", "product", "sdk",
        "sdk name", "sdk type", "library", "lib", "component", "service",
        "service name", "service.peer.name", "peer service", "rpc service", "platform",
        "system", "source", "subsystem", "api name", "upstream service", "package",
        "client", "tag", "channel", "integration", "adapter", "driver", "vendor name",
        "provider name", "sdk package",
    ),
    "host": (
        "url", "uri", "url full", "http url", "request url", "endpoint", "base url",
        "api url", "api", "host", "server", "address", "domain", "target", "more info",
        "http host", "gateway",
    ),
    # A host of the other side, where `host` may be the machine that logs.
    "peer": (
        "server address", "peer", "peer address", "net peer name", "upstream",
        "api host", "net.peer.name", "server.address",
    ),
    "logger": (
        "logger", "logger name", "log logger", "name", "module", "caller",
        "otel.scope.name", "code.namespace",
    ),
    "exception": (
        "exc type", "exception type", "error type", "type", "err type", "class",
        "exception class", "error class", "error name", "err name", "error kind",
        "exc class", "kind",
    ),
    "text": ("event", "text", "log", "operation", "action", "title"),
    "message": (
        "message", "msg", "desc", "err msg", "error msg", "err message",
        "error message", "error info", "err info", "reason", "error reason",
        "error desc", "error description", "error detail", "exception message",
        "exc value", "result msg", "ret msg", "errtext", "error text",
        "localized description",
    ),
    # At the top of an event what the program adds, in an answer what the vendor says.
    "note": ("description", "info", "tip"),
    "level": (
        "level", "levelname", "levelno", "level number", "severity", "log level",
        "severity text",
    ),
    "severity": ("severity number",),
    "http": (
        "method", "request", "http method", "http route", "http.request.method",
        "request method", "route", "remote addr", "user agent", "http version",
        "referer", "client addr", "user_agent.original",
    ),
    "path": ("path", "url path", "request path", "http target"),
    "status": (
        "status", "status code", "http status", "http status code", "http code",
        "response status", "response code", "response status code",
        "http.response.status_code", "http.status_code",
    ),
}  # fmt: skip
# Keys of the log line itself, and keys that hold it where none of those is there.
LOG_LINES = frozenset({"event", "text", "log"})
MAYBE_LOG_LINES = ("message", "msg")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


class Role(NamedTuple):
    """What a key is read for: a code, a container, a fact or several of them.

    `error` says that the name speaks of an error, `about` that a container tells of a
    request and holds no codes, `spoken` that the name stands in a text.
    """

    code: bool = False
    table: str | None = None
    prefix: str | None = None
    nested: bool = False
    error: bool = False
    fact: str | None = None
    spoken: bool = False
    about: bool = False


def spellings(words: str) -> Iterable[str]:
    """Yield every supported spelling of a field name given as lowercase words."""
    parts = words.split()
    pascal = _pascal(parts)
    yield from (words, "_".join(parts), "-".join(parts), ".".join(parts))
    yield from ("".join(parts), pascal, pascal[:1].lower() + pascal[1:])
    yield from ("_".join(parts).upper(), "".join(parts).upper())
    if "Id" in pascal:
        yield pascal[:1].lower() + pascal[1:].replace("Id", "ID")
    yield "_".join(part.capitalize() for part in parts)
    yield "-".join(part.capitalize() for part in parts)


def _pascal(parts: Iterable[str]) -> str:
    return "".join(map(str.capitalize, parts))


def split_words(name: str) -> str:
    """Return a name in any spelling as lowercase words: `serverCode`: `server code`."""
    return " ".join(map(str.lower, _WORDS.findall(name)))


@functools.lru_cache(maxsize=8)
def roles_of(
    prefixes: tuple[tuple[str, str], ...],
    tables: tuple[tuple[str, str], ...],
    telling: tuple[str, ...],
    more: tuple[str, ...],
    ignored: tuple[str, ...],
) -> tuple[dict[str, Role], frozenset[str]]:
    """Return what every field name is read for, in every spelling.

    Args:
        prefixes: Words before a code field, with the scope they speak for.
        tables: Words of a table's own code field, with the table's name.
        telling: Fields that tell by being there whose answer an event holds.
        more: Further fields that can hold a code.
        ignored: Fields that are never looked at.

    Returns:
        The role of each name, and the names without which an event has no code.
    """
    roles: dict[str, Role] = {}
    for kind, names in _FACT_WORDS.items():
        for words in names:
            # OpenTelemetry spells its attributes one way: `url.full`.
            spelled = (words,) if "." in words else spellings(words)
            for name in spelled:
                roles.setdefault(name, Role(fact=kind))
    for words, error in _CONTAINER_WORDS.items():
        for name in spellings(words):
            # A container may hold its error as plain text instead.
            told = "message" if error else "note"
            roles[name] = Role(nested=True, error=error, fact=told)
    for words in _ABOUT_WORDS:
        for name in spellings(words):
            fact = roles.get(name, Role()).fact
            roles[name] = Role(nested=True, about=True, fact=fact)
    # The text of an HTTP answer, which may be JSON; without that, a line of the log.
    roles["text"] = Role(nested=True, fact="text")
    for words in _CODE_WORDS:
        error = not _ERROR_WORDS.isdisjoint(words.split())
        for name in spellings(words):
            roles[name] = Role(code=True, error=error)
    for namespace in _NAMESPACES:
        for words in _NAMESPACED:
            error = not _ERROR_WORDS.isdisjoint({namespace, *words.split()})
            for name in spellings(words):
                roles.setdefault(f"{namespace}.{name}", Role(code=True, error=error))
        for words in _NAMESPACED_MESSAGES:
            for name in spellings(words):
                roles.setdefault(f"{namespace}.{name}", Role(fact="message"))
    for words, table in tables:
        for name in spellings(words):
            roles[name] = Role(code=True, table=table)
    for prefix, scope in prefixes:
        for words in _PREFIXED_WORDS:
            error = words != "code"
            for name in _prefixed(prefix, words):
                roles[name] = Role(code=True, error=error, prefix=scope)
        for words, table in tables:
            for name in _prefixed(prefix, words):
                roles[name] = Role(code=True, table=table, prefix=scope)
    for name in telling:
        roles.setdefault(name, Role(fact="telling"))
    roles.update(dict.fromkeys(more, Role(code=True, error=True)))
    for name in ignored:
        roles.pop(name, None)
    gate = frozenset(
        name
        for name, role in roles.items()
        if role.code or (role.nested and not role.about)
    )
    return roles, gate


def _prefixed(prefix: str, words: str) -> Iterable[str]:
    """Yield the spellings of a code field with a prefix: `nimCode`, `nim.errorCode`."""
    if "." in prefix:  # a scope; every further spelling makes the gate slower
        first, *others = prefix.split(".") + words.split()
        yield "_".join((first, *others))
        yield first + _pascal(others)
        for name in spellings(words):
            yield f"{prefix}.{name}"
        return
    yield from spellings(f"{prefix} {words}")
    pascal = _pascal(words.split())
    camel = pascal[:1].lower() + pascal[1:]
    for before in ("_".join(prefix.split()), "".join(prefix.split())):
        yield before + pascal
        for name in (words.replace(" ", "_"), words.replace(" ", ""), camel):
            yield f"{before}_{name}"
        for name in spellings(words):
            yield f"{before}.{name}"

"""The field names of other people's logs, and what each is read for.

Every decision about a name stands here: which fields can hold a code, where one may
stand inside something else, and what else says where an event comes from.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from codegloss._events.limits import (
    MAX_FIELDS,
    MAX_INT,
    MAX_ITEMS,
    MAX_KEYS,
    MAX_SHAPE_CHARACTERS,
    MAX_SHAPES_BYTES,
)

# Words of the fields that can hold a code. A bare `ret` or `code` says nothing about
# an error; the others do.
_CODE_WORDS = (
    "code", "error code", "err code", "exception code", "failure code", "fail code",
    "ret", "ret code", "result code", "res code", "biz code", "business code",
    "sub code", "resp code", "rsp code", "api code", "sdk code", "vendor code",
    "provider code", "upstream code", "native code", "im code", "im error code",
    "rtc code", "rtc error code", "exc code", "return code", "err id", "evt id",
    "event code", "error no", "error num", "error number",
)  # fmt: skip
_ERROR_WORDS = frozenset({"error", "err", "exception", "failure", "fail"})
_PREFIXED_WORDS = ("code", "error code", "err code", "ret code", "ret")

# Namespaces under which flattened events and span attributes have them.
_NAMESPACES = (
    "app", "api", "biz", "body", "context", "custom", "data", "detail", "err",
    "error", "exception", "extra", "fields", "im", "labels", "payload", "resp",
    "response", "result", "rtc", "sdk", "tags", "upstream",
    "langfuse.observation.metadata",
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
    "fail users": True, "error list": True, "result item": False, "im error": True,
    "query result": False, "code stats": False, "attributes": False, "ns error": True,
    "raw": False, "raw response": False, "arguments": False, "send status set": False,
    # Where loguru, logging's formatters and collectors put what a program bound.
    "extra": False, "record": False, "fields": False, "items": False, "json": False,
}  # fmt: skip
# Containers that hold the number itself at times: `{"result": 414, "desc": …}`.
_MAYBE_CODES = frozenset({"result", "error", "err"})
# Fields of a name that may be a symbol, which is a code of its own if it is long.
_SYMBOL_WORDS = ("symbol", "error symbol", "evt", "error constant")
# Containers behind a vendor's or product's name.
_PREFIXED_CONTAINERS = ("error", "err", "response", "resp", "result")
# Some objects keep their fields under such names: `code_`.
_UNDERSCORED = {"code_": "code", "message_": "message"}

# Attributes of spans that hold an answer as JSON text: OpenInference's, and Langfuse's,
# which has a namespace of its own for whatever a program adds.
_LANGFUSE = "langfuse.observation"
_TRACED = (
    "output.value", "metadata", f"{_LANGFUSE}.output",
    *(
        f"{_LANGFUSE}.metadata.{name}"
        for name in ("response", "result", "body", "data", "error", "output")
    ),
)  # fmt: skip

# Where what is said of a request may stand: evidence, but no codes of an answer.
_ABOUT_WORDS = (
    "request", "req", "config", "options", "api request", "http request", "tags",
)  # fmt: skip

# Where a server says when to try again, and nothing that is read as evidence.
_HEADER_WORDS = ("headers", "hdrs", "http headers", "response headers")
# What a server says of when to try again, and the unit in seconds: RFC 9110's header,
# google.rpc.RetryInfo's, and the spellings of APIs that name the unit.
_DELAY_WORDS = {
    "retry after": 1.0, "retry afters": 1.0, "retry after s": 1.0,
    "retry after sec": 1.0, "retry after secs": 1.0, "retry after seconds": 1.0,
    "retry delay": 1.0, "retry after ms": 0.001, "retry after millis": 0.001,
    "retry after milliseconds": 0.001,
}  # fmt: skip

# What else an event says about where it comes from, by how the value is to be read.
_FACT_WORDS = {
    "field": (
        "vendor", "provider", "supplier", "company", "brand", "product", "sdk",
        "sdk name", "sdk type", "library", "lib", "component",
        "service.peer.name", "peer service", "rpc service", "platform", "source",
        "subsystem", "api name", "upstream service", "package",
        "client", "tag", "channel", "integration", "adapter", "driver", "vendor name",
        "plugin", "plugin name", "engine", "vendor sdk", "chat sdk", "im sdk",
        "rtc sdk", "provider name", "sdk package",
        *(
            f"langfuse.observation.metadata.{name}"
            for name in ("sdk", "vendor", "product", "provider")
        ),
    ),
    # Also what the program that logs calls itself.
    "service": ("service", "service name", "system"),
    "host": (
        "url", "uri", "url full", "http url", "request url", "endpoint", "base url",
        "api url", "api", "host", "server", "address", "domain", "target", "more info",
        "http host", "gateway", "api path", "api uri", "resource",
    ),
    # A host of the other side, where `host` may be the machine that logs.
    "peer": (
        "server address", "peer", "peer address", "net peer name", "upstream",
        "api host", "net.peer.name", "server.address",
    ),
    "logger": (
        "logger", "logger name", "log logger", "name", "module", "caller", "file",
        "file name",
        "otel.scope.name", "code.namespace",
    ),
    "exception": (
        "exc type", "exception type", "error type", "type", "err type", "class",
        "exception class", "error class", "error name", "err name", "error kind",
        "exc class", "kind", "symbol", "error symbol", "evt", "error constant",
    ),
    "text": (
        "event", "text", "log", "operation", "action", "title", "line", "log message",
        "stack", "stack trace", "traceback",
    ),
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
        "level name", "lvl", "severity text", "langfuse.observation.level",
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
_TEXT_FACTS = frozenset({"text", "message", "note"})
_NAME_FACTS = frozenset({"field", "logger", "exception"})
_HOST_FACTS = frozenset({"host", "peer", "path", "service"})
_HTTP_FACTS = frozenset({"http", "path"})
_SHAPE_BYTES = 1_000
_KEY_BYTES = 60
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


class Role(NamedTuple):
    """What a key is read for: a code, a container, a fact or several of them.

    Attributes:
        code: It can hold a code.
        table: The table that a code in it stands in, or None.
        prefix: The scope that its prefix names, or None.
        nested: It may hold more: a mapping, an exception, JSON text, a list.
        error: Its name speaks of an error.
        fact: How its value is read as evidence, or None.
        about: It tells of a request, and holds no codes of an answer.
        delay: Seconds that one of its value stands for, as it says when to try again;
            of a container, that nothing else is looked for in it.
    """

    code: bool = False
    table: str | None = None
    prefix: str | None = None
    nested: bool = False
    error: bool = False
    fact: str | None = None
    about: bool = False
    delay: float | None = None


class KeyShape:
    """What to read of mappings that have one particular sequence of keys.

    Attributes:
        codes: Keys that can hold a code, each with its role.
        containers: Keys that may hold more, those of errors first.
        facts: Keys that hold evidence other than texts, each with its kind.
        spoken: Keys of texts and messages, containers that may be plain text included.
        texts: Those of them that are no containers.
        others: Keys that are read for nothing; in an error they may hold a code.
        names: Keys of names; `hosts`: of hosts and URLs.
        levels: Keys of levels.
        is_http: Whether it tells of a request of HTTP.
        is_answer: Whether it holds a code with a message, as answers do.
        delays: Keys that say when to try again.
        keys: Every key with a role.
        log_line: The key of the log line where none of the usual ones is there.
    """

    __slots__ = (
        "codes", "containers", "delays", "facts", "hosts", "is_answer", "is_http",
        "keys", "levels", "log_line", "names", "others", "spoken", "texts",
    )  # fmt: skip

    def __init__(self, keys: Iterable[Any], roles: Mapping[str, Role]) -> None:
        # The order of keys is no evidence.
        names = sorted(key for key in keys if type(key) is str)
        known = [key for key in names if key in roles]
        self.others = tuple(key for key in names if key not in roles)[:MAX_ITEMS]
        flat = [(key, roles[key]) for key in known if not roles[key].nested]
        inner = [(key, roles[key]) for key in known if roles[key].nested]
        # Containers in containers multiply, so few are read.
        inner.sort(key=lambda field: (field[1].about, not field[1].error))
        flat, inner = flat[:MAX_FIELDS], inner[:MAX_ITEMS]
        self.codes = tuple(field for field in (*flat, *inner) if field[1].code)
        self.containers = tuple(inner)
        facts = [(key, role.fact) for key, role in (*flat, *inner) if role.fact]
        self.spoken = tuple(field for field in facts if field[1] in _TEXT_FACTS)
        unread = {*_TEXT_FACTS, "telling"}
        self.facts = tuple(field for field in facts if field[1] not in unread)
        self.texts = tuple(key for key, role in flat if role.fact in _TEXT_FACTS)
        self.names = tuple(key for key, fact in facts if fact in _NAME_FACTS)
        self.hosts = tuple(key for key, fact in facts if fact in _HOST_FACTS)
        self.levels = tuple(key for key, fact in facts if fact == "level")
        self.is_http = any(fact in _HTTP_FACTS for _, fact in facts)
        messages = any(fact == "message" for _, fact in self.spoken)
        self.is_answer = bool(self.codes) and messages
        self.delays = tuple(
            (key, role.delay) for key, role in flat if role.delay is not None
        )
        self.keys = frozenset(key for key, _ in (*flat, *inner))
        self.log_line: str | None = None
        if LOG_LINES.isdisjoint(self.keys):
            self.log_line = next((k for k in MAYBE_LOG_LINES if k in self.keys), None)


EMPTY = KeyShape((), {})


class KeyShapes(dict[tuple[Any, ...], KeyShape]):
    """What to read of mappings, by their keys: worked out once for the same keys.

    Args:
        roles: What every field name is read for.
    """

    def __init__(self, roles: Mapping[str, Role]) -> None:
        super().__init__()
        self._roles = roles
        self._kept = 0

    def __missing__(self, keys: tuple[Any, ...]) -> KeyShape:
        shape = KeyShape(keys, self._roles)
        size = sum(len(key) if type(key) is str else MAX_INT for key in keys)
        if size <= MAX_SHAPE_CHARACTERS and len(keys) <= MAX_KEYS:
            # About what the texts, the tuple and the shape take.
            self._kept += _SHAPE_BYTES + size + _KEY_BYTES * len(keys)
            if self._kept > MAX_SHAPES_BYTES:
                self.clear()
                self._kept = 0
            self[keys] = shape
        return shape


class Fields:
    """The roles of field names, and the key sets that were met.

    Attributes:
        roles: What every field name is read for, in every spelling.
        gate: The names without one of which an event has no code.
        shapes: What to read of mappings, by their keys.
    """

    def __init__(self, roles: dict[str, Role], gate: frozenset[str]) -> None:
        self.roles = roles
        self.gate = gate
        self.shapes = KeyShapes(roles)


@functools.lru_cache(maxsize=128)
def spellings(words: str) -> tuple[str, ...]:
    """Return every supported spelling of a field name given as lowercase words."""
    parts = words.split()
    pascal = _pascal(parts)
    squashed = "".join(parts)
    found = [words, squashed, pascal, pascal[:1].lower() + pascal[1:], squashed.upper()]
    if len(parts) > 1:
        found += ("_".join(parts), "-".join(parts), ".".join(parts))
        capital = tuple(map(str.capitalize, parts))
        found += ("_".join(parts).upper(), "_".join(capital), "-".join(capital))
    if "Id" in pascal:
        spelled = pascal.replace("Id", "ID")
        found += (spelled[:1].lower() + spelled[1:], spelled)
    return tuple(dict.fromkeys(found))


def _pascal(parts: Iterable[str]) -> str:
    return "".join(map(str.capitalize, parts))


def split_words(name: str) -> str:
    """Return a name in any spelling as lowercase words: `serverCode`: `server code`."""
    return " ".join(parts_of(name))


def parts_of(text: str) -> list[str]:
    """Return the words and numbers of a text in lowercase, camel case taken apart."""
    found: list[str] = _WORDS.findall(text)
    return " ".join(found).lower().split()


@functools.lru_cache(maxsize=8)
def fields_of(
    prefixes: tuple[tuple[str, str], ...],
    tables: tuple[tuple[str, str], ...],
    telling: tuple[str, ...],
    more: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Fields:
    """Return what every field name is read for, in every spelling.

    Args:
        prefixes: Words before a code field, with the scope they speak for.
        tables: Words of a table's own code field, with the table's name.
        telling: Fields that tell by being there whose answer an event holds.
        more: Further fields that can hold a code.
        ignored: Fields that are never looked at.
    """
    roles: dict[str, Role] = {}
    _add_facts(roles)
    _add_containers(roles)
    _add_codes(roles)
    roles.update((name, roles[plain]) for name, plain in _UNDERSCORED.items())
    for words in _SYMBOL_WORDS:
        for name in spellings(words):
            roles[name] = roles[name]._replace(code=True, error=True)
    for words, table in tables:
        _add(roles, spellings(words), Role(code=True, table=table))
    for prefix, scope in prefixes:
        if "." not in prefix:  # `yunxin={"code": 414}`, `nim_error={"code": 414}`
            _add_new(roles, spellings(prefix), Role(nested=True, prefix=scope))
            for words in _PREFIXED_CONTAINERS:
                error = _CONTAINER_WORDS[words]
                role = Role(nested=True, error=error, prefix=scope)
                _add_new(roles, spellings(f"{prefix} {words}"), role)
        for words in _PREFIXED_WORDS:
            role = Role(code=True, error=words != "code", prefix=scope)
            _add(roles, _prefixed(prefix, words), role)
        for words, table in tables:
            role = Role(code=True, table=table, prefix=scope)
            _add(roles, _prefixed(prefix, words), role)
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
    return Fields(roles, gate)


def _add(roles: dict[str, Role], names: Iterable[str], role: Role) -> None:
    """Read fields for one thing, whatever they were read for before."""
    # One role for all of them: a catalog has thousands of names.
    roles.update(dict.fromkeys(names, role))


def _add_new(roles: dict[str, Role], names: Iterable[str], role: Role) -> None:
    """Read fields for one thing, if they are read for nothing else yet."""
    for name in names:
        roles.setdefault(name, role)


def _add_facts(roles: dict[str, Role]) -> None:
    for kind, names in _FACT_WORDS.items():
        role = Role(fact=kind)
        for words in names:
            # OpenTelemetry spells its attributes one way: `url.full`.
            _add_new(roles, (words,) if "." in words else spellings(words), role)
    for words, unit in _DELAY_WORDS.items():
        _add(roles, spellings(words), Role(delay=unit))


def _add_containers(roles: dict[str, Role]) -> None:
    for words, error in _CONTAINER_WORDS.items():
        # A container may hold its error as plain text instead.
        told = "message" if error else "note"
        code = words in _MAYBE_CODES
        role = Role(code=code, nested=True, error=error, fact=told)
        _add(roles, spellings(words), role)
    for words in _ABOUT_WORDS:
        for name in spellings(words):
            fact = roles.get(name, Role()).fact
            roles[name] = Role(nested=True, about=True, fact=fact)
    for words in (*_HEADER_WORDS, "response metadata", "HTTPHeaders"):
        _add(roles, spellings(words), Role(nested=True, about=True, delay=1.0))
    _add(roles, _TRACED, Role(nested=True, fact="note"))
    # The text of an HTTP answer, which may be JSON; without that, a line of the log.
    roles["text"] = Role(nested=True, fact="text")


def _add_codes(roles: dict[str, Role]) -> None:
    for words in _CODE_WORDS:
        error = not _ERROR_WORDS.isdisjoint(words.split())
        _add(roles, spellings(words), Role(code=True, error=error))
    for namespace in _NAMESPACES:
        for words in _NAMESPACED:
            error = not _ERROR_WORDS.isdisjoint({namespace, *words.split()})
            names = [f"{namespace}.{name}" for name in spellings(words)]
            _add_new(roles, names, Role(code=True, error=error))
        for words in _NAMESPACED_MESSAGES:
            names = [f"{namespace}.{name}" for name in spellings(words)]
            _add_new(roles, names, Role(fact="message"))


def _prefixed(prefix: str, words: str) -> list[str]:
    """Return the spellings of a code field with a prefix: `nimCode`, `nim.code`."""
    spelled = spellings(words)
    if "." in prefix:  # a scope; every further spelling makes the gate slower
        first, *others = prefix.split(".") + words.split()
        names = ["_".join((first, *others)), first + _pascal(others)]
        return names + [f"{prefix}.{name}" for name in spelled]
    names = [*spellings(f"{prefix} {words}")]
    pascal = _pascal(words.split())
    camel = pascal[:1].lower() + pascal[1:]
    joined = {words.replace(" ", "_"), words.replace(" ", ""), camel}
    for before in {prefix.replace(" ", "_"), prefix.replace(" ", "")}:
        names.append(before + pascal)
        names += [f"{before}_{name}" for name in joined]
        names += [f"{before}.{name}" for name in spelled]
    return names

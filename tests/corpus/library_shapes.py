"""The shapes in which people log what a library raised, and the cleaning of it."""

import functools
import http.server
import json
import logging
import re
import threading
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from structlog.tracebacks import ExceptionDictTransformer

HERE = Path(__file__).parent
TITLES = (
    "load room failed|save live record failed|send message failed|join failed|"
    "callback failed|sync members failed|upstream call failed|job failed"
).split("|")
FIELDS = "code error_code errcode errorCode errCode ErrorCode ret".split()
SCRUB = (
    (r"[^\s\"']*/site-packages/", "site-packages/"),
    (r"[^\s\"']*/lib/python3\.\d+/", "python/"),
    (re.escape(str(HERE)) + r"/library_\w+\.py", "app/worker.py"),
    (r"(127\.0\.0\.1|localhost|\[::1\])([:/]|', |%3A)\d+", r"\1\g<2>8000"),
    (r"\b0x[0-9a-f]{3,}", "0x7f00"),
    (r"\b[0-9a-f]{24}\b", "0" * 24),
    (r"(\\?[\"'])\+\d+(?=\\?\")", r"\1+9"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0" * 8 + "-0000" * 4 + "0" * 8),
    (r"\[\d\d/\w{3}/\d{4}[^\]]*\]", "[01/Jan/2026:00:00:00 +0000]"),
    (r"\b\d+(\.\d+)?( ?ms\b| seconds\b| milliseconds\b)", r"1\2"),
    (r"(created_time|grpc_status|tv_sec|pid)([=:]+)\"?[\d.:TZ+-]+", r"\1\g<2>0"),
)


class Raised(NamedTuple):
    """An exception, the number people copy out of it, and its span attributes."""

    error: BaseException
    code: Any = None
    attributes: dict[str, Any] | None = None


SOURCES = []


def source(distribution, reason):
    """Register a generator of Raised and of finished events for one library."""

    def register(function):
        SOURCES.append((distribution, reason, function))
        return function

    return register


class UpstreamError(RuntimeError):
    """The wrapper that every service has one of."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def caught(call, *args, **kwargs):
    """Return what the call raises, traceback and all."""
    try:
        call(*args, **kwargs)
    except BaseException as error:
        return error
    raise AssertionError(f"{call} raised nothing")


async def acaught(awaitable):
    """Return what the awaitable raises."""
    try:
        await awaitable
    except BaseException as error:
        return error
    raise AssertionError("nothing raised")


def throw(error):
    """Raise, so that the exception gets a traceback."""
    raise error


def http_attributes(status, method="GET"):
    """Return the span attributes of an HTTP client call."""
    return {
        "http.request.method": method,
        "http.response.status_code": status,
        "error.type": str(status),
    }


def name_of(error):
    """Return module.Class, as most error reporters write it."""
    cls = type(error)
    builtin = cls.__module__ == "builtins"
    return cls.__qualname__ if builtin else f"{cls.__module__}.{cls.__qualname__}"


# The shapes in which people log an exception ---------------------------------------


def structured(title, error, field, code, *, locals_=False):
    """Run structlog's own renderer: a list of dicts, one per link of the chain."""
    transform = ExceptionDictTransformer(
        show_locals=locals_, max_frames=2, locals_max_string=60
    )
    render = structlog.processors.ExceptionRenderer(transform)
    known = {} if code is None else {field: code}
    event = {"event": title, "level": "error", **known, "exc_info": error}
    return dict(render(None, "error", event))


def as_error(title, error, _field, code):
    """Shape an error container: error={type, code, message}."""
    inner = {"type": name_of(error), "code": code, "message": str(error)}
    return {"event": title, "level": "error", "error": inner}


def flat(title, error, field, code):
    """Shape exc_type and code side by side."""
    event = {"event": title, "level": "error", "exc_type": name_of(error)}
    return event | {field: code, "message": str(error)}


def record(title, error, field, code):
    """Log through the standard library with extra=, as a JSON formatter sees it."""
    with capture("app.worker") as (logger, records):
        extra = {"attempt": 1, field: code}
        logger.error("%s: %s", title, error, extra=extra, exc_info=error)
    return from_record(records[0], "attempt", field)


def span(title, error, _field, _code, attributes=None):
    """Shape a span event with the semantic conventions of OpenTelemetry."""
    event = {"event": "exception", "span.name": title, "otel.status_code": "ERROR"}
    event |= {"exception.type": name_of(error), "exception.message": str(error)}
    return event | {"error.type": name_of(error)} | (attributes or {})


def wrapped(title, error, field, code):
    """Raise the service's own error from it; both stand in the chain."""
    outer = UpstreamError(f"{title}: {error}", code)
    outer.__cause__ = error
    return structured(title, caught(throw, outer), field, code)


def text(title, error, field, code):
    """Render the traceback as text, as format_exc_info does."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    event = {"event": title, "level": "error", "error": str(error), field: code}
    return event | {"exception": "".join([*lines[:1], *lines[-3:]]).rstrip()}


def with_locals(title, error, field, code):
    """Render with the locals of every frame."""
    return structured(title, error, field, code, locals_=True)


ALWAYS = structured, as_error, flat
ROTATING = record, span, wrapped, text, with_locals


def shapes(raised, turn):
    """Yield the common shapes and, in turn, one of the rarer ones."""
    error, code, attributes = raised
    title, field = TITLES[turn % len(TITLES)], FIELDS[turn % len(FIELDS)]
    if code is None:
        yield structured(title, error, field, None)
        yield span(title, error, field, None, attributes)
        return
    for shape in (*ALWAYS, ROTATING[turn % len(ROTATING)]):
        more = (attributes,) if shape is span else ()
        yield shape(title, error, field, code, *more)


# Capturing what servers log --------------------------------------------------------


class capture:  # noqa: N801 - reads as a verb
    """Collect the records of one logger."""

    def __init__(self, name):
        self.logger, self.records = logging.getLogger(name), []
        self.handler = logging.Handler()
        self.handler.emit = self.records.append

    def __enter__(self):
        self.logger.addHandler(self.handler)
        self.logger.setLevel(logging.INFO)
        self.logger.propagate = False
        return self.logger, self.records

    def __exit__(self, *_):
        self.logger.removeHandler(self.handler)
        self.logger.addHandler(logging.NullHandler())


def from_record(entry, *extra):
    """Turn a LogRecord into the dict a JSON formatter would write."""
    event = {"message": entry.getMessage(), "levelname": entry.levelname}
    event |= {"name": entry.name} | {key: getattr(entry, key) for key in extra}
    if entry.exc_info:
        kind, error, _ = entry.exc_info
        event["exc_info"] = traceback.format_exception_only(kind, error)[-1].strip()
    return event


def access(entry, method, path, status, field="code"):
    """Yield an access record as one line and as fields."""
    level = entry.levelname.lower()
    line = re.sub(r"\x1b\[\d*m", "", entry.getMessage())
    yield {"event": line, "logger": entry.name, "level": level}
    event = {"event": f"{method} {path}", "logger": entry.name, "level": level}
    yield event | {"method": method, "path": path, field: status}


ELASTIC = {
    400: "parsing_exception",
    404: "index_not_found_exception",
    409: "version_conflict_engine_exception",
    503: "unavailable_shards_exception",
}


def body(status, kind):
    """Return what the API of that name answers with that status."""
    phrase = http.HTTPStatus(status).phrase
    if kind == "stripe":
        error = {"type": "invalid_request_error", "code": "resource_missing"}
        return {"error": error | {"message": "No such charge: 'ch_1'"}}
    if kind == "openai":
        error = {"type": "invalid_request_error", "code": None, "param": None}
        return {"error": error | {"message": f"{phrase}: room-summary"}}
    if kind == "elastic":
        error = {"type": ELASTIC[status], "reason": f"[rooms] {phrase}"}
        return {"error": error | {"root_cause": [error]}, "status": status}
    return {"detail": phrase}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answer /status/<n>[/<kind>] with status n and the body of that kind."""

    def do_GET(self):
        """Answer."""
        status, kind, *_ = [*self.path.removeprefix("/status/").split("/"), ""]
        answer = json.dumps(body(int(status), kind)).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(int(status))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *args):
        """Say nothing."""


@functools.cache
def base_url():
    """Start the local server and return its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/status"


def scrub(event):
    """Return the event as JSON values without anything of this run or machine."""
    plain = json.dumps(event, default=str, ensure_ascii=False)
    for pattern, replacement in SCRUB:
        plain = re.sub(pattern, replacement, plain)
    return json.loads(plain)

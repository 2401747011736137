"""Events that somebody writes who wants to make codegloss slow, big, wrong or raise.

`event` makes random ones, in which anything may stand anywhere. `KINDS` are the dearest
that are known, new for every number.
"""

from __future__ import annotations

import itertools

import codegloss

KEYS = [
    "code", "errCode", "error", "exception", "exc_info", "serverCode", "result", "data",
    "event", "message", "level", "logger", "url", "host", "status", "method", "path",
    "vendor", "product", "meaning", "retryable", "candidates", "glosses", "sdk", "type",
    "name", "ActionStatus", "ErrorCode", "ErrorInfo", "errors", "nim.code", "x", "", 0,
]  # fmt: skip
TEXTS = [
    "", "100018", "416", "-1001", "0416", "4 16", "Error_Timeout", "nim", "tencent",
    "https://console.tim.qq.com/v4/live_engine_http_srv/x", "http://", "://", "[", "{",
    '{"code": 100018}', '[{"code": 416}]', '{"a":' * 50, "code=100018", "(100018)",
    "\ud800", "\x00", "错误码：100018", "x" * 5_000, "%s", "V2NIMError", "NaN",  # noqa: RUF001
]  # fmt: skip
NUMBERS = [0, 1, -1, 200, 404, 416, 100018, 100004, -1001, 2**63, 10**400, -(10**50)]
CODES = [entry.code for entry in codegloss.load_catalog().entries]


class Hostile:
    """An object that must not be asked anything."""

    def _raise(self, *args):
        raise RuntimeError("a hostile object was run")

    __eq__ = __hash__ = __str__ = __repr__ = __bool__ = __len__ = __iter__ = _raise
    __getattr__ = __getitem__ = __call__ = __int__ = __index__ = _raise


class HostileError(Exception):
    """An exception that must not be asked anything."""

    @property
    def code(self):
        raise RuntimeError("a property was run")

    def __str__(self):
        raise RuntimeError("an exception's text was asked for")


class CodedError(Exception):
    """An exception with a code, as SDKs raise it."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code
        self.detail = {"code": code}


def error(rng):
    """Return an exception, at times its own cause."""
    made = rng.choice([HostileError(), CodedError(rng.choice(NUMBERS))])
    made.__cause__ = rng.choice([None, made, CodedError(416)])
    return made


def value(rng, depth):
    """Return anything."""
    pick = rng.random()
    if pick < 0.35:
        return rng.choice(NUMBERS)
    if pick < 0.65:
        return rng.choice(TEXTS)
    if pick < 0.75:
        return rng.choice([None, True, False, 404.0, float("nan"), b"416", 1j, object])
    if pick < 0.79:
        return Hostile()
    if pick < 0.84:
        return error(rng)
    if depth <= 0:
        return None
    if pick < 0.9:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return event(rng, depth - 1)


def event(rng, depth=5):
    """Return an event with anything in it."""
    return {rng.choice(KEYS): value(rng, depth) for _ in range(rng.randrange(8))}


def body(rng, depth=4):
    """Return what JSON text can hold."""
    made = {}
    for _ in range(rng.randrange(6)):
        inner = depth and rng.random() < 0.3
        made[str(rng.choice(KEYS))] = (
            body(rng, depth - 1) if inner else rng.choice(NUMBERS[:9] + TEXTS)
        )
    return made


def attributes(rng):
    """Return what the attributes of a span can hold."""
    return {
        rng.choice(KEYS[:-2]): rng.choice(NUMBERS[:9] + TEXTS)
        for _ in range(rng.randrange(8))
    }


# --- the dearest ---------------------------------------------------------------------


def many_codes(n):
    pairs = (f'{{"code": {code}, "sdk": "s{n}"}}' for code in CODES)
    return {"level": "error", "body": f"[{', '.join(itertools.islice(pairs, 400))}]"}


def many_keys(n):
    return {"code": 100018, **{f"key {n} {number}": number for number in range(5_000)}}


def deep(n):
    inner = {"code": 100018, "n": n}
    for _ in range(50):
        inner = {"data": inner, "error": inner, "result": [inner] * 8}
    return inner


def long_text(n):
    return {"level": "error", "event": f"code=100018 {n} NIM 错误码: 416, " * 4_000}


def names(n):
    # A new logger, host, SDK and class each time: what is remembered by its name.
    return {
        "level": "error",
        "code": 100018,
        "logger": f"rtc{n}.tencent",
        "sdk": f"nim{n}",
        "url": f"https://h{n}.example/v4/live_engine_http_srv/{n}",
        "type": f"E{n}Error",
    }


def chain(n):
    made = None
    for depth in range(200):
        wrapped = RuntimeError(f"code=100018 {n}-{depth}")
        wrapped.code, wrapped.__cause__ = 100018, made
        made = wrapped
    return {"level": "error", "exc_info": made}


def shapes(n):
    return {f"k{n}": 1, f"{n}code": 2, "code": 100018, "level": "error", "sdk": "NIM"}


def unknown(n):
    return {"sdk": "NIM", "code": 7_000_000 + n, "level": "error"}


KINDS = {
    "an answer with 400 codes": many_codes,
    "5,000 keys": many_keys,
    "answers in answers, eightfold": deep,
    "200,000 characters that name codes": long_text,
    "names never seen before": names,
    "200 exceptions in a chain": chain,
    "keys never seen before": shapes,
    "codes that nobody has": unknown,
}

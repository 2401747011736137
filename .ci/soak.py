"""Send hostile events through every switch, and count what should never happen.

    python .ci/soak.py [events, by default 1,000,000] [seed]

Prints how many events were sent, how many were glossed, how many raised, how many were
changed, and how much memory is held on to. Exit status 1 if any raised or was changed.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc

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


class Hostile:
    def _raise(self, *args):
        raise RuntimeError("a hostile object was run")

    __eq__ = __hash__ = __str__ = __repr__ = __bool__ = __len__ = __iter__ = _raise
    __getattr__ = __getitem__ = __call__ = __int__ = __index__ = _raise


class HostileError(Exception):
    @property
    def code(self):
        raise RuntimeError("a property was run")

    def __str__(self):
        raise RuntimeError("an exception's text was asked for")


class CodedError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code
        self.detail = {"code": code}


def value(rng, depth):
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
        error = rng.choice([HostileError(), CodedError(rng.choice(NUMBERS))])
        error.__cause__ = rng.choice([None, error, CodedError(416)])
        return error
    if depth <= 0:
        return None
    if pick < 0.9:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return event(rng, depth - 1)


def event(rng, depth=5):
    return {rng.choice(KEYS): value(rng, depth) for _ in range(rng.randrange(8))}


def fingerprint(thing, depth=8):
    """Return what a thing is made of, without asking any object about itself."""
    if depth and type(thing) is dict:
        return [(key, fingerprint(each, depth - 1)) for key, each in thing.items()]
    if depth and type(thing) is list:
        return [fingerprint(each, depth - 1) for each in thing]
    return id(thing)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)  # noqa: S311
    enrichers = [
        codegloss.Enricher(),
        codegloss.Enricher(scope="netease", text=True, language="zh"),
        codegloss.Enricher(scope=["tencent.live"], fields=("category", "match")),
    ]
    raised = changed = glossed = 0
    tracemalloc.start()
    held = None
    started = time.perf_counter()
    for number in range(count):
        enricher = enrichers[number % len(enrichers)]
        sent = event(rng)
        before = fingerprint(sent)
        try:
            added = enricher.enrich(sent)
        except Exception as error:
            raised += 1
            print(f"raised {type(error).__name__} on event {number} of seed {seed}")
            continue
        glossed += bool(added)
        changed += fingerprint(sent) != before
        if number == count // 10:
            held = tracemalloc.get_traced_memory()[0]
    grown = (tracemalloc.get_traced_memory()[0] - (held or 0)) / 2**20
    seconds = time.perf_counter() - started
    print(f"{count:,} events in {seconds:.0f} s (seed {seed}): {glossed:,} glossed,")
    swallowed = codegloss.stats()["errors"]
    print(f"{raised} raised, {changed} changed, {swallowed} swallowed,")
    print(f"memory after the first tenth: {grown:+.1f} MiB")
    return 1 if raised or swallowed or changed or not glossed else 0


if __name__ == "__main__":
    sys.exit(main())

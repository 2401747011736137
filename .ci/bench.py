"""Measure what codegloss adds to a log call, a span and an import, as ratios.

    python .ci/bench.py

Within a round each case is timed once, in shuffled order, and compared with something
of the host's own: structlog's TimeStamper, a whole loguru call, a bare span, the import
of structlog. Every figure is the median of those ratios over many short rounds, so that
a noisy machine disturbs both sides alike.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import statistics
import subprocess
import sys
import timeit

ROUNDS = 300
IMPORTS = 25
EVENT = {
    "event": "user joined the room",
    "level": "info",
    "logger": "app.rooms",
    "request_id": "8f3a",
    "user_id": 1234,
    "room": "r-77",
    "duration_ms": 12,
    "ok": True,
}


class RoomError(Exception):
    def __init__(self, code):
        super().__init__("join failed")
        self.code = code


def measure(cases, number):
    """Return a function that gives the median of a ratio over the rounds.

    It takes two pairs of cases: what the first case of a pair takes longer than the
    second; None in the place of a second case is nothing.
    """
    rounds = []
    gc.disable()
    for _ in range(ROUNDS):
        times = {None: 0.0}
        for name in random.sample(list(cases), len(cases)):
            times[name] = timeit.timeit(cases[name], number=number) / number
        rounds.append(times)
    gc.enable()
    gc.collect()

    def median(more, less, reference, without=None):
        return statistics.median(
            (times[more] - times[less]) / (times[reference] - times[without])
            for times in rounds
        )

    return median


def row(what, ratio, goal):
    print(f"  {what:<58} {ratio:>7.3f}  (goal {goal})")


def bench_structlog():
    import orjson
    import structlog

    from codegloss.structlog import GlossProcessor

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    scoped, unscoped = GlossProcessor(scope="tencent"), GlossProcessor()
    events = {
        "no code": (unscoped, EVENT, 0.10),
        "code, by configured scope": (scoped, {**EVENT, "code": 100018}, 0.55),
        "code, by evidence": (
            unscoped,
            {**EVENT, "logger": "rtc.tencent", "code": 100018},
            0.80,
        ),
        "nested": (scoped, {**EVENT, "error": {"code": 100018, "message": "x"}}, 0.80),
        "ambiguous": (scoped, {**EVENT, "code": 100004}, 0.80),
        "exception": (scoped, {**EVENT, "exc_info": RoomError(100018)}, 0.80),
    }
    cases = {
        "stamp": lambda p=stamp, e=EVENT: p(None, "info", e.copy()),
        "copy": lambda e=EVENT: e.copy(),
    }
    for name, (processor, event, _) in events.items():
        cases[name] = lambda p=processor, e=event: p(None, "error", e.copy())
        cases[f"copy {name}"] = lambda e=event: e.copy()
    median = measure(cases, 200)
    print("structlog: added time as a share of TimeStamper(fmt='iso', utc=True)")
    for name, (_, _, goal) in events.items():
        ratio = median(name, f"copy {name}", "stamp", "copy")
        row(name, ratio, f"≤ {goal:.2f}")

    def pipeline(*more):
        logger = structlog.wrap_logger(
            structlog.BytesLogger(open(os.devnull, "wb")),  # noqa: SIM115
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                stamp,
                *more,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
        ).bind()
        fields = {k: v for k, v in EVENT.items() if k not in {"event", "level"}}
        return lambda: logger.info("user joined the room", **fields)

    median = measure({"bare": pipeline(), "with": pipeline(GlossProcessor())}, 200)
    row("whole orjson pipeline, no code", median("with", "bare", "bare"), "≤ 0.05")


def bench_new_events():
    import structlog

    from codegloss.structlog import GlossProcessor

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    scoped, unscoped = GlossProcessor(scope="tencent"), GlossProcessor()
    numbers = itertools.count()
    events = {
        "a code, by configured scope": (
            scoped,
            lambda n: {**EVENT, "event": f"joining room {n} failed", "code": 100018},
        ),
        "an HTTP status called code": (
            unscoped,
            lambda n: {**EVENT, "request": f"GET /rooms/{n}", "code": 404},
        ),
        "a container without a code": (
            unscoped,
            lambda n: {**EVENT, "data": {"id": n, "name": f"room {n}"}},
        ),
        "an exception without a code": (
            unscoped,
            lambda n: {**EVENT, "exc_info": ValueError(f"no room {n}")},
        ),
    }
    cases = {"stamp": lambda: stamp(None, "info", {})}
    for name, (processor, event) in events.items():
        cases[name] = lambda p=processor, e=event: p(None, "error", e(next(numbers)))
        cases[f"bare {name}"] = lambda e=event: e(next(numbers))
    median = measure(cases, 10)
    print("structlog: the same, for events with a text that was never seen before")
    for name in events:
        row(name, median(name, f"bare {name}", "stamp"), "none")


def bench_growth():
    from codegloss import Enricher

    few = frozenset(f"name_{n}" for n in range(40))
    small, large = ({f"key_{n}": n for n in range(count)} for count in (5, 105))
    cases = {}
    for name, is_clear in (("all", Enricher().is_clear), ("few", few.isdisjoint)):
        cases[f"{name} small"] = lambda f=is_clear: f(small)
        cases[f"{name} large"] = lambda f=is_clear: f(large)
    median = measure(cases, 500)
    print("growth")
    ratio = median("all large", "all small", "few large", "few small")
    row("every further key, as a share of a bare set of 40 names", ratio, "1")


def bench_loguru():
    from loguru import logger

    from codegloss.loguru import GlossPatcher

    logger.remove()
    logger.add(lambda _: None, format="{message}")
    fields = {k: v for k, v in EVENT.items() if k != "event"}
    calls = {}
    for name, patched, more in (
        ("bare", False, {}),
        ("bare, code", False, {"code": 100018}),
        ("with", True, {}),
        ("with, code", True, {"code": 100018}),
    ):
        patcher = GlossPatcher(scope="tencent")
        log = logger.patch(patcher) if patched else logger
        fields_of_call = {**dict(list(fields.items())[: 7 - len(more)]), **more}
        calls[name] = lambda log=log, f=fields_of_call: log.info("joined", **f)
    median = measure(calls, 60)
    print("loguru: added share of an info() call with 7 keyword arguments")
    row("no code", median("with", "bare", "bare"), "≤ 0.03")
    row("code", median("with, code", "bare, code", "bare, code"), "≤ 0.10")


def bench_spans():
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

    from codegloss.otel import GlossSpanProcessor

    attributes = {f"app.key{n}": n for n in range(8)}
    coded = {**dict(list(attributes.items())[:7]), "code": 100018}

    def span(processor, values):
        provider = TracerProvider()
        if processor is not None:
            provider.add_span_processor(processor)
        tracer = provider.get_tracer("app")
        return lambda: tracer.start_span("join", attributes=values).end()

    live = TracerProvider().get_tracer("app").start_span("x")

    def four():
        for name in ("a", "b", "c", "d"):
            live.set_attribute(name, "value")

    gloss = lambda: GlossSpanProcessor(SpanProcessor(), scope="tencent")  # noqa: E731
    median = measure(
        {
            "bare": span(None, attributes),
            "no-op": span(SpanProcessor(), attributes),
            "with": span(gloss(), attributes),
            "no-op, code": span(SpanProcessor(), coded),
            "with, code": span(gloss(), coded),
            "four": four,
        },
        40,
    )
    print("spans with 8 attributes")
    row("no code, share of a bare span", median("with", "no-op", "bare"), "≤ 0.05")
    ratio = median("with, code", "no-op, code", "four")
    row("code, share of four set_attribute calls", ratio, "≤ 1.6")


def bench_retry():
    import tenacity

    from codegloss import is_retryable

    retrying = tenacity.Retrying()
    error = RoomError(100018)
    median = measure(
        {
            "tenacity": lambda: retrying(int),
            "decision": lambda: is_retryable(error),
            "bare": lambda: None,
        },
        400,
    )
    print("retry decision from an exception, as a share of a tenacity call")
    row("seen before", median("decision", "bare", "tenacity"), "≤ 0.03")


def bench_import():
    print("import codegloss after structlog, as a share of import structlog")
    for what, write in (("with bytecode", ""), ("without bytecode", "1")):
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": write}
        if write:
            environment["PYTHONPYCACHEPREFIX"] = os.devnull
        code = (
            "import time; a = time.perf_counter(); import structlog;"
            "b = time.perf_counter(); import codegloss; c = time.perf_counter();"
            "print((c - b) / (b - a))"
        )
        ratios = []
        for _ in range(IMPORTS):
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-c", code],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            ratios.append(float(done.stdout))
        row(what, statistics.median(ratios[1:]), "≤ 0.08")
    code = (
        "import structlog, tracemalloc; tracemalloc.start(); import codegloss;"
        "print(tracemalloc.get_traced_memory()[0] / 2**20)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    row("memory kept, MiB", float(done.stdout), "≤ 2")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} rounds")
    bench_structlog()
    bench_new_events()
    bench_growth()
    bench_loguru()
    bench_spans()
    bench_retry()
    bench_import()

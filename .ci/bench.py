"""Measure what codegloss adds to a log call, a span and an import, as ratios.

    python .ci/bench.py

Every figure is the median over rounds; within a round each case is timed once, in
shuffled order, so that a noisy machine disturbs all of them alike. What is compared is
always something of the host's own in the same round: structlog's TimeStamper, a whole
loguru call, a bare span, the import of structlog.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import subprocess
import sys
import timeit

ROUNDS = 25
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
    """Return the median nanoseconds of each case, `baseline` of each case taken off."""
    gc.disable()
    times = {name: [] for name in cases}
    for _ in range(ROUNDS):
        names = list(cases)
        random.shuffle(names)
        for name in names:
            seconds = timeit.timeit(cases[name], number=number)
            times[name].append(seconds / number * 1e9)
    gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}


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
        "stamp": lambda: stamp(None, "info", EVENT.copy()),
        "copy": EVENT.copy,
    }
    for name, (processor, event, _) in events.items():
        cases[name] = lambda p=processor, e=event: p(None, "error", e.copy())
        cases[f"copy {name}"] = event.copy
    found = measure(cases, 4_000)
    reference = found["stamp"] - found["copy"]
    print("structlog: added time as a share of TimeStamper(fmt='iso', utc=True)")
    for name, (_, _, goal) in events.items():
        row(name, (found[name] - found[f"copy {name}"]) / reference, f"≤ {goal:.2f}")

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

    found = measure({"bare": pipeline(), "with": pipeline(GlossProcessor())}, 2_000)
    row("whole orjson pipeline, no code", found["with"] / found["bare"] - 1, "≤ 0.05")


def bench_growth():
    from codegloss import Enricher

    enricher = Enricher()
    small, large = ({f"key_{n}": n for n in range(count)} for count in (5, 105))
    found = measure(
        {
            "small": lambda: enricher.is_clear(small),
            "large": lambda: enricher.is_clear(large),
        },
        4_000,
    )
    slope = (found["large"] - found["small"]) / 100
    print("growth")
    row("no code, nanoseconds for every further key", slope, "≤ 15")


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
    found = measure(calls, 1_000)
    print("loguru: added share of an info() call with 7 keyword arguments")
    row("no code", found["with"] / found["bare"] - 1, "≤ 0.03")
    row("code", found["with, code"] / found["bare, code"] - 1, "≤ 0.10")


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
    found = measure(
        {
            "bare": span(None, attributes),
            "no-op": span(SpanProcessor(), attributes),
            "with": span(gloss(), attributes),
            "no-op, code": span(SpanProcessor(), coded),
            "with, code": span(gloss(), coded),
            "four": four,
        },
        500,
    )
    print("spans with 8 attributes")
    added = (found["with"] - found["no-op"]) / found["bare"]
    row("no code, share of a bare span", added, "≤ 0.05")
    added = (found["with, code"] - found["no-op, code"]) / found["four"]
    row("code, share of four set_attribute calls", added, "≤ 1.6")


def bench_retry():
    import tenacity

    import codegloss

    retrying = tenacity.Retrying()
    error = RoomError(100018)
    found = measure(
        {
            "tenacity": lambda: retrying(int),
            "decision": lambda: codegloss.is_retryable(error),
            "bare": lambda: None,
        },
        1_000,
    )
    print("retry decision from an exception, as a share of a tenacity call")
    added = found["decision"] - found["bare"]
    row("seen before", added / found["tenacity"], "≤ 0.03")


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
        for _ in range(ROUNDS):
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
    bench_growth()
    bench_loguru()
    bench_spans()
    bench_retry()
    bench_import()

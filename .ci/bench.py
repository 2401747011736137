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
import json
import os
import random
import statistics
import subprocess
import sys
import time
import timeit

ROUNDS = 300
IMPORTS = 25
EVENT = {
    "event": "user joined the room",
    "level": "error",
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
        "no code": (unscoped, {**EVENT, "level": "info"}, 0.10),
        "an error without a code": (unscoped, EVENT, 1.5),
        "code, by configured scope": (scoped, {**EVENT, "code": 100018}, 25),
        "code, by evidence": (
            unscoped,
            {**EVENT, "logger": "rtc.tencent", "code": 100018},
            25,
        ),
        "nested": (scoped, {**EVENT, "error": {"code": 100018, "message": "x"}}, 25),
        "ambiguous": (scoped, {**EVENT, "code": 100004}, 25),
        "exception": (scoped, {**EVENT, "exc_info": RoomError(100018)}, 25),
    }
    cases = {
        "stamp": lambda p=stamp, e=EVENT: p(None, "info", e.copy()),
        "copy": lambda e=EVENT: e.copy(),
    }
    for name, (processor, event, _) in events.items():
        cases[name] = lambda p=processor, e=event: p(None, e["level"], e.copy())
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


def web_line(n):
    """A web server's request lines, the HTTP status in `code`."""
    line = {"request_id": f"{n:x}-{n * 7:x}", "user_id": n, "level": "info"}
    line |= {"request": f"GET /api/rooms/{n}", "event": "request_finished"}
    return {**line, "logger": "web.request", "code": (200, 200, 201, 404, 500)[n % 5]}


def vendor_call(n):
    """A worker's calls of two vendors, bodies as dict and as JSON text, 5 % fail."""
    fails = n % 20 == 7
    if n % 2:
        body = {"code": 416 if fails else 200, "desc": f"call {n}", "data": {"tid": n}}
        url = f"https://api.yunxinapi.com/nimserver/team/query.action?tid={n}"
    else:
        body = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Id": n}
        if fails or n % 40 == 8:
            body |= {"ActionStatus": "FAIL", "ErrorCode": 100004, "ErrorInfo": f"r{n}"}
        url = f"https://console.tim.qq.com/v4/live_engine_http_srv/x?random={n}"
    level = "error" if fails else "info"
    event = {"event": "vendor call", "level": level, "logger": "app.calls", "url": url}
    return {**event, "response": json.dumps(body) if n // 2 % 2 else body, "n": n}


def job_error(n):
    """Exceptions with messages of their own, half with a cause, 10 % with a code."""
    error = ValueError(f"no session {n:x} for user {n}")
    if n % 10 == 3:
        error = RoomError(100018)
    if n % 2:
        error.__cause__ = ConnectionError(f"10.0.0.7:{n % 65536} reset, request {n}")
    event = {"event": "job failed", "level": "error", "logger": "worker.jobs"}
    return {**event, "job_id": n, "exc_info": error}


def plain_line(n):
    """A service's own log: 90 % without any field that can hold a code."""
    event = {"event": f"order {n} moved", "level": "info", "logger": "shop.orders"}
    event |= {"request_id": f"{n:x}", "user_id": n}
    if n % 16 == 1:
        event["data"] = {"id": n, "name": f"item {n}"}
    elif n % 25 == 2:
        event["code"] = (200, 404, 3, n)[n % 4]
    return event


STREAMS = {
    "a web server's request lines, the status in `code`": (web_line, 0.8),
    "a worker's vendor calls, 5 % fail": (vendor_call, 5),
    "exceptions, 10 % with a code": (job_error, 3),
    "90 % plain events": (plain_line, 0.4),
}


def bench_streams():
    """Measure events of which nothing was seen before: ids in every text and url."""
    import structlog

    from codegloss.structlog import GlossProcessor

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    process = GlossProcessor()
    numbers = itertools.count(1_000)
    print("streams in which nothing is seen twice, per event, of TimeStamper")
    for name, (make, goal) in STREAMS.items():
        ratios, slow = [], []
        for number in range(ROUNDS // 2):
            events = [make(next(numbers)) for _ in range(100)]
            took = []
            gc.disable()
            for event in events:
                start = time.perf_counter_ns()
                process(None, "info", event)
                took.append(time.perf_counter_ns() - start)
            start = time.perf_counter_ns()
            for _ in events:
                stamp(None, "info", {})
            unit = (time.perf_counter_ns() - start) / len(events)
            gc.enable()
            if number > ROUNDS // 10:  # shapes, names and classes are known by then
                ratios.append(sum(took) / len(events) / unit)
                slow += [each / unit for each in took]
        row(name, statistics.median(ratios), f"≤ {goal}")
        slow.sort()
        row("    its 99th percentile", slow[int(0.99 * len(slow))], "≤ 25 with a code")


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
    row("code", median("with, code", "bare, code", "bare, code"), "none")


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
    row("code, share of four set_attribute calls", ratio, "none")


def bench_retry():
    import tenacity

    from codegloss import advise, is_retryable

    retrying = tenacity.Retrying()
    numbers = itertools.count()

    def failure():
        error = RoomError(100018)
        error.args = (f"join of room {next(numbers)} failed",)
        return error

    median = measure(
        {
            "tenacity": lambda: retrying(int),
            "decision": lambda: is_retryable(failure(), scope="tencent.live"),
            "advice": lambda: advise(failure(), scope="tencent.live"),
            "bare": failure,
        },
        20,
    )
    print("retry decision from a new exception, as a share of a tenacity call")
    row("is_retryable", median("decision", "bare", "tenacity"), "≤ 0.5")
    row("advise", median("advice", "bare", "tenacity"), "≤ 0.5")


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
        row(what, statistics.median(ratios[1:]), "≤ 0.10")
    code = (
        "import structlog, tracemalloc; tracemalloc.start(); import codegloss;"
        "print(tracemalloc.get_traced_memory()[0] / 2**20)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    row("memory kept, MiB", float(done.stdout), "≤ 3")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} rounds")
    bench_structlog()
    bench_streams()
    bench_growth()
    bench_loguru()
    bench_spans()
    bench_retry()
    bench_import()

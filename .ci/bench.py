"""Measure what codegloss adds to a log call, a span and an import, as ratios.

    python .ci/bench.py            print the figures
    python .ci/bench.py --write    and put them into docs/costs.md, with its chart

The figures are of the Python that runs it. Each case is compared with something of the
host's own: structlog's TimeStamper, a whole loguru call, a bare span, the import of
structlog. Every figure is the median of ratios over many short rounds, so that a noisy
machine disturbs both sides alike. The page keeps the last figures of each Python.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile

import bench_streams
from growth import TOP, install
from ratios import ROUNDS, Row, measure
from streams import RoomError

from codegloss._catalog.compact import compacted

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


def single_events():
    """Yield what one event costs that is seen again and again."""
    import structlog

    from codegloss.structlog import GlossProcessor

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    scoped, unscoped = GlossProcessor(scope="tencent"), GlossProcessor()
    error = {"code": 100018, "message": "x"}
    events = {
        "no code": (unscoped, {**EVENT, "level": "info"}, "≤ 0.10"),
        "an error without a code": (unscoped, EVENT, "≤ 1.5"),
        "a code, by a configured scope": (scoped, {**EVENT, "code": 100018}, "≤ 25"),
        "a code, by evidence": (
            unscoped,
            {**EVENT, "logger": "rtc.tencent", "code": 100018},
            "≤ 25",
        ),
        "a nested code": (scoped, {**EVENT, "error": error}, "≤ 25"),
        "an ambiguous code": (scoped, {**EVENT, "code": 100004}, "≤ 25"),
        "an exception": (scoped, {**EVENT, "exc_info": RoomError(100018)}, "≤ 25"),
    }
    cases = {
        "stamp": lambda p=stamp, e=EVENT: p(None, "info", e.copy()),
        "copy": lambda e=EVENT: e.copy(),
    }
    for name, (processor, event, _) in events.items():
        cases[name] = lambda p=processor, e=event: p(None, e["level"], e.copy())
        cases[f"copy {name}"] = lambda e=event: e.copy()
    median = measure(cases, 200)
    section = "one event, again and again, in TimeStampers"
    for name, (_, _, goal) in events.items():
        ratio = median(name, f"copy {name}", "stamp", "copy")
        yield Row(section, name, ratio, goal)


def pipeline():
    """Yield what a whole structlog pipeline takes longer."""
    import orjson
    import structlog

    from codegloss.structlog import GlossProcessor

    def logged(*more):
        logger = structlog.wrap_logger(
            structlog.BytesLogger(open(os.devnull, "wb")),  # noqa: SIM115
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                *more,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
        ).bind()
        fields = {k: v for k, v in EVENT.items() if k not in {"event", "level"}}
        return lambda: logger.info("user joined the room", **fields)

    median = measure({"bare": logged(), "with": logged(GlossProcessor())}, 200)
    share = median("with", "bare", "bare")
    yield Row(WHOLE, "structlog with orjson, no code", share, "≤ 0.05")


WHOLE = "a whole call, as a share of itself"


def loguru_call():
    """Yield what a whole loguru call takes longer."""
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
    text = "loguru with 7 keywords"
    yield Row(WHOLE, f"{text}, no code", median("with", "bare", "bare"), "≤ 0.03")
    share = median("with, code", "bare, code", "bare, code")
    yield Row(WHOLE, f"{text}, a code", share)


def spans():
    """Yield what a whole span takes longer."""
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

    def gloss():
        return GlossSpanProcessor(SpanProcessor(), scope="tencent")

    median = measure(
        {
            "bare": span(None, attributes),
            "no-op": span(SpanProcessor(), attributes),
            "with": span(gloss(), attributes),
            "no-op, code": span(SpanProcessor(), coded),
            "with, code": span(gloss(), coded),
        },
        40,
    )
    text = "a span with 8 attributes"
    yield Row(WHOLE, f"{text}, no code", median("with", "no-op", "bare"), "≤ 0.05")
    yield Row(WHOLE, f"{text}, a code", median("with, code", "no-op, code", "bare"))


def retry():
    """Yield what a retry decision costs."""
    import tenacity

    from codegloss import advise, is_retryable

    retrying = tenacity.Retrying()
    numbers = itertools.count()

    def failure():
        return RoomError(100018, f"join of room {next(numbers)} failed")

    median = measure(
        {
            "tenacity": lambda: retrying(int),
            "is_retryable": lambda: is_retryable(failure(), scope="tencent.live"),
            "advise": lambda: advise(failure(), scope="tencent.live"),
            "bare": failure,
        },
        20,
    )
    section = "a decision about a new exception, in tenacity calls that succeed"
    for name in ("is_retryable", "advise"):
        yield Row(section, f"`{name}`", median(name, "bare", "tenacity"), "≤ 0.5")


def imports():
    """Yield what the import and the first enricher take, and what they keep."""
    timed = (
        "import time; t = time.perf_counter; a = t(); import structlog; b = t();"
        "import codegloss; c = t(); codegloss.Enricher(); d = t();"
        "print((c - b) / (b - a), (d - c) / (b - a))"
    )
    kept = (
        "import structlog, tracemalloc; tracemalloc.start(); import codegloss;"
        "print(tracemalloc.get_traced_memory()[0] / 2**20)"
    )
    section = "start, in imports of structlog"
    content = (TOP / "catalog.json").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        install(folder, content, compacted(content))
        for what, write in (("", ""), (" without bytecode", "1")):
            more = {"PYTHONPYCACHEPREFIX": os.devnull} if write else {}
            more |= {"PYTHONDONTWRITEBYTECODE": write, "PYTHONPATH": folder}
            pairs = [_printed(timed, more) for _ in range(IMPORTS)][1:]
            first, then = (statistics.median(each) for each in zip(*pairs, strict=True))
            yield Row(section, f"`import codegloss`{what}", first, "≤ 0.10")
            if not write:
                yield Row(section, "the first `Enricher()`", then, "≤ 0.3")
        (size,) = _printed(kept, {"PYTHONPATH": folder})
    yield Row(bench_streams.MEMORY, "after the import", size, "≤ 3")


def _printed(code, more):
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(word) for word in done.stdout.split()]


CASES = (
    single_events, pipeline, loguru_call, spans, retry, bench_streams.growth,
    bench_streams.threads, imports, bench_streams.memory,
)  # fmt: skip


def main():
    """Measure everything, one figure a line."""
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} rounds")
    print(f"{'never seen before, in TimeStampers':<52}   mean    p50    p99  worst")
    costs = []
    for each in bench_streams.costs():
        costs.append(each)
        figures = "".join(f"{figure:>7.2f}" for figure in each[2:])
        print(f"  {each.stream:<50}{figures}  (goal {each.goal})", flush=True)
    rows = []
    for case in CASES:
        for row in case():
            if not rows or row.section != rows[-1].section:
                print(row.section)
            rows.append(row)
            print(f"  {row.name:<66} {row.figure:>7.3f}  {row.goal}", flush=True)
    if "--write" in sys.argv[1:]:
        import costs as page  # matplotlib is for the chart alone

        page.keep(costs, rows)
        page.write()


if __name__ == "__main__":
    main()

"""What codegloss adds on streams of events that were never seen before.

Each event is timed alone, in three forms that differ in their ids, and the least of the
three counts: what is left is the event's and not the machine's. The unit is what
structlog's TimeStamper takes in the same round.
"""

from __future__ import annotations

import gc
import itertools
import random
import statistics
import threading
import time
import tracemalloc
from typing import NamedTuple

import hostile
import streams
from ratios import Row, measure

FORMS = 3
EVENTS = 2 * streams.PERIOD
BATCH = 100
THREADS = (1, 4, 16)
MEMORY_EVENTS = 200_000
WARM = 2_000
MEMORY = "memory that is held on to, MiB"


class Cost(NamedTuple):
    """What one stream costs, in TimeStampers an event."""

    stream: str
    goal: str
    mean: float
    p50: float
    p99: float
    worst: float


def structlog_timer(make):
    """Return a function that takes the time of the processor for the n-th event."""
    from codegloss.structlog import GlossProcessor

    process, clock = GlossProcessor(), time.perf_counter_ns

    def taken(n):
        event = make(n)
        start = clock()
        process(None, event["level"], event)
        return clock() - start

    return taken


def loguru_timer(make):
    """The same of the patcher, inside of a loguru call."""
    from loguru import logger

    from codegloss.loguru import GlossPatcher

    patcher, clock = GlossPatcher(), time.perf_counter_ns
    last = [0]

    def timed(record):
        start = clock()
        patcher(record)
        last[0] = clock() - start

    logger.remove()
    logger.add(lambda _: None, format="{message}")
    log = logger.patch(timed)

    def taken(n):
        message, keywords, error = make(n)
        level = "ERROR" if error or n % 20 == 13 else "INFO"
        log.opt(exception=error).log(level, message, **keywords)
        return last[0]

    return taken


def span_timer(make):
    """The same of the span processor, when a span ends."""
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

    from codegloss.otel import GlossSpanProcessor

    gloss, clock = GlossSpanProcessor(SpanProcessor()), time.perf_counter_ns
    last = [0]

    class Timed(SpanProcessor):
        def on_end(self, span):
            start = clock()
            gloss.on_end(span)
            last[0] = clock() - start

    provider = TracerProvider()
    provider.add_span_processor(Timed())
    tracer = provider.get_tracer("app")

    def taken(n):
        tracer.start_span(f"job {n}", attributes=make(n)).end()
        return last[0]

    return taken


STREAMS = (
    ("a web server's request lines, the status in `code`",
     structlog_timer, streams.web_line, "≤ 0.8"),
    ("a worker's vendor calls, 5 % fail",
     structlog_timer, streams.vendor_call, "≤ 5"),
    ("a vendor's errors: every event is explained",
     structlog_timer, streams.vendor_error, "p99 ≤ 25"),
    ("exceptions, 10 % with a code", structlog_timer, streams.job_error, "≤ 3"),
    ("90 % plain events", structlog_timer, streams.plain_line, "≤ 0.4"),
    ("loguru calls, 5 % with a code", loguru_timer, streams.keyword_call, "≤ 1.5"),
    ("spans, 5 % with a code", span_timer, streams.span_attributes, "≤ 1.2"),
)  # fmt: skip


def stamp_timer():
    """Return a function that takes the time of TimeStamper, in the same way."""
    import structlog

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    clock = time.perf_counter_ns

    def taken():
        event = {}
        start = clock()
        stamp(None, "info", event)
        return clock() - start

    return taken


def cost(name, timer, make, goal):
    """Measure one stream."""
    taken, stamp = timer(make), stamp_timer()
    for n in range(WARM):  # shapes, names and classes are known by then
        taken(-1 - n)
        stamp()
    least = [float("inf")] * EVENTS
    for form in range(FORMS):
        for first in range(0, EVENTS, BATCH):
            numbers = range(first, first + BATCH)
            gc.disable()
            times = [taken(form * EVENTS + n) for n in numbers]
            unit = statistics.median(stamp() for _ in range(BATCH))
            gc.enable()
            for n, each in zip(numbers, times, strict=True):
                least[n] = min(least[n], each / unit)
    least.sort()
    p50, p99 = least[EVENTS // 2], least[EVENTS * 99 // 100]
    return Cost(name, goal, sum(least) / EVENTS, p50, p99, least[-1])


def costs():
    """Yield what each stream costs."""
    for each in STREAMS:
        yield cost(*each)


def threads():
    """Yield how much more the same events take when threads share them."""
    import structlog

    from codegloss.structlog import GlossProcessor

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    cases = {"codegloss": GlossProcessor(), "TimeStamper": stamp}
    taken = {}
    numbers = itertools.count(0, streams.PERIOD * 4)
    every = [(what, count) for what in cases for count in THREADS]
    for _ in range(9):
        for what, count in random.sample(every, len(every)):
            first = next(numbers)
            events = [streams.mixed(first + n) for n in range(8_000)]
            cpu = _cpu_time(cases[what], events, count)
            taken.setdefault((what, count), []).append(cpu)
    for what in cases:
        for count in THREADS[1:]:
            pairs = zip(taken[what, count], taken[what, 1], strict=True)
            ratio = statistics.median(more / one for more, one in pairs)
            goal = "as TimeStamper" if what == "codegloss" else ""
            name = f"{what}: {count} threads, as a share of one"
            yield Row("threads: the same events, shared out", name, ratio, goal)


def _cpu_time(process, events, count):
    """Return the seconds of CPU that some threads take for events that they share.

    Not of the wall, on which a busy machine shows more than threads do.
    """
    start = threading.Barrier(count + 1)

    def work(share):
        start.wait()
        for event in share:
            process(None, "info", event)

    # In pieces, so that each has events of all kinds.
    size = len(events) // count
    shares = [events[n * size : (n + 1) * size] for n in range(count)]
    workers = [threading.Thread(target=work, args=(share,)) for share in shares]
    for worker in workers:
        worker.start()
    while start.n_waiting < count:
        time.sleep(0.001)
    gc.collect()
    gc.disable()
    begun = time.process_time()
    start.wait()
    for worker in workers:
        worker.join()
    seconds = time.process_time() - begun
    gc.enable()
    return seconds


def memory():
    """Yield what is held on to after many events, in MiB."""
    from codegloss.structlog import GlossProcessor

    process = GlossProcessor()
    for n in range(WARM):
        process(None, "info", streams.mixed(-1 - n))
    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for n in range(MEMORY_EVENTS):
        process(None, "info", streams.mixed(n))
    gc.collect()
    kept = (tracemalloc.get_traced_memory()[0] - before) / 2**20
    tracemalloc.stop()
    yield Row(MEMORY, f"after {MEMORY_EVENTS:,} events of the streams", kept, "≤ 1")
    name = f"after {3 * hostile.KEPT:,} with new keys, names, hosts and codes"
    yield Row(MEMORY, name, hostile.kept(), "≤ 16")


def growth():
    """Yield what more keys and depth cost; `growth.py` says what entries do."""
    import structlog

    from codegloss import Enricher

    section = "growth, in TimeStampers"
    enrich = Enricher().enrich
    few = frozenset(f"name_{n}" for n in range(40))
    small, large = ({f"key_{n}": n for n in range(count)} for count in (5, 105))
    clear = Enricher().is_clear
    cases = {
        "all small": lambda: clear(small), "all large": lambda: clear(large),
        "few small": lambda: few.isdisjoint(small),
        "few large": lambda: few.isdisjoint(large),
    }  # fmt: skip
    share = measure(cases, 500)("all large", "all small", "few large", "few small")
    name = "a further key without a code, as a share of a look into a bare set"
    yield Row(section, name, share, "1")
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    cases = {"stamp": lambda: stamp(None, "info", {}), "empty": dict}
    error = {"level": "error", "sdk": "TUILiveKit"}
    for count in (8, 64, 512, 4_096):
        event = {f"key_{n}": n for n in range(count)} | error | {"code": 100018}
        cases[f"a code among {count:,} keys"] = lambda e=event: enrich(e)
    for depth in (0, 1, 2, 3, 50):
        body = {"code": 100018}
        for _ in range(depth):
            body = {"data": body}
        event = error | body
        cases[f"a code {depth} mappings deep"] = lambda e=event: enrich(e)
    median = measure(cases, 20)
    for name in list(cases)[2:]:
        ratio = median(name, None, "stamp", "empty")
        yield Row(section, name, ratio, "≤ 25" if "keys" in name else "")

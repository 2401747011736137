#!/usr/bin/env python3
"""Measure what somebody who writes a program's log lines can make codegloss cost.

    python .ci/hostile.py

Prints the dearest event that is known of each kind, new every time, as a multiple of
what structlog's TimeStamper takes, as SECURITY.md quotes it. The memory that is held on
to after many of them, `bench.py` measures with the rest of what is in docs/costs.md.
"""

from __future__ import annotations

import itertools
import json
import statistics
import time
import tracemalloc

import structlog
from hostile_events import KINDS, names, shapes, unknown

import codegloss

NUMBERS = itertools.count(1)
KEPT = 20_000


def nanoseconds(call, events):
    taken = []
    for event in events:
        start = time.perf_counter_ns()
        call(event)
        taken.append(time.perf_counter_ns() - start)
    return taken


def kept():
    """Return how many MiB are held on to after many names, keys and codes."""
    enricher = codegloss.Enricher(count_unknown=True)
    nanoseconds(enricher.enrich, [make(next(NUMBERS)) for make in KINDS.values()])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for make in (names, shapes, unknown):
        for _ in range(KEPT):
            enricher.enrich(make(next(NUMBERS)))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / 2**20


def main():
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    plain = [{} for _ in range(20_000)]
    unit = statistics.median(nanoseconds(lambda e: stamp(None, "", e), plain))
    enricher = codegloss.Enricher(count_unknown=True)
    print(f"{'event, new every time':38} median  95 % below (TimeStampers)")
    for name, make in KINDS.items():
        events = [make(next(NUMBERS)) for _ in range(200)]
        nanoseconds(enricher.enrich, events[:20])
        taken = [each / unit for each in nanoseconds(enricher.enrich, events[20:])]
        # The dearest one of all tells more of the machine than of the event.
        most = statistics.quantiles(taken, n=20)[-1]
        print(f"{name:38} {statistics.median(taken):6,.0f} {most:11,.0f}")
    print(json.dumps({key: codegloss.stats()[key] for key in ("errors", "last_error")}))


if __name__ == "__main__":
    main()

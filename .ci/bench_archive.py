"""Measure what explaining an archive costs: Arrow batches, growth, Spark's workers.

    python .ci/bench_archive.py                # minutes; up to 10^6 rows
    python .ci/bench_archive.py --full         # up to 10^7 rows

Everything is a ratio within one run. The rows are a day of `examples/archive.py`:
once as it logs, its texts constant and its ids in fields of their own; once with an id
in every text, so that no two failures are equal. Spark's second worker is held against
how many cores the first keeps busy, with the JVM that feeds it, and against what two
processes get done beside each other on this machine at all.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

import codegloss
from codegloss.arrow import BatchGlosser

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "examples"))
import archive  # noqa: E402

ROUNDS = 7
BATCH = 65_536


def with_ids(events):
    """Yield events whose texts are never the same."""
    for number, event in enumerate(events):
        yield {**event, "event": f"{event['event']} in room r-{number:x}"}


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bench_arrow():
    print(f"Arrow, one core: rows a second, batches of {BATCH:,}")
    kinds = {"as it logs": lambda events: events, "an id in every text": with_ids}
    for name, kind in kinds.items():
        events = list(kind(archive.day(BATCH)))
        batch = pa.RecordBatch.from_pylist(events, archive.SCHEMA)
        glosser, enrich = BatchGlosser(), codegloss.enrich
        glosser.facts(batch)  # warm

        def one_by_one(events=events, enrich=enrich):
            for event in events:
                enrich(event)

        ratios = []
        for _ in range(ROUNDS):
            columns = seconds(lambda b=batch, g=glosser: g.facts(b))
            ratios.append(seconds(one_by_one) / columns)
        ratio = statistics.median(ratios)
        print(
            f"  {name:<22}{BATCH / columns:>12,.0f}   {ratio:>6.1f} x enrich on dicts"
        )


def bench_growth(most):
    print("\nGrowth: seconds for a row, and the peak of memory, an id in every text")
    for power in range(5, most + 1):
        rows = 10**power
        command = [sys.executable, __file__, "--grow", str(rows)]
        out = subprocess.check_output(command, text=True)  # noqa: S603
        took, peak = map(float, out.split())
        print(
            f"  10^{power} rows  {took / rows * 1e6:>8.2f} µs a row  {peak:>8.0f} MiB"
        )


def grow(rows):
    glosser = BatchGlosser()
    took = 0.0
    events = with_ids(archive.day(rows))
    while some := list(itertools.islice(events, BATCH)):
        batch = pa.RecordBatch.from_pylist(some, archive.SCHEMA)
        took += seconds(lambda b=batch: glosser.facts(b))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(took, peak)


def bench_spark(rows):
    if shutil.which("java") is None:
        print("\nSpark is left out: it needs a Java runtime")
        return
    folder = Path(tempfile.mkdtemp(prefix="codegloss-"))
    try:
        lines = archive.write(folder, rows)[0]
        (one, cores), (two, _) = on_spark(lines, 1), on_spark(lines, 2)
    finally:
        shutil.rmtree(folder)
    print(f"\nSpark, {rows:,} lines, best of {ROUNDS}, the start of it aside")
    print(f"  one worker {one:.2f} s, two {two:.2f} s: {one / two:.2f} x")
    print(f"  one worker keeps {cores:.1f} of {os.cpu_count()} cores busy")
    alone = beside(1)
    print(f"  two busy processes on this machine: {2 * alone / beside(2):.2f} x")


def cpu_of_family(pid):
    """Return the seconds of CPU that a process and all below it have taken."""
    taken, children = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            number, rest = stat.read_text().split(" (", 1)
            fields = rest.rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            taken[int(number)] = ticks / os.sysconf("SC_CLK_TCK")
            children.setdefault(int(fields[1]), []).append(int(number))
    family = [pid]
    for each in family:  # grows while it is walked
        family += children.get(each, ())
    return sum(taken.get(each, 0) for each in family)


def on_spark(lines, workers):
    """Return the least time of a pass, and how many cores were busy meanwhile."""
    code = f"""if True:
        import os, sys, time
        sys.path.insert(0, {str(TOP / ".ci")!r})
        from bench_archive import cpu_of_family
        from pyspark.sql import SparkSession
        import codegloss.spark
        spark = (SparkSession.builder.master("local[{workers}]")
            .config("spark.ui.enabled", False).config("spark.log.level", "OFF")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.files.maxPartitionBytes", 4 << 20).getOrCreate())
        frame = codegloss.spark.gloss(
            spark.read.text({str(lines)!r}), json_column="value")
        passes = []
        for _ in range({ROUNDS}):
            begun, busy = time.perf_counter(), cpu_of_family(os.getpid())
            frame.where("vendor IS NOT NULL").count()
            took = time.perf_counter() - begun
            passes.append((took, (cpu_of_family(os.getpid()) - busy) / took))
        print(*min(passes))
    """
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, "-c", code]
    quiet = subprocess.DEVNULL
    options = {"text": True, "env": env, "stderr": quiet}
    took, cores = subprocess.check_output(command, **options).split()  # noqa: S603
    return float(took), float(cores)


def beside(number):
    code = "sum(range(60_000_000))"
    begun = time.perf_counter()
    command = [sys.executable, "-c", code]
    started = [subprocess.Popen(command) for _ in range(number)]  # noqa: S603
    for each in started:
        each.wait()
    return time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="up to 10^7 rows")
    parser.add_argument("--grow", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.grow:
        grow(asked.grow)
        return
    bench_arrow()
    bench_growth(7 if asked.full else 6)
    bench_spark(4_000_000 if asked.full else 1_000_000)


if __name__ == "__main__":
    main()

"""A day of a room service's logs, explained after the fact by three engines.

    python examples/archive.py                     # 200,000 lines
    python examples/archive.py --rows 5000000      # several million
    python examples/archive.py --keep /tmp/day     # keep the logs and look yourself

It writes the day as JSON lines and as Parquet, lets DuckDB, Polars and Spark explain
the codes in it, and answers what a post-mortem asks: which vendor failed when, how much
of it was worth a retry, and what a retry would have saved. All three count the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import codegloss.duckdb
import codegloss.polars

DAY = datetime(2026, 3, 2, tzinfo=timezone.utc)
# What the service calls, the codes that come back, and how often, a hundred failures.
CALLS = [
    ("chat.sender", "https://api.netease.im/nimserver/msg/sendMsg.action",
     "send failed", {416: 30, 414: 20, 403: 10, 500: 20, 508: 20}),
    ("rooms.rtc", "https://console.tim.qq.com/v4/live_engine_http_srv/create_room",
     "create room failed", {100012: 40, 100004: 30, 100018: 20, 70169: 10}),
    ("rooms.members", "https://roomkit.netease.im/neroom/v3/rooms",
     "add member failed", {1016: 50, 1017: 20, 700: 30}),
]  # fmt: skip
# When a vendor had a bad time: hours, which call, and the code that came instead.
INCIDENTS = [(range(14, 16), 1, 100012), (range(20, 21), 0, 416)]
SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("ms", "UTC")),
        *((name, pa.string()) for name in ("level", "logger", "event", "request_id")),
        ("user_id", pa.int64()),
        ("duration_ms", pa.int32()),
        *((name, pa.string()) for name in ("method", "path")),
        ("status", pa.int16()),
        ("url", pa.string()),
        ("code", pa.int64()),
    ]
)
COUNTED = ("hour", "vendor", "product", "code", "meaning", "retryable")


def day(rows: int):
    """Yield the events of a day, in order: most are requests, some are failures."""
    chance = random.Random(20260302)  # noqa: S311
    for number in range(rows):
        at = DAY + timedelta(seconds=86_400 * number / rows)
        event = {
            "ts": at,
            "level": "info",
            "logger": "app.web",
            "event": "request",
            "request_id": f"{chance.getrandbits(48):012x}",
            "user_id": chance.randrange(1_000_000),
            "duration_ms": int(chance.expovariate(1 / 40)),
        }
        if chance.random() < failing(at.hour):
            event |= failure(at.hour, chance)
        else:
            missing = chance.random() < 0.02
            event |= {"method": "GET", "path": "/v1/rooms"}
            # As django-structlog logs the HTTP status: no vendor's code.
            event |= {"status": 404, "code": 404} if missing else {"status": 200}
        yield event


def failing(hour: int) -> float:
    busy = 0.02 + 0.02 * math.sin(math.pi * hour / 24)
    return busy + 0.08 * any(hour in hours for hours, _, _ in INCIDENTS)


def failure(hour: int, chance: random.Random) -> dict:
    call = chance.randrange(len(CALLS))
    code = None
    for hours, which, incident in INCIDENTS:
        if hour in hours and chance.random() < 0.7:
            call, code = which, incident
    logger, url, event, codes = CALLS[call]
    code = code or chance.choices(list(codes), list(codes.values()))[0]
    return {
        "level": "error",
        "logger": logger,
        "event": event,
        "url": url,
        "code": code,
    }


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    lines, table = folder / "day.ndjson", folder / "day.parquet"
    batch: list[dict] = []
    with (
        lines.open("w", encoding="utf-8") as file,
        pq.ParquetWriter(table, SCHEMA) as writer,
    ):
        for number, event in enumerate(day(rows), 1):
            file.write(json.dumps(event, default=lambda at: at.isoformat()) + "\n")
            batch.append(event)
            if len(batch) == 100_000 or number == rows:
                writer.write_batch(pa.RecordBatch.from_pylist(batch, SCHEMA))
                batch.clear()
    return lines, table


def with_duckdb(_: Path, table: Path) -> list[tuple]:
    """Parquet, in SQL."""
    connection = duckdb.connect()
    codegloss.duckdb.register(connection)
    connection.execute("SET TimeZone = 'UTC'")
    query = """
        SELECT hour(ts), gloss.vendor, gloss.product, gloss.code, gloss.meaning,
            gloss.retryable, count(*)
        FROM (SELECT ts, gloss({
            'level': level, 'logger': logger, 'event': event, 'url': url,
            'method': method, 'path': path, 'status': status, 'code': code
        }) AS gloss FROM read_parquet($table))
        WHERE gloss.vendor IS NOT NULL GROUP BY ALL
    """
    return connection.execute(query, {"table": str(table)}).fetchall()


def with_polars(_: Path, table: Path) -> list[tuple]:
    """Parquet, as a lazy frame that is streamed."""
    glossed = codegloss.polars.gloss(pl.scan_parquet(table), prefix="gloss_")
    keys = [pl.col(f"gloss_{name}").alias(name) for name in COUNTED[1:]]
    counted = (
        glossed.filter(pl.col("gloss_vendor").is_not_null())
        .group_by(pl.col("ts").dt.hour().alias("hour"), *keys)
        .len()
    )
    return counted.collect(engine="streaming").rows()


def with_spark(lines: Path, _: Path) -> list[tuple]:
    """The JSON lines as text, as they lie in a bucket."""
    # It needs a Java runtime as well.
    from pyspark.sql import SparkSession, functions  # noqa: PLC0415

    import codegloss.spark  # noqa: PLC0415

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", value=False)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )
    try:
        glossed = codegloss.spark.gloss(
            spark.read.text(str(lines)), json_column="value"
        )
        stamp = functions.get_json_object("value", "$.ts")
        hour = functions.substring(stamp, 12, 2).cast("int").alias("hour")
        counted = (
            glossed.where("vendor IS NOT NULL").groupBy(hour, *COUNTED[1:]).count()
        )
        return [tuple(row) for row in counted.collect()]
    finally:
        spark.stop()


def show(counted: list[tuple], rows: int) -> None:
    failures = sum(row[-1] for row in counted)
    print(f"{failures:,} of {rows:,} lines are failures of a vendor\n")
    print("Which vendor failed when (failures an hour)")
    hours: dict[str, Counter] = defaultdict(Counter)
    for hour, vendor, product, *_, number in counted:
        hours[f"{vendor}.{product}" if product else vendor][hour] += number
    most = max(max(each.values()) for each in hours.values())
    for scope, by_hour in sorted(hours.items()):
        bars = "".join(" ▁▂▃▄▅▆▇█"[round(8 * by_hour[h] / most)] for h in range(24))
        print(f"  {scope:<22}|{bars}| {sum(by_hour.values()):>9,}")
    print(f"  {'hour':<22} 0     6     12    18    \n")
    print("How much was worth a retry")
    by_answer = Counter()
    for *_, retryable, number in counted:
        by_answer[retryable] += number
    for answer, name in ((True, "yes"), (False, "no"), (None, "nobody knows")):
        share = by_answer[answer] / failures
        print(
            f"  {name:<13}{by_answer[answer]:>9,} {share:>5.0%} {'█' * int(40 * share)}"
        )
    print("\nWhat a retry would have saved: calls that failed only for the moment")
    saved = Counter()
    for _, vendor, product, code, meaning, retryable, number in counted:
        if retryable:
            saved[vendor, product or "", code, meaning] += number
    for (vendor, product, code, meaning), number in saved.most_common():
        print(f"  {number:>9,}  {vendor}.{product} {code}: {meaning}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="folder for the logs")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="codegloss-"))
    folder.mkdir(parents=True, exist_ok=True)
    engines = {"DuckDB": with_duckdb, "Polars": with_polars, "Spark": with_spark}
    if shutil.which("java") is None:
        print("Spark is left out: it needs a Java runtime\n")
        del engines["Spark"]
    try:
        files = write(folder, asked.rows)
        answers = {}
        for name, engine in engines.items():
            begun = time.perf_counter()
            answers[name] = sorted(engine(*files), key=str)
            seconds = time.perf_counter() - begun
            print(f"{name:<7} {seconds:6.1f} s  {asked.rows / seconds:>10,.0f} lines/s")
        first, *others = answers.values()
        if any(other != first for other in others):
            raise SystemExit("the engines count differently")
        print("all of them count the same\n")
        show(first, asked.rows)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

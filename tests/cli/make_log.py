"""Write a log as real programs do, and tell what stands in it.

    python tests/cli/make_log.py FILE [LINES] [SHARE OF ERRORS] [json]

structlog as JSON, loguru serialised, the standard library as text, and between them a
web server's access log, as text or (for a comparison with `jq`) as JSON.
"""

from __future__ import annotations

import json
import logging
import random
import sys
from collections import Counter

import structlog
from loguru import logger

ACCESS = (
    '10.0.{a}.{b} - - [21/Nov/2026:13:{m:02d}:{s:02d} +0000] "GET /api/v1/rooms/{n} '
    'HTTP/1.1" {status} {size} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n'
)


class Writers:
    """The loggers of three libraries, all writing to one file."""

    def __init__(self, out):
        self.out = out
        self.structlog = structlog.wrap_logger(
            structlog.WriteLogger(out),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )
        logger.remove()
        self.sink = logger.add(out, serialize=True)
        self.handler = logging.StreamHandler(out)
        form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
        self.handler.setFormatter(logging.Formatter(form))
        self.stdlib = logging.Logger("rtc.tencent", logging.INFO)
        self.stdlib.addHandler(self.handler)

    def close(self):
        logger.remove(self.sink)
        self.stdlib.removeHandler(self.handler)


def write(path, lines, share, *, access_as_json=False):
    """Write a log; return how many errors of each code stand in it."""
    chance = random.Random(14)  # noqa: S311
    counts = Counter()
    with open(path, "w", encoding="utf-8") as out:
        writers = Writers(out)
        for number in range(lines):
            kind, bad = chance.random(), chance.random() < share
            if kind < 0.35:
                counts += structlog_line(writers.structlog, number, bad)
            elif kind < 0.5:
                counts += loguru_line(number, bad)
            elif kind < 0.7:
                counts += stdlib_line(writers.stdlib, number, bad)
            else:
                access_line(out, number, chance, access_as_json)
        writers.close()
    return counts


def structlog_line(log, number, bad):
    if bad:
        log.error("join failed", logger="rtc.tencent", code=100018, room=number)
        return Counter({100018: 1})
    log.info("request_finished", method="GET", path=f"/rooms/{number}", code=200)
    return Counter()


def loguru_line(number, bad):
    if bad:
        logger.bind(sdk="NIM", code=416).error("message {} not sent", number)
        return Counter({416: 1})
    logger.info("message {} delivered to {}", number, number * 7)
    return Counter()


def stdlib_line(log, number, bad):
    if bad:
        log.error("enter room failed, code=100004 room=%d", number)
        return Counter({100004: 1})
    log.info("user %d joined room %d", number, number * 3)
    return Counter()


def access_line(out, number, chance, as_json):
    status = 200 if chance.random() < 0.95 else chance.choice([403, 404, 416, 500])
    if as_json:
        line = {"method": "GET", "path": f"/api/v1/rooms/{number}", "code": status}
        out.write(json.dumps({"level": "info", "event": "request", **line}) + "\n")
        return
    minute, second = number // 60 % 60, number % 60
    a, b, size = number % 256, number % 199, chance.randrange(100, 9000)
    out.write(
        ACCESS.format(a=a, b=b, m=minute, s=second, n=number, status=status, size=size)
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    as_json = "json" in given
    given = [each for each in given if each != "json"]
    lines = int(given[1]) if len(given) > 1 else 500_000
    share = float(given[2]) if len(given) > 2 else 0.01
    print(dict(write(given[0], lines, share, access_as_json=as_json)))

#!/usr/bin/env python3
"""Measure what the size of the catalog costs, from the shipped one to 20,000 entries.

    python .ci/growth.py

Larger catalogs are copies of the shipped one, with vendors, products, names and symbols
of their own and three codes in five renumbered. Each is put into a package as a wheel
has it, and imported by fresh processes. Figures are medians of CPU time, as shares of
`import structlog` or of its TimeStamper in the same process. The lines `from the JSON`
are those of an editable install.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "src"))
SIZES = (5_000, 10_000, 20_000)
RUNS = 11
# Of the wheel with the shipped catalog; the rest of the curve has none.
GOALS = {"import": 0.10, "kept": 3.0, "first": 0.30}
COLUMNS = {
    "file": "catalog.json, MiB",
    "packed": "compact, MiB",
    "import": "import codegloss, of import structlog",
    "kept": "kept by it, MiB",
    "first": "first Enricher(), of import structlog",
    "kept_then": "kept then, MiB",
    "plain": "no code, of TimeStamper",
    "number": "a code of nobody, of TimeStamper",
    "coded": "a vendor's code, of TimeStamper",
}

TIMES = """
import time
a = time.process_time(); import structlog
b = time.process_time(); import codegloss
c = time.process_time(); codegloss.Enricher()
d = time.process_time()
print({"import": (c - b) / (b - a), "first": (d - c) / (b - a)})
"""
MEMORY = """
import structlog, tracemalloc
tracemalloc.start(); import codegloss
kept = tracemalloc.get_traced_memory()[0]; enricher = codegloss.Enricher()
then = tracemalloc.get_traced_memory()[0]
print({"kept": kept / 2**20, "kept_then": then / 2**20})
"""
EVENTS = """
import gc, itertools, statistics, structlog, time
from codegloss.structlog import GlossProcessor

stamp, gloss = structlog.processors.TimeStamper(fmt="iso", utc=True), GlossProcessor()
numbers = itertools.count()

def event(kind):
    n = next(numbers)
    made = {"event": f"call {n} failed", "level": "info", "logger": "app", "user": n}
    if kind != "plain":
        made |= {"code": 88_111_222, "url": f"https://x.example/{n}", "level": "error"}
    if kind == "coded":
        made |= {"code": 100018, "url": f"https://console.tim.qq.com/v4/"
                 f"live_engine_http_srv/x?random={n}"}
    return made

def cost(process, kind):
    events = [event(kind) for _ in range(100)]
    start = time.process_time_ns()
    for each in events:
        process(None, each["level"], each)
    return time.process_time_ns() - start

assert "meaning" in gloss(None, "error", event("coded"))
found = {}
gc.disable()
for kind in ("plain", "number", "coded"):
    ratios = [cost(gloss, kind) / cost(stamp, "plain") for _ in range(100)]
    found[kind] = statistics.median(ratios[10:])
print(found)
"""


def copied(data: dict, number: int, ids: dict) -> dict:
    """Return a catalog with vendors, products, names and symbols of its own."""
    names = ("aliases", "short_aliases", "prefixes", "needs_witness")

    def marked(marks: dict) -> dict:
        own = {key: value for key, value in marks.items() if key != "tables"}
        own |= {key: [f"{n}x{number}" for n in own[key]] for key in names if key in own}
        own["hosts"] = [f"{host.partition('/')[0]}{number}" for host in own["hosts"]]
        for share in own.get("shares", ()):
            share["product"] = ids[share["product"]]
        return own

    for place, entry in enumerate(data["entries"]):
        entry["product"] = ids[entry["product"]]
        entry["symbols"] = [f"{name}_{number}" for name in entry.get("symbols", ())]
        entry.pop("table", None)
        if type(entry["code"]) is int and place % 5 < 3:
            entry["code"] += 10_000_000 * number
    sections = {
        name: {ids[key]: marked(each) for key, each in data[name].items()}
        for name in ("vendors", "products")
    }
    # The keys in canonical order: the symbols stand after product, code and sdk_code.
    first = ("product", "code", "sdk_code", "symbols")
    entries = [
        {**{key: each[key] for key in first if key in each}, **each}
        for each in data["entries"]
    ]
    return {**sections, "entries": entries}


def synthetic(text: bytes, size: int) -> bytes:
    """Return a catalog of a size, in the form of the shipped one."""
    data = json.loads(text)
    number = 0
    while len(data["entries"]) < size:
        number += 1
        more = json.loads(text)
        for each in more["entries"]:
            each.pop("general", None)
            each.pop("needs_product", None)
        ids = {key: f"{key}{number}" for key in more["vendors"]}
        for scope in more["products"]:
            vendor, _, product = scope.partition(".")
            ids[scope] = f"{ids[vendor]}.{product}"
        more = copied(more, number, ids)
        data["vendors"] |= more["vendors"]
        data["products"] |= more["products"]
        data["entries"] += more["entries"]
    entries = data.pop("entries")[:size]
    head = json.dumps(data, ensure_ascii=False)[:-1]
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in entries)
    return f'{head},\n "entries": [\n  {lines}\n ]\n}}\n'.encode()


def run(code: str, folder: Path) -> dict[str, float]:
    """Run a program on a package, with bytecode, and return what it prints."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    environment["PYTHONPATH"] = str(folder)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.replace("'", '"'))


def install(folder: str, content: bytes, packed: bytes | None) -> None:
    """Put the package into a folder as a wheel does, with a catalog, packed or not."""
    package = Path(folder) / "codegloss"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TOP / "src" / "codegloss", package, ignore=ignored)
    (package / "catalog.json").write_bytes(content)
    if packed is not None:
        (package / "catalog.packed").write_bytes(packed)


def measured(content: bytes, *, compact: bool) -> dict[str, float]:
    """Return the figures of a catalog."""
    from codegloss._catalog.compact import compacted

    packed = compacted(content)
    found = {"file": len(content) / 2**20, "packed": len(packed) / 2**20}
    with tempfile.TemporaryDirectory() as folder:
        install(folder, content, packed if compact else None)
        runs = [run(TIMES, Path(folder)) for _ in range(RUNS + 1)][1:]
        for name in runs[0]:
            found[name] = statistics.median(each[name] for each in runs)
        return found | run(MEMORY, Path(folder)) | run(EVENTS, Path(folder))


def main() -> int:
    """Print the curve; return 1 if the shipped catalog in a wheel misses a goal."""
    content = (TOP / "catalog.json").read_bytes()
    size = len(json.loads(content)["entries"])
    rows = {f"{size:,}, shipped": measured(content, compact=True)}
    rows[f"{size:,}, from the JSON"] = measured(content, compact=False)
    for size in SIZES:
        rows[f"{size:,}"] = measured(synthetic(content, size), compact=True)
    rows[f"{size:,}, from the JSON"] = measured(synthetic(content, size), compact=False)
    print(f"Python {sys.version.split()[0]}, medians of {RUNS} processes")
    print(f"| entries | {' | '.join(COLUMNS.values())} |")
    print(f"|--|{'--:|' * len(COLUMNS)}")
    for name, figures in rows.items():
        print(f"| {name} | {' | '.join(f'{figures[key]:.2f}' for key in COLUMNS)} |")
    first = next(iter(rows.values()))
    missed = [name for name, goal in GOALS.items() if first[name] > goal]
    for name in missed:
        print(f"missed: {COLUMNS[name]}: {first[name]:.3f}, more than {GOALS[name]}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Print what the catalog has of its source tables and what it leaves out, and check it.

    python .ci/left_out.py             # every row left out, with its reason
    python .ci/left_out.py --counts    # only how many rows of each product

`left_out.tsv` beside this script holds the rows that no entry was made of, so that
nobody asks again why. A row that an entry is made of later leaves the list: the check
asks for that, and for a reason of the list below.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parents[1]
CATALOG = TOP / "catalog.json"
LIST = Path(__file__).with_name("left_out.tsv")

REASONS = {
    "same fact": "the entry named has this fact, from another table",
    "another sense, noted": "the entry named follows another table, and notes this one",
    "older source": "an older SDK or page; newer ones give the number another sense",
    "number of another product": "returned as it is; the entry named explains it",
    "symbol only": "a symbol that no table explains",
    "state, not an error": "an event or a state of the SDK",
    "success code": "the request succeeded",
    "partial success": "done for a part of what was asked; no failed call",
    "the app's own numbers": "a range that the vendor leaves to the app",
    "no product": "a product that is not in the catalog",
}
# Reasons that rest on an entry of the catalog, which the row names.
_SEE = {
    "same fact",
    "another sense, noted",
    "older source",
    "number of another product",
}
# Another row of the same table and number is taken, and this one contradicts it.
_BESIDE = {"another sense, noted", "older source"}

Entries = list[dict[str, Any]]
Faults = Iterator[str]


class Row(NamedTuple):
    """One row left out, as the file has it: all texts."""

    product: str
    table: str
    code: str
    name: str
    reason: str
    see: str
    source: str

    def __str__(self) -> str:
        """Return it as it is printed."""
        name = f" {self.name}" if self.name else ""
        see = f": {self.see}" if self.see else ""
        place = f"{self.product} {self.code}{name}"
        return f"{place}  [{self.reason}{see}]  {self.table}; {self.source}"


def read(text: str) -> list[Row]:
    """Return the rows of the file; of a line too long, the last field has the rest."""
    width = len(Row._fields)
    lines = (line.split("\t", width - 1) for line in text.splitlines()[1:])
    return [Row(*line, *[""] * (width - len(line))) for line in lines]


def check(rows: list[Row], catalog: dict[str, Any]) -> list[str]:
    """Return every fault of the list, one line each; none when it is sound."""
    entries: dict[tuple[str, str], Entries] = {}
    for entry in catalog["entries"]:
        for code in {str(entry["code"]), str(entry.get("sdk_code", entry["code"]))}:
            entries.setdefault((entry["product"], code), []).append(entry)
    faults = list(_order_faults(rows))
    for row in rows:
        found = [*_form_faults(row, catalog), *_see_faults(row, entries)]
        found += _taken_faults(row, entries.get((row.product, row.code), []))
        faults += [f"{row.product} {row.table} {row.code}: {fault}" for fault in found]
    return faults


def counts(rows: list[Row], catalog: dict[str, Any]) -> str:
    """Return how many rows of each product are taken, and left out for which reason."""
    taken = Counter(e["product"] for e in catalog["entries"] for _ in e["source"])
    left = Counter((row.product, row.reason) for row in rows)
    lines = ["  taken  left out"]
    for product in sorted({*taken, *(row.product for row in rows)}):
        why = {reason: left[product, reason] for reason in REASONS}
        told = "; ".join(f"{n} {reason}" for reason, n in why.items() if n)
        total = f"{taken[product]:>7,} {sum(why.values()):>9,}  {product}"
        lines.append(f"{total}: {told}" if told else total)
    lines.append(f"{taken.total():>7,} {len(rows):>9,}  in all")
    by_reason = Counter(row.reason for row in rows)
    lines += [f"{by_reason[name]:>17,}  {name}: {REASONS[name]}" for name in REASONS]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the list and its faults, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--counts", action="store_true", help="print the counts only")
    options = parser.parse_args(arguments)
    rows = read(LIST.read_text("utf-8"))
    catalog = json.loads(CATALOG.read_text("utf-8"))
    if not options.counts:
        print(*rows, sep="\n", end="\n\n")
    print(counts(rows, catalog))
    faults = check(rows, catalog)
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def _order_faults(rows: list[Row]) -> Faults:
    for row, next_row in pairwise(rows):
        if next_row[:4] == row[:4]:
            yield f"{row}: stands twice"
        elif _rank(next_row) < _rank(row):
            yield f"{next_row}: belongs before {row}"


def _rank(row: Row) -> tuple[Any, ...]:
    """Return where a row stands; numbers come before ranges and names."""
    number = int(row.code) if re.fullmatch(r"-?\d+", row.code) else None
    return (row.product, row.table, number is None, number or 0, row.code, row.name)


def _form_faults(row: Row, catalog: dict[str, Any]) -> Faults:
    if row.reason not in REASONS:
        yield f"{row.reason!r} is no reason of the list"
    if not (row.table and row.code and row.source):
        yield "table, code and source are needed"
    if not (row.name or row.see):
        yield "neither a name nor an entry says what the row is about"
    if any(field != " ".join(field.split()) for field in row):
        yield "has too many spaces, or too many columns"
    if (row.product in catalog["products"]) == (row.reason == "no product"):
        yield "has a product" if row.reason == "no product" else "has no such product"


def _see_faults(row: Row, entries: dict[tuple[str, str], Entries]) -> Faults:
    """Report an entry named that is not there, or does not do what the reason says."""
    if not row.see:
        if row.reason in _SEE:
            yield "names no entry"
        return
    if row.reason not in _SEE:
        yield "names an entry for nothing"
    place, _, code = row.see.partition(" ")
    product, _, table = place.partition("/")
    found = [e for e in entries.get((product, code), []) if e.get("table", "") == table]
    if not found:
        yield f"{row.see} is not in the catalog"
    elif row.reason == "another sense, noted" and not any(map(_notes, found)):
        yield f"{row.see} notes nothing"
    if row.reason == "number of another product" and product == row.product:
        yield f"{row.see} is of the same product"


def _notes(entry: dict[str, Any]) -> list[str]:
    return entry.get("notes") or []


def _taken_faults(row: Row, entries: Entries) -> Faults:
    """Report a row that an entry is made of: one with its table, or with its symbol."""
    for entry in entries:
        tables = {source.get("section") for source in entry["source"]}
        if row.table in tables and row.reason not in _BESIDE:
            yield "an entry cites this row: take it from the list"
        elif row.name in entry.get("symbols", []) and row.reason != "same fact":
            yield f"an entry has the symbol {row.name}: take the row from the list"


if __name__ == "__main__":
    sys.exit(main())

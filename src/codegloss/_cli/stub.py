"""A catalog to fill in, of the codes in a log that are or may be the program's own."""

from __future__ import annotations

import json
from typing import Any

from codegloss._cli.tally import Row, Tally, ranked
from codegloss._cli.words import counted

_LONGEST = 200
_MOST_NAMES = 20


def stub(tally: Tally, product: str) -> str:
    """Return a catalog file with an entry for every code that nobody explains.

    Also for one whose number a vendor uses, if nothing says that it is the vendor's.
    Sentences are empty, so that `codegloss check` lists what is left to write.

    Args:
        tally: What was scanned.
        product: The product of the entries, such as `acme.im`.
    """
    vendor = product.partition(".")[0]
    rows: dict[Any, list[Row]] = {}
    for row in ranked(tally.unknown) + ranked(tally.unclear):
        rows.setdefault(row.code, []).append(row)
    entries = [_entry(product, same) for same in rows.values()]
    entries.sort(key=lambda each: (isinstance(each["code"], str), each["code"]))
    head = {
        "schema": 1,
        "vendors": {
            vendor: {"names": {"en": vendor.capitalize()}, "aliases": [vendor]}
        },
        "products": {product: {"aliases": [product], "hosts": []}},
    }
    # One entry a line: so are files of entries reviewed, and their differences read.
    lines = [json.dumps(each, ensure_ascii=False) for each in entries]
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return text + ',\n "entries": [\n  ' + ",\n  ".join(lines) + "\n ]\n}"


def _entry(product: str, rows: list[Row]) -> dict[str, Any]:
    fields = ", ".join(dict.fromkeys(row.field for row in rows))
    count = sum(row.count for row in rows)
    seen = counted(count, "times", "en")
    notes = [f"Seen {seen} under {fields}: {rows[0].example}"]
    theirs = sorted({entry.scope for row in rows for entry in row.entries})
    if theirs:
        listed = ", ".join(theirs)
        notes.insert(0, f"A number of {listed}, too: remove this entry if it is theirs")
    return {
        "product": product,
        "code": rows[0].code,
        "meaning": {"en": ""},
        "remedy": {"en": ""},
        "category": "UNKNOWN",
        "retryable": None,
        "notes": [_line(note) for note in notes],
    }


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:_LONGEST]

"""The shipped catalog as it is reviewed: canonical JSON, one entry a line.

The project's checker enforces the form, so an index can be built of how each line
begins, and the rest of it is decoded when somebody asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from sys import intern
from typing import Any

from codegloss._catalog.model import Entry

_ENTRIES = b'\n "entries": ['
_LINE = b"\n  {"
_END = b"\n ]\n}\n"
# Everything that an index is built of, in the order of the schema.
_BEGINNING = (
    rb'\{"product": "([^"]+)", "code": (?:(-?\d+)|"([^"]+)")'
    rb'(?:, "table": "([^"]+)")?(?:, "(?:general|needs_product)": \w+)*'
    rb'(?:, "sdk_code": (-?\d+))?(?:, "symbols": (?P<symbols>\[[^]]*\]))?, '
)


def parsed(content: bytes) -> tuple[dict[str, Any], list[Entry]]:
    """Return what stands before the entries of a catalog, and the entries.

    Raises:
        ValueError: It is not in canonical form.
    """
    start = content.index(_ENTRIES)
    header = json.loads(content[:start].rstrip(b",\n") + b"}")
    begun = list(_begun(content, start + len(_ENTRIES)))

    def line(number: int) -> bytes:
        at = begun_at[number]
        return content[at : content.index(b"\n", at)].rstrip(b",")

    begun_at = [match.start() for match in begun]
    # One by one it would take three times as long.
    named = b",".join(match["symbols"] or b"[]" for match in begun)
    symbols = json.loads(b"[%b]" % named)
    return header, [
        _entry(*each, line) for each in zip(count(), begun, symbols, strict=False)
    ]


def _begun(content: bytes, start: int) -> Iterator[re.Match[bytes]]:
    """Yield how each entry begins.

    Raises:
        ValueError: They do not stand one in a line.
    """
    # Only an editable install comes here, so only that pays for the expression.
    begin = re.compile(_BEGINNING).match
    number = 0
    at = content.find(_LINE, start)
    while at >= 0:
        match = begin(content, at + len(_LINE) - 1)
        if match is None:
            raise ValueError(f"entry {number} begins in another way")
        yield match
        number += 1
        at = content.find(_LINE, match.end())
    objects = content.count(b'{"product": "', start)
    if objects != number or content.count(b"\n", start) != number + _END.count(b"\n"):
        raise ValueError("not one entry a line")


def _entry(
    number: int,
    match: re.Match[bytes],
    symbols: list[str],
    line: Callable[[int], bytes],
) -> Entry:
    scope, digits, text, table, sdk_code, _ = match.groups()
    return Entry(
        intern(scope.decode()),
        int(digits) if digits else text.decode(),
        intern(table.decode()) if table else None,
        tuple(symbols),
        int(sdk_code) if sdk_code else None,
        line,
        number,
    )

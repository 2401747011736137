"""The catalog as a wheel holds it besides `catalog.json`: small, and quick to open.

    codegloss catalog 1 <crc32 of all that follows>
    {"size": …, "crc32": …, "head": …}
    <head> <block> <block> …

Size and CRC-32 are those of the file it was made of; `head` is the length of the head.
That is JSON: all that an index is built of. A block holds the lines of some entries
of one product, compressed; it is opened when one of them is first asked for, from
memory.
"""

from __future__ import annotations

import json
import zlib
from itertools import count, groupby, islice, repeat
from typing import Any

from codegloss._catalog.model import Entry

_FORMAT = b"codegloss catalog 1 "
# More of them together take less room, and longer to open.
_IN_BLOCK = 256


class Block:
    """Lines of a catalog, decompressed when one of them is first asked for."""

    __slots__ = ("_held",)

    def __init__(self, compressed: bytes) -> None:
        self._held: bytes | list[bytes] = compressed

    def line(self, number: int) -> bytes:
        """Return one of them."""
        held = self._held
        if isinstance(held, bytes):
            # Two threads may both do so, and find the same.
            held = self._held = zlib.decompress(held).split(b"\n")
        return held[number]


class Compact:
    """A compact form that was read, and is whole.

    Raises:
        ValueError: It is broken, or of another format.
    """

    def __init__(self, content: bytes) -> None:
        # Not by `partition`: copies of so much take longer than all the rest.
        rest = content.find(b"\n") + 1
        told = _FORMAT + b"%08x\n" % zlib.crc32(memoryview(content)[rest:])
        if content[:rest] != told:
            raise ValueError("the compact form of the catalog is broken")
        self._content = content
        self._start = content.find(b"\n", rest) + 1
        self._about = json.loads(content[rest : self._start])
        self.size: int = self._about["size"]

    def is_of(self, content: bytes) -> bool:
        """Tell whether it was made of what a file holds."""
        return bool(zlib.crc32(content) == self._about["crc32"])

    def opened(self) -> tuple[dict[str, Any], list[Entry]]:
        """Return what stands before the entries of a catalog, and the entries."""
        at = self._start + self._about["head"]
        header, blocks = json.loads(self._content[self._start : at])
        entries: list[Entry] = []
        for scope, table, length, codes, symbols, sdk_codes in blocks:
            block = Block(self._content[at : at + length])
            at += length
            # Loops would take twice as long.
            entries += map(
                Entry,
                repeat(scope),
                codes,
                repeat(table),
                symbols,
                sdk_codes,
                repeat(block.line),
                count(),
            )
        return header, entries


def compacted(content: bytes) -> bytes:
    """Return the compact form of a catalog file in canonical form.

    Raises:
        ValueError: It is not in canonical form.
    """
    # Whoever reads the compact form has no need of it.
    from codegloss._catalog.lines import parsed  # noqa: PLC0415

    header, entries = parsed(content)
    blocks, packed = [], []
    for (scope, table), same in groupby(entries, lambda e: (e.scope, e.table)):
        while some := list(islice(same, _IN_BLOCK)):
            packed.append(zlib.compress(b"\n".join(e.raw for e in some), 9))  # type: ignore[misc]
            codes = [entry.code for entry in some]
            symbols = [" ".join(entry.symbols) for entry in some]
            sdk_codes = [entry.sdk_code for entry in some]
            length = len(packed[-1])
            blocks.append((scope, table, length, codes, symbols, sdk_codes))
    head = _json((header, blocks))
    about = {"size": len(content), "crc32": zlib.crc32(content), "head": len(head)}
    rest = b"\n".join((_json(about), b"".join((head, *packed))))
    return b"\n".join((_FORMAT + b"%08x" % zlib.crc32(rest), rest))


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

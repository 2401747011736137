"""Files of lines: read in blocks and written, in order, in bounded memory."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

from codegloss._archive.packed import GZIP, ZSTD, Unpacked, zstd_library

BLOCK = 1 << 20
# A longer line is handed on as it is, in parts.
MAX_LINE = 1 << 24
_PLAIN = "plain"
_SUFFIXES = {".gz": GZIP, ".zst": ZSTD}


class Block(NamedTuple):
    """A part of a file.

    Attributes:
        data: Whole lines, of which only the last in a file may lack its end.
        passing: None; or a part of a line that is too long to be read, and this is how
            many such lines begin in it.
    """

    data: bytes
    passing: int | None = None


def blocks(source: Unpacked, longest: int = 0) -> Iterator[Block]:
    """Yield what a file holds in blocks of whole lines.

    Args:
        source: The file.
        longest: How long a line may be to be read; by default `MAX_LINE`.

    Raises:
        DamagedError: A packed file ends too early; its whole lines came before.
        OSError: It cannot be read.
    """
    longest = longest or MAX_LINE
    rest = b""
    is_long = False
    while data := source.read(BLOCK):
        if is_long:
            line, newline, data = data.partition(b"\n")
            yield Block(line + newline, 0)
            is_long = not newline
        data = rest + data
        end = data.rfind(b"\n") + 1
        if end:
            yield Block(data[:end])
        rest = data[end:]
        if len(rest) > longest:
            yield Block(rest, 1)
            rest, is_long = b"", True
    if rest:
        yield Block(rest)


class Output:
    """Where lines go: every block is a member of its own where it is compressed.

    So what an interrupt leaves can be cut behind the last whole line and continued.
    Until all is written it stands beside the file, under `part_of(path)`.

    Args:
        path: The file, or `-` for standard output. `.gz` and `.zst` are compressed.
        resume: Keep the whole lines that an earlier run has written.

    Attributes:
        lines: How many lines it already holds.

    Raises:
        OSError: It cannot be opened.
        ValueError: Standard output cannot be resumed.
    """

    def __init__(self, path: str, *, resume: bool = False) -> None:
        if path == "-" and resume:
            raise ValueError("only a file can be resumed, not standard output")
        self.lines = 0
        self._compress = _compressor(path)
        self._path, self._part = path, part_of(path)
        if path == "-":
            self._file: BinaryIO = sys.stdout.buffer
            return
        if resume and os.path.exists(path) and not os.path.exists(self._part):
            os.replace(path, self._part)
        if resume and os.path.exists(self._part):
            self.lines, length = _whole(self._part, _kind(path))
            self._file = open(self._part, "r+b")  # noqa: SIM115 - closed in __exit__
            self._file.truncate(length)
            self._file.seek(length)
        else:
            self._file = open(self._part, "wb")  # noqa: SIM115

    def write(self, block: bytes) -> None:
        """Write a block, so that a reader has it."""
        self._file.write(self._compress(block))
        self._file.flush()

    def __enter__(self) -> Output:  # noqa: PYI034 - Self is not in Python 3.10
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if self._file is sys.stdout.buffer:
            return
        self._file.close()
        if failed is None and self._part != self._path:
            os.replace(self._part, self._path)


def part_of(path: str) -> str:
    """Return where a file stands until it is whole; devices and pipes have no parts."""
    special = path == "-" or (os.path.exists(path) and not os.path.isfile(path))
    return path if special else f"{path}.part"


def _kind(path: str) -> str:
    return _SUFFIXES.get(os.path.splitext(path)[1], _PLAIN)


def _compressor(path: str) -> Callable[[bytes], bytes]:
    kind = _kind(path)
    if kind == GZIP:
        return gzip.compress
    if kind == ZSTD:
        compress: Callable[[bytes], bytes] = zstd_library().compress
        return compress
    return bytes


def _whole(path: str, kind: str) -> tuple[int, int]:
    """Return how many whole lines a file holds, and in how many bytes they stand."""
    lines = length = 0
    with open(path, "rb") as file:
        if kind != _PLAIN:
            return _members(file, kind)
        position = 0
        while block := file.read(BLOCK):
            lines += block.count(b"\n")
            if b"\n" in block:
                length = position + block.rindex(b"\n") + 1
            position += len(block)
    return lines, length


def _members(file: BinaryIO, kind: str) -> tuple[int, int]:
    """Count lines up to the last whole compressed member that ends with a line."""
    lines = length = position = 0
    faults = zlib.error if kind == GZIP else zstd_library().ZstdError
    data = file.read(BLOCK)
    while data:
        member: Any = _member(kind)
        found, last = 0, b""
        while data and not member.eof:
            try:
                text = member.decompress(data)
            except faults:
                return lines, length
            position += len(data) - len(member.unused_data)
            found += text.count(b"\n")
            last = text[-1:] or last
            data = member.unused_data or file.read(BLOCK)
        if not member.eof or last != b"\n":
            break
        lines, length = lines + found, position
    return lines, length


def _member(kind: str) -> Any:
    return zlib.decompressobj(31) if kind == GZIP else zstd_library().ZstdDecompressor()

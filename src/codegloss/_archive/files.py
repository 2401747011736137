"""Files of lines: plain, gzip or Zstandard, in order, in bounded memory."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, BinaryIO, NamedTuple

BLOCK = 1 << 20
# A longer line is handed on as it is, in parts.
MAX_LINE = 1 << 24
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_SUFFIXES = {".gz": "gzip", ".zst": "zstd"}


def opened(path: str) -> AbstractContextManager[BinaryIO]:
    """Open a file to read what it holds, decompressed by what its first bytes say.

    Args:
        path: The file, or `-` for standard input, which is not decompressed.

    Raises:
        OSError: It cannot be opened.
        ImportError: It is compressed with Zstandard, and `zstandard` is not installed.
    """
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    with open(path, "rb") as file:
        head = file.read(4)
    kind = next((k for magic, k in _MAGIC.items() if head.startswith(magic)), None)
    if kind == "gzip":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if kind == "zstd":
        frames: BinaryIO = (
            _zstandard()
            .ZstdDecompressor()
            .stream_reader(open(path, "rb"), read_across_frames=True)  # noqa: SIM115
        )
        return frames
    return open(path, "rb")


class Block(NamedTuple):
    """A part of a file.

    Attributes:
        data: Whole lines, of which only the last in a file may lack its end.
        passing: None; or a part of a line that is too long to be read, and this is how
            many such lines begin in it.
    """

    data: bytes
    passing: int | None = None


def blocks(file: BinaryIO) -> Iterator[Block]:
    """Yield what a file holds in blocks of whole lines.

    A pipe is read as it comes, so that nobody waits for a block to be full.
    """
    rest = b""
    is_long = False
    read = getattr(file, "read1", file.read)
    while data := read(BLOCK):
        if is_long:
            line, end, data = data.partition(b"\n")
            yield Block(line + end, 0)
            is_long = not end
        data = rest + data
        end = data.rfind(b"\n") + 1
        if end:
            yield Block(data[:end])
        rest = data[end:]
        if len(rest) > MAX_LINE:
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
    return _SUFFIXES.get(os.path.splitext(path)[1], "plain")


def _compressor(path: str) -> Callable[[bytes], bytes]:
    kind = _kind(path)
    if kind == "gzip":
        return gzip.compress
    if kind == "zstd":
        compress: Callable[[bytes], bytes] = _zstandard().ZstdCompressor().compress
        return compress
    return bytes


def _whole(path: str, kind: str) -> tuple[int, int]:
    """Return how many whole lines a file holds, and in how many bytes they stand."""
    lines = length = 0
    with open(path, "rb") as file:
        if kind != "plain":
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
    data = file.read(BLOCK)
    while data:
        member: Any = _member(kind)
        found, last = 0, b""
        while data and not member.eof:
            try:
                text = member.decompress(data)
            except (zlib.error, ValueError, RuntimeError):
                return lines, length
            position += len(data) - len(member.unused_data)
            found += text.count(b"\n")
            last = text[-1:] or last
            data = member.unused_data or file.read(BLOCK)
        if not member.eof:
            break
        if last == b"\n":
            lines, length = lines + found, position
        else:
            break
    return lines, length


def _member(kind: str) -> Any:
    if kind == "gzip":
        return zlib.decompressobj(31)
    return _zstandard().ZstdDecompressor().decompressobj()


def _zstandard() -> Any:
    try:
        import zstandard  # noqa: PLC0415 - only for such files
    except ImportError as error:
        raise ImportError(
            "Zstandard needs a package: pip install 'codegloss[archive]'"
        ) from error
    return zstandard

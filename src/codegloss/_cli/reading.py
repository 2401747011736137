"""Lines of logs: files, folders, pipes, packed or growing, in bounded memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from codegloss._archive.files import BLOCK, blocks
from codegloss._archive.packed import UNREADABLE, Unpacked, problem, unpacked

MAX_LINE = 1 << 20
# What no text has: control characters but tabs, line ends, escapes, form feeds, NUL.
_CONTROLS = bytes(set(range(1, 32)) - {7, 8, 9, 10, 12, 13, 27}) + b"\x7f"
_BINARY_SHARE = 0.05
_POLL_S = 0.2
_PAGES = (".html", ".htm")


class Source:
    """Where lines come from, and what went wrong on the way.

    Args:
        progress: Called with the number of bytes that were read, as stored.

    Attributes:
        problems: What could not be read: the name and why.
        too_long: How many lines were longer than `MAX_LINE` and are left out.
        bytes_read: How many bytes were read, as stored.
    """

    def __init__(self, progress: Callable[[int], None] | None = None) -> None:
        self.problems: list[tuple[str, str]] = []
        self.too_long = 0
        self.bytes_read = 0
        self.progress = progress

    def lines(self, paths: Iterable[str]) -> Iterator[list[bytes]]:
        """Yield the lines of files, several at once, without their ends.

        Args:
            paths: Files; `-` is standard input.
        """
        for path in paths:
            try:
                with unpacked(path, self._count) as file:
                    yield from self._lines(file, path)
            except UNREADABLE as error:
                self.problems.append(problem(path, error))

    def _lines(self, file: Unpacked, path: str) -> Iterator[list[bytes]]:
        if _is_binary(file.sample):
            self.problems.append(problem(path, ValueError("is binary, no log")))
            return
        for block in blocks(file, MAX_LINE):
            if block.passing is not None:
                self.too_long += block.passing
                continue
            lines = block.data.split(b"\n")
            if not lines[-1]:
                lines.pop()  # the block ends with a line
            yield lines

    def failed(self, error: OSError) -> None:
        """Note what could not be read."""
        self.problems.append(problem(str(error.filename), error))

    def _count(self, number: int) -> None:
        self.bytes_read += number
        if self.progress is not None:
            self.progress(number)


def _is_binary(sample: bytes) -> bool:
    # Truncating a log that is still written to leaves NULs in front.
    sample = sample.lstrip(b"\0")
    strange = len(sample) - len(sample.translate(None, _CONTROLS + b"\0"))
    return strange > _BINARY_SHARE * len(sample)


def expanded(
    paths: Iterable[str], source: Source, report: str | None = None
) -> list[str]:
    """Return files, those in folders included, in order.

    Of folders hidden files and pages are left out, as is the report that is to be
    written: it quotes lines of logs and is none.
    """
    found: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        inside: list[str] = []
        for folder, names, files in os.walk(path, onerror=source.failed):
            names[:] = sorted(name for name in names if not name.startswith("."))
            inside += [
                os.path.join(folder, name)
                for name in sorted(files)
                if not name.startswith(".") and not name.lower().endswith(_PAGES)
            ]
        found += [
            each for each in inside if os.path.isfile(each) and not _same(each, report)
        ]
    return found


def _same(path: str, other: str | None) -> bool:
    return bool(other and os.path.exists(other) and os.path.samefile(path, other))


def total_size(paths: Iterable[str]) -> int | None:
    """Return how many bytes there are to read; None where that is not known."""
    try:
        return sum(os.stat(path).st_size for path in paths if path != "-") or None
    except OSError:
        return None


def followed(path: str) -> Iterator[list[bytes]]:
    """Yield lines as they are written to a file, for ever; through rotation, too.

    Raises:
        OSError: The file cannot be read at the beginning.
    """
    file: BinaryIO = open(path, "rb")  # noqa: SIM115 - another takes its place
    rest = b""
    try:
        while True:
            block = file.read(BLOCK)
            if block:
                *lines, rest = (rest + block).split(b"\n")
                rest = rest if len(rest) <= MAX_LINE else b""
                yield lines
                continue
            renewed = _renewed(path, file)
            if renewed is None:
                time.sleep(_POLL_S)
                continue
            file.close()
            file, rest = renewed, b""
    finally:
        file.close()


def _renewed(path: str, file: BinaryIO) -> BinaryIO | None:
    """Return the file that has taken another's place, None while it is the same."""
    try:
        now, was = os.stat(path), os.fstat(file.fileno())
        same = (now.st_dev, now.st_ino) == (was.st_dev, was.st_ino)
        if same and now.st_size >= file.tell():
            return None
        return open(path, "rb")
    except OSError:  # between two files there is none
        return None

"""Packed files, gzip or Zstandard: read as what they hold, and written."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

GZIP, ZSTD = "gzip", "zstd"
_BUFFER = 1 << 18
_SAMPLE = 1 << 13
_MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD}


class DamagedError(EOFError):
    """A packed file ends too early, or what follows cannot be unpacked."""


# What may be wrong with an input, so that the others are read.
UNREADABLE = (OSError, DamagedError, ImportError)


def problem(path: str, error: Exception) -> tuple[str, str]:
    """Return what an input is called, and why it cannot be read."""
    why = getattr(error, "strerror", None) or str(error)
    return "standard input" if path == "-" else path, why


class Unpacked:
    """What a file holds, unpacked as its first bytes say; a pipe is read as it comes.

    Args:
        file: What is stored, without a buffer of its own, or standard input.
        count: Called with the number of bytes that were read, as stored.

    Attributes:
        sample: Of what is not packed, the beginning.

    Raises:
        OSError: It cannot be read.
        ImportError: It is packed with Zstandard, which nothing here reads.
    """

    def __init__(self, file: Any, count: Callable[[int], None] | None = None) -> None:
        stored = io.BufferedReader(_Stored(file, count), _BUFFER)
        beginning = stored.peek(_BUFFER)
        kind = next((k for m, k in _MAGIC.items() if beginning.startswith(m)), None)
        self.sample = b"" if kind else beginning[:_SAMPLE]
        self._faults: tuple[type[Exception], ...] = (
            EOFError,
            gzip.BadGzipFile,
            zlib.error,
        )
        self._stream: Any = stored
        if kind == GZIP:
            self._stream = gzip.GzipFile(fileobj=stored)
        elif kind == ZSTD:
            self._faults = (EOFError, zstd_library().ZstdError)
            self._stream = zstd_library().ZstdFile(stored)

    def read(self, size: int) -> bytes:
        """Return what is there, at most so many bytes; none at the end.

        Raises:
            DamagedError: It ends too early, or what follows cannot be unpacked.
            OSError: It cannot be read.
        """
        try:
            # Not `read`, which waits for so many, and loses what came before a fault.
            return bytes(self._stream.read1(size))
        except self._faults as error:
            what = str(error) or type(error).__name__
            raise DamagedError(f"is truncated or damaged: {what}") from error


@contextmanager
def unpacked(
    path: str, count: Callable[[int], None] | None = None
) -> Generator[Unpacked]:
    """Open a file, or `-` for standard input, to read what it holds.

    Args:
        path: The file.
        count: Called with the number of bytes that were read, as stored.

    Raises:
        OSError: It cannot be opened or read.
        ImportError: It is packed with Zstandard, which nothing here reads.
    """
    if path == "-":
        yield Unpacked(sys.stdin.buffer, count)
        return
    with open(path, "rb", buffering=0) as file:
        yield Unpacked(file, count)


class _Stored(io.RawIOBase):
    """A file that tells how much was read of it."""

    def __init__(self, file: Any, count: Callable[[int], None] | None) -> None:
        # Not `readinto` of the file, which waits until a pipe has filled the buffer.
        self._read = getattr(file, "read1", file.read)
        self._count = count
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # A terminal that has said that it ends would be asked for more.
        content = b"" if self._ended else self._read(len(buffer)) or b""
        self._ended = not content
        buffer[: len(content)] = content
        if self._count is not None:
            self._count(len(content))
        return len(content)


def zstd_library() -> Any:
    """Return what reads and writes Zstandard: Python's own, or its backport.

    Raises:
        ImportError: It is not installed; names the extra.
    """
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - only for such files
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(
            "Zstandard needs a package: pip install 'codegloss[cli]'"
        ) from error
    return zstd

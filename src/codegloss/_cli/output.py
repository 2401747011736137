"""Where a command's output goes: a terminal, a pipe, or a file under its final name."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# Wide enough that nothing is folded where a program reads it.
_PIPE_WIDTH = 400


def console(**options: Any) -> Console:
    """Return rich's console for standard output; a pipe gets lines that are whole."""
    from rich.console import Console  # noqa: PLC0415

    class Whole(Console):
        def on_broken_pipe(self) -> None:
            # Otherwise the program would end here, with an exit code of rich's own.
            raise BrokenPipeError

    if not sys.stdout.isatty():
        options.setdefault("width", _PIPE_WIDTH)
    return Whole(highlight=False, markup=False, emoji=False, **options)


def write_whole(path: str, text: str) -> None:
    """Write a file, whole or not at all: under its name stands no half of it.

    Raises:
        OSError: It cannot be written.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".codegloss-")
    except OSError as error:
        error.filename = path  # not the name that nobody has given
        raise
    try:
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes it the user's alone; others may read what they could before.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def printable(text: str) -> str:
    """Return a text of a log as a terminal may show it: no escapes, on one line."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

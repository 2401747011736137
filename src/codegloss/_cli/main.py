"""The entry point: arguments in, exit code out, no traceback for what users meet."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from codegloss._cli.explained import explain_code, is_plain
from codegloss._cli.words import language

# What scripts may rely on; `codegloss --help` lists them, too.
NOTHING, USAGE, UNREAD, UNWRITTEN, INTERRUPTED, CLOSED = 1, 2, 3, 4, 130, 141


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: What follows the program's name; by default that of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _tell("interrupted")
        status = INTERRUPTED
    except BrokenPipeError:
        status = CLOSED
    except OSError as error:
        named = f"{error.filename}: " if isinstance(error.filename, str) else ""
        _tell(f"cannot write: {named}{error.strerror or error}")
        status = UNWRITTEN
    if status in {CLOSED, UNWRITTEN}:
        # Or Python complains at exit that what is left cannot be written either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def run(words: list[str]) -> int:
    """Run a command and return its exit code.

    Raises:
        KeyboardInterrupt: The user stopped it.
        OSError: Standard output is closed or full.
    """
    quick = _quick(words)
    if quick is not None:
        return explain_code(*quick)
    try:
        from codegloss._cli.group import run_group  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "codegloss":
            raise
        _tell(f"{error.name} is missing: pip install 'codegloss[cli]'")
        return USAGE
    return run_group(words)


def _quick(words: list[str]) -> tuple[str, tuple[str, ...], str, bool] | None:
    """Return the arguments of `explain CODE` in its plainest form, None for all else.

    Whoever looks one code up should not wait for a library that reads options: it takes
    longer to import than all the rest. What is not understood here is left to it.
    """
    if len(words) < 2 or words[0] != "explain":
        return None
    what: list[str] = []
    given: dict[str, list[str]] = {"--scope": [], "--lang": []}
    as_json = False
    rest = iter(words[1:])
    for word in rest:
        name, equals, value = word.partition("=")
        if name in given:
            given[name].append(value if equals else next(rest, ""))
        elif word == "--json":
            as_json = True
        else:
            what.append(word)
    langs = given["--lang"]
    if len(what) != 1 or not is_plain(what[0]) or not {"en", "zh"}.issuperset(langs):
        return None
    if not all(given["--scope"]):
        return None
    return what[0], tuple(given["--scope"]), language(*langs[-1:]), as_json


def _tell(text: str) -> None:
    try:
        sys.stderr.write(f"codegloss: {text}\n")
    except (OSError, AttributeError):  # nobody reads that either
        return

"""Where glosses end up: one event, sent through every destination as it is set up.

Each destination is a function that sets the real package up as its page says, sends
one case through it, and returns what comes out. `table` runs all of them; the page
docs/destinations/README.md shows it, and `python -m destinations` in the folder of the
tests writes it there.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import codegloss
from codegloss import testing
from raising import LiveError

SDK = {"sdk": "TUILiveKit"}


class Case(NamedTuple):
    """One way in which a program says that a call failed with 100018."""

    text: str
    fields: dict[str, Any]
    raises: bool = False
    scope: str | None = None


CASES = {
    "field": Case("join failed", {**SDK, "code": 100018}),
    "nested": Case("join failed", {"response": {"ErrorCode": 100018, **SDK}}),
    "exception": Case("join failed", {}, raises=True),
    "text": Case("TUILiveKit: join failed, code=100018", {}),
    "scope": Case("join failed", {"code": 100018}, scope="tencent.live"),
}
# What somebody may log who wants to see it break.
HOSTILE = Case(
    "code=" + "9" * 9_000,
    {**SDK, "code": "9" * 9_000, "response": {"a": [{"b": ["{" * 50] * 50}] * 50}},
)


class Destination(NamedTuple):
    """One of them: its name, page, packages, and what cannot reach it, with the why."""

    name: str
    page: str
    needs: tuple[str, ...]
    send: Callable[[Case], Any]
    lost: dict[str, str]

    def gloss(self, case: str) -> dict[str, Any]:
        """Return the gloss of a case as it comes out."""
        return testing.gloss_in(self.send(CASES[case]))

    def is_installed(self) -> bool:
        """Tell whether its packages are there."""
        for name in self.needs:
            try:
                importlib.import_module(name)
            except ImportError:
                return False
        return True


DESTINATIONS: dict[str, Destination] = {}


def destination(name: str, page: str, *needs: str, **lost: str) -> Callable[[Any], Any]:
    """Register the function that sends a case through a destination."""

    def register(send: Callable[[Case], Any]) -> Callable[[Case], Any]:
        DESTINATIONS[name] = Destination(name, page, needs, send, lost)
        return send

    return register


def play(case: Case, log: Callable[[str, dict[str, Any], Any], None]) -> None:
    """Call a program's logging with text, fields and the exception that is handled."""
    block = codegloss.scope(case.scope) if case.scope else contextlib.nullcontext()
    with block:
        if not case.raises:
            log(case.text, case.fields, None)
            return
        try:
            fail()
        except RuntimeError as error:
            log(case.text, case.fields, error)


def fail() -> None:
    """Fail as a program does that wraps a vendor's error."""
    raise RuntimeError("no room") from LiveError(100018)


def play_logging(case: Case, handler: logging.Handler, name: str = "app.rooms") -> None:
    """Log with standard logging."""
    logger = logging.getLogger(name)
    logger.handlers[:], logger.propagate = [handler], False
    try:
        play(
            case,
            lambda text, fields, error: logger.error(
                text, extra=fields, exc_info=error
            ),
        )
    finally:
        logger.handlers.clear()
        logger.propagate = True


def table() -> list[str]:
    """Run every destination, and return the lines of the table."""
    lines = [f"| destination | {' | '.join(CASES)} |", "|--" * (len(CASES) + 1) + "|"]
    notes: list[str] = []
    for each in DESTINATIONS.values():
        cells = [_cell(each, case, notes) for case in CASES]
        lines.append(f"| [{each.name}]({each.page}) | {' | '.join(cells)} |")
    return [*lines, "", *(f"{at}. {note}" for at, note in enumerate(notes, 1))]


def _cell(each: Destination, case: str, notes: list[str]) -> str:
    if each.gloss(case):
        return "yes"
    note = each.lost[case]
    if note not in notes:
        notes.append(note)
    return f"no ({notes.index(note) + 1})"


from destinations import frameworks, handlers, services, traces  # noqa: F401

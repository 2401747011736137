"""Whether the exception that is passing is one that telemetry recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from codegloss._events.classes import plain_text


def passing(events: Iterable[Mapping[str, Any]]) -> BaseException | None:
    """Return the exception that is passing, if telemetry recorded it."""
    error = sys.exc_info()[1]
    return error if error is not None and _recorded(error, events) else None


def _recorded(error: BaseException, events: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether an exception is among those that telemetry recorded."""
    names: tuple[str, ...] = ()
    for event in events:
        recorded = event.get("exception.type")
        if not isinstance(recorded, str) or not recorded:
            continue
        if not names:
            cls = type(error)
            # Spans write the module too; the handler of standard logging does not.
            full = f"{cls.__module__}.{cls.__qualname__}"
            names = (full, cls.__qualname__, cls.__name__)
        if (
            (recorded in names or _is_cut(recorded, names[0]))
            and _is_text(event.get("exception.message"), error)
            and _is_trace(event.get("exception.stacktrace"), error)
        ):
            return True
    return False


def _is_text(message: Any, error: BaseException) -> bool:
    """Tell whether a recorded message may be what an exception says."""
    text = plain_text(error)
    if message is None or text is None:  # there is none without arguments
        return True
    return isinstance(message, str) and (
        message == text or _is_cut(message, text) or message == error.args[0]
    )


def _is_trace(trace: Any, error: BaseException) -> bool:
    """Tell whether a recorded stack trace may be that of an exception.

    Two exceptions of one class often have one text, and differ in their code alone:
    then the line tells that raised them.
    """
    step = error.__traceback__
    # A trace that does not end with a line break has been cut by a limit.
    if step is None or not isinstance(trace, str) or not trace.endswith("\n"):
        return True
    while step.tb_next is not None:
        step = step.tb_next
    return f", line {step.tb_lineno}, in {step.tb_frame.f_code.co_name}" in trace


def _is_cut(text: str, whole: str) -> bool:
    """Tell whether a text is the beginning of another, as limits on length leave it."""
    return bool(text) and whole.startswith(text)

"""What a framework knows about an event that does not stand in its fields.

A record's logger, level and message, a span's name, an exception that is passing: each
is laid beside the fields under a name that the detector reads and the event leaves
free, so that nothing the user logged is hidden by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The first of each is a name that hardly anybody uses for a field of their own.
LINE = ("log", "event", "text", "title")
LOGGER = ("log_logger", "logger", "logger_name")
LEVEL = ("severity_text", "level", "severity", "levelname")
RAISED = ("exc_info", "exc", "exception", "cause")
NESTED = ("details", "results", "payload")
BODY = ("body", "response_body", "payload")

# The message or the name of the span, the name of the logger, the level by name or by
# the number that logging has for it, each empty where there is none; and what else is
# true of all events of a source, by key.
Around = tuple[str, str, "str | int", tuple[tuple[str, Any], ...]]


def beside(fields: Mapping[str, Any], around: Around) -> dict[str, Any]:
    """Return an event of its own: the fields, and what stands beside them."""
    line, logger, level, marks = around
    event = dict(fields)
    lay(event, LINE, line)
    lay(event, LOGGER, logger)
    lay(event, LEVEL, level)
    for key, value in marks:
        event.setdefault(key, value)
    return event


def lay(event: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    """Lay one more value beside an event's fields, if one of the names is free."""
    for name in names:
        if name not in event:
            event[name] = value
            return


def items(values: list[Any]) -> list[Any]:
    """Return a list that is not taken for an `exc_info` tuple, which has three."""
    return [*values, None] if len(values) == 3 else values

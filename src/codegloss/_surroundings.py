"""What a framework knows about an event that does not stand in its fields.

A record's logger, level and message, a span's name, an exception that is passing: each
is laid beside the fields under a name that the detector reads and the event leaves
free, so that nothing the user logged is hidden by it.
"""

from __future__ import annotations

from typing import Any

LINE = ("event", "text", "log", "title")
LOGGER = ("logger", "logger_name", "log_logger")
LEVEL = ("level", "levelname", "severity")
RAISED = ("exc_info", "exc", "exception", "cause")
NESTED = ("details", "results", "payload")
BODY = ("body", "response_body", "payload")


def lay(event: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    """Lay a value, if there is one, beside an event's fields, if a name is free."""
    if value is None:
        return
    for name in names:
        if name not in event:
            event[name] = value
            return


def items(values: list[Any]) -> list[Any]:
    """Return a list that is not taken for an `exc_info` tuple, which has three."""
    return [*values, None] if len(values) == 3 else values

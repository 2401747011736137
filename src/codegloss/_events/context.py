"""What a framework knows about an event beside its fields; levels, and how loud."""

from __future__ import annotations

from typing import Any, NamedTuple

# The usual names of a level, in the spelling of structlog, logging, loguru and others.
LEVEL_KEYS = (
    "level", "levelname", "level_name", "severity", "severityText", "log_level", "lvl",
)  # fmt: skip
QUIET_LEVELS = frozenset(
    {"trace", "debug", "verbose", "info", "information", "notice", "success", "log"}
)
ERROR_LEVELS = frozenset(
    {"warn", "warning", "error", "err", "critical", "crit", "fatal", "exception"}
    | {"alert", "emerg", "emergency", "severe"}
)
# By name, and by the letter that Android's log and glog have for it.
_IS_ERROR = {
    **dict.fromkeys((*QUIET_LEVELS, *"vdi"), False),
    **dict.fromkeys((*ERROR_LEVELS, *"wef"), True),
}


class Context(NamedTuple):
    """What is true of an event and does not stand in it.

    Attributes:
        line: The log message, or the name of a span; empty where there is none.
        logger: The name of the logger, or of the instrumentation.
        level: The level by name, or by the number that logging has for it.
        facts: What else is true of all events of a source, as field and value.
        nested: What may hold codes of its own, by the name it is reported under: an
            exception, a body, what was logged as arguments.
    """

    line: str = ""
    logger: str = ""
    level: str | int = ""
    facts: tuple[tuple[str, Any], ...] = ()
    nested: tuple[tuple[str, Any], ...] = ()


def is_error_level(level: Any) -> bool:
    """Tell whether a level name or number is warning or above."""
    return error_of(level) is True


def error_of(level: Any) -> bool | None:
    """Return whether a level is warning or above; None where it is no known level."""
    if type(level) is str:
        return _IS_ERROR.get(level.lower())
    if type(level) is dict:  # as loguru serializes it: {"name": "ERROR", "no": 40}
        level = level.get("no")
    return level >= 30 if type(level) is int else None  # WARNING in logging and loguru


def is_error_severity(number: Any) -> bool:
    """Tell whether a severity number of OpenTelemetry is WARN or above."""
    return type(number) is int and 13 <= number <= 24

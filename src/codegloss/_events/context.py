"""What a framework knows about an event beside its fields; levels, and how loud."""

from __future__ import annotations

from typing import Any, NamedTuple

# The usual names of a level, in the spelling of structlog, logging and loguru.
LEVEL_KEYS = ("level", "levelname", "severity", "log_level")
# In lines of logs the one of Go's logfmt, too, which no logger of Python has.
WRITTEN_LEVEL_KEYS = (*LEVEL_KEYS, "lvl")
ERROR_LEVELS = frozenset(
    {"warn", "warning", "error", "err", "critical", "crit", "fatal", "exception"}
    | {"alert", "emerg", "emergency", "severe"}
)
QUIET_LEVELS = frozenset({"trace", "debug", "info", "notice", "success"})


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
    if type(level) is str:
        return level.lower() in ERROR_LEVELS
    if type(level) is dict:  # as loguru serializes it: {"name": "ERROR", "no": 40}
        level = level.get("no")
    return type(level) is int and level >= 30  # WARNING in logging and loguru


def is_error_severity(number: Any) -> bool:
    """Tell whether a severity number of OpenTelemetry is WARN or above."""
    return type(number) is int and 13 <= number <= 24

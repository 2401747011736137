"""What a framework knows about an event beside its fields."""

from __future__ import annotations

from typing import Any, NamedTuple


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

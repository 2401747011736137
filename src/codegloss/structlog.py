"""structlog: a processor that adds what vendor codes mean to the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegloss._core.config import EnricherOptions
from codegloss._core.enricher import Enricher, current_block, may_hold_more
from codegloss._events.context import Context

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger
    from typing_extensions import Unpack

__all__ = ["GlossProcessor"]

# The methods whose texts are looked into: structlog hands on what was called.
_LOUD = frozenset({"warning", "warn", "error", "err", "exception", "critical", "fatal"})
_CONTEXTS = {name: Context(level=name) for name in _LOUD}


def GlossProcessor(**options: Unpack[EnricherOptions]) -> Processor:  # noqa: N802
    """Return a processor that writes beside every vendor code what it means.

    Put it after `merge_contextvars` and before whatever formats exceptions
    (`format_exc_info`, `dict_tracebacks`): after those only text is left of them.
    An event without a code comes back as the same object, and so does anything that
    is no mapping. Never raises; can be pickled.

    Args:
        options: The arguments of `codegloss.Enricher`.

    Raises:
        ValueError: A scope, language or field is unknown; valid ones are listed.
    """
    # A method, not an object with `__call__`: Python's way to the latter costs more
    # than the whole look at an event without a code.
    return _Enricher(**options).process


class _Enricher(Enricher):
    def process(
        self, _logger: WrappedLogger, name: str, event_dict: EventDict, /
    ) -> EventDict:
        try:
            # In two steps: Python finds a method faster than what is called as one.
            is_clear = self.is_clear
            if is_clear(event_dict):
                quiet = name not in _LOUD and current_block() is None
                if quiet or not may_hold_more(event_dict):
                    return event_dict
            self.gloss(event_dict, event_dict, _CONTEXTS.get(name))
        except Exception as error:  # text by now, or hostile
            self.failed(event_dict, error)
        return event_dict

"""structlog: a processor that adds what vendor codes mean to the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegloss._enricher import Enricher
from codegloss._options import EnricherOptions

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger
    from typing_extensions import Unpack

__all__ = ["GlossProcessor"]


class GlossProcessor:
    """Write beside every vendor code in an event what it means.

    Put it after `merge_contextvars` and before whatever formats exceptions
    (`format_exc_info`, `dict_tracebacks`): after those only text is left of them.
    An event without a code comes back as the same object, and so does anything that
    is no mapping. Never raises.

    Args:
        options: The arguments of `codegloss.Enricher`.
    """

    def __init__(self, **options: Unpack[EnricherOptions]) -> None:
        self.enricher = Enricher(**options)

    def __call__(
        self, logger: WrappedLogger, name: str, event_dict: EventDict, /
    ) -> EventDict:
        """Add the keys to the event and return it."""
        try:
            if self.enricher.is_clear(event_dict):
                return event_dict
        except Exception:  # noqa: S110 - the enricher counts what it is given
            pass
        self.enricher.add_to(event_dict)
        return event_dict

"""structlog: a processor that adds what vendor codes mean to the event."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from codegloss._enricher import Enricher
from codegloss._options import EnricherOptions

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger
    from typing_extensions import Unpack

__all__ = ["GlossProcessor"]


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
    # A partial, not an object with `__call__`: Python's way to the latter costs more
    # than the whole look at an event without a code.
    return functools.partial(_gloss, Enricher(**options))


def _gloss(
    enricher: Enricher,
    logger: WrappedLogger,  # noqa: ARG001 - structlog's signature
    name: str,  # noqa: ARG001 - structlog's signature
    event_dict: EventDict,
    /,
) -> EventDict:
    try:
        # In two steps, since Python finds a method faster than what is called like one.
        is_clear = enricher.is_clear
        if is_clear(event_dict):
            return event_dict
    except Exception:  # noqa: S110 - the enricher counts what it is given
        pass
    enricher.add_to(event_dict)
    return event_dict

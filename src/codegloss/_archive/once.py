"""Equal events of one batch are worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegloss._events.walker import may_tell

if TYPE_CHECKING:
    from codegloss._core.enricher import Enricher


class Once:
    """Enrich the events of one batch, equal ones once.

    Only what is read of an event counts: those that differ in an id, a time or a user
    are equal. It is made for one batch and thrown away with it, so it holds no more
    than the batch does, and no event can change what is said of another batch.

    Args:
        enricher: What works the events out.
        written: Keys that the answer depends on, because they may be taken.
    """

    def __init__(self, enricher: Enricher, written: frozenset[str]) -> None:
        self._enricher = enricher
        self._read = written | enricher.engine.roles.keys()
        self._said: dict[str, dict[str, Any]] = {}

    def enrich(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the keys to add to an event that was read from JSON or Arrow."""
        enricher = self._enricher
        if enricher.is_clear(event):
            return enricher.enrich(event)
        read = self._read
        # The text tells 1 from "1", from true and from 1.0, as equality does not.
        try:
            key = repr({n: event[n] for n in event if n in read or may_tell(event[n])})
        except RecursionError:  # deeper than anything is read
            return enricher.enrich(event)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = enricher.enrich(event)
        return said

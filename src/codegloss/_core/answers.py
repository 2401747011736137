"""Answers, as they are remembered: what to add, what counts it, and under what key."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from codegloss._events.classes import ClassNames
from codegloss._events.reading import Items, Raised, Shape, Thing

_OUTCOMES = ("resolved", "ambiguous", "silent", "unreadable", "errors")
_MAX_SIZE = 2_000
_PLAIN = frozenset({bool, float, type(None), Shape, ClassNames})
_TUPLES = frozenset({tuple, Raised, Thing, Items})


class Tally:
    """A counter: adding to an attribute is far faster than adding to a dict's value."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Answer:
    """What to add to every event with the same reading.

    Attributes:
        add: The keys to add, empty for nothing.
        tally: Counts such events.
        copied: Keys whose value is a list, which every event needs its own copy of;
            None for none.
    """

    __slots__ = ("add", "copied", "tally")

    def __init__(self, add: dict[str, Any], tally: Tally) -> None:
        self.add = add
        self.tally = tally
        lists = tuple(key for key, value in add.items() if type(value) is list)
        self.copied = lists or None

    def copy_lists(self, event: MutableMapping[Any, Any]) -> None:
        """Replace the lists that were added to an event by copies."""
        for key in self.copied or ():
            event[key] = _copied(self.add[key])


def tallies() -> dict[str, Tally]:
    """Return a counter for each outcome that an event can have."""
    return {outcome: Tally() for outcome in _OUTCOMES}


def is_small(key: tuple[Any, ...]) -> bool:
    """Tell whether a key is plain data, and so little of it that it may be kept."""
    return size(key, other=_MAX_SIZE + 1) <= _MAX_SIZE


def size(value: Any, *, other: int = 1) -> int:
    """Return about how many characters a value takes.

    Args:
        value: Plain data in tuples; of more than is ever kept, not all is counted.
        other: What anything else in it counts.
    """
    kind = type(value)
    if kind is str:
        return len(value)
    if kind in _TUPLES:
        total = len(value)
        for each in value:
            total += size(each, other=other)
            if total > _MAX_SIZE:
                break
        return total
    if kind is int:
        return int(value.bit_length()) // 8
    return 1 if kind in _PLAIN else other


def _copied(values: list[Any]) -> list[Any]:
    """Copy a list of texts, or of mappings that may hold lists of texts."""
    if type(values[0]) is str:
        return values.copy()
    return [
        {k: v.copy() if type(v) is list else v for k, v in each.items()}
        for each in values
    ]

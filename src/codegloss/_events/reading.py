"""What an event says, as plain data: every bound on it, and the types it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from codegloss._events.fields import Role

if TYPE_CHECKING:
    from codegloss._events.classes import ClassNames

MAX_DEPTH = 3
MAX_KEYS = 64
MAX_ITEMS = 8
MAX_EXCEPTIONS = 8
MAX_PLACES = 256
MAX_TEXT = 1_000
MAX_JSON = 16_384
MAX_INT = 10**18
_MAX_CODE = 64
_NUMBER = re.compile(r"-?[1-9][0-9]{0,9}|0")


def _pick_nothing(_: Any) -> tuple[Any, ...]:
    return ()


class Shape:
    """What to read from mappings that have one particular sequence of keys.

    Attributes:
        fields: The keys that say something, each with its role; containers come last.
        taken: The keys among them that codegloss itself writes.
        pick: Returns the values of those fields that are no containers from a mapping.
        codes: Where codes stand among the values.
        code: Where the code stands, if there is one and no container; otherwise -1.
        containers: The names of the containers.
        clear: Whether no code can stand in such a mapping.
        lone: The name of the only field, if that is a code; otherwise None.
        count: How many keys the mapping has if all of them are read, otherwise -1: the
            keys of another with so many are the same if all of them are found.
        answers: What was worked out before, by what `Detector.recognise` returns.
    """

    __slots__ = (
        "answers", "clear", "code", "codes", "containers", "count", "fields", "lone",
        "pick", "taken",
    )  # fmt: skip

    def __init__(
        self, fields: list[tuple[str, Role]], taken: frozenset[str], count: int
    ) -> None:
        flat = [(name, role) for name, role in fields if not role.nested]
        inner = [(name, role) for name, role in fields if role.nested]
        self.fields = (*flat, *inner)
        self.taken = taken
        self.answers: dict[tuple[Any, ...], Any] = {}
        names = [name for name, _ in flat]
        self.pick: Callable[[Any], tuple[Any, ...]] = _pick_nothing
        if len(names) > 1:
            self.pick = itemgetter(*names)
        elif names:  # of a single name, itemgetter returns the bare value
            (only,) = names
            self.pick = lambda mapping: (mapping[only],)
        self.codes = tuple(n for n, (_, role) in enumerate(flat) if role.code)
        self.code = self.codes[0] if len(self.codes) == 1 and not inner else -1
        self.containers = tuple(name for name, _ in inner)
        self.lone = names[0] if self.code == 0 and len(names) == 1 else None
        self.clear = not self.codes and all(role.about for _, role in inner)
        # In a clear mapping nothing is looked for, so nothing tells its keys.
        is_whole = count == len(fields) and not (count and self.clear)
        self.count = count if is_whole else -1


# What one mapping says: its shape and the values of the shape's fields.
Reading = tuple[Shape, tuple[Any, ...]]


class Raised(tuple[Any, ...]):
    """What a chain of exceptions says, outermost first.

    Of each four values, one after the other: its class, its text, the shape of its
    fields, and their values or None if none of them can hold a code.
    """

    __slots__ = ()

    def links(self) -> Iterator[tuple[ClassNames, str | None, Reading | None]]:
        """Yield the class, the text and the fields of each exception."""
        for names, text, shape, values in zip(*[iter(self)] * 4, strict=True):
            yield names, text, None if values is None else (shape, values)

    def first(self, count: int) -> Raised:
        """Return what the first of them say."""
        return Raised(self[: 4 * count])


class Thing(tuple["ClassNames", Reading]):
    """What an error object that is no exception says: its class and fields."""

    __slots__ = ()


class Items(tuple[Any, ...]):
    """What the mappings and objects in a list say."""

    __slots__ = ()


def to_code(value: Any) -> int | str | None:
    """Return a value as a code: digits become a number, what is no code None.

    What events say has been read by then. So an enumeration's member, which in an event
    is hardly a vendor's code, was passed outright.
    """
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]
    if issubclass(kind, int) and kind is not bool:
        return int.__pos__(value)
    if not issubclass(kind, str):
        return None
    text = str.__str__(value)
    if not text or len(text) > _MAX_CODE:
        return None
    return int(text) if _NUMBER.fullmatch(text) else text


def plain(value: Any) -> str | int | None:
    """Copy a text or a whole number, of whatever class, and no longer than is read."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)[:MAX_TEXT]
    if issubclass(kind, int):
        whole = int.__pos__(value)
    elif kind is float and value.is_integer():
        whole = int(value)
    else:
        return None
    return whole if -MAX_INT < whole < MAX_INT else None

"""What a class says of its objects, and an exception of those behind it."""

from __future__ import annotations

import builtins
from typing import Any

from codegloss._events.reading import MAX_ITEMS, MAX_KEYS, Shape


class ClassNames:
    """What can be known of a class without creating or calling anything."""

    __slots__ = (
        "constants", "fields", "has_dict", "more", "names", "shape", "slots",
        "usual",
    )  # fmt: skip

    def __init__(self, cls: type, gate: frozenset[str]) -> None:
        mro = cls.__mro__
        self.names = tuple(
            f"{base.__module__}.{base.__qualname__}"[:200]
            for base in mro[:MAX_ITEMS]
            if base is not object and base not in _PLAIN_BASES
        )
        constants: dict[str, Any] = {}
        slots = []
        for base in reversed(mro):
            if base is object or base in _PLAIN_BASES:
                continue
            for name, value in list(vars(base).items())[: 4 * MAX_KEYS]:
                if type(value) is SLOT:
                    slots.append((name, value))
                elif name in gate and type(value) in (int, str):
                    constants[name] = value
                elif name in gate:
                    constants.pop(name, None)
        self.constants = constants
        self.slots = slots
        fields = getattr(cls, "_fields", ())
        self.fields: tuple[str, ...] = fields if type(fields) is tuple else ()
        self.more = bool(constants or slots or self.fields)
        # A class may put anything in the place of `__dict__`.
        described = [vars(base)["__dict__"] for base in mro if "__dict__" in vars(base)]
        self.has_dict = bool(described) and type(described[0]) in (_DICT, SLOT)
        # An exception of which everything stands in its `__dict__`, and its last shape.
        self.shape: Shape | None = None
        self.usual = (
            issubclass(cls, BaseException)
            and self.has_dict
            and not self.more
            and not issubclass(cls, GROUP)
        )


class _Slotted:
    __slots__ = ("slot",)


class _Plain:
    pass


SLOT = type(vars(_Slotted)["slot"])
_DICT = type(vars(_Plain)["__dict__"])
_PLAIN_BASES = frozenset({BaseException, Exception, tuple, dict, list, str, int, float})
# Where the backport of groups for Python 3.10 keeps the members.
MEMBERS = "_exceptions"
GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())


def next_link(link: BaseException) -> BaseException | None:
    """Return what an exception was raised from, or while handling, as it is shown."""
    if link.__cause__ is not None or link.__suppress_context__:
        return link.__cause__
    return link.__context__


def members_of(error: BaseException) -> list[BaseException] | None:
    """Return the exceptions in a group, None when it is none."""
    members: Any = error.__dict__.get(MEMBERS)
    if issubclass(type(error), GROUP):
        members = vars(GROUP)["exceptions"].__get__(error)
    if type(members) not in (list, tuple):
        return None
    return [each for each in members if issubclass(type(each), BaseException)] or None


def behind(error: BaseException) -> list[BaseException]:
    """Return what is behind an exception: its link, and the members of a group."""
    link = next_link(error)
    members = members_of(error) or []
    return [*([] if link is None else [link]), *members[:MAX_ITEMS]]

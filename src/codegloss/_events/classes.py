"""What may be read of an object by its class, without running any of its code."""

from __future__ import annotations

import builtins
import itertools
import weakref
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Literal

from codegloss._events.limits import (
    MAX_CLASSES,
    MAX_FIELDS,
    MAX_ITEMS,
    MAX_KEYS,
    MAX_NAME,
)

Kind = Literal["plain", "text", "list", "dict", "mapping", "error", "object"]
_KINDS: dict[type, Kind] = {
    **dict.fromkeys((type(None), bool, int, float, bytes, complex), "plain"),
    str: "text",
    list: "list",
    tuple: "list",
    dict: "dict",
}


class _Slotted:
    __slots__ = ("slot",)


class _Plain:
    pass


# `type` itself is asked, as a metaclass may answer for its classes.
_mro: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__
_vars: Callable[[type], Mapping[str, Any]] = vars(type)["__dict__"].__get__
_qualname: Callable[[type], str] = vars(type)["__qualname__"].__get__
_SLOT = type(vars(_Slotted)["slot"])
_OWN_DICT = vars(_Plain)["__dict__"]
_PLAIN_BASES = frozenset({BaseException, Exception, tuple, dict, list, str, int, float})
_BUILTINS = frozenset(
    (SimpleNamespace, *(e for e in vars(builtins).values() if type(e) is type))
)
# What a class can define to run code of its own when an object is only looked at.
_READERS = frozenset({"__getattribute__", "__dict__"})
_ERROR_READERS = _READERS.union(
    "__cause__ __context__ __suppress_context__ args".split()
)
_PLAIN_ARGS = frozenset({type(None), bool, int, float, str, bytes})
# Where the backport of groups for Python 3.10 keeps the members.
_MEMBERS = "_exceptions"
GROUP: Any = getattr(builtins, "BaseExceptionGroup", None)


class ClassInfo:
    """What is known of one class.

    Attributes:
        kind: How its objects are read; `plain` for what never holds a code.
        is_group: Whether its objects are groups of exceptions.
        names: Dotted names of the class and its bases, without Python's own.
        is_opaque: Whether only to look at an object may run code of the class.
        constants: Class attributes that are plain data.
        is_simple: Whether all there is to read stands in its `__dict__`.
        slots: Attributes that are no part of `__dict__`.
        fields: Names of a named tuple's items.
    """

    __slots__ = (
        "_has_dict", "constants", "fields", "is_group", "is_opaque", "is_simple",
        "kind", "names",
        "ref", "slots",
    )  # fmt: skip

    def __init__(self, cls: type, ref: weakref.ref[type]) -> None:
        mro = _mro(cls)
        own = [each for each in mro if each is not object and each not in _PLAIN_BASES]
        theirs = [each for each in own if each not in _BUILTINS]
        self.ref = ref
        self.kind: Kind = _kind(cls, mro)
        self.is_group = any(
            base is GROUP or _qualname(base).endswith("BaseExceptionGroup")
            for base in mro
        )
        self.names = tuple(_dotted(base) for base in own[:MAX_ITEMS])
        readers = _ERROR_READERS if BaseException in mro else _READERS
        self.is_opaque = any(_runs_code(base, readers) for base in mro)
        self.constants: dict[str, Any] = {}
        self.slots: list[tuple[str, Any]] = []
        for base in reversed(theirs):
            self._take(base)
        fields = next((_vars(b)["_fields"] for b in mro if "_fields" in _vars(b)), ())
        named = tuple in mro and type(fields) is tuple
        self.fields: tuple[str, ...] = fields if named else ()
        self._has_dict = any("__dict__" in _vars(base) for base in mro)
        self.is_simple = self._has_dict and not (
            self.constants
            or self.slots
            or self.fields
            or self.is_opaque
            or self.is_group
        )

    def _take(self, base: type) -> None:
        for name, value in itertools.islice(_vars(base).items(), MAX_KEYS):
            if name[:2] == "__":  # Python's own
                continue
            if type(value) is _SLOT:
                self.slots.append((name, value))
            elif type(value) in (int, str):
                self.constants[name] = value
            else:
                self.constants.pop(name, None)

    def attributes(self, value: Any) -> dict[Any, Any]:
        """Return an object's data by name; empty where that would run its code."""
        if self.is_opaque:
            return {}
        own: dict[Any, Any] = {}
        if self._has_dict:
            own = value.__dict__
            if type(own) is not dict:  # a default dict would grow by being asked
                own = dict.copy(own)
        if self.is_simple:
            return own
        found = dict(self.constants)
        found.update(itertools.islice(own.items(), MAX_KEYS))
        for name, slot in self.slots[:MAX_FIELDS]:
            try:
                found[name] = slot.__get__(value)
            except AttributeError:
                continue
        if self.fields:
            found.update(zip(self.fields, tuple.__iter__(value), strict=False))
        return found


class Classes:
    """Know classes, each looked at once, without keeping any of them alive."""

    def __init__(self) -> None:
        self._known: dict[int, ClassInfo] = {}

    def of(self, cls: type) -> ClassInfo:
        """Return what is known of a class."""
        # By identity: a metaclass may define how its classes are hashed and compared.
        info = self._known.get(id(cls))
        if info is not None and info.ref() is cls:
            return info
        if len(self._known) >= MAX_CLASSES:
            self._known.clear()
        # Without a callback: what a signal handler raises within one would be lost.
        info = self._known[id(cls)] = ClassInfo(cls, weakref.ref(cls))
        return info


CLASSES = Classes()


def behind(error: BaseException, info: ClassInfo) -> list[BaseException]:
    """Return what is behind an exception: its link, and the members of a group."""
    link = error.__cause__
    if link is None and not error.__suppress_context__:
        link = error.__context__  # as it is shown
    found = [] if link is None else [link]
    if info.is_group:
        found += (members_of(error) or ())[:MAX_ITEMS]
    return found


def members_of(error: BaseException) -> list[BaseException] | None:
    """Return the exceptions in a group, None when it is none."""
    if not CLASSES.of(type(error)).is_group:
        return None
    members: Any = dict.get(error.__dict__, _MEMBERS)
    if GROUP is not None and GROUP in _mro(type(error)):
        members = vars(GROUP)["exceptions"].__get__(error)
    if type(members) not in (list, tuple):
        return None
    return [each for each in members[:MAX_KEYS] if is_error(each)] or None


def plain_text(error: BaseException) -> str | None:
    """Return `str()` of an exception; None where that might run code of a class."""
    cls = type(error)
    owner = next(base for base in _mro(cls) if "__str__" in _vars(base))
    if CLASSES.of(cls).is_opaque or owner not in _BUILTINS or not error.args:
        return None
    return str(error) if _PLAIN_ARGS.issuperset(map(type, error.args)) else None


def is_error(thing: object) -> bool:
    """Tell whether a thing is an exception, without asking its `__class__`."""
    return issubclass(type(thing), BaseException)


def _kind(cls: type, mro: tuple[type, ...]) -> Kind:
    known = _KINDS.get(cls) if type(cls) is type else None
    if known is not None:
        return known
    if BaseException in mro:
        return "error"
    if dict in mro:
        return "dict"
    if issubclass(cls, Mapping):
        return "mapping"
    if str in mro:
        return "text"
    plain = (
        (cls in _BUILTINS and cls is not SimpleNamespace) or int in mro or float in mro
    )
    return "plain" if plain else "object"


def _dotted(cls: type) -> str:
    module = _vars(cls).get("__module__")
    name = _qualname(cls)
    return (f"{module}.{name}" if type(module) is str else name)[:MAX_NAME]


def _is_own_dict(descriptor: Any) -> bool:
    """Tell whether a descriptor is the one that Python gives to a class for its data.

    A proxy written in C has one of the same type, which leads to the object behind it.
    """
    if type(descriptor) is _SLOT:
        return True
    same = type(descriptor) is type(_OWN_DICT)
    return same and descriptor.__doc__ == _OWN_DICT.__doc__


def _runs_code(base: type, readers: frozenset[str]) -> bool:
    """Tell whether a class defines what would be run by only looking at an object."""
    found = readers.intersection(_vars(base))
    if base in _BUILTINS or not found:
        return False
    return (
        len(found) > 1
        or "__dict__" not in found
        or not _is_own_dict(_vars(base)["__dict__"])
    )

"""Read what an event, an exception or an object says, and copy it out as plain data.

The result, a `Reading`, is made of strings, numbers and tuples only: it can be a
dictionary key, keeps nothing of the user's alive, and everything after it is a pure
function of it.
"""

from __future__ import annotations

import builtins
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from codegloss._fields import Role, roles_of

MAX_DEPTH = 3
MAX_KEYS = 64
MAX_ITEMS = 8
MAX_EXCEPTIONS = 8
MAX_TEXT = 1_000
MAX_JSON = 16_384
_MAX_SHAPES = 512

_JSON_STARTS = ("{", "[")
_MAX_CODE = 64
_MAX_INT = 10**18
_NUMBER = re.compile(r"-?[1-9][0-9]{0,9}|0")


class Shape:
    """What to read from mappings that have one particular sequence of keys.

    Attributes:
        fields: The keys that say something, each with its role.
        taken: The keys among them that codegloss itself writes.
        pick: Returns the values of the fields from a mapping.
        codes: Where codes stand among the values.
        nested: Where containers stand among them, and whether one is `exc_info`.
        answers: What was worked out before for equal values.
    """

    __slots__ = ("answers", "codes", "fields", "nested", "pick", "taken")

    def __init__(self, fields: list[tuple[str, Role]], taken: frozenset[str]) -> None:
        self.fields = tuple(fields)
        self.taken = taken
        self.answers: dict[Any, Any] = {}
        names = [name for name, _ in fields]
        self.pick: Callable[[Any], tuple[Any, ...]] = _pick_nothing
        if len(names) > 1:
            self.pick = itemgetter(*names)
        elif names:  # of a single name, itemgetter returns the bare value
            (only,) = names
            self.pick = lambda mapping: (mapping[only],)
        numbered = tuple(enumerate(fields))
        self.codes = tuple(n for n, (_, role) in numbered if role.code)
        self.nested = tuple(
            (n, name == "exc_info") for n, (name, role) in numbered if role.nested
        )


# What one mapping says: its shape and the values of the shape's fields.
Reading = tuple[Shape, tuple[Any, ...]]


class Raised(tuple[tuple["ClassNames", str | None, Reading | None], ...]):
    """What a chain of exceptions says, outermost first: class, text and fields."""

    __slots__ = ()


class Thing(tuple["ClassNames", Reading]):
    """What an error object that is no exception says: its class and fields."""

    __slots__ = ()


class Items(tuple[Any, ...]):
    """What the mappings and objects in a list say."""

    __slots__ = ()


def to_code(value: Any) -> int | str | None:
    """Return a value as a code: digits become a number, what is no code None."""
    if type(value) is int:
        return value
    if type(value) is not str or not value or len(value) > _MAX_CODE:
        return None
    return int(value) if _NUMBER.fullmatch(value) else value


class Detector:
    """Turn events, exceptions and objects into readings.

    Args:
        prefixes: Words before a code field → the scope they speak for.
        tables: Words of a table's own code field → the table's name.
        outputs: Keys that codegloss writes; they are read to write nothing twice.
        more: Further fields that can hold a code.
        ignored: Fields that are never looked at.
        text: Whether a text alone is worth reading, for the codes in it.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str],
        tables: Mapping[str, str],
        outputs: Iterable[str],
        *,
        more: Iterable[str] = (),
        ignored: Iterable[str] = (),
        text: bool = False,
    ) -> None:
        self.roles, self.gate = roles_of(
            tuple(prefixes.items()), tuple(tables.items()), tuple(more), tuple(ignored)
        )
        self._text = text
        self.outputs = frozenset(outputs)
        self.shapes: dict[tuple[Any, ...], Shape] = {}
        self._classes: dict[type, ClassNames] = {}

    def read(
        self, mapping: Mapping[Any, Any], depth: int = 0, *, plain: bool = False
    ) -> Reading:
        """Read one mapping.

        Args:
            mapping: The event, or what stands in a container of it.
            depth: How deep in the event it stands.
            plain: Copy every value into a plain and bounded one. Otherwise only codes
                and containers are, which is enough to find an answer already worked
                out; what must not be kept stays in the result.
        """
        keys = tuple(mapping)
        shape = self.shapes.get(keys)
        if shape is None:
            shape = self._shape(keys)
        values = shape.pick(mapping)
        if plain:
            return shape, self._plain(shape, values, depth)
        return shape, self.comparable(shape, values, depth)

    def comparable(
        self, shape: Shape, values: tuple[Any, ...], depth: int = 0
    ) -> tuple[Any, ...]:
        """Return values that equal others only where the answer is the same too.

        Only text and whole numbers may be compared as codes: True equals 1, and 404.0
        equals 404. Containers are read.
        """
        changed: list[Any] | None = None
        for number in shape.codes:
            kind = type(values[number])
            if kind is not int and kind is not str:
                changed = changed or list(values)
                changed[number] = None
        for number, is_exc_info in shape.nested:
            value = values[number]
            if value is None:
                continue
            if changed is None:
                changed = list(values)
            if type(value) is dict and depth < MAX_DEPTH:
                changed[number] = self.read(value, depth + 1)
                continue
            if is_exc_info and value is True:
                value = sys.exc_info()[1]
            if isinstance(value, BaseException):
                changed[number] = self.read_exception(value)
            else:
                changed[number] = self.read_value(value, depth)
        return values if changed is None else tuple(changed)

    def read_value(self, value: Any, depth: int = 0, *, plain: bool = False) -> Any:
        """Read whatever stands in a container's place; None when it says nothing."""
        if isinstance(value, BaseException):
            return self.read_exception(value, plain=plain)
        kind = type(value)
        if kind is str:
            inner = _json(value) if len(value) <= MAX_JSON else None
            if inner is None:
                return value[:MAX_TEXT]
            return self.read_value(inner, depth, plain=plain)
        if value is None or kind is int or kind is bool or kind is float:
            return value if kind is int else None
        if depth >= MAX_DEPTH:
            return None
        if isinstance(value, Mapping):
            return self.read(value, depth + 1, plain=plain)
        if kind is list or kind is tuple:
            if len(value) == 3 and isinstance(value[1], BaseException):
                return self.read_exception(value[1], plain=plain)
            items = [
                self.read_value(item, depth + 1, plain=plain)
                for item in value[:MAX_ITEMS]
            ]
            kept = tuple(item for item in items if type(item) in _COMPOUND)
            return Items(kept) if kept else None
        names = self._class(kind)
        fields = self._attributes(value, names, depth, plain=plain)
        return None if fields is None else Thing((names, fields))

    def read_exception(
        self, error: BaseException, *, plain: bool = False
    ) -> Raised | None:
        """Read an exception and its causes; None when none of them carries a code."""
        names = self._classes.get(type(error)) or self._class(type(error))
        fields = self._attributes(error, names, MAX_DEPTH - 1, plain=plain)
        args = error.args
        text = args[0][:MAX_TEXT] if args and type(args[0]) is str else None
        link = (names, text, fields)
        if error.__cause__ is None and error.__context__ is None and not names.group:
            return Raised((link,)) if fields is not None or self._text else None
        links = [link]
        seen = {id(error)}
        causes = _causes(error, names)
        while causes and len(links) < MAX_EXCEPTIONS:
            cause = causes.pop(0)
            if id(cause) in seen:
                continue
            seen.add(id(cause))
            names = self._class(type(cause))
            fields = self._attributes(cause, names, MAX_DEPTH - 1, plain=plain)
            args = cause.args
            text = args[0][:MAX_TEXT] if args and type(args[0]) is str else None
            links.append((names, text, fields))
            causes[:0] = _causes(cause, names)
        if self._text or any(link[2] is not None for link in links):
            return Raised(links)
        return None

    def _shape(self, keys: tuple[Any, ...]) -> Shape:
        roles = self.roles
        taken = frozenset(key for key in keys if key in self.outputs)
        fields = [(key, roles[key]) for key in keys if key in roles]
        # The order of keys is no evidence: the same keys give the same reading.
        fields.sort(key=itemgetter(0))
        fields = fields[:MAX_KEYS]
        known = {key for key, _ in fields}
        fields += [(key, Role()) for key in sorted(taken - known)]
        shape = Shape(fields, taken)
        if len(keys) <= 4 * MAX_KEYS:
            if len(self.shapes) >= _MAX_SHAPES:
                self.shapes.clear()
            self.shapes[keys] = shape
        return shape

    def _plain(
        self, shape: Shape, values: tuple[Any, ...], depth: int
    ) -> tuple[Any, ...]:
        plain: list[Any] = []
        for (name, role), value in zip(shape.fields, values, strict=False):
            kind = type(value)
            if role.nested and kind is not int:
                if value is True and name == "exc_info":
                    value = sys.exc_info()[1]  # noqa: PLW2901
                plain.append(self.read_value(value, depth, plain=True))
            elif kind is str:
                plain.append(value[:MAX_TEXT])
            elif kind is int:
                plain.append(value if -_MAX_INT < value < _MAX_INT else None)
            elif role.code or role.fact:
                plain.append(None)
            else:
                plain.append(_freeze(value))
        return tuple(plain)

    def _attributes(
        self, value: Any, names: ClassNames, depth: int, *, plain: bool
    ) -> Reading | None:
        """Read the data attributes of an object without running any of its code."""
        fields = value.__dict__ if names.has_dict else {}
        if names.more or len(fields) > MAX_KEYS:
            own = dict(itertools.islice(fields.items(), MAX_KEYS))
            fields = {**names.constants, **own}
            for name, slot in names.slots:
                try:
                    fields[name] = slot.__get__(value)
                except AttributeError:
                    continue
            if names.fields and isinstance(value, tuple):
                fields.update(zip(names.fields, value, strict=False))
        if self.gate.isdisjoint(fields):
            return None
        return self.read(fields, depth + 1, plain=plain)

    def _class(self, cls: type) -> ClassNames:
        known = self._classes.get(cls)
        if known is None:
            if len(self._classes) >= _MAX_SHAPES:
                self._classes.clear()
            known = self._classes[cls] = ClassNames(cls, self.gate)
        return known


class ClassNames:
    """What can be known of a class without creating or calling anything."""

    __slots__ = (
        "constants", "fields", "group", "has_dict", "more", "names", "slots",
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
                if type(value) is _SLOT:
                    slots.append((name, value))
                elif name in gate and type(value) in (int, str):
                    constants[name] = value
                elif name in gate:
                    constants.pop(name, None)
        self.constants = constants
        self.slots = slots
        self.fields: tuple[str, ...] = getattr(cls, "_fields", ())
        self.more = bool(constants or slots or self.fields)
        # A class may put anything in the place of `__dict__`.
        described = [vars(base)["__dict__"] for base in mro if "__dict__" in vars(base)]
        self.has_dict = bool(described) and type(described[0]) in (_DICT, _SLOT)
        self.group = issubclass(cls, _GROUP)


class _Slotted:
    __slots__ = ("slot",)


class _Plain:
    pass


_SLOT = type(vars(_Slotted)["slot"])
_DICT = type(vars(_Plain)["__dict__"])
_PLAIN_BASES = frozenset({BaseException, Exception, tuple, dict, list, str, int, float})
_GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())


def _pick_nothing(_: Any) -> tuple[Any, ...]:
    return ()


_COMPOUND = frozenset({tuple, Raised, Thing, Items})


def _causes(error: BaseException, names: ClassNames) -> list[BaseException]:
    causes: list[BaseException] = []
    if error.__cause__ is not None:
        causes.append(error.__cause__)
    elif error.__context__ is not None and not error.__suppress_context__:
        causes.append(error.__context__)
    if names.group:
        inner: Any = getattr(error, "exceptions", ())
        causes += [e for e in inner[:MAX_ITEMS] if isinstance(e, BaseException)]
    return causes


def _json(text: str) -> Any:
    """Decode JSON text that starts like an object or a list; None when it is not."""
    if text[:1] not in _JSON_STARTS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _freeze(value: Any) -> Any:
    """Copy one of our own output values, so that writing it again can be avoided."""
    if type(value) is list and len(value) <= MAX_KEYS:
        return tuple(_freeze(item) for item in value)
    if type(value) is dict and len(value) <= MAX_KEYS:
        return tuple((str(key), _freeze(item)) for key, item in value.items())
    return value if type(value) in (str, bool, int) else None

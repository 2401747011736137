"""Read what an event, an exception or an object says, and copy it out as plain data.

The result, a `Reading`, is made of strings, numbers and tuples only: it can be a
dictionary key, keeps nothing of the user's alive, and everything after it is a pure
function of it. `Detector.read` makes one; `Detector.recognise` is the short way for an
event that says what one before it said, and what it returns is compared, not read.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from codegloss._events.classes import MEMBERS, ClassNames, behind
from codegloss._events.fields import Role, roles_of
from codegloss._events.reading import (
    MAX_DEPTH,
    MAX_EXCEPTIONS,
    MAX_ITEMS,
    MAX_JSON,
    MAX_KEYS,
    MAX_PLACES,
    MAX_TEXT,
    Items,
    Raised,
    Reading,
    Shape,
    Thing,
    plain,
)

_MAX_SHAPES = 512
_MAX_NAMES = 4_096
_JSON_STARTS = ("{", "[")
# For how many places an exception counts, and how many characters of JSON for one.
_PLACES_AN_EXCEPTION = 4
_JSON_A_PLACE = 256


class Detector:
    """Turn events, exceptions and objects into readings.

    Args:
        prefixes: Words before a code field → the scope they speak for.
        tables: Words of a table's own code field → the table's name.
        outputs: Keys that codegloss writes; they are read to write nothing twice.
        telling: Fields that tell by being there whose answer an event holds.
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
        telling: Iterable[str] = (),
        more: Iterable[str] = (),
        ignored: Iterable[str] = (),
        text: bool = False,
    ) -> None:
        self.roles, self.gate = roles_of(
            tuple(prefixes.items()),
            tuple(tables.items()),
            tuple(telling),
            tuple(more),
            tuple(ignored),
        )
        self._text = text
        self.outputs = frozenset(outputs)
        self.shapes: dict[tuple[Any, ...], Shape] = {}
        self._classes: dict[type, ClassNames] = {}

    def read(
        self,
        mapping: Mapping[Any, Any],
        depth: int = 0,
        budget: list[int] | None = None,
    ) -> Reading:
        """Read one mapping: every value is copied as plain and bounded data.

        Args:
            mapping: The event, or what stands in a container of it.
            depth: How deep in the event it stands.
            budget: How many more places are read in the whole event; None for a new
                event. Depth and breadth alone would allow thousands.
        """
        budget = [MAX_PLACES] if budget is None else budget
        shape = self._shape(mapping)
        values: list[Any] = []
        for name, role in shape.fields:
            value = mapping[name]
            kind = type(value)
            if name == "exc_info" and (kind is bool or kind is int) and value:
                value = _passing()[1]
                kind = type(value)
            if role.nested and kind is not int:
                values.append(self._inside(value, depth, budget))
            elif role.code:
                values.append(plain(value) if kind is int or kind is str else None)
            elif role.fact:
                values.append(plain(value))
            else:
                values.append(_freeze(value))
        return shape, tuple(values)

    def recognise(
        self, shape: Shape, mapping: Mapping[Any, Any], depth: int, left: int
    ) -> tuple[Any, ...]:
        """Return what a mapping says in the form in which its answer is remembered.

        Forms that are equal have equal readings: a text of a derived class is read as
        that text, and True and 404.0 are a status or level like 1 and 404, but no code.

        Args:
            shape: The shape of the mapping.
            mapping: The mapping.
            depth: How deep in the event it stands.
            left: How many exceptions behind one may be looked at.

        Raises:
            Exception: It is unlike all that was read before.
        """
        # All in one: a call for each exception would cost more than what it does.
        # Whatever is called stands in a local variable: Python finds a method fast, but
        # not what is called like one. And a loop that is not entered costs, too.
        pick = shape.pick
        form = pick(mapping)
        if shape.codes:
            for number in shape.codes:
                kind = type(form[number])
                if kind is not int and kind is not str:
                    form = (*form[:number], None, *form[number + 1 :])
        for name in shape.containers:
            value = mapping[name]
            if name == "exc_info" and value is True:
                value = _passing()[1]
            kind = type(value)
            if kind is dict and depth < MAX_DEPTH:
                below = self.shapes[tuple(value)]
                if below.code < 0:
                    inner = self.recognise(below, value, depth + 1, left)
                else:  # the usual one: what the call would do, without it
                    pick = below.pick
                    inner = pick(value)
                    kind = type(inner[below.code])
                    if kind is not int and kind is not str:
                        inner = self.recognise(below, value, depth + 1, left)
                form = (form, below, inner)
            elif (names := self._classes.get(kind)) is not None:
                own = names.shape
                if own is None:
                    raise LookupError
                fields = value.__dict__
                if len(fields) != own.count:
                    own = self.shapes[tuple(fields)]
                inner = None
                lone = own.lone
                if lone is not None:  # the usual one
                    inner = fields[lone]
                    kind = type(inner)
                    if kind is not int and kind is not str:
                        inner = None
                elif not own.clear and depth < MAX_DEPTH:
                    inner = self.recognise(
                        own, fields, max(depth + 1, MAX_DEPTH - 1), left
                    )
                args = value.args
                text = args[0] if args else None
                if type(text) is not str:
                    text = None
                cause = value.__cause__
                if cause is None:
                    cause = value.__context__
                    if cause is None or value.__suppress_context__:
                        if own.clear and not self._text and shape is not _BEHIND:
                            form += (own,)  # it is not read, whatever its text is
                        else:
                            form = (form, names, text, own, inner)
                        continue
                if not left or depth >= MAX_DEPTH - 1:
                    raise LookupError
                rest = self.recognise(_BEHIND, {"cause": cause}, depth, left - 1)
                form = (form, names, text, own, inner, rest)
            elif value is None or kind is bool or kind is float:
                form += _NOTHING
            elif kind is int and name != "exc_info":
                form += (value,)
            elif kind is str and value[:1] not in _JSON_STARTS:
                form += (value[:MAX_TEXT],)
            elif kind is dict:  # too deep inside to be read
                form += _TOO_DEEP
            else:  # reading it is left to what counts all places in the event
                raise LookupError
        return form

    def _inside(self, value: Any, depth: int, budget: list[int]) -> Any:
        """Read whatever stands in a container's place; None when it says nothing."""
        kind = type(value)
        if value is None or kind is int or kind is bool or kind is float:
            return value if kind is int else None
        budget[0] -= 1
        if budget[0] < 0:
            return None
        if kind is str:
            if (
                depth < MAX_DEPTH
                and value[:1] in _JSON_STARTS
                and len(value) <= MAX_JSON
            ):
                budget[0] -= len(value) // _JSON_A_PLACE
                inner = _json(value)
                if inner is not None:
                    return self._inside(inner, depth, budget)
            return value[:MAX_TEXT]
        if depth >= MAX_DEPTH:
            return None
        if issubclass(kind, BaseException):
            # In a field of an exception one more is read, but none in a field of that.
            try:
                return self._raised(value, depth, budget)
            except Exception:  # a hostile one says nothing, and hides nothing
                return None
        if issubclass(kind, Mapping):
            return self.read(value, depth + 1, budget)
        if kind is list or kind is tuple:
            if (
                len(value) == 3
                and issubclass(type(value[0]), type)
                and issubclass(type(value[1]), BaseException)
            ):
                return self._inside(value[1], depth, budget)
            items = [
                self._inside(item, depth + 1, budget) for item in value[:MAX_ITEMS]
            ]
            kept = tuple(item for item in items if type(item) in _COMPOUND)
            return Items(kept) if kept else None
        try:
            names = self._class(kind)
            shape, values = self._attributes(value, names, depth, budget)
        except Exception:  # a hostile object says nothing, and hides nothing
            return None
        return None if values is None else Thing((names, (shape, values)))

    def _raised(
        self, error: BaseException, depth: int, budget: list[int]
    ) -> Raised | None:
        """Read an exception and its causes; None when none of them carries a code."""
        links: list[Any] = []
        seen: set[int] = set()
        causes = [error]
        while causes and len(seen) < MAX_EXCEPTIONS:
            cause = causes.pop(0)
            if id(cause) in seen:
                continue
            seen.add(id(cause))
            budget[0] -= _PLACES_AN_EXCEPTION
            if budget[0] < 0:
                break
            names = self._class(type(cause))
            args = cause.args
            text = args[0][:MAX_TEXT] if args and type(args[0]) is str else None
            below = max(depth, MAX_DEPTH - 2)
            fields = self._attributes(cause, names, below, budget)
            links += (names, text, *fields)
            causes[:0] = behind(cause)
        says = self._text or any(values is not None for values in links[3::4])
        return Raised(links) if says else None

    def _shape(self, mapping: Mapping[Any, Any]) -> Shape:
        """Return the shape of a mapping, worked out once for the same keys."""
        keys = tuple(mapping)
        shape = self.shapes.get(keys)
        if shape is not None:
            return shape
        roles = self.roles
        taken = frozenset(key for key in keys if key in self.outputs)
        known = [(key, roles[key]) for key in keys if key in roles]
        # The order of keys is no evidence: the same keys give the same reading.
        known.sort(key=itemgetter(0))
        inner = [field for field in known if field[1].nested]
        # Containers in containers multiply, so few are read; those of errors first.
        inner.sort(key=lambda field: not field[1].error)
        fields = [field for field in known if not field[1].nested][:MAX_KEYS]
        fields += inner[:MAX_ITEMS]
        read = {key for key, _ in fields}
        fields += [(key, Role()) for key in sorted(taken - read)]
        shape = Shape(fields, taken, len(keys))
        if (
            MEMBERS not in keys  # which are not recognised by it
            and all(type(key) is str for key in keys)
            and sum(map(len, keys)) <= _MAX_NAMES
        ):
            if len(self.shapes) >= _MAX_SHAPES:
                self.shapes.clear()
            self.shapes[keys] = shape
        return shape

    def _attributes(
        self, value: Any, names: ClassNames, depth: int, budget: list[int]
    ) -> tuple[Shape, tuple[Any, ...] | None]:
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
        shape = self._shape(fields)
        if names.usual:
            names.shape = shape
        if shape.clear:
            return shape, None
        return shape, self.read(fields, depth + 1, budget)[1]

    def _class(self, cls: type) -> ClassNames:
        known = self._classes.get(cls)
        if known is None:
            if len(self._classes) >= _MAX_SHAPES:
                self._classes.clear()
            known = self._classes[cls] = ClassNames(cls, self.gate)
        return known


# In an event, `exc_info=True` or 1 stands for the exception that is passing.
_passing: Callable[[], tuple[Any, Any, Any]] = sys.exc_info
_COMPOUND = frozenset({tuple, Raised, Thing, Items})
# What a container says that holds no code.
_NOTHING = (None,)
# Of what has an exception's cause in it and nothing else.
_BEHIND = Shape([("cause", Role(nested=True))], frozenset(), 1)
_TOO_DEEP = (_BEHIND,)


def _json(text: str) -> Any:
    """Decode JSON text; None when it is not."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _freeze(value: Any, depth: int = 0) -> Any:
    """Copy one of our own output values, so that writing it again can be avoided."""
    if depth <= MAX_DEPTH:
        if type(value) in (list, tuple) and len(value) <= MAX_KEYS:
            return tuple(_freeze(item, depth + 1) for item in value)
        if type(value) is dict and len(value) <= MAX_KEYS:
            return tuple(
                (key, _freeze(item, depth + 1))
                for key, item in value.items()
                if type(key) is str
            )
    return value if type(value) in (bool, float) else plain(value)

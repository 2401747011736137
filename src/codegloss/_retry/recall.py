"""Recognise an exception like one seen before, and recall what was advised then.

A retry loop asks about the same few failures again and again. So an exception is
recognised by the class, the fields and the text of each link of its chain, which takes
a hundredth of the time of working its advice out. Only plain data is compared and kept,
and no code of a class that is found is run.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from codegloss._core import scope as _scope
from codegloss._core.answers import size
from codegloss._core.api import default
from codegloss._core.engine import Engine
from codegloss._events.classes import SLOT, members_of, next_link
from codegloss._events.reading import MAX_EXCEPTIONS, MAX_INT, MAX_KEYS, MAX_TEXT
from codegloss._retry.advice import RetryAdvice, is_safe

# Whether it may succeed, whether sending it twice is safe in any case, and the rest.
Verdict = tuple[bool | None, bool, RetryAdvice]

_MAX_VERDICTS = 1_024
_MAX_LAYOUTS = 512
# Data that can be hashed and compared without running anybody's code.
_PLAIN = frozenset({int, str, type(None)})
# What a class can define to run code of its own when an exception is only looked at.
_READERS = frozenset(
    "__getattribute__ __dict__ __cause__ __context__ __suppress_context__ args".split()
)
_ADVICE = "advice"
_BUILTINS = frozenset(each for each in vars(builtins).values() if type(each) is type)
mro: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__

current_block = _scope.current.get


class Layout:
    """How to read exceptions of one class that have the same fields.

    Attributes:
        names: The names of all fields, in order.
        count: How many there are if all of them count, otherwise -1.
        read: The names of the fields that count.
        first: The first of them, None when there is none.
        rest: The others.
        blank: Whether no code can stand in such an exception, whatever its text.
        verdicts: On exceptions alone: by scope, by the value of each field that counts
            and by text.
        chains: On chains that start here: likewise, and on to the layout of the next.
    """

    __slots__ = (
        "blank", "chains", "count", "first", "names", "read", "rest", "verdicts",
    )  # fmt: skip

    def __init__(self, names: tuple[str, ...], read: list[str], *, blank: bool) -> None:
        self.names = names
        self.count = len(names) if len(read) == len(names) else -1
        self.read = tuple(read)
        self.first = read[0] if read else None
        self.rest = self.read[1:]
        self.blank = blank
        self.verdicts: dict[Any, Any] = {}
        self.chains: dict[Any, Any] = {}

    def values(self, error: BaseException, *, alone: bool) -> tuple[Any, ...]:
        """Return what counts in an exception, its text last.

        Raises:
            LookupError: A value is not plain data.
        """
        fields = error.__dict__
        values = tuple([fields[name] for name in self.read])
        # No bool and no float is plain, so equal values have equal readings.
        if not _PLAIN.issuperset(map(type, values)):
            raise LookupError
        text = error.args[0] if error.args else None
        if type(text) is not str or (self.blank and alone):
            text = None
        return (*values, text)


class Memo:
    """What is remembered of one engine, so that no answer outlives its catalog."""

    __slots__ = ("_count", "_others", "engine", "judged", "layouts")

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # By reading, for what cannot be recognised as fast: `codegloss._retry.decide`.
        self.judged: dict[Any, Any] = {}
        self.layouts: dict[type, Layout] = engine.layouts
        # Of exceptions that do not have the fields of the first of their class.
        self._others: dict[tuple[type, tuple[str, ...]], Layout] = {}
        self._count = 0

    def recall(self, error: BaseException, scope: Any) -> Verdict:
        """Return the verdict on an exception like this one.

        On most that stand alone `codegloss.is_retryable` finds it without a call.

        Raises:
            Exception: There is none, whatever it is.
        """
        layout = self._layout(error)
        alone = next_link(error) is None
        # The steps are those of `_path`, taken one by one: this is a retry's own time.
        node: Any = (layout.verdicts if alone else layout.chains)[scope]
        while True:
            fields = error.__dict__
            for name in layout.read:
                value = fields[name]
                kind = type(value)
                if kind is not int and kind is not str and value is not None:
                    raise LookupError
                node = node[value]
            args = error.args
            text = args[0] if args else None
            if alone:
                return node[None if type(text) is not str or layout.blank else text]  # type: ignore[no-any-return]
            node = node[text if type(text) is str else None]
            link = error.__cause__
            step = "cause"
            if link is None:
                link = error.__context__
                step = "context"
                if link is None or error.__suppress_context__:
                    return node["end"]  # type: ignore[no-any-return]
            error = link
            layout = self._layout(error)
            node = node[step][layout]

    def remember(self, error: BaseException, scope: Any, advice: RetryAdvice) -> None:
        """Keep the advice for exceptions like this one, if all they say is plain."""
        if self._count >= _MAX_VERDICTS:
            self._forget()
        link: BaseException | None = error
        for _ in range(MAX_EXCEPTIONS):
            if link is not None:
                if not self._learn(link):
                    return
                link = next_link(link)
        try:
            *path, end = self._path(error, scope)
        except LookupError:
            return
        if _is_small((*path, end)):
            node: Any = path.pop(0)
            for step in path:
                node = node.setdefault(step, {})
            node[end] = (advice.retryable, is_safe(advice, None), advice)
            self._count += 1

    def _path(self, error: BaseException, scope: Any) -> list[Any]:
        """Return the steps to a verdict, from the dictionary that they start in.

        Raises:
            LookupError: An exception in the chain is unlike all before, or not plain.
        """
        layout = self._layout(error)
        link = next_link(error)
        if link is None:
            return [layout.verdicts, scope, *layout.values(error, alone=True)]
        path: list[Any] = [layout.chains, scope, *layout.values(error, alone=False)]
        for _ in range(MAX_EXCEPTIONS):
            if link is None:
                return [*path, "end"]
            path.append("context" if error.__cause__ is None else "cause")
            error, link = link, next_link(link)
            layout = self._layout(error)
            path += (layout, *layout.values(error, alone=False))
        raise LookupError

    def _layout(self, link: BaseException) -> Layout:
        """Return the layout of an exception.

        Raises:
            LookupError: It is unlike all before.
        """
        layout = self.layouts[type(link)]
        fields = link.__dict__
        if len(fields) == layout.count:
            return layout  # and if its fields are others, reading them fails
        names = tuple(fields)
        if names == layout.names:
            return layout
        return self._others[type(link), names]

    def _learn(self, link: BaseException) -> bool:
        """Learn how to read one exception; False when it is not only plain data."""
        cls = type(link)
        if is_opaque(cls) or _has_slots(cls) or members_of(link) is not None:
            return False
        names = tuple(link.__dict__)
        # An advice that an exception carries is no plain data.
        if len(names) > MAX_KEYS or not all(map(_is_name, names)) or _ADVICE in names:
            return False
        if len(self.layouts) + len(self._others) >= _MAX_LAYOUTS:
            self._forget()
        if cls not in self.layouts:
            self.layouts[cls] = self._new_layout(cls, names)
        elif names != self.layouts[cls].names and (cls, names) not in self._others:
            self._others[cls, names] = self._new_layout(cls, names)
        return True

    def _new_layout(self, cls: type, names: tuple[str, ...]) -> Layout:
        shape, _ = self.engine.read(dict.fromkeys(names))
        constants = {name for base in mro(cls) for name in vars(base)}
        blank = self.engine.gate.isdisjoint(constants.union(names))
        return Layout(names, [name for name, _ in shape.fields], blank=blank)

    def _forget(self) -> None:
        self._count = 0
        self.layouts.clear()
        self._others.clear()


enricher = default()
memo = Memo(enricher._engine)  # noqa: SLF001 - the engine is not the user's to see


def current_memo() -> Memo:
    """Return what is remembered under the catalog in force."""
    global memo  # noqa: PLW0603
    if memo.engine is not enricher._engine:  # noqa: SLF001
        memo = Memo(enricher._engine)  # noqa: SLF001
    return memo


def is_opaque(cls: type) -> bool:
    """Tell whether only to look at exceptions of a class may run code of its own."""
    return any(
        base not in _BUILTINS and not _READERS.isdisjoint(vars(base))
        for base in mro(cls)
    )


def carried(error: BaseException) -> RetryAdvice | None:
    """Return the advice that an exception carries in a field `advice`, if it does."""
    advice = error.__dict__.get(_ADVICE)
    return advice if type(advice) is RetryAdvice else None


def _has_slots(cls: type) -> bool:
    """Tell whether a class keeps data elsewhere than in its `__dict__`."""
    return any(
        type(each) is SLOT or name == "_fields"
        for base in mro(cls)
        if base not in _BUILTINS
        for name, each in vars(base).items()
    )


def _is_name(name: object) -> bool:
    return type(name) is str and len(name) <= MAX_TEXT


def _is_small(path: tuple[Any, ...]) -> bool:
    numbers = (step for step in path if type(step) is int)
    return size(path) <= MAX_TEXT and all(abs(n) < MAX_INT for n in numbers)

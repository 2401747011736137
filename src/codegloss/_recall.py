"""Recognise an exception like one seen before, and recall what was advised then.

A retry loop asks about the same few failures again and again. So an exception is
recognised by the class, the fields and the text of each link of its chain, which takes
a hundredth of the time of working its advice out. Only plain data is compared, nothing
of the user's is kept alive, and no code of a class that is found is run.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from codegloss import _scope
from codegloss._advice import RetryAdvice, is_safe
from codegloss._detect import MAX_EXCEPTIONS, MAX_KEYS, MAX_TEXT
from codegloss._engine import Engine

# Whether it may succeed, whether sending it twice is safe in any case, and the rest.
Verdict = tuple[bool | None, bool, RetryAdvice]

_MAX_REMEMBERED = 1_024
_MAX_LAYOUTS = 512
_MAX_INT = 10**18
# Data that can be hashed and compared without running anybody's code.
_PLAIN = frozenset({int, str, type(None)})
_CONTEXT = "context"
# What a class can define to run code of its own when an exception is only looked at.
_READERS = frozenset(
    "__getattribute__ __dict__ __cause__ __context__ __suppress_context__ args".split()
)
_BUILTINS = frozenset(each for each in vars(builtins).values() if type(each) is type)
_SLOT = type(vars(type("_", (), {"__slots__": ("slot",)}))["slot"])
_mro: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__

current_block = _scope.current.get


class Layout:
    """How to read exceptions of one class that have the same fields.

    Attributes:
        names: The names of all fields, in order.
        count: How many there are if all of them count, otherwise -1.
        pick: Returns what counts among the fields: one value, or a tuple of several.
        kinds: The types of such values that were seen and are plain data.
    """

    __slots__ = ("count", "kinds", "names", "pick")

    def __init__(self, names: tuple[str, ...], read: list[str]) -> None:
        self.names = names
        self.count = len(names) if len(read) == len(names) else -1
        self.pick: Callable[[Any], Any] = itemgetter(*read) if read else _nothing
        self.kinds: set[Any] = set()


class Memo:
    """What is remembered of one engine, so that no answer outlives its catalog."""

    __slots__ = ("_others", "_refs", "engine", "layouts", "verdicts")

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.forget()

    def forget(self) -> None:
        """Start again with nothing."""
        self.verdicts: dict[Any, Verdict] = {}
        # By identity of the class: as a key, the class itself would be kept alive.
        self.layouts: dict[int, Layout] = {}
        self._others: dict[tuple[int, tuple[str, ...]], Layout] = {}
        self._refs: dict[int, weakref.ref[type]] = {}

    def recall(self, error: BaseException, scope: Any) -> Verdict | None:
        """Return the verdict on an exception like this one, None when there is none."""
        key = self._key(error, scope)
        return None if key is None else self.verdicts.get(key)

    def remember(self, error: BaseException, scope: Any, advice: RetryAdvice) -> None:
        """Keep the advice for exceptions like this one if all they say is plain."""
        if len(self.verdicts) >= _MAX_REMEMBERED or len(self._refs) >= _MAX_LAYOUTS:
            self.forget()
        link: BaseException | None = error
        for _ in range(MAX_EXCEPTIONS):
            if link is not None:
                if not self._learn(link):
                    return
                link = shown_cause(link)
        key = self._key(error, scope)
        if key is not None:
            self.verdicts[key] = (advice.retryable, is_safe(advice, None), advice)

    def _key(self, error: BaseException, scope: Any) -> tuple[Any, ...] | None:
        """Return what tells a chain of exceptions apart, None when that is not known.

        For an exception alone it is what `codegloss.is_retryable` builds by itself.
        """
        key: tuple[Any, ...] = ()
        link: BaseException | None = error
        for _ in range(MAX_EXCEPTIONS):
            if link is None:
                return (*key, scope)
            layout = self._layout(link)
            if layout is None:
                return None
            value = layout.pick(link.__dict__)
            kind: Any = type(value)
            if kind is tuple:
                kind = tuple(map(type, value))
            if kind not in layout.kinds:
                return None
            text = link.args[0] if link.args else None
            key = (*key, layout, kind, value, text if type(text) is str else None)
            if link.__cause__ is None:
                key = (*key, _CONTEXT)  # hmm
            link = shown_cause(link)
        return None

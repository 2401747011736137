"""The scope of a block: who the code in it talks to."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

Scopes = tuple[str, ...]
_F = TypeVar("_F", bound=Callable[..., Any])


class Block(NamedTuple):
    """One entered block, and the one around it."""

    scopes: Scopes
    outer: Block | None
    owner: ScopeBlock


current: ContextVar[Block | None] = ContextVar("codegloss_scope", default=None)


def check(scope: str | Iterable[str], valid: tuple[str, ...]) -> Scopes | None:
    """Return one or several scopes as a tuple, each with its vendor.

    A product without its vendor, as in `live`, will do where only one vendor has it.

    Raises:
        ValueError: A scope is unknown, or several vendors have such a product; the
            message lists the nearest valid ones.
    """
    scopes = (scope,) if isinstance(scope, str) else tuple(scope)
    whole = [each if each in valid else _whole(each, valid) for each in scopes]
    return tuple(whole) or None


def _whole(scope: object, valid: tuple[str, ...]) -> str:
    """Return the scope that one without its vendor stands for."""
    meant = [name for name in valid if name.partition(".")[2] == scope]
    if len(meant) == 1:
        return meant[0]
    # Only a mistake in the configuration needs it.
    import difflib  # noqa: PLC0415

    near = difflib.get_close_matches(str(scope), valid, n=3, cutoff=0.3) or valid
    names = ", ".join(meant or near)
    wrong = "ambiguous" if meant else "unknown"
    raise ValueError(f"{wrong} scope {scope!r}; did you mean: {names}")


class ScopeBlock:
    """Hold a scope for a `with` block or a decorated function."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    def __enter__(self) -> None:
        current.set(Block(self._scopes, current.get(), self))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        current.set(_without(current.get(), self))

    def __call__(self, function: _F) -> _F:
        """Decorate a function, plain or async, so that its whole call has the scope.

        Raises:
            TypeError: The function is a generator, whose call ends before it runs.
        """
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(
            function
        ):
            raise TypeError("a generator cannot have a scope: give it to what iterates")

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with self:
                return await function(*args, **kwargs)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        is_async = inspect.iscoroutinefunction(function)
        return call_async if is_async else call  # type: ignore[return-value]


def _without(block: Block | None, owner: ScopeBlock) -> Block | None:
    """Return a block without the one that was entered last by an owner.

    That need not be the innermost: a generator may be closed in somebody's block.
    """
    if block is None or block.owner is owner:
        return block and block.outer
    return block._replace(outer=_without(block.outer, owner))

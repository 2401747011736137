"""The functions of the package: one shared enricher, and the scope of a block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from codegloss._catalog.model import Resolution
from codegloss._core.enricher import Enricher
from codegloss._core.registry import running
from codegloss._core.scope import ScopeBlock, check

_default: Enricher | None = None


def default() -> Enricher:
    """Return the enricher behind `codegloss.enrich` and `codegloss.resolve`."""
    global _default  # noqa: PLW0603
    if _default is None:
        _default = Enricher()
    return _default


def resolve(
    code: Any,
    *,
    scope: str | Iterable[str] | None = None,
    message: str | None = None,
    symbol: str | None = None,
    table: str | None = None,
) -> Resolution:
    """Look one code up: `codegloss.resolve(416, scope="netease.nim")`.

    The arguments and the result are those of `Enricher.resolve`.

    Raises:
        ValueError: The scope is unknown; the message lists the nearest valid ones.
    """
    return default().resolve(
        code, scope=scope, message=message, symbol=symbol, table=table
    )


def enrich(
    event: Mapping[Any, Any], *, scope: str | Iterable[str] | None = None
) -> dict[str, Any]:
    """Return the keys that explain the codes in an event. Never raises.

    Args:
        event: A mapping as loggers pass it; it is not touched.
        scope: The vendor or product it comes from, when the caller knows.

    Returns:
        The keys to add; empty when there is nothing to say.
    """
    return default().enrich(event, scope=scope)


def scope(*scopes: str) -> ScopeBlock:
    """Say who a block of code talks to: `with codegloss.scope("netease.nim"):`.

    Also a decorator for plain and async functions. Inside, every enricher takes this
    scope instead of its configured one.

    Args:
        scopes: Vendors or products, at least one.

    Raises:
        ValueError: A scope is unknown, or none is given.
    """
    checked = check(scopes, running().scopes())
    if checked is None:
        raise ValueError("a scope is needed, for example 'netease.nim'")
    return ScopeBlock(checked)

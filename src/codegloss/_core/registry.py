"""The catalog in force, the enrichers that follow it, and what all of them counted."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Any

from codegloss._catalog import load as _load
from codegloss._catalog.load import Catalog

if TYPE_CHECKING:
    from codegloss._core.enricher import Enricher

_OUTCOMES = ("resolved", "ambiguous", "silent", "unreadable", "errors")


class Counts:
    """What came of events, and what went wrong."""

    __slots__ = ("_by_outcome", "_last_error")

    def __init__(self) -> None:
        self._by_outcome: dict[str, int] = dict.fromkeys(_OUTCOMES, 0)
        self._last_error: str | None = None

    def add(self, outcome: str, number: int = 1) -> None:
        """Count an event."""
        self._by_outcome[outcome] += number

    def failed(self, error: Exception) -> None:
        """Count what was swallowed; only its class is kept, not the user's frames."""
        self._by_outcome["errors"] += 1
        self._last_error = f"{type(error).__module__}.{type(error).__qualname__}"

    def now(self) -> dict[str, Any]:
        """Return all counters, as `codegloss.stats` describes them."""
        return {**self._by_outcome, "last_error": self._last_error}

    def take(self, other: Counts) -> None:
        """Add what another counted."""
        for outcome, number in other._by_outcome.items():
            self._by_outcome[outcome] += number
        self._last_error = other._last_error or self._last_error


_enrichers: weakref.WeakSet[Enricher] = weakref.WeakSet()
_retired = Counts()
if _load.broken is not None:
    _retired.failed(_load.broken)
_running = _load.START
# A collector may run code that makes an enricher, anywhere: hence reentrant.
_lock = threading.RLock()


def _renew_lock() -> None:
    """Free the lock in a forked child, where whoever held it is no more."""
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew_lock)


def running() -> Catalog:
    """Return the catalog of every enricher that was given none."""
    return _running


def follow(enricher: Enricher, counts: Counts) -> None:
    """Let an enricher follow changes of the catalog, and count with the others.

    Raises:
        ValueError: The configured scope is unknown to the catalog.
    """
    with _lock:
        enricher.use(enricher.engine_for(enricher.config.catalog or _running))
        _enrichers.add(enricher)
    # Counters never go back, even when an enricher is gone.
    weakref.finalize(enricher, _retired.take, counts).atexit = False


def load_catalog(*paths: str | os.PathLike[str]) -> Catalog:
    """Add catalog files of your own to the shipped one, for every enricher.

    What was added by a call before is gone: each starts from the shipped catalog, with
    the files that `CODEGLOSS_CATALOG` listed when codegloss was imported.

    Args:
        paths: JSON files in the format of the shipped `catalog.json`, which
            `catalog.schema.json` describes; `@name` is the catalog that an installed
            package publishes under that name (entry points `codegloss.catalogs`). None
            at all leaves the catalog that the process started with.

    Returns:
        The catalog that is in force from now on.

    Raises:
        CatalogError: A file is broken; names file, place and fault. Nothing changes.
        ValueError: A scope configured before is unknown to the new catalog.
    """
    catalog = _load.START
    if paths:
        catalog = _load.load(paths, catalog)
    put_in_force(catalog)
    return catalog


def put_in_force(catalog: Catalog) -> None:
    """Let every enricher that was given no catalog use one from now on.

    Raises:
        ValueError: A scope configured before is unknown to it. Nothing changes.
    """
    global _running  # noqa: PLW0603
    with _lock:
        followers = [each for each in _enrichers if each.config.catalog is None]
        engines = [each.engine_for(catalog) for each in followers]
        _running = catalog
        for enricher, engine in zip(followers, engines, strict=True):
            enricher.use(engine)


def stats() -> dict[str, Any]:
    """Return the counters of all enrichers together, past ones included.

    Returns:
        `resolved`, `ambiguous` and `silent` count events that held a candidate field;
        `unreadable` counts events that were no mapping (but not text: behind a renderer
        that returns text nothing is counted), `errors` what went wrong inside
        codegloss and was swallowed, `last_error` its class name or None.
    """
    total = Counts()
    total.take(_retired)
    with _lock:
        enrichers = list(_enrichers)
    for enricher in enrichers:
        total.take(enricher.counts)
    return total.now()

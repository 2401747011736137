"""The catalog in force, and the enrichers that follow it."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from codegloss._catalog import load as _catalog
from codegloss._catalog.load import Catalog
from codegloss._core.answers import Tally, tallies

if TYPE_CHECKING:
    from codegloss._core.enricher import Enricher

_enrichers: weakref.WeakSet[Enricher] = weakref.WeakSet()
_retired = tallies()
_running = _catalog.SHIPPED
# A collector may run code that makes an enricher, anywhere: hence reentrant.
_lock = threading.RLock()


def running() -> Catalog:
    """Return the catalog of every enricher that was given none."""
    return _running


def follow(enricher: Enricher, counted: Mapping[str, Tally]) -> None:
    """Let an enricher follow changes of the catalog, and count with the others.

    Raises:
        ValueError: The configured scope is unknown to the catalog.
    """
    with _lock:
        enricher.use(enricher.engine_for(enricher.options.catalog or _running))
        _enrichers.add(enricher)
    weakref.finalize(enricher, _retire, counted).atexit = False


def _retire(counted: Mapping[str, Tally]) -> None:
    """Keep the counts of an enricher that is gone: counters never go back."""
    for outcome, tally in counted.items():
        _retired[outcome].count += tally.count


def load_catalog(*paths: str | os.PathLike[str]) -> Catalog:
    """Add catalog files of your own to the shipped one, for every enricher.

    What was added by a call before is gone: each starts from the shipped catalog.

    Args:
        paths: JSON files in the format of the shipped `catalog.json`, which
            `catalog.schema.json` describes. None at all leaves the shipped catalog.

    Returns:
        The catalog that is in force from now on.

    Raises:
        CatalogError: A file is broken; names file, place and fault. Nothing changes.
        ValueError: A scope configured before is unknown to the new catalog.
    """
    global _running  # noqa: PLW0603
    catalog = _catalog.SHIPPED
    if paths:
        catalog = _catalog.load(paths, catalog)
    with _lock:
        followers = [each for each in _enrichers if each.options.catalog is None]
        engines = [each.engine_for(catalog) for each in followers]
        _running = catalog
        for enricher, engine in zip(followers, engines, strict=True):
            enricher.use(engine)
    return catalog


def stats() -> dict[str, Any]:
    """Return the counters of all enrichers together, past ones included.

    Returns:
        `resolved`, `ambiguous` and `silent` count events that held a candidate field;
        `unreadable` counts events that were no mapping (but not text: behind a renderer
        that returns text nothing is counted), `errors` what went wrong inside
        codegloss and was swallowed, `last_error` its class name or None.
    """
    total: dict[str, Any] = {name: tally.count for name, tally in _retired.items()}
    total["last_error"] = None
    with _lock:
        enrichers = list(_enrichers)
    for enricher in enrichers:
        counted = enricher.stats()
        total["last_error"] = counted.pop("last_error") or total["last_error"]
        for name, count in counted.items():
            total[name] += count
    return total

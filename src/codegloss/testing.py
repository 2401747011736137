"""What tests of logging need: strictness, and the catalog in force."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from codegloss._catalog.load import Catalog
from codegloss._core import enricher, registry

__all__ = ["active_catalog", "strict"]


@contextmanager
def strict(on: bool = True) -> Generator[None]:  # noqa: FBT001, FBT002
    """Raise what goes wrong inside codegloss, which production swallows and counts.

    Args:
        on: False brings production's way back for a block inside a strict one.
    """
    before = enricher.raise_errors
    enricher.raise_errors = on
    try:
        yield
    finally:
        enricher.raise_errors = before


def active_catalog() -> Catalog:
    """Return the catalog of every enricher that was given none."""
    return registry.running()

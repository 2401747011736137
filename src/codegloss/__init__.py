"""Explain vendor error codes in logs and spans, beside the codes themselves."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# The catalog is read and indexed here, at import; nothing is read from a file later.
from codegloss._catalog.load import Catalog as Catalog
from codegloss._catalog.model import Entry as Entry
from codegloss._catalog.model import Resolution as Resolution
from codegloss.errors import CatalogError as CatalogError

if TYPE_CHECKING:
    from codegloss._core.api import enrich as enrich
    from codegloss._core.api import resolve as resolve
    from codegloss._core.api import scope as scope
    from codegloss._core.enricher import Enricher as Enricher
    from codegloss._core.registry import load_catalog as load_catalog
    from codegloss._core.registry import stats as stats
    from codegloss._core.unknown import unknown_codes as unknown_codes
    from codegloss.retry import advise as advise
    from codegloss.retry import is_retryable as is_retryable

    __version__: str

# What needs the engine comes with the first use of its name: a program that only
# imports codegloss, or that only decides about retries, does not pay for all of it.
_LAZY = {
    "Enricher": "codegloss._core.enricher",
    "advise": "codegloss.retry",
    "enrich": "codegloss._core.api",
    "is_retryable": "codegloss.retry",
    "load_catalog": "codegloss._core.registry",
    "resolve": "codegloss._core.api",
    "scope": "codegloss._core.api",
    "stats": "codegloss._core.registry",
    "unknown_codes": "codegloss._core.unknown",
}

__all__ = [
    "Catalog",
    "CatalogError",
    "Enricher",
    "Entry",
    "Resolution",
    "advise",
    "enrich",
    "is_retryable",
    "load_catalog",
    "resolve",
    "scope",
    "stats",
    "unknown_codes",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    if name == "__version__":
        # Read on demand: importlib.metadata takes longer to import than codegloss.
        from importlib.metadata import version  # noqa: PLC0415

        return version("codegloss")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

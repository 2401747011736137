"""Logfire: keep the sentences of a gloss when it scrubs what looks like a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegloss._core import registry

__all__ = ["keep_glosses"]

_TEXTS = ("meaning", "remedy")


def keep_glosses(callback: Callable[[Any], Any] | None = None) -> Callable[[Any], Any]:
    """Return a callback for Logfire's scrubbing that lets sentences of ours through.

    Logfire blacks out every value with a word such as "password" or "auth" in it, and
    "The room requires a password" is one::

        scrubbing = logfire.ScrubbingOptions(callback=keep_glosses())
        logfire.configure(scrubbing=scrubbing)

    A value is kept only if it is, word for word, a sentence of the catalog in force,
    wherever it stands: nothing that anybody logs gets through with it.

    Args:
        callback: A callback of your own, which is asked about everything else.
    """
    kept: dict[str, Any] = {"catalog": None, "sentences": frozenset()}

    def keep(match: Any) -> Any:
        catalog = registry.running()
        if kept["catalog"] is not catalog:
            # In this order, so that no thread sees the sentences of another catalog.
            kept["sentences"] = sentences = _sentences(catalog)
            kept["catalog"] = catalog
        else:
            sentences = kept["sentences"]
        value = match.value
        if type(value) is str and value in sentences:
            return value
        return None if callback is None else callback(match)

    return keep


def _sentences(catalog: Any) -> frozenset[str]:
    return frozenset(
        text
        for entry in catalog.entries
        for kind in _TEXTS
        for text in (getattr(entry, kind) or {}).values()
    )

"""Entries as the command line shows them: found by code or symbol, as plain data."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from codegloss import Catalog, Entry, Resolution
from codegloss._catalog.load import START
from codegloss._cli.words import spoken
from codegloss._retry.advice import of_resolution


def catalog_in_force() -> Catalog:
    """Return the catalog that every enricher follows."""
    # Until somebody imports the registry it is what the process started with, and the
    # import is a twentieth of all the time that looking one code up takes.
    registry = sys.modules.get("codegloss._core.registry")
    catalog: Catalog = START if registry is None else registry.running()
    return catalog


def to_code(text: str) -> int | str:
    """Return what was typed as a code: `416`, `-3` and `0x4004` are numbers."""
    try:
        return int(text, 16 if text.lower().startswith(("0x", "-0x")) else 10)
    except ValueError:
        return text


def found(catalog: Catalog, what: str) -> list[Entry]:
    """Return every entry of a code or a symbol, general ones first in a product."""
    entries = list(catalog.index.get(to_code(what), ()))
    if not entries and isinstance(to_code(what), str):
        entries = list(catalog.symbols.get(what, ()))
    entries.sort(key=lambda entry: (entry.scope, entry.table or "", not entry.general))
    return entries


def within(entry: Entry, scopes: Sequence[str]) -> bool:
    """Tell whether an entry belongs to one of some vendors or products; none is all."""
    return not scopes or entry.scope in scopes or entry.vendor in scopes


def checked_scopes(catalog: Catalog, scopes: Iterable[str]) -> tuple[str, ...]:
    """Return scopes that are all known, each with its vendor: `nim` is `netease.nim`.

    Raises:
        ValueError: One is not; the message lists the nearest valid ones.
    """
    wanted, valid = tuple(scopes), catalog.scopes()
    if set(valid).issuperset(wanted):
        return wanted
    # Looking one code up is over before this would be imported.
    from codegloss._core.scope import check  # noqa: PLC0415

    return check(wanted, valid) or ()


def fact(catalog: Catalog, entry: Entry, lang: str) -> dict[str, Any]:
    """Return an entry as JSON holds it, with its sources and the advice on a retry."""
    advice = of_resolution(
        Resolution(
            "resolved",
            entry.code,
            entry.vendor,
            entry.product,
            entry=entry,
            candidates=(entry,),
        )
    )
    told = ("retryable", "kind", "how", "needs", "delay_s", "per", "source", "reason")
    return {
        "vendor": entry.vendor,
        "product": entry.product,
        "code": entry.code,
        "table": entry.table,
        "sdk_code": entry.sdk_code,
        "symbols": list(entry.symbols),
        "message": entry.message,
        "meaning": spoken(entry.meaning, lang),
        "remedy": spoken(entry.remedy, lang) or None,
        "category": entry.category,
        "fault": entry.fault or "unknown",
        "retryable": entry.retryable,
        "advice": {name: getattr(advice, name) for name in told},
        "notes": list(entry.notes),
        "source": [_source(catalog, each) for each in entry.source],
    }


def _source(catalog: Catalog, row: dict[str, Any]) -> dict[str, Any]:
    document = catalog.documents.get(row.get("document", ""), {})
    return {**row, "title": document.get("title"), "date": document.get("date")}

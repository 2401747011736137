"""The catalog as a table with one row a key, for lookups that know no evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from codegloss._catalog.model import Catalog, Code, Resolution
from codegloss._core.enricher import Enricher

COLUMNS = (
    "key", "vendor", "product", "code", "meaning", "remedy", "category", "retryable",
    "candidates", "catalog_version",
)  # fmt: skip

# What every exported table says of itself, as no lookup can say it by itself.
NOTES = (
    "Vendor error codes and what they mean, exported by codegloss.",
    "A key is <vendor>.<product>:<code>, or <vendor>:<code> where only the vendor is",
    "known; <vendor>.<product>:<table>:<code> where a product has tables of its own.",
    "A number alone is no key: the same one means different things, and most of what",
    "is called `code` is no vendor's. Whoever looks up must know whom a service talks",
    "to; codegloss weighs host, logger, SDK and text of an event, a table cannot.",
    "Where a key has several meanings, only what all of them share is there, and their",
    "products stand in candidates, separated by spaces. Messages do not narrow them.",
    "An empty `retryable` means that nobody knows: neither yes nor no.",
)


class Row(NamedTuple):
    """What one key stands for; None is what is not known or not agreed."""

    key: str
    vendor: str | None
    product: str | None
    code: str
    meaning: str | None
    remedy: str | None
    category: str | None
    retryable: bool | None
    candidates: str | None
    catalog_version: str

    def texts(self) -> list[str]:
        """Return the row as text, empty where nothing is known."""
        return [_text(value) for value in self]

    def facts(self) -> dict[str, str | bool]:
        """Return what is known, without the key."""
        return {
            name: value
            for name, value in self._asdict().items()
            if value is not None and name != "key"
        }

    def json(self) -> str:
        """Return what is known as JSON text on one line."""
        return json.dumps(self.facts(), ensure_ascii=False, separators=(",", ":"))


def rows(catalog: Catalog, language: str = "en") -> list[Row]:
    """Return one row for every key, in order.

    Args:
        catalog: The entries.
        language: That of meanings and remedies: `en` or `zh`.

    Raises:
        ValueError: The language is unknown.
    """
    enricher = Enricher(catalog=catalog, language=language)
    found = {}
    for key, code, scope, table in _keys(catalog, enricher):
        resolution = enricher.resolve(code, scope=scope, table=table)
        if resolution.status in {"resolved", "ambiguous"}:
            found[key] = _row(key, resolution, catalog.version)
    return [found[key] for key in sorted(found)]


def _keys(
    catalog: Catalog, enricher: Enricher
) -> Iterator[tuple[str, Code, str, str | None]]:
    """Yield every key with the code, scope and table that it asks for."""
    for code, entries in catalog.index.items():
        for entry in entries:
            yield f"{entry.scope}:{code}", code, entry.scope, None
            # A small number is not said by the vendor's name alone.
            if enricher.enrich({"code": code}, scope=entry.vendor):
                yield f"{entry.vendor}:{code}", code, entry.vendor, None
            if entry.table is not None:
                key = f"{entry.scope}:{entry.table}:{code}"
                yield key, code, entry.scope, entry.table


def _row(key: str, resolution: Resolution, version: str) -> Row:
    scopes = dict.fromkeys(each.scope for each in resolution.candidates)
    several = resolution.entry is None and len(scopes) > 1
    return Row(
        key,
        resolution.vendor,
        resolution.product,
        str(resolution.code),
        resolution.meaning,
        resolution.remedy,
        resolution.category,
        resolution.retryable,
        " ".join(scopes) if several else None,
        version,
    )


def _text(value: str | bool | None) -> str:  # noqa: FBT001 - as it stands in a row
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value

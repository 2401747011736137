"""Which entries a code has: worked out once for all engines of a catalog."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Code, Entry
from codegloss._events.codes_in_text import is_long


class CodeIndex:
    """A catalog's entries by code, of the products to speak of.

    Of entries only that is looked at which needs no decoding.

    Args:
        catalog: The entries.
        products: The products to speak of; None for all.

    Attributes:
        whole: Code, or symbol that is long enough to be one → its entries.
        entries: The same, of the products to speak of.
        live: The codes of which one has to know more than that they are a success.
        partly_success: By code that some product counts as success, the products that
            do not.
        doors: By product and table, the names and URLs that lead to it.
        closed: The tables to which nothing else leads.
        behind_doors: The codes of such tables.
    """

    def __init__(self, catalog: Catalog, products: frozenset[str] | None) -> None:
        symbols = catalog.symbols
        self.whole: dict[Code, tuple[Entry, ...]] = dict(catalog.index)
        self.whole.update((name, symbols[name]) for name in symbols if is_long(name))
        self.entries = self.whole
        if products is not None:
            kept = {
                code: tuple(entry for entry in entries if entry.scope in products)
                for code, entries in self.whole.items()
            }
            self.entries = {code: entries for code, entries in kept.items() if entries}
        self._take_successes(catalog)
        tables = {
            (scope, name): table
            for scope, marks in catalog.products.items()
            for name, table in marks.get("tables", {}).items()
            if table.get("doors")
        }
        self.doors = {place: tuple(table["doors"]) for place, table in tables.items()}
        self.closed = frozenset(p for p, table in tables.items() if table.get("closed"))
        in_tables = (entry for entry in catalog.entries if entry.table is not None)
        inside = (e for e in in_tables if (e.scope, e.table) in self.doors)
        self.behind_doors = frozenset(self._codes_of(inside))

    def _take_successes(self, catalog: Catalog) -> None:
        success: dict[str, frozenset[Any]] = {
            scope: frozenset(marks.get("success", ()))
            for scope, marks in catalog.products.items()
        }
        some = self.whole.keys() & frozenset().union(*success.values())
        of_successes = (
            entry
            for code in some
            for entry in self.whole[code]
            if entry.code in success[entry.scope]
        )
        dead = {
            code
            for code in self._codes_of(of_successes)
            if all(e.code in success[e.scope] for e in self.entries[code])
        }
        self.live = frozenset(self.entries).difference(dead)
        self.partly_success = {
            code: frozenset(
                entry.scope
                for entry in self.entries[code]
                if code not in success[entry.scope]
            )
            for code in some & self.live
            if any(code in success[entry.scope] for entry in self.entries[code])
        }

    def _codes_of(self, entries: Iterable[Entry]) -> set[Code]:
        """Return everything under which some entries stand in the index."""
        return {
            code
            for entry in entries
            for code in (entry.code, entry.sdk_code, *entry.symbols)
            # Not `entry in`: to compare two entries is to read both.
            if code is not None
            and any(entry is each for each in self.entries.get(code, ()))
        }


@functools.lru_cache(maxsize=8)
def index_of(catalog: Catalog, products: frozenset[str] | None) -> CodeIndex:
    """Return the index of a catalog, which all its engines share."""
    return CodeIndex(catalog, products)

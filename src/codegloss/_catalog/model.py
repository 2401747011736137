"""What everything else passes around: the catalog, its entries, and a resolution."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, ClassVar, Literal, NamedTuple

Code = int | str
# An entry as its file has it: a line of it, or what the line says.
Raw = bytes | dict[str, Any]
Status = Literal["resolved", "ambiguous", "unknown", "success"]


class Entry:
    """Hold one documented fact: a product, a code and what it means.

    Attributes:
        scope: Vendor and product, for example `netease.nim`.
        code: The number or string as printed, its JSON type kept.
        table: The product's own table that the code stands in, or None.
        sdk_code: The number that the vendor's SDK uses where it differs, or None.
        general: Whether its sentence is true of all entries of the product and code.
        needs_product: Whether it counts only where something speaks for its product.
        symbols: Official constant and class names.
        message: The short text that the vendor's API returns, or None.
        texts: Other wordings of the vendor for the same fact.
        meaning: What happened, by language (`en`, `zh`).
        remedy: What to do about it, by language.
        category: A gRPC canonical status name.
        fault: Who must act: caller, end_user, operator, vendor, network, unknown.
        retryable: Whether the same request may succeed later; None if nobody knows.
        retry: source, kind, needs, min_delay_s and per, each absent when not known.
        notes: What a reader of the vendor's page should know.
        source: The document rows the entry stands for.
        raw: The entry as it stands in its file, without `replaces`.
        fact: The same as data.
    """

    # What indexes are built of is there at import. The rest is decoded when somebody
    # first asks: every program that never logs a code would pay for all of it.
    _LAZY: ClassVar[tuple[str, ...]] = (
        "general", "needs_product", "message", "texts", "meaning", "remedy",
        "category", "fault", "retryable", "retry", "notes", "source",
    )  # fmt: skip
    __slots__ = (
        "_line", "_number", "_spelled", "code", "scope", "sdk_code", "symbols", "table",
        *_LAZY,
    )  # fmt: skip

    scope: str
    code: Code
    table: str | None
    sdk_code: int | None
    general: bool | None
    needs_product: bool | None
    symbols: tuple[str, ...]
    message: str | None
    texts: tuple[str, ...]
    meaning: dict[str, str]
    remedy: dict[str, str]
    category: str
    fault: str
    retryable: bool | None
    retry: dict[str, Any] | None
    notes: tuple[str, ...]
    source: tuple[dict[str, Any], ...]

    def __init__(
        self,
        scope: str,
        code: Code,
        table: str | None,
        symbols: tuple[str, ...] | str,
        sdk_code: int | None,
        line: Callable[[int], Raw],
        number: int,
    ) -> None:
        self.scope = scope
        self.code = code
        self.table = table
        self._spelled = symbols
        self.sdk_code = sdk_code
        self._line = line
        self._number = number

    @classmethod
    def of(cls, raw: Raw) -> Entry:
        """Return what a file says as an entry: a line of it, or that as data."""
        fact = raw if isinstance(raw, dict) else json.loads(raw)
        return cls(
            fact["product"],
            fact["code"],
            fact.get("table"),
            tuple(fact.get("symbols", ())),
            fact.get("sdk_code"),
            (raw,).__getitem__,
            0,
        )

    @property
    def raw(self) -> Raw:
        """The entry as it stands in its file, without `replaces`."""
        return self._line(self._number)

    @property
    def fact(self) -> dict[str, Any]:
        """The same as data."""
        raw = self.raw
        return raw if isinstance(raw, dict) else dict(json.loads(raw))

    def __getattr__(self, name: str) -> Any:
        if name == "symbols":
            spelled = self._spelled
            self.symbols = tuple(spelled.split() if type(spelled) is str else spelled)
            return self.symbols
        if name not in self._LAZY:
            raise AttributeError(name)
        fact = self.fact
        for key in self._LAZY:
            value = fact.get(key)
            if key in {"texts", "notes", "source"}:
                value = tuple(value or ())
            elif key == "remedy":
                value = value or {}
            object.__setattr__(self, key, value)
        return object.__getattribute__(self, name)

    @property
    def vendor(self) -> str:
        """The vendor's id, for example `netease`."""
        return self.scope.partition(".")[0]

    @property
    def product(self) -> str:
        """The product's id without its vendor, for example `nim`."""
        return self.scope.partition(".")[2]

    def __repr__(self) -> str:
        return f"Entry({self.scope!r}, {self.code!r}, {self.meaning['en']!r})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not Entry:
            return NotImplemented
        return (self.scope, self.code, self.raw) == (other.scope, other.code, other.raw)

    def __hash__(self) -> int:
        return hash((self.scope, self.code))

    def __reduce__(self) -> tuple[Any, ...]:
        return Entry.of, (self.raw,)


class Catalog:
    """Hold vendors, products, entries and the index by code.

    Attributes:
        version: The catalog's version, for example `2026.11.21`.
        vendors: Vendor id → names, aliases, hosts, prefixes, envelopes.
        products: Scope → names, aliases, hosts, prefixes, success codes, tables.
        documents: Document id → title, date, product, number of rows.
        foreign: Other companies and libraries whose numbers are not ours.
        http_texts: HTTP status → texts that say no more than the status itself.
        entries: Every entry, in file order.
    """

    def __init__(self, header: dict[str, Any], entries: list[Entry]) -> None:
        self.version = str(header.get("version", ""))
        self.vendors: dict[str, dict[str, Any]] = header.get("vendors", {})
        self.products: dict[str, dict[str, Any]] = header.get("products", {})
        self.documents: dict[str, dict[str, Any]] = header.get("documents", {})
        self.foreign: dict[str, dict[str, Any]] = header.get("foreign", {})
        self.http_texts: dict[str, list[str]] = header.get("http_texts", {})
        self.entries = tuple(entries)

    def __repr__(self) -> str:
        return f"<Catalog {self.version}: {len(self.entries)} entries>"

    # Both are built when somebody first asks: many a program only imports codegloss.
    @functools.cached_property
    def index(self) -> dict[Code, tuple[Entry, ...]]:
        """Code → the tuple of all entries that use it."""
        found: dict[Code, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.code, []).append(entry)
        for entry in self.entries:
            if entry.sdk_code is not None:
                found.setdefault(entry.sdk_code, []).append(entry)
        return {code: tuple(same) for code, same in found.items()}

    @functools.cached_property
    def symbols(self) -> dict[str, tuple[Entry, ...]]:
        """Every official constant and class name, with the entries that have it."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for symbol in entry.symbols:
                found.setdefault(symbol, []).append(entry)
        return {symbol: tuple(same) for symbol, same in found.items()}

    def scopes(self) -> tuple[str, ...]:
        """Return every valid scope: vendors first, then products."""
        return (*self.vendors, *self.products)

    def spellings_of(self, scope: str) -> frozenset[str]:
        """Return what a vendor or product goes by, in lower case."""
        marks = self.products.get(scope) or self.vendors.get(scope) or {}
        names = (
            scope,
            scope.rpartition(".")[2],
            *marks.get("names", {}).values(),
            *marks.get("aliases", ()),
            *marks.get("short_aliases", ()),
        )
        return frozenset(name.lower() for name in names)


class Resolution(NamedTuple):
    """Answer what one code means, and how sure that is.

    On `ambiguous` each field holds what all candidates agree on, or None, and
    `entry` is None. On `unknown` only `code` is set.

    Attributes:
        status: `resolved`, `ambiguous`, `unknown` or `success`.
        code: The code that was looked up.
        vendor: The vendor's id.
        product: The product's id without its vendor.
        meaning: What happened, in the language asked for.
        remedy: What to do about it.
        category: A gRPC canonical status name.
        retryable: Whether the same request may succeed later; None if nobody knows.
        entry: The entry that answers, when there is one.
        candidates: Every entry that remains. When resolved, the first is the
            answer; entries after it print the same number against the vendor's SDK.
        matched_by: What decided, strongest first: `scope`, `prefix`, `field`,
            `service`, `host`, `logger`, `exception`, `symbol`, `message`, `envelope`,
            `code`, `text`, `number`.
    """

    status: Status
    code: Any
    vendor: str | None = None
    product: str | None = None
    meaning: str | None = None
    remedy: str | None = None
    category: str | None = None
    retryable: bool | None = None
    entry: Entry | None = None
    candidates: tuple[Entry, ...] = ()
    matched_by: tuple[str, ...] = ()

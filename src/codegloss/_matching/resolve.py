"""Decide what a code means in its context: the only place that disambiguates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Entry, Resolution, Status
from codegloss._events.walker import Known, to_code
from codegloss._matching.messages import normal, says
from codegloss._matching.names import NameIndex
from codegloss._matching.rules import Answer, Case, silence, wordings
from codegloss._matching.types import KINDS, Decision, Evidence, Query, When

_MAX_ANSWERS = 4_096
_LONG_SYMBOL = 12
_NONE: frozenset[str] = frozenset()


class Narrowed(NamedTuple):
    """What is left of the entries of a code.

    Attributes:
        entries: What the evidence allows.
        matched: The kinds of evidence that speak for them.
        clash: Whether the evidence speaks for different products.
    """

    entries: tuple[Entry, ...]
    matched: set[str]
    clash: bool


class Resolver:
    """Answer queries about codes from one catalog.

    Args:
        catalog: The entries.
        names: The catalog's names.
        language: Language of meanings and remedies; English where there is no other.
        strict: Whether a number alone is never enough.
        products: The products to speak of; None for all.

    Attributes:
        index: Code → its entries of the products to speak of.
        known: The codes of which one has to know more than that they are a success.
    """

    def __init__(
        self,
        catalog: Catalog,
        names: NameIndex,
        language: str,
        *,
        strict: bool,
        products: frozenset[str] | None = None,
    ) -> None:
        self.index = self._whole_index = catalog.index
        if products is not None:
            kept = {
                code: tuple(entry for entry in entries if entry.scope in products)
                for code, entries in catalog.index.items()
            }
            self.index = {code: entries for code, entries in kept.items() if entries}
        success = {
            scope: frozenset(marks.get("success", ()))
            for scope, marks in catalog.products.items()
        }
        live = frozenset(
            code
            for code, entries in self.index.items()
            if any(code not in success[entry.scope] for entry in entries)
        )
        digits = (str(abs(code)) for code in live if type(code) is int)
        self.known = Known(live, frozenset(digits))
        self._names = names
        self._language = language
        self._strict = strict
        self._answers: dict[Any, Answer] = {}
        self._symbols: dict[Any, frozenset[str]] = {}
        self._http_texts = {
            int(status): frozenset(normal(text) for text in texts)
            for status, texts in catalog.http_texts.items()
        }

    def decide(self, query: Query) -> Decision:
        """Answer a query, and say whether an event may be told so. Never raises."""
        code = to_code(query.code)
        entries = self.index.get(code, ()) if code is not None else ()
        if not entries:
            why = "no catalog entry has this code"
            if code in self._whole_index:
                why = "left out by `only` or `never`"
            unknown = Resolution("unknown", query.code)
            return Decision(unknown, emit=False, rule="unknown", reason=why)
        evidence = self._unopposed(query.evidence)
        narrowed = self._narrowed(entries, evidence, query)
        if type(narrowed) is str:
            unknown = Resolution("unknown", code)
            return Decision(unknown, emit=False, rule="unknown", reason=narrowed)
        left, matched, clash = narrowed
        answer = self._answer(code, left, matched, clash=clash)
        strong = speaks = False
        for each in evidence:
            kind = KINDS[each.kind]
            strong = strong or self._holds(kind.outright, each)
            speaks = speaks or self._holds(kind.beside_request, each)
        case = Case(
            code,
            query,
            answer,
            weak=not strong,
            speaks=speaks,
            names=self._names,
            http_texts=self._http_texts.get(code, _NONE),  # type: ignore[arg-type]
            strict=self._strict,
        )
        rule, reason = silence(case)
        resolution = answer.resolution
        if not rule and not matched:
            resolution = resolution._replace(matched_by=("number",))
        return Decision(resolution, not rule, rule or "evidence", reason, strong)

    def is_outright(self, evidence: Evidence) -> bool:
        """Tell whether evidence outweighs signs that point to somebody else."""
        return self._holds(KINDS[evidence.kind].outright, evidence)

    def _holds(self, when: When, evidence: Evidence) -> bool:
        if when == "if_product":
            return evidence.products not in self._names.vendor_sets
        if when == "if_given":
            return not evidence.configured
        return when == "always"

    def _unopposed(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Leave a configured scope out where the event itself names another product."""
        if not evidence or not evidence[0].configured:  # a scope comes first
            return evidence
        scope, *others = evidence
        if any(
            self.is_outright(each) and scope.products.isdisjoint(each.products)
            for each in others
        ):
            return tuple(others)
        return evidence

    def _narrowed(
        self, entries: tuple[Entry, ...], evidence: tuple[Evidence, ...], query: Query
    ) -> Narrowed | str:
        """Return what is left of some entries, or why nothing is."""
        allowed, clash = _combine(evidence)
        left = self._allowed(entries, allowed)
        if evidence and not left:
            return "not a code of what is named"
        if query.table is not None:
            left = self._in_table(left, query.table)
            if not left:
                return "not in the field's table"
        matched = {each.kind for each in evidence}
        named = self._named(entries, query)
        left, kind, exact = self._selected(left, named, query)
        if kind != "symbol" and evidence and named:
            clash = True
            left += named
        if kind and (exact or evidence):
            matched.add(kind)
        return Narrowed(left, matched, clash)

    def _allowed(
        self, entries: tuple[Entry, ...], products: frozenset[str] | None
    ) -> tuple[Entry, ...]:
        """Return the entries that belong to, or are shared with, the products."""
        if products is None:
            return entries
        own = {entry.scope for entry in entries if entry.scope in products}
        shares = [
            share
            for product in products - own
            for share in self._names.shares.get(product, ())
        ]
        return tuple(
            entry
            for entry in entries
            if entry.scope in products or any(_is_shared(entry, s) for s in shares)
        )

    def _named(self, entries: tuple[Entry, ...], query: Query) -> tuple[Entry, ...]:
        """Return the entries of which a symbol stands beside the code."""
        code = entries[0].code
        symbols = self._symbols.get(code)
        if symbols is None:
            symbols = frozenset(each for entry in entries for each in entry.symbols)
            self._symbols[code] = symbols
        found = symbols.intersection(query.names)
        if query.texts:
            found |= {
                symbol
                for symbol in symbols
                if ("_" in symbol or len(symbol) > _LONG_SYMBOL)
                and any(symbol in text for text in query.texts)
            }
        if not found:
            return ()
        return tuple(e for e in entries if not found.isdisjoint(e.symbols))

    def _selected(
        self, entries: tuple[Entry, ...], named: tuple[Entry, ...], query: Query
    ) -> tuple[tuple[Entry, ...], str, bool]:
        """Narrow by a symbol or message beside the code; say which, how well."""
        if named:
            chosen = tuple(entry for entry in entries if entry in named)
            if chosen:
                return chosen, "symbol", True
        for text in query.texts:
            plain = normal(text)
            said = [(e, says(plain, wordings(e))) for e in entries]
            for grade in ("same", "part"):
                fits = [(e, how[1]) for e, how in said if how and how[0] == grade]
                if fits:
                    # What any server says of an HTTP status is no evidence.
                    common = self._http_texts.get(query.code, frozenset())
                    tells = all(known not in common for _, known in fits)
                    chosen = tuple(entry for entry, _ in fits)
                    return chosen, "message", tells and grade == "same"
        return entries, "", False

    def _in_table(self, entries: tuple[Entry, ...], table: str) -> tuple[Entry, ...]:
        """Keep what may stand in a field: of a product's own table, or of none.

        A plain field prefers what is in no table, and falls back to the tables.
        """
        if table:
            tables = self._names.tables
            return tuple(
                e for e in entries if e.table == table or table not in tables[e.scope]
            )
        plain = {e.scope for e in entries if e.table is None}
        return tuple(e for e in entries if e.table is None or e.scope not in plain)

    def _answer(
        self, code: Any, left: tuple[Entry, ...], matched: set[str], *, clash: bool
    ) -> Answer:
        """Return the answer for what is left, made once for the same entries."""
        key = (code, tuple(map(id, left)), frozenset(matched), clash)
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            kinds = tuple(kind for kind in KINDS if kind in matched)
            known = Answer(self._made(code, left, kinds, clash=clash))
            self._answers[key] = known
        return known

    def _made(
        self, code: Any, left: tuple[Entry, ...], kinds: tuple[str, ...], *, clash: bool
    ) -> Resolution:
        # Numbers that the vendor's SDK contradicts are left out where others remain.
        answer = tuple(e for e in left if e.sdk_code is None) or left
        first = answer[0]
        status: Status = "resolved"
        if len(answer) > 1 or clash:
            status = "ambiguous"
        elif first.category == "OK":
            status = "success"
        language = self._language
        return Resolution(
            status,
            code,
            _one(e.vendor for e in answer),
            _one(e.product for e in answer),
            _one(e.meaning.get(language) or e.meaning["en"] for e in answer),
            _one(e.remedy.get(language) or e.remedy["en"] for e in answer),
            _one(e.category for e in answer),
            _one(e.retryable for e in answer),
            None if status == "ambiguous" else first,
            answer + tuple(e for e in left if e not in answer),
            kinds,
        )


def _is_shared(entry: Entry, share: dict[str, Any]) -> bool:
    """Tell whether an entry is among those that a product shares with its own."""
    return (
        entry.scope == share["product"]
        and type(entry.code) is int
        and share["from"] <= entry.code <= share["to"]
    )


def _combine(evidence: Iterable[Evidence]) -> tuple[frozenset[str] | None, bool]:
    """Return the products that all evidence allows; if it clashes, all it names."""
    common: frozenset[str] | None = None
    union: frozenset[str] = frozenset()
    for each in evidence:
        union |= each.products
        common = each.products if common is None else common & each.products
    if common is not None and not common:
        return union, True
    return common, False


def _one(values: Iterable[Any]) -> Any:
    """Return the value that all share, or None."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None

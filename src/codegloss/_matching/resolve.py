"""Decide what a code means in its context: the only place that disambiguates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Entry, Resolution, Status
from codegloss._events.reading import to_code
from codegloss._matching.messages import contradicts, normal, says
from codegloss._matching.names import (
    STRENGTH,
    Claim,
    Markers,
    Sign,
)

# Kinds of evidence that name a vendor or product in the event itself, strong enough
# to outweigh signs that point to somebody else.
_OUTRIGHT = frozenset({"prefix", "host"})
_NAMES = frozenset({"field", "exception"})
_OK = 200


class Question(NamedTuple):
    """Ask what a code means, with everything known around it.

    Attributes:
        code: The code as found.
        table: The product's own table that the field names; empty for a plain field,
            None when no field is known.
        claims: Evidence for products.
        texts: Messages and texts beside the code, its own first.
        said: The message that came with the code, not the program's own text.
        names: Names beside the code that may be symbols.
        foreign: What points to somebody else.
        http: HTTP request fields stand beside the code.
        statuses: HTTP statuses that the event gives.
        error: Whether the code stands in an error context.
        named: Whether the field or its container speaks of an error, or a text of the
            code.
        page: Whether the answer was a page of HTML.
        vetoes: Whose the code is if it can be theirs.
    """

    code: Any
    table: str | None = None
    claims: tuple[Claim, ...] = ()
    texts: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    foreign: tuple[Sign, ...] = ()
    http: bool = False
    statuses: tuple[int, ...] = ()
    error: bool = False
    named: bool = False
    page: bool = False
    vetoes: tuple[Sign, ...] = ()


class Decision(NamedTuple):
    """Say what a code means, and whether an event may be told so."""

    resolution: Resolution
    say: bool
    reason: str


class Resolver:
    """Answer questions about codes from one catalog.

    Args:
        catalog: The entries.
        markers: The catalog's markers, compiled.
        language: Language of meanings and remedies; English where there is no other.
        strict: Whether a number alone is never enough.
        products: The products to speak of; None for all.
    """

    def __init__(
        self,
        catalog: Catalog,
        markers: Markers,
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
        self.markers = markers
        self.language = language
        self.strict = strict
        self._http_texts = {
            int(status): frozenset(normal(text) for text in texts)
            for status, texts in catalog.http_texts.items()
        }

    def knows(self, code: Any) -> bool:
        """Tell whether a product has a code; the same code may be digits in a text."""
        return to_code(code) in self.index

    def decide(self, question: Question) -> Decision:
        """Answer a question, and say whether an event may be told so; never raises."""
        code = to_code(question.code)
        entries = self.index.get(code, ()) if code is not None else ()
        if not entries:
            unknown = Resolution("unknown", question.code)
            why = "no catalog entry has this code"
            if code in self._whole_index:
                why = "left out by `only` or `never`"
            return Decision(unknown, say=False, reason=why)
        claims = self._unopposed(question.claims)
        weak = not any(self._is_outright(claim) for claim in claims)
        allowed, clash = _combine(claims)
        candidates = self._allowed(entries, allowed)
        matched = {claim.kind for claim in claims}
        if claims and not candidates:
            unknown = Resolution("unknown", code)
            return Decision(unknown, say=False, reason="not a code of what is named")
        if question.table is not None:
            candidates = self._in_table(candidates, question.table)
            if not candidates:
                unknown = Resolution("unknown", code)
                return Decision(unknown, say=False, reason="not in the field's table")
        candidates, kind, exact = self._selected(candidates, question)
        if kind != "symbol" and claims:
            others = tuple(e for e in entries if _symbol(e, question))
            clash = clash or bool(others)
            candidates += others
        if kind and (exact or claims):
            matched.add(kind)
        answer, clash_left = _undisputed(candidates), clash
        resolution = self._resolution(code, answer, candidates, matched, clash_left)
        reason = self._silence(code, question, resolution, weak=weak)
        if reason is None and not matched:
            resolution = resolution._replace(matched_by=("number",))
        return Decision(resolution, say=reason is None, reason=reason or "evidence")

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
            for share in self.markers.shares.get(product, ())
        ]
        return tuple(
            entry
            for entry in entries
            if entry.scope in products or any(_is_shared(entry, s) for s in shares)
        )

    def _selected(
        self, entries: tuple[Entry, ...], question: Question
    ) -> tuple[tuple[Entry, ...], str | None, bool]:
        """Narrow by a symbol or message beside the code; say which, how well."""
        named = tuple(e for e in entries if _symbol(e, question))
        if named:
            return named, "symbol", True
        for text in question.texts:
            said = [(entry, says(text, _wordings(entry))) for entry in entries]
            for grade in ("same", "part"):
                fits = [(e, how[1]) for e, how in said if how and how[0] == grade]
                if fits:
                    # What any server says of an HTTP status is no evidence.
                    common = self._http_texts.get(question.code, frozenset())
                    tells = all(known not in common for _, known in fits)
                    chosen = tuple(entry for entry, _ in fits)
                    return chosen, "message", tells and grade == "same"
        return entries, None, False

    def _in_table(self, entries: tuple[Entry, ...], table: str) -> tuple[Entry, ...]:
        """Keep what may stand in a field: of a product's own table, or of none.

        A plain field prefers what is in no table, and falls back to the tables.
        """
        if table:
            tables = self.markers.tables
            return tuple(
                e for e in entries if e.table == table or table not in tables[e.scope]
            )
        plain = {e.scope for e in entries if e.table is None}
        return tuple(e for e in entries if e.table is None or e.scope not in plain)

    def _silence(
        self, code: Any, question: Question, resolution: Resolution, *, weak: bool
    ) -> str | None:
        """Return why nothing may be said, or None when it may be."""
        could_be = self.markers.could_be
        for sign in question.vetoes:
            if could_be(sign.who, code):
                return sign.why
        if any(entry.category == "OK" for entry in resolution.candidates):
            return "a success code of a product in question"
        if code in question.statuses:
            return "the same number stands beside it as HTTP status"
        if _is_http(code) and self._is_status(resolution, question, weak=weak):
            return "what stands beside it shows an HTTP status"
        for sign in question.foreign if weak else ():
            if could_be(sign.who, code) and not (sign.faint and question.claims):
                return f"points to {sign.why}"
        kinds = set(resolution.matched_by)
        vendors = self.markers.vendor_sets
        broad = all(claim.products in vendors for claim in question.claims)
        known = [w for e in resolution.candidates for w in _vocabulary(e)]
        other = any(contradicts(text, known) for text in question.said)
        if weak and broad and other and kinds.isdisjoint({"scope", "symbol"}):
            return "the message says something else"
        if kinds - {"text"}:
            return None
        distinctive = type(code) is int and (code >= 10_000 or code <= -1_000)
        if "text" in kinds and (question.named or not _is_http(code)):
            return None
        if self.strict:
            return "no evidence, and strict"
        if not distinctive and type(code) is int:
            return "no evidence, and others use this number too"
        if type(code) is str and "_" not in code:
            return "no evidence, and the word is not distinctive"
        if not question.error:
            return "no evidence, and nothing speaks of an error"
        is_text = type(question.code) is str
        if is_text and type(code) is int and code >= 0 and not question.named:
            # One-time passwords, stock tickers and article numbers look like this.
            return "no evidence, and digits in a text are rather an id"
        if any(status >= 400 for status in question.statuses):
            return "no evidence, and the HTTP status shows another kind of API"
        return None

    def _unopposed(self, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        """Leave a configured scope out where the event itself names another product."""
        named = [claim.products for claim in claims if self._is_outright(claim)]
        return tuple(
            claim
            for claim in claims
            if not (claim.configured and any(map(claim.products.isdisjoint, named)))
        )

    def _is_outright(self, claim: Claim) -> bool:
        """Tell whether a claim outweighs signs that point to somebody else.

        A vendor has more products than the catalog: its name alone does not.
        """
        if claim.kind in _NAMES:
            return claim.products not in self.markers.vendor_sets
        return claim.kind in _OUTRIGHT

    def _is_status(
        self, resolution: Resolution, question: Question, *, weak: bool
    ) -> bool:
        """Tell whether what stands beside a number shows that it is an HTTP status."""
        if question.page or (weak and question.http):
            return True
        common = self._http_texts.get(resolution.code, frozenset())
        said = common.intersection(map(normal, question.texts))
        if question.http:
            # Without a word of an answer beside it, it is what the server answers.
            told = bool(said) or not question.said
            return told and _OK not in question.statuses
        own = {normal(w) for e in resolution.candidates for w in _wordings(e)}
        return weak and not said <= own

    def _resolution(
        self,
        code: Any,
        answer: tuple[Entry, ...],
        candidates: tuple[Entry, ...],
        matched: set[str],
        clash: bool,  # noqa: FBT001
    ) -> Resolution:
        first = answer[0]
        status: Status = "resolved"
        if len(answer) > 1 or clash:
            status = "ambiguous"
        elif first.category == "OK":
            status = "success"
        language = self.language
        agreed = answer if status == "ambiguous" else answer[:1]
        return Resolution(
            status,
            code,
            _one(e.vendor for e in agreed),
            _one(e.product for e in agreed),
            _one(e.meaning.get(language) or e.meaning["en"] for e in agreed),
            _one(e.remedy.get(language) or e.remedy["en"] for e in agreed),
            _one(e.category for e in agreed),
            _one(e.retryable for e in agreed),
            None if status == "ambiguous" else first,
            answer + tuple(e for e in candidates if e not in answer),
            tuple(kind for kind in STRENGTH if kind in matched),
        )


def _is_http(code: Any) -> bool:
    """Tell whether a code could be an HTTP status, or a small enumeration's value."""
    return type(code) is int and 0 <= code <= 599


def _is_shared(entry: Entry, share: dict[str, Any]) -> bool:
    """Tell whether an entry is among those that a product shares with its own."""
    return (
        entry.scope == share["product"]
        and type(entry.code) is int
        and share["from"] <= entry.code <= share["to"]
    )


def _combine(claims: Iterable[Claim]) -> tuple[frozenset[str] | None, bool]:
    """Return the products that all claims allow; if they clash, all that any names."""
    common: frozenset[str] | None = None
    union: frozenset[str] = frozenset()
    for claim in claims:
        union |= claim.products
        common = claim.products if common is None else common & claim.products
    if common is not None and not common:
        return union, True
    return common, False


def _undisputed(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Leave out numbers that the vendor's SDK contradicts, where others remain."""
    sure = tuple(e for e in entries if e.sdk_code is None)
    return sure or entries


def _symbol(entry: Entry, question: Question) -> bool:
    symbols = entry.symbols
    if not symbols:
        return False
    if any(name in symbols for name in question.names):
        return True
    return any(
        symbol in text
        for symbol in symbols
        if "_" in symbol or len(symbol) > 12
        for text in question.texts
    )


def _wordings(entry: Entry) -> tuple[str, ...]:
    """Return the texts by which the vendor states an entry."""
    return (entry.message, *entry.texts) if entry.message else entry.texts


def _vocabulary(entry: Entry) -> tuple[str, ...]:
    """Return everything whose words may turn up in a message about an entry."""
    return (*_wordings(entry), *entry.symbols, *entry.meaning.values())


def _one(values: Iterable[Any]) -> Any:
    """Return the value that all share, or None."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None

"""Decide what a code means in its context: the only place that disambiguates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Entry, Resolution, Status
from codegloss._events.codes_in_text import Known
from codegloss._events.walker import to_code
from codegloss._matching.evidence import KINDS, Evidence, Weighed, When
from codegloss._matching.index import index_of
from codegloss._matching.names import NameIndex
from codegloss._matching.rules import (
    OWN_WORDS,
    Answer,
    Case,
    is_large,
    silence,
    wordings,
)
from codegloss._matching.types import Decision, Query
from codegloss._matching.wording import Phrase, normal, phrase, says

_MAX_ANSWERS = 4_096
_LONG_SYMBOL = 12
_NONE: frozenset[str] = frozenset()


# A text may mention another product than one of these names.
_OVER_TEXTS = frozenset({"field", "host"})
_NO_EVIDENCE = Weighed(None, False, _NONE, False, False, True, False, False)  # noqa: FBT003


# Which conditions of `KINDS` are met, by two questions about a piece of evidence: does
# it name a product (and not only a vendor)? Is it the scope of the whole process?
_HOLDING: dict[tuple[bool, bool], frozenset[When]] = {
    (True, True): frozenset({"always", "if_product"}),
    (True, False): frozenset({"always", "if_product", "if_given"}),
    (False, True): frozenset({"always"}),
    (False, False): frozenset({"always", "if_given"}),
}
# So whether such a piece outweighs signs of others, and speaks beside a request.
_WEIGHTS = {
    (name, *about): (kind.outright in holding, kind.beside_request in holding)
    for name, kind in KINDS.items()
    for about, holding in _HOLDING.items()
}


class _Facts(NamedTuple):
    """What is to know of a code, whatever stands around it.

    Attributes:
        has_success: Whether an entry of it is no failure.
        symbols: The symbols of all its entries.
        telling: Those of them that say enough inside of a text.
        worded: Its entries that the vendor puts into words, with those.
        words: All those words, in normal form.
        filled: What matches such of them as have something to fill in.
    """

    has_success: bool
    symbols: frozenset[str]
    telling: tuple[str, ...]
    worded: tuple[tuple[Entry, tuple[Phrase, ...]], ...]
    words: tuple[str, ...]
    filled: tuple[re.Pattern[str], ...]

    def says_any(self, plain: str) -> bool:
        """Tell at a cheap look whether a text may say any of it."""
        if any(map(plain.__contains__, self.words)):
            return True
        return any(filled.fullmatch(plain) for filled in self.filled)


_NO_FACTS = _Facts(False, _NONE, (), (), (), ())  # noqa: FBT003


class Resolver:
    """Answer queries about codes from one catalog.

    Args:
        catalog: The entries.
        names: The catalog's names.
        language: Language of meanings and remedies; English where there is no other.
        guess: Whether a number alone may be enough.
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
        guess: bool,
        products: frozenset[str] | None = None,
    ) -> None:
        index = index_of(catalog, products)
        self.index = index.entries
        self._whole_index = index.whole
        self.partly_success = index.partly_success
        self._doors, self._closed = index.doors, index.closed
        self._behind_doors = index.behind_doors
        live, symbols = index.live, catalog.symbols
        sizes = frozenset(abs(code) for code in live if type(code) is int)
        failing = live.difference(index.partly_success)
        self.known = Known(live, failing, sizes, frozenset(symbols))
        self._names = names
        self._language = language
        self._guess = guess
        self._answers: dict[Any, Answer] = {}
        self._facts: dict[Any, _Facts] = {}
        self._allowed_by: dict[Any, tuple[Entry, ...]] = {}
        self._http_texts = {
            int(status): frozenset(normal(text) for text in texts)
            for status, texts in catalog.http_texts.items()
        }
        self._common = _NONE.union(*self._http_texts.values())

    def has_doors(self, code: Any) -> bool:
        """Tell whether it depends on a name or URL which table a code is of."""
        return code in self._behind_doors

    def may_be_success(self, code: Any) -> bool:
        """Tell whether a code is a success of any product."""
        return self._of_code(code).has_success

    def _of_code(self, code: Any) -> _Facts:
        facts = self._facts.get(code)
        if facts is None:
            entries = self.index.get(code, ())
            if not entries:
                return _NO_FACTS
            symbols = frozenset(each for entry in entries for each in entry.symbols)
            worded = tuple(
                (entry, tuple(map(phrase, texts)))
                for entry in entries
                if (texts := wordings(entry))
            )
            known = [each for _, texts in worded for each in texts]
            facts = self._facts[code] = _Facts(
                any(entry.category == "OK" for entry in entries),
                symbols,
                tuple(s for s in symbols if "_" in s or len(s) > _LONG_SYMBOL),
                worded,
                tuple(each.text for each in known),
                tuple(each.filled for each in known if each.filled is not None),
            )
        return facts

    def needs_none(self, query: Query) -> bool:
        """Tell whether something may be said of a code without other evidence.

        By a symbol or words of the vendor's that stand beside it, or by a guess.
        """
        if self._guess or type(query.code) is str:
            return True
        if self._symbols_beside(query.code, query):
            return True
        facts = self._of_code(query.code)
        texts = query.texts if facts.worded else ()
        return any(facts.says_any(text.plain) for text in texts)

    def decide(self, query: Query, weighed: Weighed | None = None) -> Decision:
        """Answer a query, and say whether an event may be told so. Never raises.

        Args:
            query: A code, and everything known around it.
            weighed: What its evidence comes to, where that was worked out before.
        """
        code = to_code(query.code)
        above = self.known.above(code)
        if above is not None and code not in self._whole_index:
            # What stands beside it says more than that, and not something else.
            plain = query._replace(code=above, said=(), near=())
            general = self.decide(plain, weighed)
            resolution = general.resolution._replace(code=code)
            return general._replace(resolution=resolution)
        entries = self.index.get(code, ()) if code is not None else ()
        if not entries:
            why = "no catalog entry has this code"
            if code in self._whole_index:
                why = "left out by `only` or `never`"
            unknown = Resolution("unknown", query.code)
            return Decision(unknown, emit=False, rule="unknown", reason=why)
        weighed = weighed or self.weigh(query.evidence)
        weighed, left = self._candidates(code, entries, query, weighed)
        if not left:
            why = "not a code of what is named"
            unknown = Resolution("unknown", code)
            return Decision(unknown, False, "unknown", why, weighed.is_strong)  # noqa: FBT003
        http_texts = self._http_texts.get(code, _NONE)  # type: ignore[arg-type]
        answer = self._narrowed(code, entries, left, weighed, query)
        mixed = code in self.partly_success
        names, guess = self._names, self._guess
        return _judged(
            Case(code, query, answer, weighed, names, http_texts, guess, mixed)
        )

    def _candidates(
        self, code: Any, entries: tuple[Entry, ...], query: Query, weighed: Weighed
    ) -> tuple[Weighed, tuple[Entry, ...]]:
        """Return the entries that the evidence allows, and what of it counts."""
        left = self._left(code, entries, weighed.products, query.table)
        if not left and type(code) is str and weighed.products:
            # An API that serves all products of a vendor answers in words.
            vendors = {product.partition(".")[0] for product in weighed.products}
            left = tuple(entry for entry in entries if entry.vendor in vendors)
        if not left and "text" in weighed.kinds:
            # A text may mention another product of the same vendor. If that leaves no
            # entry, decide by the other evidence alone.
            weighed = self.weigh(tuple(e for e in query.evidence if e.kind != "text"))
            left = self._left(code, entries, weighed.products, query.table)
        if self.has_doors(code):
            left = self._through_doors(left, query)
        return weighed, left

    def weigh(self, evidence: tuple[Evidence, ...]) -> Weighed:
        """Return what all evidence comes to."""
        if not evidence:
            return _NO_EVIDENCE
        if evidence[0].configured:  # a scope comes first
            evidence = self._unopposed(*evidence)
        vendors = self._names.vendor_sets
        strong = speaks = False
        broad = True
        for kind, products, _, configured in evidence:
            is_product = products not in vendors
            # A scope is no sign of its own that an event is a product's.
            if is_product and kind != "scope":
                broad = False
            outright, beside = _WEIGHTS[kind, is_product, configured]
            strong = strong or outright
            speaks = speaks or beside
        kinds, named, _, _ = zip(*evidence, strict=True)
        common = frozenset.intersection(*named)
        if not common and "text" in kinds and not _OVER_TEXTS.isdisjoint(kinds):
            others = [each for kind, each, _, _ in evidence if kind != "text"]
            common = frozenset.intersection(*others)
        configured = evidence[0].configured
        given = kinds[0] == "scope" and not configured
        prior = configured and len(evidence) == 1
        return Weighed(
            common or _NONE.union(*named),
            not common,
            frozenset(kinds),
            strong,
            speaks,
            broad,
            given,
            prior,
        )

    def _unopposed(self, scope: Evidence, *others: Evidence) -> tuple[Evidence, ...]:
        """Leave a configured scope out where the event itself names somebody else."""
        if any(scope.products.isdisjoint(each.products) for each in others):
            return others
        return (scope, *others)

    def _left(
        self,
        code: Any,
        entries: tuple[Entry, ...],
        products: frozenset[str] | None,
        table: str | None,
    ) -> tuple[Entry, ...]:
        """Return the entries of a code that products and table allow."""
        key = code, products, table
        left = self._allowed_by.get(key)
        if left is None:
            left = self._allowed(entries, products)
            if table is not None:
                left = self._in_table(left, table)
            if len(self._allowed_by) >= _MAX_ANSWERS:
                self._allowed_by.clear()
            self._allowed_by[key] = left
        return left

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

    def _narrowed(
        self,
        code: Any,
        entries: tuple[Entry, ...],
        left: tuple[Entry, ...],
        weighed: Weighed,
        query: Query,
    ) -> Answer:
        """Return the answer for what symbols and messages leave of some entries."""
        clash, matched = weighed.clash, weighed.kinds
        kind, exact = "", False
        if query.names or query.texts or type(code) is str:
            named = self._named(code, entries, query)
            left, kind, exact = self._selected(code, left, named, query)
            if kind != "symbol" and matched and named:
                clash = True
                left += named
        if kind and (exact or matched):
            matched |= {kind}
        if weighed.products is None or weighed.products in self._names.vendor_sets:
            left = tuple(e for e in left if not e.needs_product) or left
        return self._answer(code, left, matched, clash=clash)

    def _named(
        self, code: Any, entries: tuple[Entry, ...], query: Query
    ) -> tuple[Entry, ...]:
        """Return the entries of which a symbol stands beside the code."""
        found = self._symbols_beside(code, query)
        if not found:
            return ()
        return tuple(e for e in entries if not found.isdisjoint(e.symbols))

    def _symbols_beside(self, code: Any, query: Query) -> frozenset[str]:
        """Return the symbols of a code that stand beside it, or that it is."""
        facts = self._of_code(code)
        found = facts.symbols.intersection((*query.names, code))
        for text in query.texts if facts.telling else ():
            found = found.union(filter(text.raw.__contains__, facts.telling))
        return found

    def _selected(
        self,
        code: Any,
        entries: tuple[Entry, ...],
        named: tuple[Entry, ...],
        query: Query,
    ) -> tuple[tuple[Entry, ...], str, bool]:
        """Narrow by a symbol or message beside the code.

        Returns:
            What is left, what narrowed it, and whether that is evidence of its own.
        """
        if named:
            chosen = tuple(entry for entry in entries if entry in named)
            if chosen:
                return chosen, "symbol", True
        facts = self._of_code(code)
        for text in query.texts if facts.worded else ():
            plain = text.plain
            if not facts.says_any(plain):
                continue
            allowed = set(map(id, entries))
            said = [
                (entry, how)
                for entry, known in facts.worded
                if id(entry) in allowed and (how := says(plain, known))
            ]
            if not said:
                continue
            same = [(e, known) for e, (grade, known) in said if grade == "same"]
            fits = same or [(e, known) for e, (_, known) in said]
            # Not only those whose table prints it, but all that mean the same.
            meant = {entry.meaning["en"] for entry, _ in fits}
            chosen = tuple(e for e in entries if e.meaning["en"] in meant)
            # What any server says of an HTTP status is no evidence.
            if all(known in self._common for _, known in fits):
                return chosen, "", False
            vague = all(e.category == "UNKNOWN" for e, _ in fits)
            words = self._names.words_for(frozenset([e.scope for e, _ in fits]))
            told = is_large(code) and any(words.is_telling(k) for _, k in fits)
            return chosen, "message", not vague and bool(same or told)
        return entries, "", False

    def _in_table(self, entries: tuple[Entry, ...], table: str) -> tuple[Entry, ...]:
        """Keep what may stand in a field: of a product's own table, or of none.

        A plain field prefers what is in no table, and falls back to the tables.
        """
        if table:
            tables = self._names.tables
            return tuple(e for e in entries if e.table == table) or tuple(
                e for e in entries if table not in tables[e.scope]
            )
        doors = self._doors
        plain = {
            e.scope for e in entries if e.table is None or (e.scope, e.table) in doors
        }
        return tuple(
            e
            for e in entries
            if e.table is None or (e.scope, e.table) in doors or e.scope not in plain
        )

    def _through_doors(
        self, entries: tuple[Entry, ...], query: Query
    ) -> tuple[Entry, ...]:
        """Keep of each product the table whose door the evidence, or who asks, names.

        Without any, what stands in tables that are closed is left out.
        """
        said = [each.detail.lower() for each in query.evidence]
        opened = {
            place
            for place, doors in self._doors.items()
            if place[1] == query.table
            or any(door in detail for door in doors for detail in said)
        }
        chosen = {e.scope for e in entries if (e.scope, e.table) in opened}
        return tuple(
            e
            for e in entries
            if (e.scope, e.table) in opened
            or (e.scope not in chosen and (e.scope, e.table) not in self._closed)
        )

    def _answer(
        self,
        code: Any,
        left: tuple[Entry, ...],
        matched: frozenset[str],
        *,
        clash: bool,
    ) -> Answer:
        """Return the answer for what is left, made once for the same entries."""
        key = (code, tuple(map(id, left)), matched, clash)
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            kinds = tuple(kind for kind in KINDS if kind in matched)
            resolution = self._made(code, left, kinds, clash=clash)
            scopes = frozenset([entry.scope for entry in resolution.candidates])
            known = Answer(resolution, self._names.words_for(scopes))
            self._answers[key] = known
        return known

    def _made(
        self, code: Any, left: tuple[Entry, ...], kinds: tuple[str, ...], *, clash: bool
    ) -> Resolution:
        # `sdk_code` is set where the vendor's page prints another number than its SDK
        # uses. Prefer entries in which both agree.
        answer = _general(tuple(e for e in left if e.sdk_code is None) or left)
        first = answer[0]
        status: Status = "resolved"
        if len(answer) > 1 or clash:
            status = "ambiguous"
        elif first.category == "OK":
            status = "success"
        if type(code) is str:  # of a symbol, the number that it stands for
            code = _one(e.code for e in answer) or code
        language = self._language
        return Resolution(
            status,
            code,
            _one(e.vendor for e in answer),
            _one(e.product for e in answer),
            _one(e.meaning.get(language) or e.meaning["en"] for e in answer),
            _one(e.remedy.get(language) or e.remedy.get("en") for e in answer),
            _one(e.category for e in answer),
            _one(e.retryable for e in answer),
            None if status == "ambiguous" else first,
            answer + tuple(e for e in left if e not in answer),
            kinds,
        )


def _judged(case: Case) -> Decision:
    """Return what the rules say of a case."""
    rule, reason = silence(case)
    resolution, weighed, kinds = case.answer.resolution, case.weighed, case.answer.kinds
    if not rule and not kinds:
        resolution = resolution._replace(matched_by=("number",))
    own = not weighed.is_broad or weighed.is_given or not kinds.isdisjoint(OWN_WORDS)
    strong = weighed.is_strong
    return Decision(resolution, not rule, rule or "evidence", reason, strong, own)


def _general(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return of each product's entries the one that is true of all, if there is one."""
    general = {entry.scope: entry for entry in entries if entry.general}
    if not general:
        return entries
    return tuple(e for e in entries if general.get(e.scope, e) is e)


def _is_shared(entry: Entry, share: dict[str, Any]) -> bool:
    """Tell whether an entry is among those that a product shares with its own."""
    return (
        entry.scope == share["product"]
        and type(entry.code) is int
        and share["from"] <= entry.code <= share["to"]
    )


def _one(values: Iterable[Any]) -> Any:
    """Return the value that all share, or None."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None

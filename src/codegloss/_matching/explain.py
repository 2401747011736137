"""Say why the codes of an event were glossed or left alone."""

from __future__ import annotations

from typing import Any, NamedTuple

from codegloss._matching.types import Found


class Reason(NamedTuple):
    """Why one field was glossed or left alone.

    Attributes:
        field: Where the code stood, for example `error.code`.
        code: The code as found.
        glossed: Whether anything is said about it.
        rule: The name of the rule that decided, or `evidence`.
        decision: The same in words.
        status: `resolved`, `ambiguous`, `unknown` or `success`.
        evidence: What speaks for a product, strongest first: kind, products, detail.
        counter_evidence: What speaks against, in words.
        candidates: Scope, code and English meaning of what remains.
    """

    field: str
    code: Any
    glossed: bool
    rule: str
    decision: str
    status: str
    evidence: tuple[tuple[str, tuple[str, ...], str], ...]
    counter_evidence: tuple[str, ...]
    candidates: tuple[tuple[str, Any, str], ...]


class Explanation(NamedTuple):
    """Why the codes of an event were glossed or left alone, as data and as text.

    Attributes:
        added: The keys that `enrich` adds.
        reasons: One for every field that could hold a code, in order of the fields.
    """

    added: dict[str, Any]
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        if not self.reasons:
            return "no field of this event can hold a code"
        return "\n".join(line for each in self.reasons for line in _lines(each))


def reason(found: Found) -> Reason:
    """Put a decision about one code into words."""
    query, decision = found.query, found.decision
    resolution = decision.resolution
    against = [f"names {sign.why}" for sign in query.counter]
    against += [sign.why for sign in query.vetoes]
    if query.http:
        against.append("HTTP request fields stand beside it")
    against += [
        f"HTTP status {status} stands in the event" for status in query.statuses
    ]
    kinds = {each.kind for each in query.evidence}
    evidence = [(e.kind, tuple(sorted(e.products)), e.detail) for e in query.evidence]
    evidence += [
        (kind, tuple(dict.fromkeys(e.scope for e in resolution.candidates)), "")
        for kind in resolution.matched_by
        if kind not in kinds
    ]
    return Reason(
        found.site.field,
        query.code,
        decision.emit,
        decision.rule,
        decision.reason,
        resolution.status,
        tuple(evidence),
        tuple(against),
        tuple((e.scope, e.code, e.meaning["en"]) for e in resolution.candidates),
    )


def _lines(each: Reason) -> list[str]:
    why = each.decision if each.glossed else f"{each.rule}: {each.decision}"
    done = each.status if each.glossed else "left alone"
    lines = [f"{each.field} = {each.code!r}: {done} ({why})"]
    lines += [
        f"  for:       {kind} {detail!r}: {', '.join(products)}"
        if detail
        else f"  for:       {kind}: {', '.join(products)}"
        for kind, products, detail in each.evidence
    ]
    lines += [f"  against:   {mark}" for mark in each.counter_evidence]
    lines += [
        f"  candidate: {scope} {code}: {meaning}"
        for scope, code, meaning in each.candidates
    ]
    return lines

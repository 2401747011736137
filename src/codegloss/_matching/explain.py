"""Say why the codes of an event were glossed or left alone."""

from __future__ import annotations

from typing import Any, NamedTuple

from codegloss._matching.collect import Finding
from codegloss._matching.resolve import Decision


class Reason(NamedTuple):
    """Why one field was glossed or left alone.

    Attributes:
        field: Where the code stood, for example `error.code`.
        code: The code as found.
        glossed: Whether anything is said about it.
        decision: What was decided, in words.
        status: `resolved`, `ambiguous`, `unknown` or `success`.
        evidence: What speaks for a product, strongest first: kind, products, detail.
        counter_evidence: What speaks against, in words.
        candidates: Scope, code and English meaning of what remains.
    """

    field: str
    code: Any
    glossed: bool
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


def reason(finding: Finding, decision: Decision) -> Reason:
    """Put a decision about one code into words."""
    question = finding.question
    resolution = decision.resolution
    against = [f"names {sign.why}" for sign in question.foreign]
    against += [sign.why for sign in question.vetoes]
    if question.http:
        against.append("HTTP request fields stand beside it")
    against += [
        f"HTTP status {status} stands in the event" for status in (question.statuses)
    ]
    kinds = {claim.kind for claim in question.claims}
    evidence = [(c.kind, tuple(sorted(c.products)), c.detail) for c in question.claims]
    evidence += [
        (kind, tuple(dict.fromkeys(e.scope for e in resolution.candidates)), "")
        for kind in resolution.matched_by
        if kind not in kinds
    ]
    return Reason(
        finding.field,
        question.code,
        decision.say,
        decision.reason,
        resolution.status,
        tuple(evidence),
        tuple(against),
        tuple((e.scope, e.code, e.meaning["en"]) for e in resolution.candidates),
    )


def _lines(each: Reason) -> list[str]:
    done = each.status if each.glossed else "left alone"
    lines = [f"{each.field} = {each.code!r}: {done} ({each.decision})"]
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

#!/usr/bin/env python3
"""Switch off each rule and each kind of evidence in turn: what is each worth?

    python .ci/ablate.py              all of them
    python .ci/ablate.py veto host    some

Each row is the whole with one part switched off, as the difference to the first row:
how many events of the corpus are wrong or missed more, what becomes of the public
reports, and how many more look-alikes are glossed by default, with `text=True` and
under each vendor's scope for the whole process. The last column counts the events that
are told anything else. A part that changes none wants an event that needs it, or is not
needed; those are listed at the end, and `tests/test_ablate.py` wants none.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest.mock import patch

from codegloss._matching import rules
from codegloss._matching.evidence import KINDS
from codegloss._matching.resolve import Resolver
from codegloss.testing import strict

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests import test_corpus, test_reports

# What is said of a code by its number alone, with `guess=True`, is no evidence.
EVIDENCE = tuple(kind for kind in KINDS if kind != "number")
_decide, _selected = Resolver.decide, Resolver._selected  # noqa: SLF001


@contextmanager
def without_rule(name: str) -> Iterator[None]:
    """Leave one rule out."""
    left = tuple(rule for rule in rules.RULES if rule.name != name)
    with patch.object(rules, "RULES", left):
        yield


@contextmanager
def without_kind(kind: str) -> Iterator[None]:
    """Take one kind of evidence from every query."""

    def decide(self, query, _weighed=None):
        left = tuple(each for each in query.evidence if each.kind != kind)
        return _decide(self, query._replace(evidence=left))

    def selected(self, code, entries, named, query):
        # Symbols and messages are evidence only once they have narrowed what is left.
        named = () if kind == "symbol" else named
        found = _selected(self, code, entries, named, query)
        return (entries, "", False) if found[1] == kind else found

    with (
        patch.object(Resolver, "decide", decide),
        patch.object(Resolver, "_selected", selected),
    ):
        yield


PARTS: dict[str, Callable[[str], AbstractContextManager[None]]] = {
    **{rule.name: without_rule for rule in rules.RULES},
    **dict.fromkeys(EVIDENCE, without_kind),
}


def answers() -> list[str]:
    """Return what every known event is told, in one order."""
    cases = [case for name in test_corpus.FILES for case in test_corpus.read(name)]
    cases += test_reports.read("reports.jsonl")
    cases += test_reports.read("report_lookalikes.jsonl")
    told = []
    for case in cases:
        options = json.dumps(case.get("options", {}))
        told.append(repr(test_corpus.enricher(options).enrich(case["event"])))
    return told


def scores() -> dict[str, int]:
    """Return what is right and wrong of all that is known."""
    corpus = Counter(
        test_corpus.judge(case)[1]
        for name in test_corpus.FILES
        for case in test_corpus.read(name)
    )
    reports, _ = test_reports.reports()
    found = {name: corpus[name] for name in ("wrong", "missed")}
    for verdict in ("right", "silent", "no meaning", "wrong"):
        found[f"reports {verdict}"] = reports[verdict]
    for name, options in test_reports.OPTIONS.items():
        found[name] = len(test_reports.glossed(options))
    return found


def row(name: str, cells: list[str]) -> None:
    """Print one line of the table."""
    print(f"{name:<20}" + "".join(f"{cell:>8}" for cell in cells))


def main(chosen: list[str]) -> int:
    """Print the table, and name what changes nothing."""
    unknown = set(chosen) - PARTS.keys()
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(PARTS)}")
        return 2
    whole, told, idle = scores(), answers(), []
    row(
        "", ["corpus", "", "reports", "", "no", "", "look-", "alikes", "under", "under"]
    )
    row("without", ["wrong", "missed", "right", "silent", "meaning", "wrong", "default",
        "text", "netease", "tencent", "changed"])  # fmt: skip
    row("(nothing)", [str(number) for number in whole.values()])
    for name in chosen or PARTS:
        with PARTS[name](name):
            found, other = scores(), answers()
        changes = [found[key] - number for key, number in whole.items()]
        cells = [f"{each:+}" if each else "." for each in changes]
        changed = sum(a != b for a, b in zip(told, other, strict=True))
        row(name, [*cells, str(changed)])
        if not changed:
            idle.append(name)
    print(f"\nchange nothing: {', '.join(idle) or 'none'}")
    return 1 if idle else 0


if __name__ == "__main__":
    with strict():  # or what goes wrong in here would look like silence
        sys.exit(main(sys.argv[1:]))

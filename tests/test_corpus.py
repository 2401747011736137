"""Precision and recall on the corpus, by product and by kind of evidence.

Run alone it prints the table that the README quotes: `pytest tests/test_corpus.py`.
"""

from __future__ import annotations

import collections
import functools
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

import codegloss
from codegloss import testing

CORPUS = Path(__file__).with_name("corpus")
README = CORPUS.parents[1] / "README.md"
TABLES = CORPUS.parents[1] / ".ci" / "tables.py"
FILES = ("samples.jsonl", "vendors.jsonl", "unseen.jsonl", "libraries.jsonl")
FILES += ("lookalikes.jsonl",)
COLUMNS = ("resolved", "ambiguous", "silent", "missed", "wrong")


def read(name: str) -> list[dict[str, Any]]:
    text = (CORPUS / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@functools.cache
def enricher(options: str) -> codegloss.Enricher:
    return codegloss.Enricher(**json.loads(options))


def said_of(case: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """Return what was said of an event: how, of which vendor, of which product."""
    with testing.captured() as glosses:
        added = enricher(json.dumps(case.get("options", {}))).enrich(case["event"])
    if not added:
        return "silent", None, None
    how = "ambiguous" if "candidates" in added else "resolved"
    vendor, product = glosses[0].vendor, glosses[0].product
    return how, vendor, f"{vendor}.{product}" if vendor and product else None


def judge(case: dict[str, Any]) -> tuple[str, str]:
    """Return what was said of an event, and whether that is right, wrong or missed."""
    how, vendor, product = said_of(case)
    expected = case["expect"]
    if how == "silent":
        # An ambiguity without any evidence may stay unsaid: HTTP uses its number too.
        unsaid = expected == "ambiguous" and case["vendor"] is None
        return how, "right" if expected == "silent" or unsaid else "missed"
    if expected == "silent":
        return how, "wrong"
    if how == "resolved":
        # Where the label knows of products that the catalog does not have, what is
        # left may be one meaning.
        same = case["product"] or case["vendor"]
        return how, "right" if same in (product, vendor) else "wrong"
    return how, "right" if expected == "ambiguous" else "missed"


def test_corpus(capsys):
    by_product = collections.defaultdict(collections.Counter)
    by_evidence = collections.defaultdict(collections.Counter)
    failed = []
    for name in FILES:
        for case in read(name):
            how, verdict = judge(case)
            shown = how if verdict == "right" else verdict
            by_product[label(case)][shown] += 1
            by_evidence[case.get("evidence", f"({name[:-6]})")][shown] += 1
            if verdict != "right":
                failed.append((verdict, case["id"], case["event"]))
    with capsys.disabled():
        show("product", by_product)
        show("evidence", by_evidence)
        glossed, right, expected = totals(by_product)
        print(f"\n  precision {right / glossed:.3f}   recall {right / expected:.3f}")
    assert not [case for case in failed if case[0] == "wrong"]
    assert right / expected >= 0.97


def table():
    """Return the rows that the README quotes: what is said, by product."""
    names = {
        scope: marks["names"]["en"]
        for scope, marks in testing.active_catalog().products.items()
    }
    counted = collections.defaultdict(collections.Counter)
    for case in (case for name in FILES for case in read(name)):
        how, verdict = judge(case)
        counted[label(case)][how if verdict == "right" else verdict] += 1
    yield "| events of | " + " | ".join(COLUMNS) + " |"
    yield "|--" * (len(COLUMNS) + 1) + "|"
    for each in [
        *filter(counted.__contains__, names),
        *(sorted(counted.keys() - names.keys())),
    ]:
        row = "".join(f" {counted[each][column]:,} |" for column in COLUMNS)
        yield f"| {names.get(each, each)} |{row}"


@pytest.mark.skipif(not TABLES.exists(), reason="the sources are not here")
def test_the_tables_of_the_readme():
    filled = runpy.run_path(str(TABLES))["filled"]
    text = README.read_text("utf-8")
    assert filled(text) == text


def label(case):
    silent = case["expect"] == "silent"
    return case.get("product") or ("nobody of ours" if silent else "product left open")


def show(what, table):
    print(f"\n  {what:<22}" + "".join(f"{column:>10}" for column in COLUMNS))
    for each, counts in sorted(table.items()):
        row = "".join(f"{counts[column]:>10}" for column in COLUMNS)
        print(f"  {each:<22}{row}")


def totals(table):
    """Return how many events were glossed, how many of them right, how many due."""
    count = collections.Counter()
    for counts in table.values():
        count.update(counts)
    right = count["resolved"] + count["ambiguous"]
    return right + count["wrong"], right, right + count["wrong"] + count["missed"]


def test_at_least_half_are_look_alikes():
    cases = [case for name in FILES for case in read(name)]
    silent = [case for case in cases if case["expect"] == "silent"]
    assert len(cases) >= 400
    assert len(silent) * 2 >= len(cases)
    assert len({case["id"] for case in cases}) == len(cases)


def test_no_look_alike_is_glossed_with_every_switch_on():
    every_switch = enricher('{"text": true}')
    for name in ("libraries.jsonl", "lookalikes.jsonl"):
        for case in read(name):
            assert every_switch.enrich(case["event"]) == {}, case["id"]

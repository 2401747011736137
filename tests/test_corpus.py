"""What is said of each event of the corpus, and precision and recall over all of them.

A case is a test, by its id; `pytest tests/test_corpus.py` names those that are wrong or
missed, one a line. `python .ci/tables.py` prints the table of the documentation.
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


CASES = [case for name in FILES for case in read(name)]
# Nothing is said of these yet, though something is due.
MISSED = frozenset(
    "s011 j269 j280 j281 j288 j338 j343 j347 w283 w285 a007 a031 a055 a056 a102"
    " a151 b021 b024 b032 b064 b097 b116 b136 b137 c003 c008 c009 c031 d024 d108"
    " d149 d150 e005 e030 e035 e044 f014 f024 f029 f049 f052 f071 f074 f075 g007"
    " g009 g014 g034 g037 g038 g044 g048 g066 g070 q018 q041 q051 q105 q111 q113"
    " q123 q155 r022 r034 r035 r038 r062 r085 u019 u022 u030 u031 u033 u056 u072"
    " u077 u078 u085 p003 p028 p048 p059 p065 p067 z042 z044 z055 z065 z147".split()
)


def shown(case: dict[str, Any]) -> str:
    """Return a case in one line."""
    how, verdict = judge(case)
    event = json.dumps(case["event"], ensure_ascii=False)
    return f"{case['id']}: {verdict} ({how}, not {case['expect']}): {event}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case):
    _, verdict = judge(case)
    if verdict == "wrong" or (verdict == "missed" and case["id"] not in MISSED):
        pytest.fail(shown(case), pytrace=False)


def test_precision_and_recall():
    # What was taken from public material as it stands does not always say enough.
    public = [judge(case) for case in CASES if case.get("evidence") == "(public)"]
    others = [judge(case) for case in CASES if case.get("evidence") != "(public)"]
    assert all(verdict != "wrong" for _, verdict in public + others)
    assert recall(others) >= 0.97
    assert recall(public) >= 0.9


def recall(judged):
    right = sum(verdict == "right" and how != "silent" for how, verdict in judged)
    missed = sum(verdict == "missed" for _, verdict in judged)
    return right / (right + missed)


def table():
    """Yield the rows that the documentation quotes: what is said, by product."""
    products = testing.active_catalog().products
    names = {scope: marks["names"]["en"] for scope, marks in products.items()}
    many = collections.Counter(names.values())
    vendors = testing.active_catalog().vendors
    for scope, name in names.items():
        if many[name] > 1:
            vendor = vendors[scope.partition(".")[0]]["names"]["en"]
            names[scope] = f"{name} ({vendor})"
    counted = collections.defaultdict(collections.Counter)
    for case in CASES:
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
def test_the_tables_of_the_pages():
    tables = runpy.run_path(str(TABLES))
    for page in tables["PAGES"]:
        text = page.read_text("utf-8")
        assert tables["filled"](text) == text


def label(case):
    silent = case["expect"] == "silent"
    return case.get("product") or ("nobody of ours" if silent else "product left open")


def test_at_least_half_are_look_alikes():
    silent = [case for case in CASES if case["expect"] == "silent"]
    assert len(CASES) >= 400
    assert len(silent) * 2 >= len(CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_no_look_alike_is_glossed_with_every_switch_on():
    every_switch = enricher('{"text": true}')
    for name in ("libraries.jsonl", "lookalikes.jsonl"):
        for case in read(name):
            assert every_switch.enrich(case["event"]) == {}, case["id"]

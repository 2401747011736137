"""Events out of public reports, and look-alikes whose numbers stand in the catalog.

The events are other people's; `basis` says what of each is verbatim. A real event is
right when vendor and product, or the candidates, hold the true one and there is a
meaning; a look-alike is right when nothing is said.
"""

from __future__ import annotations

import collections
import json
from pathlib import Path
from typing import Any

import codegloss
from codegloss import testing

CORPUS = Path(__file__).with_name("corpus")
# Chat's number in a report of TUICallKit: nothing of the report is wrong.
TRUE_AFTER_ALL = {"n087"}
OPTIONS: dict[str, dict[str, Any]] = {
    "default": {},
    "`text=True`": {"text": True},
    '`scope="netease"`': {"scope": "netease"},
    '`scope="tencent"`': {"scope": "tencent"},
}


def read(name: str) -> list[dict[str, Any]]:
    text = (CORPUS / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def judge(case: dict[str, Any], added: dict[str, Any]) -> str:
    """Return `right`, `silent`, `no meaning` or `wrong`."""
    if not added:
        return "silent"
    told = {**case["event"], **added}
    vendor = told.get("codegloss_vendor", told.get("vendor"))
    product = told.get("codegloss_product", added.get("product"))
    scopes = added.get("candidates") or [f"{vendor}.{product}"]
    # What the event says itself, in whatever spelling, is not written once more.
    unsaid = product is None and "product" in case["event"]
    if case["product"] not in scopes and not unsaid:
        return "wrong"
    return "right" if "meaning" in added else "no meaning"


def reports() -> tuple[collections.Counter[str], collections.Counter[str]]:
    """Count the verdicts on all reports, and on those whose code is in the catalog."""
    known = {(e.scope, str(e.code)) for e in testing.active_catalog().entries}
    enricher = codegloss.Enricher()
    every: collections.Counter[str] = collections.Counter()
    inside: collections.Counter[str] = collections.Counter()
    for case in read("reports.jsonl"):
        verdict = judge(case, enricher.enrich(case["event"]))
        every[verdict] += 1
        if (case["product"], str(case["code"])) in known:
            inside[verdict] += 1
    return every, inside


def glossed(options: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the look-alikes of which something is said, by id."""
    enricher = codegloss.Enricher(**options)
    said = (
        (case["id"], enricher.enrich(case["event"]))
        for case in read("report_lookalikes.jsonl")
    )
    return [(name, added) for name, added in said if added]


def table():
    """Yield the rows that the documentation quotes."""
    every, inside = reports()
    verdicts = ("right", "silent", "no meaning", "wrong")
    yield "| public reports | " + " | ".join(verdicts) + " |"
    yield "|--|--|--|--|--|"
    for name, counts in (("all", every), ("code in the catalog", inside)):
        yield f"| {name} |" + "".join(f" {counts[each]} |" for each in verdicts)
    yield ""
    count = len(read("report_lookalikes.jsonl"))
    yield f"| {count} look-alikes | glossed | with `retryable: true` |"
    yield "|--|--|--|"
    for name, options in OPTIONS.items():
        said = glossed(options)
        yes = sum(added.get("retryable") is True for _, added in said)
        yield f"| {name} | {len(said)} | {yes} |"


def test_reports():
    every, inside = reports()
    assert every["wrong"] == 0
    assert inside["right"] >= 0.85 * inside.total()


def test_look_alikes():
    for name, options in OPTIONS.items():
        said = glossed(options)
        assert not [each for each, added in said if added.get("retryable") is True]
        few = 0 if "scope" not in options else 5
        assert len({each for each, _ in said} - TRUE_AFTER_ALL) <= few, name

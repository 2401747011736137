"""Numbers that stand for several facts: what is said with how much evidence.

`shared_numbers.json` holds for each number that several products share, or that one
product uses more than once, what is said without evidence, with the vendor's name and
with each product's. It was read through by hand; it is compared, never regenerated.
"""

from __future__ import annotations

import collections
import json
from pathlib import Path

import pytest

import codegloss
from codegloss import testing

EXPECTED = json.loads(
    Path(__file__).with_name("shared_numbers.json").read_text(encoding="utf-8")
)
NAMES = {
    "netease.neroom": "NERoom",
    "netease.nim": "NIM",
    "netease.webrtc": "NERTC",
    "tencent.live": "TUILiveKit",
    "tencent.roomengine": "TUIRoomEngine",
    "netease": "NetEase",
    "tencent": "Tencent",
}


def said(event):
    """Return in one line what is said of an event."""
    added = codegloss.enrich(event)
    if not added:
        return "silent"
    scope = ".".join(filter(None, (added.get("vendor"), added.get("product"))))
    if "candidates" in added:
        scope = f"{scope or '?'} of {', '.join(added['candidates'])}"
    meaning = added.get("meaning", "?")
    return f"{scope}: {meaning} (retryable {added.get('retryable')})"


def situations(code):
    catalog = testing.active_catalog()
    scopes = dict.fromkeys(e.scope for e in catalog.index[code])
    vendors = dict.fromkeys(scope.partition(".")[0] for scope in scopes)
    yield "no evidence", {"event": "call failed", "code": code}
    for scope in (*vendors, *scopes):
        yield scope, {"event": "call failed", "code": code, "sdk": NAMES[scope]}


def shared():
    """Return the numbers in question, from the catalog alone."""
    catalog = testing.active_catalog()
    counts = collections.Counter()
    products = collections.defaultdict(set)
    for entry in catalog.entries:
        rows = sum("row" in source for source in entry.source)
        counts[entry.scope, entry.code] += rows
        products[entry.code].add(entry.scope)
    several = {code for code, scopes in products.items() if len(scopes) > 1}
    repeated = {code for (_, code), rows in counts.items() if rows > 1}
    return several, repeated


def test_all_of_them_are_here():
    several, repeated = shared()
    assert len(several) == 76
    assert {str(code) for code in several | repeated} == set(EXPECTED)


@pytest.mark.parametrize("number", EXPECTED)
def test_what_is_said(number):
    code = int(number)
    found = {name: said(event) for name, event in situations(code)}
    assert found == EXPECTED[number]


@pytest.mark.parametrize("number", EXPECTED)
def test_no_evidence_no_gloss_for_numbers_that_others_use(number):
    code = int(number)
    if -1_000 < code < 10_000:
        assert EXPECTED[number]["no evidence"] == "silent"

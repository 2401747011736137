"""Numbers that stand for several facts: what is said with how much evidence.

`shared_numbers.json` holds for each number that several of the five documents share, or
that one of them uses more than once, what is said without evidence, with the vendor's
name and with each product's. It was read through by hand; it is compared, never
regenerated. What must hold of every number that any products share is checked on all.
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
    "netease.webrtc": "nim_web_webrtc",
    "netease.nertc": "NERtcEngine",
    "netease.meeting": "netease.meeting",
    "netease.callkit": "NECallKit",
    "netease.live": "NELiveStreaming",
    "netease.sms": "netease.sms",
    "tencent.chat": "TIMSDK",
    "tencent.trtc": "TRTC",
    "tencent.call": "TUICallKit",
    "tencent.player": "V2TXLive",
    "tencent.cloudapi": "tencent.cloudapi",
    "tencent.mlvb": "MLVBLiveRoom",
    "tencent.sms": "tencent.sms",
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
        if rows:
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


def numbers_of_several():
    index = testing.active_catalog().index
    return [code for code, own in index.items() if len({e.scope for e in own}) > 1]


@pytest.mark.parametrize("code", numbers_of_several())
def test_no_number_of_several_products_is_ever_picked(code):
    """Without evidence nothing, with the vendor's name no pick, with a product its."""
    catalog = testing.active_catalog()
    entries = catalog.index[code]
    scopes = {entry.scope for entry in entries}
    for name, event in situations(code):
        added = codegloss.enrich(event)
        if name == "no evidence":
            assert added == {}
            continue
        said = (
            added.get("candidates") or [f"{added.get('vendor')}.{added['product']}"]
            if added
            else []
        )
        assert all(each.startswith(name) for each in said)
        own = [each for each in scopes if each.startswith(f"{name}.")]
        plain = [e for e in entries if e.scope in own and not e.needs_product]
        if name in scopes:
            assert said in ([], [name])
        elif len({entry.scope for entry in plain}) > 1:
            assert len(said) != 1


@pytest.mark.parametrize("number", EXPECTED)
def test_no_evidence_no_gloss_for_numbers_that_others_use(number):
    code = int(number)
    if -1_000 < code < 10_000:
        assert EXPECTED[number]["no evidence"] == "silent"

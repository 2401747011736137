"""What must hold for every event: evidence, purity and running twice."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import codegloss
from codegloss import testing
from codegloss._events.fields import spellings

pytestmark = pytest.mark.property

CATALOG = testing.active_catalog()
ENRICHER = codegloss.Enricher()
ENTRIES = st.sampled_from([e for e in CATALOG.entries if e.category != "OK"])
# A marker per product, and one per vendor, of different kinds of evidence.
MARKERS = {
    "netease": [{"vendor": "NetEase"}, {"logger": "yunxin.sdk"}],
    "tencent": [{"sdk": "Tencent"}, {"url": "https://console.tim.qq.com/v4/x"}],
    "netease.neroom": [{"sdk": "NERoom"}, {"host": "roomkit.netease.im"}],
    "netease.nim": [{"logger": "nim.client"}, {"url": "https://api.netease.im/"}],
    "netease.webrtc": [{"component": "nim_web_webrtc"}],
    "netease.nertc": [{"component": "NERtcEngine"}],
    "netease.meeting": [{"sdk": "netease.meeting"}],
    "netease.callkit": [{"sdk": "NECallKit"}],
    "netease.live": [{"sdk": "NELiveStreaming"}],
    "netease.sms": [{"url": "https://api.netease.im/sms/sendcode.action"}],
    "tencent.chat": [
        {"sdk": "TIMSDK"},
        {"url": "https://console.tim.qq.com/v4/openim/sendmsg"},
    ],
    "tencent.trtc": [{"sdk": "TRTC"}, {"logger": "TRTCCloud"}],
    "tencent.call": [{"sdk": "TUICallKit"}],
    "tencent.player": [{"sdk": "V2TXLivePlayer"}],
    "tencent.cloudapi": [{"endpoint": "https://live.tencentcloudapi.com/"}],
    "tencent.live": [
        {"sdk": "TUILiveKit"},
        {"endpoint": "https://console.tim.qq.com/v4/live_engine_http_srv/x"},
    ],
    "tencent.roomengine": [{"sdk": "tuiroom-engine-js"}],
    "tencent.mlvb": [{"sdk": "MLVBSDK"}, {"host": "liveroom.qcloud.com"}],
    "tencent.sms": [{"logger": "tencent.sms"}],
}
UNRELATED = st.dictionaries(
    st.sampled_from(
        ["request_id", "user_id", "room", "duration_ms", "attempt", "region", "node"]
    ),
    st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none()),
)
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.binary(max_size=4),
        st.sampled_from([416, 100018, "100004", "Error_Timeout", 404, -1001]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["code", "error", "serverCode", "message", "type", "url"])
            | st.text(max_size=6),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
EVENTS = st.dictionaries(
    st.sampled_from(
        ["event", "code", "errCode", "error", "result", "exception", "vendor", "sdk"]
        + ["logger", "level", "message", "status", "url", "meaning", "retryable"]
        + ["candidates", "glosses", "product"]
    )
    | st.text(max_size=6),
    PLAIN,
    max_size=8,
)


def base(entry, marker):
    return {"event": "call failed", "code": entry.code, **marker}


@given(EVENTS)
@settings(max_examples=400, deadline=None)
def test_any_event_is_left_unchanged_and_twice_changes_nothing(event):
    before = copy.deepcopy(event)
    added = ENRICHER.enrich(event)
    assert repr(event) == repr(before)
    assert not added.keys() & event.keys()
    assert ENRICHER.enrich({**event, **added}) == {}


@given(ENTRIES, st.data(), UNRELATED)
@settings(deadline=None)
def test_unrelated_keys_and_their_order_change_nothing(entry, data, unrelated):
    marker = data.draw(st.sampled_from(MARKERS[entry.scope]))
    event = base(entry, marker)
    expected = ENRICHER.enrich(event)
    keys = data.draw(st.permutations([*event, *unrelated]))
    mixed = {key: {**unrelated, **event}[key] for key in keys}
    assert ENRICHER.enrich(mixed) == expected


@given(ENTRIES, st.sampled_from(["error code", "err code", "result code"]), st.data())
@settings(deadline=None)
def test_spelling_changes_nothing(entry, words, data):
    names = sorted(set(spellings(words)))
    marker = data.draw(st.sampled_from(MARKERS[entry.scope]))
    first, second = (
        ENRICHER.enrich({"event": "call failed", name: entry.code, **marker})
        for name in (data.draw(st.sampled_from(names)), names[0])
    )
    assert first == second


@given(ENTRIES, st.data())
@settings(deadline=None)
def test_more_evidence_never_makes_an_answer_another_vendors(entry, data):
    marker = data.draw(st.sampled_from(MARKERS[entry.scope]))
    event = base(entry, marker)
    alone = ENRICHER.enrich(event)
    more = data.draw(st.sampled_from([*MARKERS[entry.scope], *MARKERS[entry.vendor]]))
    with testing.captured() as glosses:
        both = ENRICHER.enrich({**more, **event})
    if alone and "candidates" not in alone:
        assert glosses[0].vendor == entry.vendor
        assert both.get("meaning") == alone.get("meaning")


@given(ENTRIES, st.data())
@settings(deadline=None)
def test_contradictory_evidence_is_never_a_pick(entry, data):
    other = "tencent" if entry.vendor == "netease" else "netease"
    against = {"provider": other}
    marker = data.draw(st.sampled_from(MARKERS[entry.scope]))
    event = {**base(entry, marker), **against}
    if ENRICHER.enrich(event):
        statuses = [each.status for each in ENRICHER.explain(event).reasons]
        assert statuses == ["ambiguous"]


@given(ENTRIES)
@settings(deadline=None)
def test_only_agreed_fields_are_said(entry):
    answer = codegloss.resolve(entry.code)
    for field in ("category", "retryable"):
        general = {each.scope for each in answer.candidates if each.general}
        values = {
            getattr(each, field)
            for each in answer.candidates
            if each.general or each.scope not in general
        }
        if answer.status == "ambiguous" and len(values) > 1:
            assert getattr(answer, field) is None

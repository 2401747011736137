"""What says whose a code is."""

from __future__ import annotations

import pytest

import codegloss
from samples import product


class TestEvidence:
    @pytest.mark.parametrize(
        ("event", "answer"),
        [
            ({"url": "https://roomkit.netease.im/v2/room"}, "neroom"),
            ({"server.address": "roomkit.netease.im"}, "neroom"),
            ({"endpoint": "https://api-sg.yunxinapi.com/nimserver"}, "nim"),
            ({"sdk": "NERoom"}, "neroom"),
            ({"vendor": "NetEase", "component": "NIM"}, "nim"),
            ({"logger": "nim.client"}, "nim"),
            ({"exc_type": "sdk.V2NIMError"}, "nim"),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
    )
    def test_kinds(self, event, answer):
        assert product({"code": 404, **event}) == answer

    def test_a_name_in_a_text(self):
        assert product({"code": 191005, "event": "V2NIMError: call failed"}) == "nim"
        assert product({"code": 404, "event": "V2NIMError: call failed"}) is None

    @pytest.mark.parametrize(
        ("level", "answer"),
        [(20, None), (25, None), (30, "live"), ("info", None), ("warn", "live")],
    )
    def test_levels(self, level, answer):
        assert product({"event": "room", "level": level, "code": 100018}) == answer

    @pytest.mark.parametrize(("number", "answer"), [(9, None), (13, "live")])
    def test_severities_of_opentelemetry(self, number, answer):
        event = {"event": "room", "severity_number": number, "code": 100018}
        assert product(event) == answer

    def test_symbol_in_a_message(self):
        event = {"code": 191004, "message": "V2NIM_ERROR_CODE_INVALID_PARAMETER"}
        assert product(event) == "nim"

    def test_own_message(self):
        assert product({"code": 1004, "msg": "Room Not Found"}) == "neroom"

    def test_chinese_message(self):
        added = codegloss.enrich({"code": 416, "desc": "频率控制"})
        assert added["candidates"] == ["netease.nim", "netease.webrtc"]

    def test_message_that_only_spells_the_http_status(self):
        assert codegloss.enrich({"code": 404, "msg": "Not Found"}) == {}

    def test_message_that_says_something_else(self):
        event = {"event": "login failed", "code": 100206, "vendor": "Tencent"}
        assert codegloss.enrich({**event, "message": "Password was incorrect."}) == {}
        event["vendor"] = "tencent"
        assert codegloss.enrich(event)["candidates"] == [
            "tencent.live",
            "tencent.roomengine",
        ]

    def test_envelope(self):
        body = {"ActionStatus": "FAIL", "ErrorCode": 60008, "ErrorInfo": "timeout"}
        added = codegloss.enrich(body)
        assert added["meaning"] == "The request timed out or its HTTP format is wrong"
        assert added["candidates"] == [
            "tencent.chat",
            "tencent.live",
            "tencent.roomengine",
            "tencent.sms",
        ]

    def test_contradiction_is_never_a_pick(self):
        event = {
            "code": 100018,
            "vendor": "netease",
            "url": "https://console.tim.qq.com",
        }
        added = codegloss.enrich(event)
        assert added["codegloss_vendor"] == "tencent"
        assert codegloss.Enricher().explain(event).reasons[0].status == "ambiguous"

    def test_vendor_alone_is_honest(self):
        assert codegloss.enrich({"vendor": "NetEase", "code": 403}) == {
            "retryable": False,
            "candidates": [
                "netease.neroom",
                "netease.nertc",
                "netease.nim",
                "netease.sms",
                "netease.webrtc",
            ],
        }

    def test_contradicting_symbol(self):
        event = {"code": 404, "name": "VideoRecordInvalid", "sdk": "NERoom"}
        assert codegloss.enrich(event)["candidates"] == [
            "netease.neroom",
            "netease.webrtc",
        ]

    def test_shared_rest_codes(self):
        url = "https://console.tim.qq.com/v4/openim/sendmsg"
        assert product({"url": url, "ErrorCode": 60008}) == "chat"
        assert codegloss.enrich({"url": url, "ErrorCode": 100018}) == {}
        url = url.replace("openim", "room_engine_http_mic")
        assert product({"url": url, "ErrorCode": 60008}) == "roomengine"

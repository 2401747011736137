"""What one code means: `codegloss.resolve`."""

from __future__ import annotations

import enum
import math

import pytest

import codegloss


class TestResolved:
    def test_by_product(self):
        answer = codegloss.resolve(416, scope="netease.nim")
        assert answer.status == "resolved"
        assert (answer.vendor, answer.product) == ("netease", "nim")
        assert answer.category == "RESOURCE_EXHAUSTED"
        assert answer.retryable is True
        assert answer.entry.retry["kind"] == "throttling"
        assert answer.matched_by == ("scope",)

    def test_by_vendor_where_one_product_has_it(self):
        assert codegloss.resolve(108404, scope="netease").product == "nim"

    def test_by_several_scopes(self):
        answer = codegloss.resolve(1004, scope=["tencent.live", "netease.neroom"])
        assert answer.meaning == "The room does not exist"

    def test_digits_in_a_string_are_a_number(self):
        assert codegloss.resolve("100018").code == 100018

    def test_string_code(self):
        answer = codegloss.resolve("Error_Timeout", scope="netease.webrtc")
        assert answer.category == "DEADLINE_EXCEEDED"

    def test_message_tells_six_meanings_apart(self):
        plain = codegloss.resolve(403, scope="netease.nim")
        assert plain.meaning == "The server refused access to this call"
        assert plain.product == "nim"
        assert len(plain.candidates) == 7
        told = codegloss.resolve(403, scope="netease.nim", message="invalid AppKey")
        assert told.meaning == "The AppKey is wrong"
        assert told.matched_by == ("scope", "message")

    def test_symbol_tells_meanings_apart(self):
        told = codegloss.resolve(
            404, scope="netease.webrtc", symbol="VideoRecordInvalid"
        )
        assert told.meaning == "There is no call or media to record"

    def test_table_tells_meanings_apart(self):
        in_table = codegloss.resolve(404, scope="netease.webrtc", table="serverCode")
        assert in_table.entry.table == "serverCode"
        assert in_table.status == "resolved"

    def test_chinese(self):
        enricher = codegloss.Enricher(language="zh")
        assert enricher.resolve(416, scope="netease.nim").meaning == (
            "请求速度超过了频率上限"
        )

    def test_placeholder_in_a_message(self):
        told = codegloss.resolve(
            114408, scope="netease.nim", message="Member: bob was already deleted"
        )
        assert told.matched_by == ("scope", "message")

    def test_a_member_of_an_enumeration(self):
        class Codes(enum.IntEnum):
            BUSY = 416

        class Texts(str, enum.Enum):
            TIMEOUT = "Error_Timeout"

        assert codegloss.resolve(Codes.BUSY, scope="netease.nim").status == "resolved"
        assert codegloss.resolve(Texts.TIMEOUT, scope="netease").product == "webrtc"
        assert codegloss.is_retryable(Codes.BUSY, scope="netease.nim") is True


class TestAmbiguous:
    def test_honest_list(self):
        answer = codegloss.resolve(404)
        assert answer.status == "ambiguous"
        assert answer.entry is None
        assert [(e.scope, e.table) for e in answer.candidates] == [
            ("netease.meeting", None),
            ("netease.neroom", None),
            ("netease.nertc", None),
            ("netease.nim", None),
            ("netease.sms", None),
            ("netease.webrtc", None),
            ("netease.webrtc", None),
            ("netease.webrtc", "serverCode"),
        ]

    def test_agreed_fields(self):
        answer = codegloss.resolve(100004, scope="tencent")
        assert answer.status == "ambiguous"
        assert answer.vendor == "tencent"
        assert answer.product is None
        assert answer.meaning == "The room does not exist"
        assert answer.category == "NOT_FOUND"
        assert answer.retryable is False

    def test_disagreement_of_page_and_sdk_is_not_smoothed_over(self):
        answer = codegloss.resolve(100003, scope="tencent.roomengine")
        assert answer.status == "ambiguous"
        assert answer.product == "roomengine"
        assert answer.meaning is None
        assert {e.category for e in answer.candidates} == {
            "NOT_FOUND",
            "ALREADY_EXISTS",
        }

    def test_unknown_retryable_never_becomes_an_answer(self):
        # 0 is a success in three products and an unknown error in the fourth.
        answer = codegloss.resolve(0)
        assert answer.status == "ambiguous"
        assert answer.retryable is None


class TestSdkNumbers:
    """Where the page and the vendor's SDK disagree, both numbers resolve."""

    def test_the_number_of_the_sdk(self):
        assert codegloss.resolve(61005).entry.code == 61004
        assert "GateWayServerError" in codegloss.resolve(61006).entry.symbols
        assert codegloss.resolve(104302).meaning == (
            "The friend application does not exist"
        )

    def test_a_misprinted_number_yields_but_stays_reachable(self):
        answer = codegloss.resolve(61004, scope="netease.webrtc")
        assert answer.status == "resolved"
        assert "GateWayAddressNotAvailable" in answer.entry.symbols
        assert len(answer.candidates) == 3

    def test_a_misprinted_number_with_its_name(self):
        answer = codegloss.resolve(61004, symbol="GateWayLoginAlready")
        assert "GateWayLoginAlready" in answer.entry.symbols


class TestNotOurs:
    @pytest.mark.parametrize(
        "code",
        [None, True, 404.0, math.nan, b"404", [404], {}, object(), "", "x" * 99, 7e99]
        + [10**400, -(10**400), "0404", "4 04", "404"],
        ids=range(16),
    )
    def test_unknown(self, code):
        answer = codegloss.resolve(code, scope="tencent")
        assert answer.status == "unknown"
        assert answer[2:] == codegloss.Resolution("unknown", None)[2:]

    def test_unknown_keeps_the_raw_code(self):
        assert codegloss.resolve("teapot").code == "teapot"

    def test_another_vendors_code(self):
        assert codegloss.resolve(100018, scope="netease").status == "unknown"

    def test_success(self):
        answer = codegloss.resolve(200, scope="netease.nim")
        assert answer.status == "success"
        assert answer.category == "OK"

    def test_unknown_scope_names_near_ones(self):
        with pytest.raises(ValueError, match="did you mean: netease.nim"):
            codegloss.resolve(416, scope="netease.nin")

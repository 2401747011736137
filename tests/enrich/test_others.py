"""Names, hosts and requests of others beside a code."""

from __future__ import annotations

import json
import re
import urllib.error

import pytest

import codegloss
from samples import V2NIMError, product


class TestNamesOfOthers:
    """A name of somebody else silences what may be a number of theirs, and no more."""

    @pytest.mark.parametrize(
        "beside",
        [
            {"logger": "uvicorn.error"},
            {"logger": "django.request"},
            {"logger": "aiokafka.consumer"},
            {"service": "redis-gateway"},
            {"event": "kafka consumer: handler failed"},
        ],
        ids=str,
    )
    def test_who_only_reports(self, beside):
        raised = {"level": "error", "exc_info": V2NIMError(191005), **beside}
        assert product(raised) == "nim"
        number = {"level": "error", "code": 107404, **beside}
        assert product(number, scope="netease.nim") == "nim"

    @pytest.mark.parametrize(
        ("beside", "code"),
        [
            ({"logger": "uvicorn.error"}, 404),
            ({"logger": "httpx"}, 404),
            ({"logger": "websockets.client"}, 1004),
            ({"sdk": "Binance"}, 100018),
            ({"error": {"domain": "NSURLErrorDomain", "code": -1003}}, None),
            ({"event": "GET https://files.example.com/v.mp4 failed"}, 416),
            ({"event": "upstream returned HTTP 503"}, 503),
            ({"event": "GET /rooms/9 HTTP/1.1"}, 404),
            ({"logger": "uvicorn.error", "event": "connection closed"}, 1006),
            ({"reason": "Range Not Satisfiable"}, 416),
        ],
        ids=str,
    )
    def test_whose_number_it_may_be(self, beside, code):
        event = {"level": "error", "code": code, **beside}
        for scope in (None, "netease"):
            assert codegloss.Enricher(scope=scope).enrich(event) == {}

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("POST /im/sendMsg failed", 416),
            ("sending over HTTP 2 failed", 416),
            ("HTTP/1.1 200 OK, but failed", 414),
            ("failed, see https://cloud.example.com/document/1", 107404),
            ("code=414, message=parameter error", 414),
        ],
    )
    def test_faint_signs_yield_to_any_evidence(self, text, code):
        """With a scope configured, recall is complete."""
        event = {"event": text, "level": "error", "code": code}
        assert product(event) is None
        assert product(event, scope="netease.nim") == "nim"
        error = V2NIMError(code)
        error.args = (text,)
        assert product({"exc_info": error}, scope="netease.nim") == "nim"

    def test_a_path_beside_the_host_of_another(self):
        event = {"code": 102302, "path": "/nimserver/msg", "level": "error"}
        assert product({**event, "url": "http://proxy.example.com/x"}) is None
        assert product({**event, "host": "http://proxy.example.com/x"}) is None

    def test_an_error_of_the_sdk_that_was_raised_from_one_of_http(self):
        error = V2NIMError(416)
        error.__cause__ = urllib.error.HTTPError("", 429, "", None, None)
        error.__cause__.code = 429
        assert product({"exc_info": error}) == "nim"

    def test_an_error_of_the_sdk_that_derives_from_a_librarys(self):
        class V2NIMApiError(urllib.error.URLError):
            code = 107404

        assert product({"exc_info": V2NIMApiError("x")}) == "nim"
        assert (
            product({"exc_info": urllib.error.HTTPError("", 1019, "", None, None)})
            is None
        )

    @pytest.mark.parametrize("field", ["response", "body", "data", "error", "detail"])
    @pytest.mark.parametrize("dump", [dict, json.dumps], ids=["mapping", "JSON"])
    def test_the_body_that_an_exception_holds(self, field, dump):
        error = ConnectionError("sending failed")
        body = {"code": 110404, "desc": "conversation not exist"}
        setattr(error, field, dump(body))
        enricher = codegloss.Enricher(scope="netease.nim")
        for _ in range(2):
            assert enricher.enrich({"exc_info": error})["product"] == "nim"
        setattr(error, field, dump({**body, "code": 200}))
        assert enricher.enrich({"exc_info": error}) == {}

    @pytest.mark.parametrize(
        "event",
        [
            {"service": "nim-gateway", "request": "GET /healthz", "code": 503},
            {"service": "neroom-api", "method": "GET", "path": "/rooms/1", "code": 404},
            {
                "method": "POST",
                "url": "https://api.netease.im/nimserver/x",
                "code": 503,
            },
            {"logger": "uvicorn.access", "url": "/webhooks/netease/nim", "code": 500},
            {
                "error": "404 Client Error: Not Found for url: https://roomkit.netease.im/"
            },
            {
                "error": "Server error '503 Service Unavailable' for https://yunxinapi.com"
            },
            {
                "error": "403, message='Forbidden', url='https://api.netease.im/nimserver'"
            },
        ],
        ids=str,
    )
    def test_http_at_home_and_at_the_vendor(self, event):
        code = event.get("code") or int(re.search(r"[45]\d\d", event["error"])[0])
        assert codegloss.enrich({"level": "error", **event, "code": code}) == {}

    @pytest.mark.parametrize("name", ["args", "exceptions", "__notes__"])
    def test_an_exception_that_fails_hides_nothing(self, name):
        def fail(_):
            raise ZeroDivisionError

        hostile = type("Hostile", (Exception,), {name: property(fail), "code": 1})()
        event = {"sdk": "NIM", "code": 102302, "error": hostile}
        assert product(event) == "nim"

    def test_a_group_is_not_asked_for_its_members(self):
        group = pytest.importorskip("builtins").__dict__.get("ExceptionGroup")
        if group is None:
            pytest.skip("came with Python 3.11")
        asked = []

        class Asked(group):
            exceptions = property(asked.append)

        event = {"exc_info": Asked("x", [V2NIMError(416)])}
        assert product(event) == "nim"
        assert not asked

    def test_an_exception_without_a_code_hides_no_cause(self):
        enricher = codegloss.Enricher()
        error = ValueError("no room (100018)")
        error.__cause__ = V2NIMError(416)
        assert enricher.enrich({"event": "x", "exc_info": error})["product"] == "nim"
        text = codegloss.Enricher(text=True)
        for number in (1, 100018):
            error = ValueError(f"TUILiveKit: code={number}")
            added = text.enrich({"event": "x", "exc_info": error})
        assert added["product"] == "live"

    def test_fields_that_only_others_have(self):
        event = {"MessageStatus": "failed", "ErrorCode": "63007", "level": "error"}
        assert product(event) == "webrtc"
        assert product({**event, "MessageSid": "SM1"}) is None

    def test_a_host_of_the_other_side(self):
        event = {"level": "error", "code": 107404, "server.address": "api.example.com"}
        assert product(event) is None
        # It may be our own server's, then.
        assert product(event, scope="netease") == "nim"
        assert product({**event, "server.address": "chat-1.internal"}) == "nim"

    def test_the_path_of_an_api_without_its_host(self):
        event = {"method": "POST", "status": 200, "ErrorCode": 100004}
        live = {"path": "/v4/live_engine_http_srv/destroy_room", **event}
        assert product(live) == "live"
        assert product({"path": "/api/neroom/rooms", **event}) is None

    def test_an_event_says_otherwise_than_the_configured_scope(self):
        event = {"sdk": "NIM", "code": 416}
        assert product(event, scope="tencent") == "nim"
        asked = codegloss.Enricher().explain(event, scope="tencent")
        assert asked.reasons[0].status == "ambiguous"

    def test_what_a_program_says_itself_contradicts_nothing(self):
        event = {"event": "kick failed", "level": "error", "code": 108404}
        for note in ("info", "detail", "description", "body"):
            assert product({**event, note: "worker three of five"}) == "nim"
        assert product({**event, "msg": "worker three of five"}) is None

    @pytest.mark.parametrize(
        ("message", "answer"),
        [
            ("room sold out", None),
            ("room not exist", "live"),
            ("chatroom does not exist", "live"),
        ],
    )
    def test_that_both_speak_of_a_room_is_no_agreement(self, message, answer):
        event = {"event": "join failed", "level": "error", "vendor": "tencent"}
        added = codegloss.enrich({**event, "code": 100004, "msg": message})
        assert bool(added) is (answer is not None)

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("sync finished without errors", None),
            ("failover complete", None),
            ("got 0 errors", None),
            ("got 20 errors", "live"),
        ],
    )
    def test_no_failure(self, text, answer):
        assert product({"event": text, "level": "info", "code": 100018}) == answer

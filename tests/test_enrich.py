"""What is added to an event: `codegloss.enrich`."""

from __future__ import annotations

import asyncio
import dataclasses
import http
import json
import pickle
import re
import sys
import threading
import types
import urllib.error
from collections import UserDict, namedtuple

import pytest

import codegloss

JOIN = {"event": "join failed", "code": 100018, "logger": "rtc.tencent"}
NEED_PASSWORD = {
    "vendor": "tencent",
    "product": "live",
    "meaning": "The room requires a password",
    "retryable": False,
}


class RoomError(Exception):
    def __init__(self, code, message="join failed"):
        super().__init__(message)
        self.code = code


def product(event, scope=None, **options):
    # What is tested here is not whether a number alone is enough.
    options.setdefault("guess", True)
    return codegloss.Enricher(**options).enrich(event, scope=scope).get("product")


class TestKeys:
    def test_default(self):
        assert codegloss.enrich(JOIN) == NEED_PASSWORD

    def test_ambiguous(self):
        assert codegloss.enrich({**JOIN, "code": 100004}) == {
            "vendor": "tencent",
            "meaning": "The room does not exist",
            "retryable": False,
            "candidates": ["tencent.live", "tencent.roomengine"],
        }

    def test_number_alone(self):
        event = {"event": "join failed", "code": 100018}
        assert codegloss.enrich(event) == {}
        guess = {**NEED_PASSWORD, "match": "number", "candidates": ["tencent.live"]}
        del guess["retryable"]
        assert codegloss.Enricher(guess=True).enrich(event) == guess

    def test_retryable_is_left_out_when_nobody_knows(self):
        added = codegloss.enrich({"code": 194006, "logger": "nim", "level": "error"})
        assert added["meaning"]
        assert "retryable" not in added

    def test_more_fields(self):
        fields = ("symbol", "category", "fault", "match", "retry_after", "remedy")
        fields += ("message", "catalog_version", "code")
        enricher = codegloss.Enricher(fields=fields)
        assert enricher.enrich({"code": 100012}, scope="tencent.live") == {
            "symbol": "LIVE_SERVER_ERROR_CREATING_ROOMS_EXCEEDS_THE_FREQUENCY_LIMIT",
            "category": "RESOURCE_EXHAUSTED",
            "fault": "caller",
            "match": "scope",
            "retry_after": 1,
            "remedy": enricher.resolve(100012, scope="tencent.live").remedy,
            "message": "频率超过限制",
            "catalog_version": codegloss.load_catalog().version,
            "codegloss_code": "100012",
        }

    def test_prefix(self):
        added = codegloss.Enricher(prefix="gloss_").enrich(JOIN)
        assert added == {f"gloss_{key}": value for key, value in NEED_PASSWORD.items()}

    def test_keys_of_the_event_are_never_overwritten(self):
        added = codegloss.enrich({**JOIN, "meaning": "mine", "vendor": "Mine"})
        assert added == {
            "codegloss_vendor": "tencent",
            "product": "live",
            "codegloss_meaning": NEED_PASSWORD["meaning"],
            "retryable": False,
        }

    @pytest.mark.parametrize(
        "event",
        [
            JOIN,
            {**JOIN, "code": 100004},
            {**JOIN, "vendor": "Tencent Cloud", "meaning": 1},
            {"event": "join failed", "code": 100018},
            {"event": "x failed", "errors": [{"code": 100205}, {"code": 100018}]},
        ],
        ids=["resolved", "ambiguous", "taken", "number", "several"],
    )
    def test_twice_changes_nothing(self, event):
        once = {**event, **codegloss.enrich(event)}
        assert codegloss.enrich(once) == {}

    def test_every_event_gets_its_own_lists(self):
        event = {**JOIN, "code": 100004}
        codegloss.enrich(event)["candidates"].clear()
        assert codegloss.enrich(event)["candidates"]

    def test_several_codes_speak_for_the_cause(self):
        added = codegloss.enrich(
            {"code": 20111, "name": "ChannelJoinError", "serverCode": 104}
        )
        assert added["meaning"] == (
            "The room has reached its limit of interacting members"
        )
        assert [(g["field"], g["code"]) for g in added["glosses"]] == [
            ("serverCode", 104),
            ("code", 20111),
        ]

    def test_the_same_code_twice_is_one_gloss(self):
        added = codegloss.enrich({**JOIN, "error": {"code": "100018"}})
        assert added == NEED_PASSWORD


class TestDetection:
    @pytest.mark.parametrize(
        "field",
        ["code", "Code", "CODE", "error_code", "errorCode", "ErrorCode", "errcode"]
        + ["error-code", "error.code", "ERROR_CODE", "errCode", "err_code", "ret"]
        + ["retcode", "result_code", "tuiLiveCode", "tencent.code", "bizCode"],
    )
    def test_spellings(self, field):
        assert product({field: 100018}, scope="tencent") == "live"

    @pytest.mark.parametrize(
        "field",
        ["status", "status_code", "http_status", "exit_code", "errno", "port", "zip"]
        + ["http.response.status_code", "rpc.grpc.status_code", "auth_code", "barcode"]
        + ["db.response.status_code", "currency_code", "close_code", "lang_code"],
    )
    def test_fields_that_are_never_looked_at(self, field):
        assert codegloss.Enricher(scope="tencent").enrich({field: 100018}) == {}

    @pytest.mark.parametrize(
        "container",
        ["error", "err", "exc", "exception", "response", "result", "body", "data"]
        + ["detail", "errors"],
    )
    def test_containers(self, container):
        assert product({container: {"code": "100018"}}, scope="tencent") == "live"
        assert product({container: [{"code": 100018}]}, scope="tencent") == "live"
        assert product({container: '{"code":100018}'}, scope="tencent") == "live"
        assert product({container: "{no json"}, scope="tencent") is None

    @pytest.mark.parametrize("container", ["carrier", "address", "order", "stats"])
    def test_containers_that_are_no_errors(self, container):
        assert product({container: {"code": 100018}}, scope="tencent") is None

    def test_nested(self):
        event = {"response": {"body": {"error": {"code": 100018}}}}
        assert product(event, scope="tencent") == "live"
        assert product({"data": event}, scope="tencent") is None  # too deep

    def test_exception(self):
        assert product({"exc_info": RoomError(100018)}) == "live"
        assert product({"error": RoomError(100018)}) == "live"
        error = RoomError(100018)
        assert product({"exc_info": (RoomError, error, None)}) == "live"

    def test_current_exception(self):
        try:
            raise RoomError(100018)
        except RoomError:
            assert product({"exc_info": True}) == "live"
        assert product({"exc_info": True}) is None

    def test_cause_explains(self):
        outer = RoomError(100019)
        outer.__cause__ = RoomError(100018)
        added = codegloss.enrich({"exc_info": outer}, scope="tencent")
        assert added["meaning"] == NEED_PASSWORD["meaning"]
        assert [gloss["code"] for gloss in added["glosses"]] == [100018, 100019]

    def test_context_and_its_suppression(self):
        error = ValueError("x")
        error.__context__ = RoomError(100018)
        assert product({"exc_info": error}) == "live"
        error.__suppress_context__ = True
        assert product({"exc_info": error}) is None

    @pytest.mark.skipif(sys.version_info < (3, 11), reason="no exception groups")
    def test_exception_group(self):
        group = ExceptionGroup("both", [ValueError(), RoomError(100018)])  # noqa: F821
        assert product({"exc_info": group}) == "live"

    def test_cycle_of_causes(self):
        first, second = RoomError(100018), RoomError(100019)
        first.__cause__, second.__cause__ = second, first
        assert product({"exc_info": first}) == "live"

    def test_error_objects(self):
        @dataclasses.dataclass
        class Result:
            code: int

        class Slotted:
            __slots__ = ("code", "unset")

        slotted = Slotted()
        slotted.code = 100018
        pair = namedtuple("Result", "code message")  # noqa: PYI024
        for thing in (
            Result(100018),
            slotted,
            pair(100018, "x"),
            types.SimpleNamespace(code=100018),
        ):
            assert product({"error": thing}, scope="tencent") == "live"

    def test_nothing_is_called(self):
        class Lazy(Exception):
            @property
            def code(self):
                raise AssertionError

        class Method(Exception):
            def code(self):
                raise AssertionError

        assert product({"exc_info": Lazy()}, scope="tencent") is None
        assert product({"exc_info": Method()}, scope="tencent") is None

    def test_class_constant(self):
        class NeedPassword(Exception):
            code = 100018

        assert product({"exc_info": NeedPassword()}) == "live"

    def test_other_mappings(self):
        assert product(UserDict(code=100018), scope="tencent") == "live"
        event = {"error": types.MappingProxyType({"code": 100018})}
        assert product(event, scope="tencent") == "live"


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


class V2NIMError(Exception):
    def __init__(self, code):
        super().__init__("call failed")
        self.code = code


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

    def test_what_is_read_of_one_event_is_bounded(self):
        """Depth and breadth alone would allow thousands of places."""
        names = ["error", "body", "data", "result", "response", "context", "ctx"]
        names += ["detail", "details", "output", "content", "payload", "res", "reply"]
        text = json.dumps({"code": 1, "message": "x" * 500})

        def chain(fill):
            outer = inner = None
            for _ in range(8):
                inner, outer = outer, V2NIMError(100018)
                vars(outer).update((name, fill()) for name in names)
                outer.__cause__ = inner
            return outer

        loop = {"code": 100018}
        loop.update(dict.fromkeys(names, loop))
        wide = {"error": chain(lambda: chain(lambda: text)), "code": 416, "sdk": "NIM"}
        enricher = codegloss.Enricher()
        for event in (loop, {"error": loop}, wide):
            assert len(enricher.explain(event).reasons) <= 64
        assert enricher.enrich(wide)["product"] == "nim"
        spoken = {"event": " ".join(f"code={number}" for number in range(100, 200))}
        assert len(codegloss.Enricher(text=True).explain(spoken).reasons) == 8

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


class TestLookAlikes:
    @pytest.mark.parametrize(
        "event",
        [
            {"event": "request_finished", "code": 404, "request": "GET /"},
            {"event": "x", "code": 404, "method": "GET", "path": "/v1"},
            {
                "event": "x",
                "code": 503,
                "status": 503,
                "url": "https://api.netease.im/",
            },
            {"event": "failed", "code": 404, "exc_type": "urllib.error.HTTPError"},
            {"event": "failed", "code": 502, "exc_type": "HttpCodeException"},
            {"event": "failed", "code": 20102, "sdk": "twilio"},
            {"event": "failed", "code": 100018, "url": "https://api.example.com/x"},
            {"event": "failed", "code": 100018, "http_status": 401},
            {"event": "done", "code": 100018},
            {"event": "failed", "code": 1004},
            {"event": "failed", "code": "timeout"},
            {"event": "failed", "exc_info": SystemExit(100018)},
            {
                "event": "x",
                "exc_info": urllib.error.HTTPError("u", 404, "x", None, None),
            },
        ],
        ids=str,
    )
    def test_silent(self, event):
        assert codegloss.enrich(event) == {}

    def test_silent_even_in_a_configured_scope(self):
        enricher = codegloss.Enricher(scope="netease")
        event = {"event": "request_finished", "code": 404, "request": "GET /"}
        assert enricher.enrich(event) == {}
        assert enricher.enrich({"event": "join failed", "code": 20102}) != {}
        assert enricher.enrich({"sdk": "twilio", "code": 20102}) == {}

    def test_success_codes(self):
        assert codegloss.enrich({"code": 200, "url": "https://api.netease.im/"}) == {}
        assert codegloss.enrich({"code": 0, "vendor": "tencent"}) == {}
        assert codegloss.enrich({"code": 0, "sdk": "NIM"})["product"] == "nim"


class TestScope:
    def test_block(self):
        event = {"code": 416}
        assert codegloss.enrich(event) == {}
        with codegloss.scope("netease.nim"):
            assert codegloss.enrich(event)["product"] == "nim"
            with codegloss.scope("netease.webrtc"):
                assert codegloss.enrich(event)["product"] == "webrtc"
            assert codegloss.resolve(416).product == "nim"
        assert codegloss.enrich(event) == {}

    def test_decorator(self):
        @codegloss.scope("netease.nim")
        def call(code):
            return codegloss.enrich({"code": code})

        @codegloss.scope("netease.nim")
        async def call_async(code):
            await asyncio.sleep(0)
            return codegloss.enrich({"code": code})

        assert call(416)["product"] == "nim"
        assert asyncio.run(call_async(416))["product"] == "nim"
        assert call.__name__ == "call"

    def test_a_generator_has_none(self):
        def numbers():
            yield 416

        async def later():
            yield 416

        for function in (numbers, later):
            with pytest.raises(TypeError, match="a generator cannot have a scope"):
                codegloss.scope("netease.nim")(function)

    def test_a_generator_that_is_closed_in_the_block_of_another(self):
        def numbers():
            with codegloss.scope("netease.nim"):
                yield 416

        iterator = numbers()
        next(iterator)
        with codegloss.scope("netease.webrtc"):
            iterator.close()
            assert codegloss.enrich({"code": 416})["product"] == "webrtc"
        assert codegloss.enrich({"code": 416}) == {}

    def test_tasks_do_not_see_each_other(self):
        async def call(scope):
            with codegloss.scope(scope):
                await asyncio.sleep(0)
                return codegloss.enrich({"code": 416})["product"]

        async def both():
            return await asyncio.gather(call("netease.nim"), call("netease.webrtc"))

        assert asyncio.run(both()) == ["nim", "webrtc"]

    def test_of_one_event(self):
        assert codegloss.enrich({"code": 416}, scope="netease.nim")["product"] == "nim"
        with codegloss.scope("netease.webrtc"):
            added = codegloss.enrich({"code": 416}, scope="netease.nim")
        assert added["product"] == "nim"

    def test_configured(self):
        assert product({"code": 416}, scope="netease.nim") == "nim"
        assert product({"code": 416}, scope=["netease.nim", "tencent"]) == "nim"

    @pytest.mark.parametrize("scope", ["nimm", "netease.im", "tencnet", ""])
    def test_unknown(self, scope):
        with pytest.raises(ValueError, match="did you mean"):
            codegloss.scope(scope)
        with pytest.raises(ValueError, match="did you mean"):
            codegloss.Enricher(scope=scope)

    def test_none_at_all(self):
        with pytest.raises(ValueError, match="a scope is needed"):
            codegloss.scope()


class TestConfiguration:
    def test_unknown_language(self):
        with pytest.raises(ValueError, match="known: en, zh"):
            codegloss.Enricher(language="fr")

    def test_unknown_field(self):
        with pytest.raises(ValueError, match="known: vendor, product"):
            codegloss.Enricher(fields=("vender",))

    def test_pickle(self):
        enricher = codegloss.Enricher(scope=["tencent"], language="zh", prefix="g_")
        copy = pickle.loads(pickle.dumps(enricher))
        assert copy.enrich(JOIN) == enricher.enrich(JOIN)


class Hostile:
    def __eq__(self, other):
        raise RuntimeError

    def __hash__(self):
        raise RuntimeError

    def __str__(self):
        raise RuntimeError

    __repr__ = __bool__ = __str__


class HostileText(str):
    __slots__ = ()

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = str.__hash__


def cyclic():
    event = {"code": 1}
    event["error"] = event
    return event


def deep():
    event = {"code": 100018}
    for _ in range(5_000):
        event = {"error": event}
    return event


BAD_EVENTS = {
    "text": "code=100018",
    "bytes": b"code=100018",
    "none": None,
    "number": 5,
    "list": ["code"],
    "empty": {},
    "bool": {"code": True},
    "nan": {"code": float("nan")},
    "float": {"code": 100018.0},
    "huge": {"code": 10**5_000},
    "huge text": {"code": "9" * 10_000},
    "code in bytes": {"code": b"100018"},
    "code in a list": {"code": [100018]},
    "code in a set": {"code": {100018}},
    "code is hostile": {"code": Hostile()},
    "code is a hostile text": {"code": HostileText("100018")},
    "url is hostile": {"code": 1, "url": Hostile()},
    "url is unhashable": {"code": 1, "url": {"a": []}},
    "error is hostile": {"error": Hostile()},
    "keys are no texts": {1: 2, None: 3, ("code",): 4, "code": 1},
    "cyclic": cyclic(),
    "deep": deep(),
    "deep json": {"error": "[" * 9_000},
    "wide": {f"k{i}": i for i in range(10_000)} | {"code": 1},
    "long text": {"code": 1, "message": "x" * 10**6},
    "many errors": {"errors": [{"code": 1}] * 10_000},
}


class Failure(Exception):
    def __init__(self, text="x", **fields):
        super().__init__(text)
        vars(self).update(fields)


def nested(value, times):
    for _ in range(times):
        value = [value, value]
    return value


def wrapped(error, times):
    """Wrap an exception as SDKs do: in a field, and as the cause."""
    for _ in range(times):
        try:
            raise Failure(cause=error) from error
        except Failure as outer:
            error = outer
    return error


class TestExplain:
    def test_evidence_for_a_code_that_nobody_has(self):
        said = str(codegloss.Enricher().explain({"sdk": "NIM", "code": 99998}))
        assert "netease.nim" in said
        assert "no catalog entry has this code" in said

    def test_a_product_that_is_left_out(self):
        enricher = codegloss.Enricher(never=["netease"])
        said = str(enricher.explain({"sdk": "NIM", "code": 107404}))
        assert "left out by `only` or `never`" in said

    def test_texts_about_the_request(self):
        event = {"sdk": "NIM", "request": {"error": {"message": "code=416"}}}
        for each in (event, {**event, "code": None}):
            assert codegloss.enrich(each) == {}
            assert codegloss.Enricher().explain(each).added == {}


class TestLimits:
    """What is read takes bounded time, whatever it is."""

    @pytest.mark.parametrize("times", [1, 7, 40])
    def test_exceptions_that_hold_their_causes(self, times):
        error = wrapped(Failure(code=100018, sdk="TUILiveKit"), times)
        added = codegloss.enrich({"exc_info": error})
        assert added.get("product") == (None if times > 7 else "live")

    def test_an_exception_that_holds_itself(self):
        error = Failure(code=100018, sdk="TUILiveKit")
        error.cause = error
        assert codegloss.enrich({"error": error})["product"] == "live"

    @pytest.mark.parametrize("endless", [False, True])
    def test_own_keys_that_hold_much(self, endless):
        value = nested(1, 40)
        if endless:
            value.append(value)
        event = {"code": 416, "sdk": "NIM", "candidates": value}
        assert codegloss.enrich(event)["product"] == "nim"

    def test_long_names(self):
        assert codegloss.enrich({"error": "a-" * 500 + "1"}) == {}
        assert codegloss.enrich({"error": f"{'a' * 500}code=416"}) == {}


class TestExceptionInfo:
    def test_the_passing_exception_is_the_users(self):
        # One more in front of it, and its root would not be read.
        error = Failure(code=100018, sdk="TUILiveKit")
        for _ in range(7):
            outer = Failure()
            outer.__cause__ = error
            error = outer
        try:
            raise error
        except Failure:
            for _ in range(2):
                added = codegloss.Enricher().enrich({"exc_info": True})
                assert added["product"] == "live"

    def test_exceptions_of_one_class_that_say_different_things(self):
        enricher = codegloss.Enricher(scope="tencent")
        codes = [100018, True, None, "100018", 100018]
        said = [
            enricher.enrich({"error": Failure(code=code)}).get("product")
            for code in codes
        ]
        assert said == ["live", None, None, "live", "live"]

    @pytest.mark.parametrize("flag", [1, True])
    def test_flags(self, flag):
        enricher = codegloss.Enricher()
        for number, product in ((100018, "live"), (107404, "nim"), (1, None)):
            try:
                raise Failure(
                    code=number, sdk="TUILiveKit" if product == "live" else "NIM"
                )
            except Failure:
                added = enricher.enrich({"event": "x", "exc_info": flag})
            assert added.get("product") == product

    @pytest.mark.parametrize("link", ["__cause__", "__context__"])
    def test_what_is_behind_one_is_told_from_another(self, link):
        class NIMError(Exception):
            pass

        enricher = codegloss.Enricher()
        for cls, said in ((NIMError, True), (KeyError, False), (NIMError, True)):
            error = Failure(code=416)
            setattr(error, link, cls("x"))
            assert bool(enricher.enrich({"exc_info": error})) == said

    def test_groups_as_the_backport_keeps_them(self):
        class BaseExceptionGroup(Exception):
            def __init__(self, *members):
                super().__init__("unhandled errors in a TaskGroup")
                self._exceptions = members

        enricher = codegloss.Enricher()
        for number, said in ((999999, False), (416, True), (999999, False)):
            error = BaseExceptionGroup(Failure(code=number, sdk="NIM"))
            assert bool(enricher.enrich({"exc_info": error})) == said

    def test_three_exceptions_are_no_exc_info(self):
        errors = [Failure(code=code) for code in (100018, 100019, 100020)]
        added = codegloss.enrich({"sdk": "TUILiveKit", "errors": errors})
        assert len(added["glosses"]) == 3


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("event", "other"),
    [
        ({"code": 416, "sdk": "NIM"}, {"code": 416, "sdk": Name("NIM")}),
        ({"code": 100018, "level": 30}, {"code": 100018, "level": 30.0}),
        (
            {"code": 100018, "level": "error", "status": 404},
            {"code": 100018, "level": "error", "status": http.HTTPStatus.NOT_FOUND},
        ),
        (
            {"code": 416, "sdk": "NIM", "retryable": True},
            {"code": 416, "sdk": "NIM", "retryable": 1.0},
        ),
    ],
    ids=["text", "level", "status", "own key"],
)
def test_what_is_equal_is_read_the_same(event, other):
    said = codegloss.Enricher().enrich(event)
    assert codegloss.Enricher().enrich(other) == said
    warm = codegloss.Enricher()
    assert [warm.enrich(each) for each in (event, other, event)] == [said] * 3


def test_a_hostile_object_hides_nothing():
    class Hostile:
        def __getattribute__(self, name):
            raise RuntimeError

    event = {"code": 416, "sdk": "NIM", "data": Hostile()}
    assert codegloss.enrich(event)["product"] == "nim"


class TestBadInput:
    @pytest.mark.parametrize("event", BAD_EVENTS.values(), ids=BAD_EVENTS)
    def test_nothing_is_said_or_changed(self, event, production):
        enricher = codegloss.Enricher()
        before = (id(event), list(event) if isinstance(event, dict) else None)
        assert enricher.enrich(event) == {}
        assert (id(event), list(event) if isinstance(event, dict) else None) == before
        counted = enricher.stats()
        assert counted["errors"] == 0

    def test_errors_are_counted_and_not_kept(self, production, monkeypatch):
        enricher = codegloss.Enricher()
        monkeypatch.setattr(enricher, "engine", None)
        assert enricher.enrich(JOIN) == {}
        counted = enricher.stats()
        assert counted["errors"] == 1
        assert counted["last_error"] == "builtins.AttributeError"
        assert codegloss.stats()["errors"] >= 1

    def test_errors_reach_our_own_tests(self, monkeypatch):
        enricher = codegloss.Enricher()
        monkeypatch.setattr(enricher, "engine", None)
        with pytest.raises(AttributeError):
            enricher.enrich(JOIN)

    def test_unreadable_is_counted(self):
        enricher = codegloss.Enricher()
        enricher.enrich(5)
        enricher.enrich(None)
        assert enricher.stats()["unreadable"] == 2

    def test_outcomes_are_counted(self):
        enricher = codegloss.Enricher()
        enricher.enrich(JOIN)
        enricher.enrich({**JOIN, "code": 100004})
        enricher.enrich({"code": 1})
        enricher.enrich({"event": "no code at all"})
        counted = enricher.stats()
        assert counted["resolved"] == counted["ambiguous"] == counted["silent"] == 1


class TestBounds:
    def test_many_long_texts_are_not_all_weighed(self):
        spoken = " ".join(f"code={number}" for number in range(100, 180))
        errors = [{"message": f"{number} {spoken}"} for number in range(8)]
        reasons = codegloss.Enricher().explain({"errors": errors}).reasons
        assert len(reasons) == 32
        errors = [{"message": f"{number} {'x' * 990}"} for number in range(8)]
        errors.append({"message": "code=416"})
        assert not codegloss.Enricher().explain({"errors": errors}).reasons

    def test_no_object_of_the_user_is_kept(self):
        enricher = codegloss.Enricher()

        class Url:
            alive = 0

            def __init__(self):
                Url.alive += 1

            def __del__(self):
                Url.alive -= 1

        for _ in range(10):
            enricher.enrich({"code": 100018, "url": Url(), "error": RoomError(1)})
        assert Url.alive == 0

    def test_types_are_not_mixed_up(self):
        def enrich(code):
            return codegloss.enrich({"code": code}, scope="netease.nim")

        assert enrich(416)
        assert enrich(416.0) == {}
        assert enrich(201)
        assert codegloss.enrich({"code": True}, scope="netease.webrtc") == {}

    def test_many_threads(self):
        enricher = codegloss.Enricher(scope="tencent")
        barrier = threading.Barrier(8)
        wrong = []

        def work(seed):
            barrier.wait()
            for number in range(500):
                key = f"k{(seed + number) % 700}"
                event = {"code": 100018, "level": "error", key: 1}
                if enricher.enrich(event) != NEED_PASSWORD:
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(n * 90,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

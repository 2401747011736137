"""Decisions where several exceptions or codes meet, and where a server speaks up."""

from __future__ import annotations

import datetime as dt
import email.message
import json
import sys

import pytest

from codegloss.retry import (
    advise,
    is_retryable,
)
from raising import SdkError, facts, raised, while_handling

if sys.version_info < (3, 11):
    from exceptiongroup import ExceptionGroup

NIM = "netease.nim"
WEBRTC = "netease.webrtc"
LIVE = "tencent.live"


class TestChains:
    """What an exception was raised from, and what was only being handled."""

    def test_a_cause_explains(self):
        error = raised(SdkError(20111), SdkError(416))
        assert advise(error, scope=[NIM, WEBRTC]).kind == "throttling"
        error = raised(RuntimeError(), raised(ValueError(), SdkError(416)))
        assert is_retryable(error, scope=NIM)

    def test_a_cause_with_an_unknown_code_outside(self):
        assert is_retryable(raised(SdkError(99999), SdkError(416)), scope=NIM)

    def test_what_was_handled_does_not_prove_a_rejection(self):
        error = while_handling(RuntimeError("cleanup failed"), SdkError(416))
        for _ in range(2):
            advice = advise(error, scope=NIM)
            assert facts(advice) == (
                True, "throttling", "same_request", "idempotent", None, None,
            )  # fmt: skip
            assert advice.reason.endswith("(something failed while handling it)")
            assert is_retryable(error, scope=NIM) is False
            assert is_retryable(error, scope=NIM, idempotent=True) is True

    def test_an_own_code_counts_and_not_what_was_handled(self):
        # The second try of a loop that calls itself while it handles the first.
        error = while_handling(SdkError(102302), SdkError(416))
        assert advise(error, scope=NIM).retryable is False
        error = while_handling(SdkError(416), SdkError(102302))
        assert is_retryable(error, scope=NIM) is True
        error = while_handling(SdkError(99999), SdkError(416))
        assert advise(error, scope=NIM).retryable is None
        error = while_handling(SdkError(416), ValueError("no code"))
        assert is_retryable(error, scope=NIM) is True

    def test_a_code_without_a_cause_may_be_explained_by_what_was_handled(self):
        error = while_handling(SdkError(192006), SdkError(114449))
        assert advise(error, scope=NIM)[:4] == (
            True, "conflict", "higher_level", "idempotent",
        )  # fmt: skip
        scope = "netease.webrtc"
        error = while_handling(SdkError(20111), ValueError("no code"))
        assert advise(error, scope=scope).retryable is None
        error = while_handling(ValueError("no code"), SdkError(61004))
        assert advise(error, scope=scope).retryable is False

    def test_from_none_hides(self):
        error = while_handling(ValueError(), SdkError(416))
        error.__suppress_context__ = True
        assert advise(error, scope=NIM).resolution is None
        error = while_handling(SdkError(416), SdkError(102302))
        error.__suppress_context__ = True
        assert is_retryable(error, scope=NIM) is True

    def test_long_and_circular_chains_end(self):
        error = SdkError(416)
        for number in range(20):
            error = raised(RuntimeError(f"layer {number}"), error)
        for _ in range(2):
            assert advise(error, scope=NIM).retryable is None
        first, second = RuntimeError("first"), SdkError(416)
        first.__cause__, second.__cause__ = second, first
        for _ in range(2):
            assert is_retryable(first, scope=NIM) is True
        first.__cause__, second.__cause__ = None, None
        first.__context__, second.__context__ = second, first
        for _ in range(2):
            assert is_retryable(first, scope=NIM) is False

    def test_like_chains_are_told_apart(self):
        """One chain is the beginning of another, and both are remembered."""
        short = raised(RuntimeError("x"), SdkError(20111, "y"))
        long = raised(RuntimeError("x"), raised(SdkError(20111, "y"), SdkError(416)))
        handled = while_handling(RuntimeError("x"), SdkError(20111, "y"))
        alone = RuntimeError("x")
        for _ in range(3):
            assert advise(short, scope=[NIM, WEBRTC]).retryable is None
            assert advise(long, scope=[NIM, WEBRTC]).kind == "throttling"
            assert advise(handled, scope=[NIM, WEBRTC]).retryable is None
            assert advise(alone, scope=[NIM, WEBRTC]).resolution is None
            assert is_retryable(long, scope=[NIM, WEBRTC]) is True
            assert is_retryable(short, scope=[NIM, WEBRTC]) is False


class TestGroups:
    def test_all_must_be_retryable(self):
        def of(*codes):
            return advise(ExceptionGroup("", [SdkError(c) for c in codes]), scope=NIM)

        assert of(416, 503)[:4] == (True, "unknown", "same_request", "none")
        assert of(416, 191005)[:4] == (True, "unknown", "same_request", "idempotent")
        assert of(416, 102302).retryable is False
        assert of(416, 102302).reason.startswith("of 2 errors: netease.nim 102302")
        assert of(102302, 99999).retryable is False
        assert of(416, 99999).retryable is None
        assert of(416, 190001).retryable is None
        assert of(416, 109449).how is None

    def test_the_longest_floor_counts(self):
        errors = [SdkError(100012), SdkError(60011)]
        advice = advise(ExceptionGroup("", errors), scope=LIVE)
        assert (advice.delay_s, advice.per) == (1.0, "room")

    def test_errors_without_a_code_are_unknown(self):
        group = ExceptionGroup("", [SdkError(416), ValueError()])
        assert advise(group, scope=NIM).retryable is None

    def test_bounds(self):
        many = ExceptionGroup("", [SdkError(416)] * 9)
        assert "more errors than are read" in advise(many, scope=NIM).reason
        deep = ExceptionGroup("", [SdkError(416)])
        for _ in range(2):
            deep = ExceptionGroup("", [deep])
        assert is_retryable(deep, scope=NIM) is True
        deep = ExceptionGroup("", [deep])
        assert advise(deep, scope=NIM).reason == "it holds more errors than are read"

    def test_the_backport(self):
        class BaseExceptionGroup(Exception):
            def __init__(self, *errors):
                super().__init__("group")
                self._exceptions = errors

        group = BaseExceptionGroup(SdkError(416), SdkError(102302))
        for _ in range(2):
            assert advise(group, scope=NIM).retryable is False
        assert advise(BaseExceptionGroup("no", "errors"), scope=NIM).resolution is None


class TestSeveralCodes:
    def test_what_explains_decides(self):
        body = {"code": 20111, "serverCode": 416}
        assert advise(body, scope="netease.webrtc").kind == "throttling"
        body = {"code": 20111, "error": {"code": 61003}}
        assert advise(body, scope="netease.webrtc").kind == "timeout"

    def test_codes_in_a_list_all_count(self):
        def of(*codes):
            return advise({"errors": [{"code": c} for c in codes]}, scope=NIM)

        assert of(416, 416) == of(416)
        assert of(416, 503).retryable is True
        assert of(416, 102302).retryable is False
        assert of(102302, 416).retryable is False
        assert of(416, 99999).retryable is None

    def test_codes_side_by_side_all_count(self):
        assert advise({"code": 416, "errCode": 102302}, scope=NIM).retryable is False
        # One that is no vendor's number says nothing against it.
        assert is_retryable({"code": 416, "ret": 99999}, scope=NIM) is True


class TestDelays:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (3, 3.0), (2.5, 2.5), (0, 0.0), ("7", 7.0), (" 7 ", 7.0), ("1.5s", 1.5),
            ("120 s", 120.0), (dt.timedelta(minutes=1), 60.0), (10**6, 300.0),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
            ("Wed, 21 Oct 2099 07:28:00 GMT", 300.0),
            (-1, None), (True, None), (float("nan"), None), (float("inf"), None),
            ("-1", None), ("soon", None), ("", None), ("9" * 100, None), (None, None),
            ("Wed, 21 Oct 2015 07:28:00 -0000", None), ([3], None),
            (dt.timedelta(-1), None),
        ],
        ids=map(str, range(23)),
    )  # fmt: skip
    def test_values(self, value, expected):
        advice = advise({"code": 416, "retry_after": value}, scope=NIM)
        assert advice.delay_s == expected
        if expected is not None:
            assert advice.reason.endswith(f"; the server asks for {expected:g} s")

    @pytest.mark.parametrize(
        "body",
        [
            {"Retry-After": 4},
            {"retryAfter": "4"},
            {"retry_after_ms": 4000},
            {"retry_after_seconds": 4},
            {"retryDelay": "4s"},
            {"headers": {"retry-after": "4"}},
            {"response": {"ResponseMetadata": {"HTTPHeaders": {"retry-after": "4"}}}},
            {"error": {"detail": {"retry_after": 4}}},
            {"retry_after": 1, "headers": {"Retry-After": 4}},
        ],
        ids=json.dumps,
    )
    def test_places(self, body):
        assert advise({**body, "code": 416}, scope=NIM).delay_s == 4.0
        error = SdkError(416)
        vars(error).update(body)
        assert advise(error, scope=NIM).delay_s == 4.0
        assert advise(raised(RuntimeError(), error), scope=NIM).delay_s == 4.0
        group = ExceptionGroup("", [SdkError(416), error])
        assert advise(group, scope=NIM).delay_s == 4.0

    def test_responses_of_http_libraries(self):
        message = email.message.Message()
        message["Retry-After"] = "4"

        class Response:
            def __init__(self, headers):
                self.headers = headers

        for headers in (message, {"Retry-After": "4"}):
            error = SdkError(416)
            error.response = Response(headers)
            assert advise(error, scope=NIM).delay_s == 4.0
            # The usual wrapper: the HTTP error was being handled.
            http = RuntimeError("503")
            http.response = Response(headers)
            error = while_handling(SdkError(416), http)
            assert advise(error, scope=NIM).delay_s == 4.0

    def test_what_is_asked_for_beats_what_is_written_and_is_capped(self):
        body = {"code": 100012, "retry_after": 0.2}
        assert advise(100012, scope=LIVE).delay_s == 1.0
        assert advise(body, scope=LIVE).delay_s == 0.2
        body["retry_after"] = 86_400
        assert advise(body, scope=LIVE).delay_s == 300.0
        assert advise(body, scope=LIVE, max_delay_s=20).delay_s == 20.0
        for nonsense in (None, "x", -1, float("nan")):
            assert advise(body, scope=LIVE, max_delay_s=nonsense).delay_s == 300.0

    def test_it_is_known_even_where_nothing_else_is(self):
        advice = advise({"code": 99999, "retry_after": 5})
        assert (advice.retryable, advice.delay_s) == (None, 5.0)
        assert advise({"code": 102302, "retry_after": 5}, scope=NIM).delay_s is None

    def test_bounds(self):
        inner = {"retry_after": 4}
        for _ in range(30):
            inner = {"error": inner}
        assert advise(inner).delay_s is None
        wide = {f"x{n}": n for n in range(10_000)} | {"retry_after": 4}
        assert advise(wide).delay_s == 4.0
        spelled = ["error" + "-" * n for n in range(30)]
        assert advise({name: {"retry_after": 4} for name in spelled}).delay_s == 4.0
        assert advise({"retry_after" + "_" * 60: 4, 5: 4}).delay_s is None
        error = ExceptionGroup("", [ExceptionGroup("", [SdkError(1)] * 8)] * 8)
        assert advise(error).delay_s is None

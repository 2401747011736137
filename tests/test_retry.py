"""Decisions about retries: what is a fact, what is unknown, and what is safe."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import email.message
import gc
import json
import pickle
import random
import sys
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codegloss
from codegloss import _adviser, _enricher, _recall
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    RetryAdvice,
    UnknownVendorError,
    advise,
    is_retryable,
    raise_for_code,
)

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup, ExceptionGroup

NIM = "netease.nim"
LIVE = "tencent.live"
ENTRIES = _enricher.running().entries
CODES = sorted({entry.code for entry in ENTRIES}, key=str)


class SdkError(Exception):
    """An error as a vendor's SDK raises it: the number is all it says."""

    def __init__(self, code, text="it failed"):
        super().__init__(text)
        self.code = code


class MessageError(SdkError):
    """An SDK's error with more fields, of which one says nothing."""

    def __init__(self, code, message="", request_id=None):
        super().__init__(code)
        self.message = message
        self.request_id = request_id


def raised(error, cause=None):
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def while_handling(outer, inner):
    """Return an exception raised while another was handled, not from it."""
    try:
        try:
            raise inner
        except BaseException:
            raise outer
    except BaseException as caught:
        return caught


def facts(advice):
    return advice[:6]


class TestThings:
    """The kinds of things that can be asked about."""

    THROTTLED = (True, "throttling", "same_request", "none", None, None)

    @pytest.mark.parametrize(
        "thing",
        [
            416,
            "416",
            {"code": 416},
            {"code": "416", "desc": "frequency"},
            {"response": {"error": {"code": 416}}},
            SdkError(416),
            raised(RuntimeError("join failed"), SdkError(416)),
            (SdkError, SdkError(416), None),
            codegloss.resolve(416, scope=NIM),
            advise(416, scope=NIM),
            ExceptionGroup("tasks", [SdkError(416)]),
            ExceptionGroup("tasks", [SdkError(416), SdkError("416")]),
            raised(RuntimeError("wrapped"), ExceptionGroup("tasks", [SdkError(416)])),
            type("Body", (), {"__init__": lambda self: setattr(self, "code", 416)})(),
        ],
        ids=lambda thing: type(thing).__name__,
    )
    def test_all_kinds(self, thing):
        assert facts(advise(thing, scope=NIM)) == self.THROTTLED
        assert is_retryable(thing, scope=NIM) is True
        # Asked again, it is remembered.
        assert facts(advise(thing, scope=NIM)) == self.THROTTLED
        assert is_retryable(thing, scope=NIM) is True

    @pytest.mark.parametrize(
        "thing",
        [
            None, True, 1.5, 416.0, float("nan"), b"416", [], (), {}, object(), "", "no",
            99999, 10**30, [{"code": 99999}], {"code": None}, {"code": True}, ValueError(),
            SdkError(99999), SdkError(None), SdkError([416]), SdkError(416.0),
            SdkError(True), SdkError(10**40), SdkError("x" * 10_000),
            codegloss.resolve(99999), (1, 2, 3), ExceptionGroup("", [ValueError()]),
            type("Empty", (), {"__slots__": ()})(), type, type("Meta", (type,), {}),
        ],
        ids=lambda thing: repr(thing)[:30],
    )  # fmt: skip
    def test_anything_else_is_unknown(self, thing):
        for _ in range(2):
            advice = advise(thing, scope=NIM)
            assert facts(advice) == (None, "unknown", None, None, None, None)
            assert advice.reason
            assert is_retryable(thing, scope=NIM) is False
            assert is_retryable(thing, scope=NIM, unknown=True) is True

    def test_success_is_nothing_to_repeat(self):
        for thing in ({"code": 200}, 200, SdkError(200), {"code": 200, "data": {}}):
            advice = advise(thing, scope=NIM)
            assert (advice.retryable, advice.how) == (False, "never")
            assert is_retryable(thing, scope=NIM, unknown=True) is False

    def test_what_may_be_success_is_unknown(self):
        assert advise({"code": 0}).retryable is None
        assert advise({"code": 0}, scope="tencent").retryable is False

    @pytest.mark.parametrize(
        "error",
        [
            KeyboardInterrupt(),
            SystemExit(416),
            GeneratorExit(),
            asyncio.CancelledError(),
            raised(KeyboardInterrupt(), SdkError(416)),
            while_handling(SystemExit(1), SdkError(416)),
            BaseExceptionGroup("", [KeyboardInterrupt(), SdkError(416)]),
        ],
        ids=repr,
    )
    def test_what_stops_a_program_is_never_retried(self, error):
        assert advise(error, scope=NIM).how == "never"
        assert is_retryable(error, scope=NIM, unknown=True, idempotent=True) is False

    def test_timeout_from_cancellation_is_a_failure(self):
        error = raised(TimeoutError(), asyncio.CancelledError())
        assert advise(error).retryable is None


class TestPolicy:
    """What follows from the catalog's facts."""

    @pytest.mark.parametrize(
        ("code", "scope", "expected"),
        [
            (416, NIM, (True, "throttling", "same_request", "none", None, None)),
            (100012, LIVE, (True, "throttling", "same_request", "none", 1.0, "room")),
            (60011, LIVE, (True, "throttling", "same_request", "none", None, "app")),
            (503, NIM, (True, "transient", "same_request", "none", None, None)),
            (500, NIM, (True, "transient", "same_request", "idempotent", None, None)),
            (191005, NIM, (True, "timeout", "same_request", "idempotent", None, None)),
            (109449, NIM, (True, "conflict", "higher_level", "none", None, None)),
            (108449, NIM, (True, "conflict", "same_request", "none", None, None)),
            (102302, NIM, (False, "none", "after_auth_refresh", None, None, None)),
            (406, "netease.neroom", (False, "none", "after_auth_refresh", *[None] * 3)),
            (100018, LIVE, (False, "none", "after_change", None, None, None)),
            (102422, NIM, (False, "none", "after_change", None, None, None)),
            (405, "netease.neroom", (False, "none", "never", None, None, None)),
            (190001, NIM, (None, "unknown", None, None, None, None)),
        ],
    )
    def test_advice(self, code, scope, expected):
        assert facts(advise(code, scope=scope)) == expected

    def test_source(self):
        assert advise(449, scope=NIM).source == "documented"
        assert advise(416, scope=NIM).source == "derived"
        assert advise(190001, scope=NIM).source is None

    def test_ambiguous_says_what_all_agree_on(self):
        assert facts(advise(416)) == TestThings.THROTTLED
        # WebRTC has the proxy's code, NERoom the user's: both false.
        advice = advise(406)
        assert (advice.retryable, advice.how) == (False, None)
        # 3415 alone speaks of a rate, 0 of success and of an unknown error.
        assert facts(advise(0)) == (None, "unknown", None, None, None, None)
        assert advise(0).resolution.status == "ambiguous"

    def test_disagreement_on_safety_is_not_safe(self, tmp_path):
        with_catalog(tmp_path, {"kind": "transient", "needs": "none"}, 77001)
        catalog = _enricher.running()
        one = next(e for e in catalog.entries if e.code == 77001)
        other = next(e for e in catalog.entries if (e.scope, e.code) == (NIM, 191005))
        fields = {"retryable": True, "candidates": (one, other)}
        both = codegloss.Resolution("ambiguous", 77001, **fields)
        advice = advise(both)
        assert facts(advice) == (True, "unknown", "same_request", None, None, None)
        assert is_retryable(both) is False
        assert is_retryable(both, unknown=True) is False
        assert is_retryable(both, idempotent=True) is True

    def test_what_the_sdk_contradicts_does_not_count(self):
        # The page prints 61004 twice; the SDK has the second elsewhere.
        advice = advise(61004, scope="netease.webrtc")
        assert advice.retryable is False
        assert advice.reason.startswith("netease.webrtc 61004: The gateway is already")

    def test_idempotence(self):
        timeout = {"scope": NIM, "thing": 191005}
        assert is_retryable(**timeout) is False
        assert is_retryable(**timeout, unknown=True) is False
        assert is_retryable(**timeout, idempotent=False) is False
        assert is_retryable(**timeout, idempotent=True) is True
        assert advise(**timeout, idempotent=True) == advise(**timeout)
        advice = advise(**timeout, idempotent=False)
        assert (advice.needs, advice.how) == ("idempotent", "higher_level")
        assert advice.reason.endswith("so look first whether it took effect")
        # What was rejected may be repeated whatever it is.
        assert is_retryable(416, scope=NIM, idempotent=False) is True
        assert advise(416, scope=NIM, idempotent=False) == advise(416, scope=NIM)

    def test_reason_is_one_readable_sentence(self):
        assert advise(100012, scope=LIVE).reason == (
            "tencent.live 100012: Calls such as room creation exceed the rate limit; it "
            "may be sent again, as it was rejected before it acted, 1 s later at the "
            "earliest per room"
        )
        assert advise(416, scope=NIM).reason.endswith("rejected before it acted")
        assert advise(0).reason == (
            "0 of netease.neroom or tencent.live or tencent.roomengine or netease.nim; "
            "nobody knows whether a later try may succeed"
        )
        assert advise({"code": 416}).reason == (
            "416 in code: no evidence, and others use this number too"
        )

    def test_an_own_catalog(self, tmp_path):
        with_catalog(tmp_path, {"kind": "throttling", "min_delay_s": 2.5}, 77001)
        advice = advise(77001)
        # It does not say what it needs, so it is not safe.
        assert facts(advice) == (True, "throttling", "same_request", None, 2.5, None)
        assert "if that is known to be safe, 2.5 s later" in advice.reason
        assert is_retryable(77001) is False
        assert is_retryable(77001, idempotent=True) is True

    @pytest.mark.parametrize("delay", [True, "1", -1, float("nan"), float("inf"), None])
    def test_an_own_catalog_with_nonsense(self, tmp_path, delay):
        retry = {"kind": "?", "needs": "?", "source": "?", "min_delay_s": delay}
        with_catalog(tmp_path, retry, 77001)
        expected = (True, "unknown", "same_request", None, None, None)
        assert facts(advise(77001)) == expected
        assert advise(77001).source is None

    def test_a_change_of_catalog_is_a_change_of_decisions(self, tmp_path):
        error = raised(SdkError(77001))
        assert is_retryable(error) is False
        with_catalog(tmp_path, {"kind": "throttling", "needs": "none"}, 77001)
        assert is_retryable(error) is True
        assert is_retryable(error) is True
        codegloss.load_catalog()
        assert is_retryable(error) is False


def with_catalog(folder, retry, code):
    path = folder / "acme.json"
    entry = {
        "product": "acme.im",
        "code": code,
        "meaning": {"en": "The line is busy"},
        "remedy": {"en": "Wait"},
        "category": "UNAVAILABLE",
        "retryable": True,
        "retry": retry,
    }
    content = {
        "schema": 1,
        "vendors": {"acme": {}},
        "products": {"acme.im": {}},
        "entries": [entry],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    codegloss.load_catalog(path)


class TestScope:
    def test_argument_block_and_several(self):
        error = raised(SdkError(416))
        assert advise(error).retryable is None
        with codegloss.scope(NIM):
            for _ in range(2):
                assert is_retryable(error) is True
                assert advise(error).resolution.product == "nim"
                # What the caller says counts more than the block.
                assert advise(error, scope=LIVE).retryable is None
                assert is_retryable(error, scope=LIVE) is False
                assert is_retryable(416) is True
                assert is_retryable({"code": 416}) is True
        assert is_retryable(error) is False
        for scope in ((NIM, LIVE), [NIM, LIVE], {NIM: 1}.keys(), iter([NIM, LIVE])):
            assert is_retryable(error, scope=scope) is True

    def test_unknown_scope_is_unknown_and_says_so(self):
        for thing in (416, {"code": 416}, SdkError(416)):
            advice = advise(thing, scope="netease.nimm")
            assert advice.retryable is None
            assert advice.reason.startswith(
                "unknown scope 'netease.nimm'; did you mean"
            )
            assert is_retryable(thing, scope="netease.nimm") is False

    def test_nonsense_as_a_scope(self, production):
        class Broken:
            def __iter__(self):
                raise OSError

        advice = advise(416, scope=Broken())
        assert advice.reason == "codegloss failed with OSError"
        assert advise(416, scope=5).retryable is None


class TestChains:
    """What an exception was raised from, and what was only being handled."""

    def test_a_cause_explains(self):
        error = raised(SdkError(20111), SdkError(416))
        assert advise(error, scope="netease").kind == "throttling"
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
        scope = "netease.webrtc"
        error = while_handling(SdkError(20111), SdkError(20120))
        assert advise(error, scope=scope)[:4] == (
            True, "conflict", "higher_level", "idempotent",
        )  # fmt: skip
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
            assert advise(short, scope="netease").retryable is None
            assert advise(long, scope="netease").kind == "throttling"
            assert advise(handled, scope="netease").retryable is None
            assert advise(alone, scope="netease").resolution is None
            assert is_retryable(long, scope="netease") is True
            assert is_retryable(short, scope="netease") is False


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
        class Backport(Exception):
            def __init__(self, *errors):
                super().__init__("group")
                self._exceptions = errors

        group = Backport(SdkError(416), SdkError(102302))
        for _ in range(2):
            assert advise(group, scope=NIM).retryable is False
        assert advise(Backport("no", "errors"), scope=NIM).resolution is None


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
        ids=repr,
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
        wide = {f"x{n}": n for n in range(100)} | {"retry_after": 4}
        assert advise(wide).delay_s is None
        spelled = ["error" + "-" * n for n in range(30)]
        assert advise({name: {"retry_after": 4} for name in spelled}).delay_s == 4.0
        assert advise({"retry_after" + "_" * 60: 4, 5: 4}).delay_s is None
        error = ExceptionGroup("", [ExceptionGroup("", [SdkError(1)] * 8)] * 8)
        assert advise(error).delay_s is None


class TestRaiseForCode:
    @pytest.mark.parametrize(
        ("body", "scope"),
        [
            ({"code": 200}, NIM),
            ({"code": "200", "data": {"code": 416}}, NIM),
            ({"code": 200, "ret": 200}, NIM),
            ({"code": 0}, "tencent"),
            ({"code": 0}, None),
            ({"code": 200}, None),
            ({"ActionStatus": "OK", "ErrorCode": 0}, None),
            ({}, NIM),
            ({"data": {"roomCode": 5, "code": "A7"}}, NIM),
            ({"code": None, "msg": "fine"}, NIM),
            ({"code": True}, NIM),
            ({"error": None}, NIM),
            ({"error": {"hint": "x"}}, NIM),
            ({"errors": []}, NIM),
            ([{"code": 416}], NIM),
            (None, NIM),
            ("text", NIM),
            (5, None),
        ],
    )
    def test_success_comes_back(self, body, scope):
        assert raise_for_code(body, scope=scope) is body

    @pytest.mark.parametrize(
        ("body", "scope", "kind"),
        [
            ({"code": 416}, NIM, RetryableVendorError),
            ({"code": "416"}, NIM, RetryableVendorError),
            ({"error": {"code": 416}}, NIM, RetryableVendorError),
            ({"result": {"code": 416}}, NIM, RetryableVendorError),
            ({"errors": [{"code": 416}, {"code": 102302}]}, NIM, PermanentVendorError),
            ({"code": 200, "errCode": 416}, NIM, RetryableVendorError),
            ({"code": 200, "errCode": 99999}, NIM, UnknownVendorError),
            ({"code": 102302}, NIM, PermanentVendorError),
            ({"code": 191005}, NIM, UnknownVendorError),
            ({"code": 190001}, NIM, UnknownVendorError),
            ({"code": 99999}, NIM, UnknownVendorError),
            ({"code": 99999}, None, UnknownVendorError),
            ({"code": "nonsense"}, None, UnknownVendorError),
            ({"error": {"code": 99999}}, NIM, UnknownVendorError),
            ({"errors": [{"code": 99999}]}, NIM, UnknownVendorError),
            ({"code": 0}, NIM, UnknownVendorError),
            ({"code": 416}, None, UnknownVendorError),
            (
                {"ActionStatus": "FAIL", "ErrorCode": 100012, "ErrorInfo": "x"},
                None,
                RetryableVendorError,
            ),
        ],
    )
    def test_errors(self, body, scope, kind):
        with pytest.raises(kind) as caught:
            raise_for_code(body, scope=scope)
        error = caught.value
        assert type(error) is kind
        assert str(error) == error.advice.reason
        assert isinstance(error.resolution, codegloss.Resolution)
        assert is_retryable(error) is (kind is RetryableVendorError)
        assert advise(error) == error.advice
        assert advise(raised(RuntimeError(), error)) == error.advice
        assert is_retryable(error) is (kind is RetryableVendorError)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.code) == (kind, str(error), error.code)
        assert again.advice[:8] == error.advice[:8]
        assert copy.copy(error).advice == error.advice

    def test_the_block_is_the_scope(self):
        with codegloss.scope(NIM):
            assert raise_for_code({"code": 200})
            with pytest.raises(PermanentVendorError, match="token is invalid"):
                raise_for_code({"code": 102302})

    def test_idempotence_decides_on_the_class(self):
        body = {"code": 191005}
        with pytest.raises(RetryableVendorError):
            raise_for_code(body, scope=NIM, idempotent=True)
        with pytest.raises(UnknownVendorError) as caught:
            raise_for_code(body, scope=NIM, idempotent=False)
        assert caught.value.advice.how == "higher_level"

    def test_the_header_is_taken_along(self):
        body = {"code": 416, "retry_after": 2}
        with pytest.raises(RetryableVendorError) as caught:
            raise_for_code(body, scope=NIM, retry_after="7")
        assert caught.value.advice.delay_s == 7.0
        assert advise(caught.value).delay_s == 7.0
        with pytest.raises(RetryableVendorError) as caught:
            raise_for_code(body, scope=NIM, retry_after=None)
        assert caught.value.advice.delay_s == 2.0

    def test_unknown_scope(self):
        with pytest.raises(ValueError, match="unknown scope"):
            raise_for_code({"code": 416}, scope="nim")

    def test_errors_without_an_answer(self):
        """As a result backend makes them again: from the text alone."""
        error = RetryableVendorError("netease.nim 416")
        assert (error.code, error.advice, error.vendor) == (None, None, None)
        assert advise(error).retryable is None
        assert pickle.loads(pickle.dumps(error)).args == error.args


class TestMemory:
    """What is remembered, and what is not."""

    @pytest.fixture(autouse=True)
    def _fresh(self):
        # Another catalog object means another engine, which remembers nothing yet.
        codegloss.load_catalog()

    @pytest.fixture
    def worked_out(self, monkeypatch):
        """Count how often an advice was worked out anew."""
        calls = []
        original = _adviser.advice_for
        monkeypatch.setattr(
            _adviser, "advice_for", lambda decided: calls.append(1) or original(decided)
        )
        return calls

    @pytest.mark.parametrize(
        "make",
        [
            lambda: raised(SdkError(416)),
            lambda: raised(MessageError(416, "too fast")),
            lambda: raised(RuntimeError("no code")),
            lambda: raised(RuntimeError("join failed"), SdkError(416)),
            lambda: while_handling(RuntimeError("join failed"), SdkError(416)),
            lambda: raised(type("Constant", (Exception,), {"code": 416})()),
        ],
        ids="plain fields blank cause context constant".split(),
    )
    def test_what_is_alike_is_decided_once(self, make, worked_out):
        first = [make() for _ in range(4)]
        before = len(worked_out)
        answers = {is_retryable(error, scope=NIM) for error in first[:1]}
        first_time = len(worked_out) - before
        assert first_time >= 1
        keep = type(first[0])
        answers |= {is_retryable(e, scope=NIM) for e in first if type(e) is keep}
        answers |= {is_retryable(first[0], scope=NIM)}
        answers |= {advise(e, scope=NIM).needs == "none" for e in first}
        assert len(answers) == 1
        classes = {type(error) for error in first}
        assert len(worked_out) - before <= first_time * len(classes)

    def test_texts_of_exceptions_without_a_code_do_not_fill_it(self, worked_out):
        for number in range(50):
            assert is_retryable(ValueError(f"number {number}")) is False
        assert len(worked_out) == 1

    def test_what_differs_is_not_mixed_up(self):
        """Equal numbers of other types, other fields, texts, scopes and classes."""

        class Other(SdkError):
            code = 102302

            def __init__(self):
                Exception.__init__(self, "it failed")

        cases = [
            (SdkError(1), None),
            (SdkError(416), True),
            (SdkError("416"), True),
            (SdkError(416.0), None),
            (SdkError(True), None),
            (SdkError(False), None),
            (SdkError(0), None),
            (SdkError(None), None),
            (SdkError((416,)), None),
            (SdkError(102302), False),
            (Other(), False),
            (MessageError(416), True),
            (MessageError("102302"), False),
            (SdkError(416, text=5), True),
            (SdkError(416, text=None), True),
        ]
        slotless = SdkError(416)
        slotless.serverCode = 408
        renamed = SdkError(416)
        renamed.errCode = vars(renamed).pop("code")
        extra = SdkError(416)
        extra.room = object()
        no_text = SdkError(416)
        no_text.args = ()
        cases += [(renamed, True), (extra, True), (no_text, True)]
        for _ in range(3):
            random.shuffle(cases)
            for error, expected in cases:
                assert advise(error, scope=NIM).retryable is expected, repr(error)
                assert is_retryable(error, scope=NIM) is (expected is True)

    def test_text_is_evidence(self):
        for _ in range(2):
            assert advise(SdkError(416, "NIM said no, netease")).kind == "throttling"
            assert advise(SdkError(416, "who knows")).retryable is None

    def test_no_object_of_the_user_is_kept_alive(self):
        class Payload:
            pass

        def ask():
            class Local(Exception):
                pass

            error, payload = Local("x", Payload()), Payload()
            error.code, error.room, error.response = 416, payload, Payload()
            plain = Local("y")
            plain.code = 416
            for each in (error, plain, raised(RuntimeError(), plain)):
                is_retryable(each, scope=NIM)
                advise(each, scope=NIM)
            return [weakref.ref(x) for x in (Local, error, payload, plain)]

        refs = ask()
        number = len(_recall.current_memo().layouts)
        gc.collect()
        assert [ref() for ref in refs[1:]] == [None, None, None]
        assert refs[0]() is None
        assert len(_recall.current_memo().layouts) < number

    def test_bounds(self):
        memo = _recall.current_memo()
        for number in range(1_100):
            is_retryable(SdkError(416, f"text {number}"), scope=NIM)
            is_retryable({"code": 416, "msg": f"text {number}"}, scope=NIM)
        assert memo._count <= 1_024
        assert len(memo.judged) <= 256
        error = SdkError(416)
        for number in range(40):
            other = SdkError(416)
            setattr(other, f"field_{number}", number)
            assert is_retryable(other, scope=NIM)
        assert len(memo._others[id(SdkError)]) <= 16
        classes = [type(f"Error{n}", (SdkError,), {}) for n in range(600)]
        for cls in classes:
            assert is_retryable(cls(416), scope=NIM)
        assert len(memo.layouts) <= 512
        assert is_retryable(error, scope=NIM)

    def test_what_is_large_is_not_kept(self):
        memo = _recall.current_memo()
        large = [
            SdkError(416, "x" * 5_000),
            SdkError("4" * 5_000),
            SdkError(10**30),
            raised(RuntimeError("x" * 5_000), SdkError(416)),
            {"code": 416, "msg": "x" * 900, "reason": "y" * 900, "info": "z" * 900},
        ]
        many = SdkError(416)
        vars(many).update({f"field_{n}": n for n in range(70)})
        long_name = SdkError(416)
        setattr(long_name, "x" * 600, 1)
        odd_name = SdkError(416)
        vars(odd_name)[5] = 1
        for thing in (*large, many, long_name):
            advise(thing, scope=NIM)
        assert (memo._count, len(memo.judged)) == (0, len(memo.judged))
        assert all("x" * 900 not in str(key) for key in memo.judged)
        assert is_retryable(many, scope=NIM) is True

    def test_threads(self):
        codes = [(416, True), (102302, False), (503, True), (99999, False)]
        wrong = []
        start = threading.Barrier(4)

        def ask():
            start.wait()
            for number in range(300):
                code, expected = codes[number % 4]
                error = SdkError(code, f"text {number % 7}")
                if is_retryable(error, scope=NIM) is not expected:
                    wrong.append(code)
                if number % 100 == 99:
                    codegloss.load_catalog()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestHostile:
    """Nothing that is found is called, and nothing escapes."""

    def test_no_code_of_a_class_is_run(self):
        called = []

        def trap(self, *args):
            called.append(args)
            raise AssertionError

        names = "__getattribute__ __dict__ __cause__ __context__ args".split()
        for name in names:
            made = trap if name == "__getattribute__" else property(trap)
            cls = type("Trap", (Exception,), {name: made})
            error = Exception.__new__(cls)
            for thing in (
                error,
                raised(RuntimeError(), error),
                while_handling(RuntimeError(), error),
                while_handling(SdkError(416), error),
                ExceptionGroup("", [error]),
                {"error": 1, "response": SdkError(416)},
            ):
                advise(thing, scope=NIM)
                is_retryable(thing, scope=NIM)
        assert called == []

    def test_properties_methods_and_operators_are_not_run(self):
        called = []

        def trap(self, *args):
            called.append(args)
            raise AssertionError

        operators = dict.fromkeys("__eq__ __hash__ __bool__ __len__ __str__ __repr__ __iter__".split(), trap)
        error_class = type(
            "Trap", (Exception,), {**operators, "retry_after": property(trap)}
        )
        thing_class = type("Thing", (), {**operators, "__class__": property(trap)})
        for attribute in ("code", "response", "headers", "retry_after", "room"):
            error = error_class("x")
            vars(error)["code"] = 416
            vars(error)[attribute] = thing_class()
            for thing in (error, thing_class()):
                for _ in range(2):
                    advise(thing, scope=NIM)
                    is_retryable(thing, scope=NIM)
        dict_class = type("Dict", (), {"__dict__": property(trap)})
        error = SdkError(416)
        error.headers = dict_class()
        assert is_retryable(error, scope=NIM)
        assert advise(error, scope=NIM).delay_s is None
        assert called == []

    def test_a_mapping_that_raises(self, production):
        class Broken(dict):
            def __iter__(self):
                raise OSError

            keys = items = __len__ = __iter__

        before = codegloss.stats()["errors"]
        for thing in (Broken(), {"error": Broken()}):
            assert advise(thing).retryable is None
            assert is_retryable(thing) is False
        error = SdkError(416)
        error.headers = Broken()
        assert is_retryable(error, scope=NIM) is True
        assert advise(error, scope=NIM).delay_s is None
        assert codegloss.stats()["errors"] > before

    def test_slots_and_named_tuples(self):
        class Slotted(Exception):
            __slots__ = ("code", "never_set")

        error = Slotted("x")
        error.code = 416
        for _ in range(2):
            assert is_retryable(error, scope=NIM) is True
            error.code = 102302
            assert advise(error, scope=NIM).retryable is False
            error.code = 416
        named = type("Named", (Exception,), {"_fields": ("code",)})
        assert advise(named(416), scope=NIM).retryable is None


THINGS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.sampled_from(CODES),
        st.integers(),
        st.text(max_size=20),
        st.binary(max_size=5),
        st.sampled_from(
            [SdkError(416), MessageError(102302), SdkError(99999), object()]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner, inner),
        st.dictionaries(
            st.sampled_from(
                "code error errors response retry_after headers msg data vendor".split()
            ),
            inner,
            max_size=4,
        ),
        inner.map(SdkError),
        st.lists(inner.map(SdkError), min_size=1, max_size=3).map(
            lambda errors: ExceptionGroup("group", errors)
        ),
        st.tuples(inner.map(SdkError), inner.map(SdkError)).map(lambda p: raised(*p)),
        st.tuples(inner.map(SdkError), inner.map(SdkError)).map(
            lambda p: while_handling(*p)
        ),
    ),
    max_leaves=8,
)
SCOPES = st.sampled_from([None, *_enricher.running().scopes()])


@pytest.mark.property
class TestUnknownStaysUnknown:
    """Unknown never turns into yes or no on the way."""

    def check(self, thing, scope=None):
        """Check that a decision says no more than the advice, and return that."""
        advice = advise(thing, scope=scope)
        assert type(advice) is RetryAdvice
        assert advice.retryable in {True, False, None}
        assert all(type(answer) is bool for answer in self.answers(thing, scope))
        known = advice.retryable is not None
        plain, unknown, idempotent, both = self.answers(thing, scope)
        if not known:
            assert facts(advice)[:4] == (None, "unknown", None, None)
            assert (plain, unknown, idempotent, both) == (False, True, False, True)
        elif not advice.retryable:
            assert (plain, unknown, idempotent, both) == (False,) * 4
            assert advice.kind == "none"
            assert advice.needs is None
        else:
            safe = advice.needs == "none"
            assert (plain, unknown, idempotent, both) == (safe, safe, True, True)
            assert advice.kind != "none"
        return advice

    def answers(self, thing, scope):
        return tuple(
            is_retryable(thing, scope=scope, unknown=unknown, idempotent=idempotent)
            for idempotent in (None, True)
            for unknown in (False, True)
        )

    def test_every_entry(self):
        for entry in ENTRIES:
            for thing in (
                entry.code,
                {"code": entry.code},
                SdkError(entry.code),
                raised(RuntimeError("join failed"), SdkError(entry.code)),
            ):
                advice = self.check(thing, entry.scope)
                candidates = advice.resolution.candidates
                said = {each.retryable for each in candidates if each.sdk_code is None}
                said = said or {each.retryable for each in candidates}
                if said == {None} or len(said) > 1:
                    assert advice.retryable is None
                elif advice.resolution.status in {"resolved", "success"}:
                    assert {advice.retryable} == said
                assert self.check(advice.resolution) == advice

    def test_every_code_without_a_scope(self):
        for code in CODES:
            advice = self.check(code)
            said = {e.retryable for e in advice.resolution.candidates}
            assert advice.retryable is None or advice.retryable in said

    @given(st.one_of(st.integers(), st.text(max_size=30)), SCOPES)
    def test_codes_that_nobody_documents(self, code, scope):
        if codegloss.resolve(code, scope=scope).status == "unknown":
            for thing in (code, {"code": code}, SdkError(code)):
                assert self.check(thing, scope).retryable is None

    @given(THINGS, SCOPES)
    def test_anything(self, thing, scope):
        advice = self.check(thing, scope)
        assert self.check(thing, scope)[:8] == advice[:8]

    @given(THINGS, SCOPES)
    def test_what_is_remembered_is_what_is_worked_out(self, thing, scope):
        error = SdkError(thing)
        remembered = [advise(error, scope=scope) for _ in range(2)][-1]
        case = _adviser.Case(_recall.Memo(_fresh_engine()), scope)
        assert remembered[:4] == case.advise(error)[:4]

    @given(THINGS, SCOPES, st.booleans())
    def test_raise_for_code(self, thing, scope, idempotent):
        try:
            assert raise_for_code(thing, scope=scope, idempotent=idempotent) is thing
        except RetryableVendorError as error:
            assert error.advice.retryable is True
            assert is_retryable(error, idempotent=idempotent) is True
        except PermanentVendorError as error:
            assert error.advice.retryable is False
        except UnknownVendorError as error:
            assert is_retryable(error, idempotent=idempotent) is False


def _fresh_engine():
    enricher = codegloss.Enricher()
    return enricher._engine


def test_logs_say_the_same_as_the_error_for_every_entry():
    """What `raise_for_code` raises is glossed as what it decided by."""
    for entry in ENTRIES:
        body = {"code": entry.code}
        if entry.table:
            body = {entry.table: entry.code}
        try:
            raise_for_code(body, scope=entry.scope)
        except (
            RetryableVendorError,
            PermanentVendorError,
            UnknownVendorError,
        ) as error:
            added = codegloss.enrich({"event": "failed", "exc_info": error})
            resolution = error.resolution
            assert added.get("meaning") == resolution.meaning
            assert (
                added.get("retryable") == resolution.retryable == error.advice.retryable
            )
            assert added.get("product") == resolution.product
        else:
            assert entry.category == "OK"


def test_public_names():
    assert codegloss.advise is advise
    assert codegloss.is_retryable is is_retryable
    assert {"advise", "is_retryable"} <= set(dir(codegloss)) & set(codegloss.__all__)

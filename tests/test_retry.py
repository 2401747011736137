"""Decisions about retries: facts, what is unknown, and what is safe."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

import codegloss
from codegloss import testing
from codegloss.retry import (
    advise,
    is_retryable,
)
from raising import SdkError, facts, raised, while_handling

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup, ExceptionGroup

NIM = "netease.nim"
LIVE = "tencent.live"


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
        ids=map(str, range(14)),
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
            None, True, 1.5, 416.0, float("nan"), b"416", [], (), {}, object(), "",
            "no", 99999, 10**30, [{"code": 99999}], {"code": None}, {"code": True},
            ValueError(),
            SdkError(99999), SdkError(None), SdkError([416]), SdkError(416.0),
            SdkError(True), SdkError(10**40), SdkError("x" * 10_000),
            codegloss.resolve(99999), (1, 2, 3), ExceptionGroup("", [ValueError()]),
            type("Empty", (), {"__slots__": ()})(), type, type("Meta", (type,), {}),
        ],
        ids=map(str, range(34)),
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
        ids=map(str, range(7)),
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
        both = [NIM, "netease.webrtc"]
        assert facts(advise(416, scope=both)) == TestThings.THROTTLED
        # WebRTC has the proxy's code, NERoom the user's: both false.
        advice = advise(406, scope=["netease.webrtc", "netease.neroom"])
        assert (advice.retryable, advice.how) == (False, None)
        # 3415 alone speaks of a rate, 0 of success and of an unknown error.
        assert facts(advise(0)) == (None, "unknown", None, None, None, None)
        assert advise(0).resolution.status == "ambiguous"

    def test_disagreement_on_safety_is_not_safe(self, tmp_path):
        with_catalog(tmp_path, {"kind": "transient", "needs": "none"}, 77001)
        catalog = testing.active_catalog()
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
        assert advice.resolution.status == "resolved"
        # Where only such remain, they do.
        left = tuple(e for e in advice.resolution.candidates if e.sdk_code is not None)
        only = codegloss.Resolution("ambiguous", 61004, candidates=left)
        assert facts(advise(only)) == (None, "unknown", None, None, None, None)

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
            "tencent.live 100012: Calls such as room creation exceed the rate limit; "
            "it may be sent again, as it was rejected before it acted, 1 s later at "
            "the earliest per room"
        )
        assert advise(416, scope=NIM).reason.endswith("rejected before it acted")
        assert advise(0).reason == (
            "0 of netease.neroom or netease.nim or tencent.live or tencent.roomengine; "
            "nobody knows whether a later try may succeed, but nothing speaks for the "
            "product: name it by a scope"
        )
        assert advise({"code": 416}).reason == ("416 in code: no evidence")

    def test_an_own_catalog(self, tmp_path):
        with_catalog(tmp_path, {"kind": "throttling", "min_delay_s": 2.5}, 77001)
        advice = advise(77001, scope="acme")
        # It does not say what it needs, so it is not safe.
        assert facts(advice) == (True, "throttling", "same_request", None, 2.5, None)
        assert "if that is known to be safe, 2.5 s later" in advice.reason
        assert is_retryable(77001, scope="acme") is False
        assert is_retryable(77001, scope="acme", idempotent=True) is True

    @pytest.mark.parametrize("delay", [True, "1", -1, float("nan"), float("inf"), None])
    def test_an_own_catalog_with_nonsense(self, tmp_path, delay):
        with pytest.raises(codegloss.CatalogError):
            with_catalog(tmp_path, {"min_delay_s": delay}, 77001)

    def test_an_own_catalog_that_says_little(self, tmp_path):
        with_catalog(tmp_path, {}, 77001)
        expected = (True, "unknown", "same_request", None, None, None)
        assert facts(advise(77001, scope="acme")) == expected
        assert advise(77001, scope="acme").source is None

    def test_a_change_of_catalog_is_a_change_of_decisions(self, tmp_path):
        error = raised(SdkError(77001))
        error.sdk = "acme.im"
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


def test_public_names():
    assert codegloss.advise is advise
    assert codegloss.is_retryable is is_retryable
    assert {"advise", "is_retryable"} <= set(dir(codegloss)) & set(codegloss.__all__)


class TestDecisionsNeedMoreThanASentence:
    """A number alone or a vendor's name decides nothing; a product or a scope does."""

    def test_a_number_alone(self):
        advice = advise(100001)
        assert (advice.retryable, advice.kind) == (None, "unknown")
        assert "name it by a scope" in advice.reason
        assert not is_retryable(100001, unknown=False)

    def test_a_vendors_name(self):
        body = {"vendor": "tencent", "ErrorCode": 100001}
        assert codegloss.enrich(body)["retryable"] is True
        assert advise(body).retryable is None
        assert advise(body, scope="tencent").retryable is True

    def test_the_product_or_its_own_words(self):
        assert advise({"sdk": "TUILiveKit", "code": 100001}).retryable is True
        symbol = {"code": 60007, "ErrorInfo": "rest api rate limit"}
        assert advise(symbol).retryable is True

    def test_somebody_elses_error_with_a_number_of_ours(self):
        error = SdkError(11001, "join room failed, roomToken invalid")
        assert advise(error).retryable is None
        assert is_retryable(error) is False

"""What is read of one event, and kept of it, is bounded."""

from __future__ import annotations

import json
import threading

import pytest

import codegloss
from samples import NEED_PASSWORD, Failure, RoomError, V2NIMError


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

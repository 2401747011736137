"""What once went wrong: answers taught by other events, user code run, no ceiling."""

from __future__ import annotations

import collections
import gc
import json
import os
import signal
import sys
import threading
import time
import tracemalloc

import pytest

import codegloss
from codegloss.logging import GlossFilter
from codegloss.structlog import GlossProcessor

LIVE = "tencent.live"
PASSWORD = "The room requires a password"


class RoomError(Exception):
    def __init__(self, code):
        super().__init__("join failed")
        self.code = code


class TestPoisoning:
    """No event can change what is said of another."""

    def test_a_dict_that_another_thread_changes(self):
        process = GlossProcessor(scope=LIVE)
        want = {
            code: codegloss.resolve(code, scope=LIVE).meaning
            for code in (100018, 100004)
        }
        state, stop = {"code": 100018}, threading.Event()

        def change():
            while not stop.is_set():
                for code in (100004, 0, 100018, 100012):
                    state["code"] = code

        thread = threading.Thread(target=change, daemon=True)
        thread.start()
        try:
            for _ in range(2_000):
                process(
                    None, "", {"event": "state", "level": "error", "response": state}
                )
        finally:
            stop.set()
            thread.join()
        for code, meaning in want.items():
            event = {"event": "state", "level": "error", "response": {"code": code}}
            assert process(None, "", event)["meaning"] == meaning

    def test_a_dict_that_answers_differently_the_second_time(self):
        class Liar(dict):
            asked = 0

            def __getitem__(self, key):
                Liar.asked += 1
                return 100018 if Liar.asked % 2 else 100004

            get = __getitem__

        enricher = codegloss.Enricher(scope=LIVE)
        for _ in range(10):
            enricher.enrich(
                {"event": "x", "level": "error", "error": Liar(code=100012)}
            )
        event = {"event": "x", "level": "error", "error": {"code": 100018}}
        assert enricher.enrich(event)["meaning"] == PASSWORD
        assert Liar.asked == 0

    def test_an_exception_whose_code_changes(self):
        error = RoomError(100012)
        assert codegloss.is_retryable(error, scope=LIVE)
        error.code = 100018
        assert not codegloss.is_retryable(error, scope=LIVE)
        assert codegloss.is_retryable(RoomError(100012), scope=LIVE)


def shortest(work, times=7):
    """Return the shortest time of several, as noise only ever adds to it."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


class TestCeilings:
    """Whatever stands in an event, reading it ends."""

    def hostile(self):
        text = "forbidden " + "abc def " * 30
        errors = [{"code": 403, "message": f"{n} {text}"} for n in range(20)]
        yield {"event": "x", "response": json.dumps({"errors": errors})}
        chain = None
        for _ in range(8):
            error = RoomError(403)
            vars(error).update({f"sdk_{n}": "x" * 1_000 for n in range(20)})
            vars(error).update(sdk="y" * 1_000, logger="z " * 500, url="u" * 1_000)
            error.__cause__, chain = chain, error
        yield {"event": "x", "exc_info": chain}
        yield {
            "event": "x",
            "data": {**{f"k{n}": n for n in range(10**6)}, "code": 416},
        }
        nested = {"sdk": "s" * 100_000}
        for _ in range(30):
            nested = {
                "code": 403,
                "sdk": "s" * 100_000,
                "error": nested,
                "data": nested,
            }
        yield {"event": "x", "code": 403, "error": nested}
        yield {"event": "code=403 " * 2_000, "error": "(100018) " * 2_000, "code": 403}

    def test_a_hostile_event_costs_no_more_than_some_hundred_usual_ones(self):
        enricher = codegloss.Enricher(text=True, scope="netease")
        usual = {"event": "send failed", "level": "error", "sdk": "NIM", "code": 414}
        unit = shortest(lambda: [enricher.enrich(usual) for _ in range(20)]) / 20
        for event in self.hostile():
            # Some 50 were measured, and thousands before there was a budget.
            assert shortest(lambda e=event: enricher.enrich(e)) < 400 * unit

    def test_what_is_remembered_is_bounded_in_bytes(self):
        enricher = codegloss.Enricher()
        enricher.enrich({"code": 416, "sdk": "NIM"})
        tracemalloc.start()
        for number in range(4_000):
            wide = {f"{number}{chr(32 + n % 90)}{n}": n for n in range(200)}
            enricher.enrich({"error": {**wide, "code": 416}})
            name = f"{number}" + "n" * 100
            enricher.enrich(
                {
                    "code": 416,
                    "logger": name,
                    "url": f"https://{name}.example/",
                    "sdk": name,
                }
            )
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert kept < 16 * 2**20


class TestBesideAWebRequest:
    """Every web application binds `method` and `path` to all its events."""

    WEB = {"event": "send failed", "method": "POST", "path": "/rooms/1"}

    @pytest.mark.parametrize(
        "more",
        [
            {"code": 416, "sdk": "NIM"},
            {"code": 416, "logger": "nim.client"},
            {"nim_code": 416},
        ],
        ids=str,
    )
    def test_evidence_for_the_product_speaks(self, more):
        assert codegloss.enrich({**self.WEB, **more})["product"] == "nim"

    def test_a_given_scope_speaks(self):
        event = {**self.WEB, "code": 416}
        assert codegloss.enrich(event, scope="netease.nim")["product"] == "nim"
        with codegloss.scope("netease.nim"):
            assert codegloss.enrich(event)["product"] == "nim"
        scopes = {"app": "netease.nim"}
        enricher = codegloss.Enricher(scopes=scopes)
        assert enricher.enrich({**event, "logger": "app.x"})["product"] == "nim"

    def test_a_configured_scope_and_vendor_evidence_yield(self):
        event = {**self.WEB, "code": 416}
        assert codegloss.Enricher(scope="netease.nim").enrich(event) == {}
        assert codegloss.enrich({**event, "vendor": "netease"}) == {}
        assert codegloss.enrich({**event, "service": "nim-gateway"}) == {}


@pytest.mark.parametrize("company", ["stripe", "zoom", "slack", "aws", "agora"])
def test_a_company_in_free_text_silences_no_given_scope(company):
    event = {"event": f"join failed for user {company}", "code": 100018}
    assert codegloss.enrich(event, scope=LIVE)["product"] == "live"
    assert codegloss.enrich({**event, "sdk": "TUILiveKit"})["product"] == "live"
    assert codegloss.enrich({**event, "level": "error"}) == {}


class TestNoUserCode:
    """Only data is read."""

    def test_a_default_dict_does_not_grow(self):
        fields = collections.defaultdict(lambda: 100018, other=5)
        error = RoomError(100018)
        enricher = codegloss.Enricher(scope=LIVE)
        for _ in range(2):
            enricher.enrich({"event": "x", "exc_info": error})
            error.__dict__ = fields
            codegloss.advise(error, scope=LIVE)
            codegloss.is_retryable(error, scope=LIVE)
        assert dict(fields) == {"other": 5}

    def test_exceptions_behind_one_another_are_not_compared(self):
        compared = []

        class Compared(RoomError):
            def __eq__(self, other):
                compared.append(other)
                return True

            __hash__ = None

        first, second, third = Compared(1), Compared(2), Compared(100018)
        first.__cause__, second.__cause__ = second, third
        assert codegloss.enrich({"exc_info": first}, scope=LIVE)["product"] == "live"
        assert codegloss.advise(first, scope=LIVE).retryable is False
        assert compared == []

    def test_lazy_objects_stay_lazy(self):
        evaluated = []

        class Lazy:
            @property
            def __class__(self):
                evaluated.append("__class__")
                return dict

            def __getattr__(self, name):
                evaluated.append(name)
                raise AttributeError(name)

        enricher = codegloss.Enricher(scope=LIVE)
        enricher.enrich(
            {"event": "x", "code": 100018, "error": Lazy(), "level": Lazy()}
        )
        gloss = GlossFilter(scope=LIVE)
        import logging

        record = logging.LogRecord("a", 40, "p", 1, "user %s", None, None)
        record.args = (Lazy(),)
        record.user = record.error = Lazy()
        gloss.filter(record)
        codegloss.advise({"code": 100018, "error": Lazy()}, scope=LIVE)
        assert evaluated == []

    def test_wrapt_and_werkzeug_and_django(self):
        evaluated = []

        def make():
            evaluated.append(1)
            return {"code": 100018}

        lazies = []
        wrapt = pytest.importorskip("wrapt")
        if not hasattr(wrapt, "LazyObjectProxy"):
            pytest.skip("this wrapt has no lazy proxy")
        lazies.append(wrapt.LazyObjectProxy(make))
        enricher = codegloss.Enricher(scope=LIVE)
        for lazy in lazies:
            enricher.enrich({"event": "x", "code": 100018, "error": lazy, "user": lazy})
        assert evaluated == []

    def test_a_mapping_that_raises_hides_no_code_beside_it(self):
        class Broken(collections.abc.Mapping):
            def __getitem__(self, key):
                raise OSError

            __iter__ = __len__ = __getitem__

        event = {"sdk": "NIM", "data": Broken(), "error": {"code": 416}}
        assert codegloss.enrich(event)["product"] == "nim"


class TestProcesses:
    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_a_fork_while_a_thread_is_inside(self):
        stop = threading.Event()

        def busy():
            while not stop.is_set():
                codegloss.Enricher(scope=LIVE)
                codegloss.stats()

        thread = threading.Thread(target=busy, daemon=True)
        thread.start()
        try:
            for _ in range(5):
                child = os.fork()
                if not child:
                    signal.alarm(20)
                    codegloss.Enricher()
                    codegloss.stats()
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
        finally:
            stop.set()
            thread.join()

    @pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")
    def test_what_a_signal_handler_raises_passes(self, production):
        class SoftLimit(Exception):
            pass

        def handler(number, frame):
            raise SoftLimit

        enricher = codegloss.Enricher(text=True, scope="netease")
        texts = {"event": "code=403 " * 100, "error": "(100018) " * 100, "code": 403}
        before = signal.signal(signal.SIGALRM, handler)
        gc.collect()
        gc.disable()  # Python drops what is raised in a finalizer of other tests
        try:
            for _ in range(20):
                signal.setitimer(signal.ITIMER_REAL, 0.005)
                with pytest.raises(SoftLimit):
                    for _ in range(10_000):
                        enricher.enrich(texts)
        finally:
            gc.enable()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def test_a_number_of_any_length():
    sys.setrecursionlimit(sys.getrecursionlimit())
    for thing in (10**5_000, {"code": 10**5_000}, RoomError(-(10**5_000))):
        assert codegloss.advise(thing).retryable is None
        assert codegloss.is_retryable(thing) is False

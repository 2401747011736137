"""Events that are broken, hostile or of strange types: nothing is raised."""

from __future__ import annotations

import http

import pytest

import codegloss
from samples import JOIN


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

"""What was said before never changes what is said now.

An engine answers what it has seen from memory: that must be what an engine that has
seen nothing says, for every event, every exception and all that is known around them.
"""

from __future__ import annotations

import copy
import decimal
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import codegloss
from codegloss import testing
from codegloss._core.engine import Engine
from codegloss._events.context import Context
from codegloss._events.fields import fields_of
from codegloss._matching.names import names_of

pytestmark = pytest.mark.property


class Failure(Exception):
    pass


class NIMError(Exception):
    pass


class DatabaseError(Exception):
    pass


class SlottedFailure(Exception):
    __slots__ = ("code",)


class CodedFailure(Exception):
    code = 100018


CODES = st.sampled_from(
    [416, "416", 100018, 100019, 1, True, 416.0, None, decimal.Decimal(416), [416]]
)
VALUES = {
    "event": st.sampled_from(["call failed", "x" * 2_000, "Tencent said 100018", 5]),
    "sdk": st.sampled_from(["NIM", "TUILiveKit", "Tencent", True, 1, None]),
    "logger": st.sampled_from(["rtc.tencent", "nim", "app"]),
    "status": st.sampled_from([404, 200, "404"]),
    "meaning": st.sampled_from(["The room requires a password", "mine", ["x"]]),
    "message": st.sampled_from(["", "team not exist", "code=416", 416]),
    "request_id": st.sampled_from(["a", "b"]),
    "code": CODES,
    "errCode": CODES,
}
FIELDS = st.fixed_dictionaries({}, optional=VALUES)
CLASSES = st.sampled_from(
    [Failure, Failure, NIMError, DatabaseError, SlottedFailure, CodedFailure]
)


@st.composite
def errors(draw, depth=2):
    """Draw an exception, which may have a cause or a context."""
    error = draw(CLASSES)(*draw(st.lists(st.sampled_from(["x", 416]), max_size=1)))
    for name, value in draw(FIELDS).items():
        setattr(error, name, value)
    if depth and draw(st.booleans()):
        error.__context__ = draw(errors(depth - 1))
        error.__suppress_context__ = draw(st.booleans())
    if depth and draw(st.booleans()):
        error.__cause__ = draw(errors(depth - 1))
    return error


CONTAINED = st.one_of(
    FIELDS,
    errors(),
    st.lists(FIELDS, max_size=2),
    st.sampled_from(['{"code": 416, "sdk": "NIM"}', "416", 416, True, None]),
)
VALUES |= {"error": CONTAINED, "exc_info": CONTAINED, "request": CONTAINED}
EVENTS = st.fixed_dictionaries({}, optional=VALUES)
AROUND = st.none() | st.builds(
    Context,
    st.sampled_from(["join failed", "Tencent said 100018", ""]),
    st.sampled_from(["rtc.tencent", "nim", ""]),
    st.sampled_from(["ERROR", "info", ""]),
    st.sampled_from([(), (("sdk", "NIM"),)]),
    st.just(()),
)
SCOPES = st.sampled_from([None, ("tencent",), ("netease.nim",)])
OPTIONS = ({}, {"scope": "tencent"}, {"text": True}, {"scopes": {"app": "netease.nim"}})
ENRICHERS = [codegloss.Enricher(**options) for options in OPTIONS]


@st.composite
def like(draw, error):
    """Draw an exception that differs from another in one thing."""
    error = copy.copy(error)
    change = draw(st.sampled_from(["cause", "context", "field", "other fields"]))
    if change == "cause":
        error.__cause__ = draw(errors(0))
    elif change == "context":
        error.__context__ = draw(errors(0))
    elif change == "field":
        setattr(error, draw(st.sampled_from(["code", "sdk"])), draw(CODES))
    else:
        vars(error).clear()
        vars(error).update(draw(FIELDS))
    return error


@st.composite
def questions(draw):
    """Draw several events that differ little, and what is known around them."""
    event = draw(EVENTS)
    asked = [(event, draw(AROUND), draw(SCOPES))]
    for _ in range(4):
        event, around, scopes = draw(st.sampled_from(asked))
        change = draw(st.sampled_from([*event, "around", "scopes"]))
        if change == "around":
            around = draw(AROUND)
        elif change == "scopes":
            scopes = draw(SCOPES)
        else:
            event = {**event, change: draw(VALUES[change])}
            error = event[change]
            if isinstance(error, Exception):
                asked.append((event, around, scopes))
                event = {**event, change: draw(like(error))}
        asked.append((event, around, scopes))
    return asked


def said(engine, event, around, scopes):
    added = {}
    engine.enrich(event, added, around, scopes)
    return added


def fresh(enricher):
    """Return an engine that has seen nothing, with names and fields of its own."""
    fields_of.cache_clear()
    names_of.cache_clear()
    return Engine(testing.active_catalog(), enricher.config)


@given(st.sampled_from(ENRICHERS), questions())
@settings(max_examples=60, deadline=None)
def test_a_warm_engine_says_what_a_fresh_one_says(enricher, asked):
    expected = [said(fresh(enricher), *question) for question in asked[:2]]
    for _ in range(2):
        for question in asked:
            said(enricher.engine, *question)
    assert [said(enricher.engine, *question) for question in asked[:2]] == expected


def _failure(fields, args, cls=Failure):
    error = cls(*args)
    vars(error).update(fields)
    return error


NIM = st.sampled_from([416, 416.0, 414, "414", None])
FAILURES = st.builds(
    _failure,
    st.fixed_dictionaries({"code": NIM})
    | st.fixed_dictionaries({}, optional={"code": NIM, "errCode": NIM, "x": NIM}),
    st.sampled_from([(), ("team not exist",), ("V2NIMError: kicked",)]),
    st.sampled_from([Failure, NIMError, DatabaseError]),
)


@st.composite
def chains(draw):
    """Draw several chains of exceptions from the same few links."""
    links = draw(st.lists(FAILURES, min_size=2, max_size=3))
    found = []
    for _ in range(6):
        chain = [
            copy.copy(link)
            for link in draw(st.lists(st.sampled_from(links), min_size=1, max_size=3))
        ]
        for outer, inner in itertools.pairwise(chain):
            if draw(st.booleans()):
                outer.__cause__ = inner
            else:
                outer.__context__ = inner
                outer.__suppress_context__ = draw(st.booleans())
        found.append(chain[0])
    return found


@given(st.sampled_from(ENRICHERS), chains())
@settings(max_examples=150, deadline=None)
def test_no_exception_is_taken_for_another(enricher, errors):
    events = [{"error": error} for error in errors]
    events += [{"sdk": "NIM", "error": error} for error in errors]
    first = [said(enricher.engine, event, None, None) for event in events]
    for _ in range(2):
        assert [said(enricher.engine, event, None, None) for event in events] == first

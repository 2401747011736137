"""The loguru patcher on real loggers."""

from __future__ import annotations

import json
import pickle
import sys

import pytest

pytest.importorskip("loguru")

from loguru import logger

from codegloss.loguru import GlossPatcher, compose


class RoomError(Exception):
    def __init__(self, code, room="r"):
        super().__init__(code, room)
        self.code = code


@pytest.fixture
def extras():
    """Log through a fresh logger with our patcher; return each record's extra."""
    seen = []
    logger.remove()
    logger.add(lambda message: seen.append(message.record["extra"]), format="{extra}")
    logger.configure(patcher=GlossPatcher())
    yield seen
    logger.remove()
    logger.configure(patcher=lambda _: None, extra={})
    logger.add(sys.stderr)


def test_golden(golden, extras):
    event = dict(golden["event"])
    message = event.pop("event")
    logger.bind(**event).warning(message)
    assert extras[0] == {**event, **golden["adds"]}


def test_no_code(extras):
    logger.info("hello")
    assert extras == [{}]


@pytest.mark.parametrize("how", ["bind", "contextualize", "keyword"])
def test_where_a_code_comes_from(extras, how):
    if how == "bind":
        logger.bind(code=100018).error("join failed")
    elif how == "contextualize":
        with logger.contextualize(code=100018):
            logger.error("join failed")
    else:
        logger.error("join failed", code=100018)
    assert extras[0]["product"] == "live"


def test_nothing_leaks_into_the_bound_logger(extras):
    bound = logger.bind(sdk="NIM", code=416)
    bound.error("first")
    bound.error("second")
    assert extras[0] == extras[1]
    assert "product" in extras[0]


def test_exception(extras):
    try:
        raise RoomError(100018)
    except RoomError as error:
        logger.exception("join failed")
        logger.opt(exception=error).info("join failed")

    @logger.catch
    def fail():
        raise RoomError(100018)

    fail()
    assert [extra["product"] for extra in extras] == ["live"] * 3


def test_level_name_and_message_are_evidence(extras):
    logger.info("done", code=100018)
    logger.error("done", code=100018)
    logger.info("it failed", code=100018)
    assert ["product" in extra for extra in extras] == [False, True, True]


def test_chain_and_compose(extras):
    first = compose(lambda r: r["extra"].update(code=100018), GlossPatcher())
    logger.configure(patcher=first)
    logger.patch(lambda r: r["extra"].update(seen=dict(r["extra"]))).error("x")
    assert extras[0]["product"] == "live"
    assert extras[0]["seen"]["product"] == "live"


def test_serialize_and_enqueue():
    lines = []
    logger.remove()
    logger.add(lines.append, serialize=True, enqueue=True)
    logger.configure(patcher=GlossPatcher(language="zh"))
    logger.error("join failed", code=100018)
    try:
        raise RoomError(100019)
    except RoomError:
        logger.exception("join failed")
    logger.complete()
    logger.remove()
    first, second = (json.loads(line)["record"]["extra"] for line in lines)
    assert first["product"] == second["product"] == "live"
    assert first["meaning"] != second["meaning"]


def test_a_hostile_extra_does_no_harm(extras, production):
    class Hostile:
        def __hash__(self):
            raise RuntimeError

    logger.bind(code=Hostile()).error("x")
    assert len(extras) == 1


def test_a_broken_enricher_does_no_harm(extras, production, monkeypatch):
    patcher = GlossPatcher()
    monkeypatch.setattr(patcher.enricher, "_engine", None)
    monkeypatch.setattr(patcher.enricher, "is_clear", None)
    logger.configure(patcher=patcher)
    logger.error("join failed", code=100018)
    assert extras == [{"code": 100018}]


def test_pickle():
    patcher = pickle.loads(pickle.dumps(GlossPatcher(scope="tencent")))
    assert patcher.enricher.options.scope == "tencent"

"""Handlers that write only what they expect, and exceptions put together anew."""

from __future__ import annotations

import json
import logging
import sys

import pytest

import codegloss
from codegloss.logging import GlossFilter
from raising import SdkError


def record(**fields):
    made = logging.makeLogRecord({"name": "app", "levelno": 40, "msg": "failed"})
    vars(made).update(fields)
    return made


class TestInto:
    def test_what_stands_there_is_read_and_kept(self):
        given = {"sdk": "NIM", "code": 416}
        made = record(json_fields=given)
        GlossFilter(into="json_fields").filter(made)
        assert made.json_fields["product"] == "nim"
        assert made.json_fields["code"] == 416
        assert given == {"sdk": "NIM", "code": 416}
        assert not hasattr(made, "product")

    def test_at_any_level(self):
        made = record(levelno=20, json_fields={"sdk": "NIM", "code": 416})
        GlossFilter(into="json_fields").filter(made)
        assert made.json_fields["product"] == "nim"

    def test_extra_and_exceptions_go_there_too(self):
        made = record(sdk="NIM", code=416)
        GlossFilter(into="json_fields").filter(made)
        assert made.json_fields["product"] == "nim"
        made = record(exc_info=(SdkError, SdkError(416), None), sdk="NIM")
        GlossFilter(into="json_fields").filter(made)
        assert made.json_fields["product"] == "nim"

    def test_twice_is_once(self):
        made = record(json_fields={"sdk": "NIM", "code": 416})
        for _ in range(2):
            GlossFilter(into="json_fields").filter(made)
        assert [key for key in made.json_fields if "product" in key] == ["product"]

    def test_nothing_to_say(self):
        made = record(json_fields={"code": 404, "method": "GET", "path": "/"})
        GlossFilter(into="json_fields").filter(made)
        assert set(made.json_fields) == {"code", "method", "path"}
        plain = record()
        GlossFilter(into="json_fields").filter(plain)
        assert not hasattr(plain, "json_fields")

    @pytest.mark.parametrize("held", ["text", [1], 0], ids=repr)
    def test_something_else_stands_there(self, held):
        made = record(json_fields=held, sdk="NIM", code=416)
        GlossFilter(into="json_fields").filter(made)
        assert made.json_fields is held
        assert made.product == "nim"


class TestAround:
    def test_evidence_and_codes(self):
        keys = {"sdk": "NIM"}
        gloss = GlossFilter(around=lambda: keys)
        made = record(code=416)
        gloss.filter(made)
        assert made.product == "nim"
        keys["code"] = 416
        quiet = record(levelno=20)
        gloss.filter(quiet)
        assert quiet.product == "nim"
        assert not hasattr(quiet, "sdk")

    def test_what_the_record_says_counts_more(self):
        made = record(code=100018, sdk="TUILiveKit")
        GlossFilter(around=lambda: {"code": 416, "sdk": "NIM"}).filter(made)
        assert made.product == "live"

    def test_nothing_is_raised(self, production):
        def broken():
            raise KeyError

        gloss = GlossFilter(around=broken)
        before = codegloss.stats()["errors"]
        assert gloss.filter(record(code=416, sdk="NIM"))
        assert codegloss.stats()["errors"] == before + 1


class TestExceptionsPutTogetherAnew:
    def test_celery_cannot_pickle_it(self):
        from codegloss.logging import GlossFilter

        celery = pytest.importorskip("celery")
        seen = []
        handler = logging.Handler()
        handler.emit = seen.append
        handler.addFilter(GlossFilter())
        logger = logging.getLogger("celery.app.trace")
        logger.addHandler(handler)
        app = celery.Celery("rooms", broker="memory://", set_as_current=False)

        class Unpicklable(Exception):
            def __init__(self, code, room):
                super().__init__("refused")
                self.code = code

        Unpicklable.__module__ = "tuilivekit.errors"

        @app.task(name="join")
        def join():
            raise Unpicklable(100018, "r-77")

        try:
            join.apply()
        finally:
            logger.removeHandler(handler)
            app.close()
        (failed,) = seen
        assert "raised unexpected" in failed.getMessage()
        assert "code" not in vars(failed.exc_info[1])  # that is what it is about
        assert failed.product == "live"

    def test_another_one_that_is_passing_is_no_stand_in(self):
        gloss = GlossFilter(scope="netease.nim")
        try:
            raise SdkError(416)
        except SdkError:
            made = record(exc_info=(ValueError, ValueError("no"), None))
            gloss.filter(made)
        assert not hasattr(made, "product")


class TestLoguruHandler:
    @pytest.fixture
    def lines(self):
        loguru = pytest.importorskip("loguru")
        from codegloss.logging import LoguruHandler

        found = []
        loguru.logger.remove()
        loguru.logger.add(lambda line: found.append(json.loads(line)), serialize=True)
        logger = logging.getLogger("rtc.tencent")
        logger.addHandler(LoguruHandler(loguru.logger))
        logger.setLevel(1)
        yield logger, found
        logger.handlers.clear()
        loguru.logger.remove()

    def test_fields_level_caller_and_gloss(self, lines):
        logger, found = lines
        logger.warning("no %s {braces} <red>", "room", extra={"code": 100018})
        record = found[0]["record"]
        assert record["message"] == "no room {braces} <red>"
        assert record["level"]["name"] == "WARNING"
        assert record["extra"]["code"] == 100018
        assert record["extra"]["product"] == "live"  # the logger's name says so
        assert record["function"] == sys._getframe().f_code.co_name

    def test_a_record_that_was_made_elsewhere(self, lines):
        logger, found = lines
        logger.handle(record(msg="from a queue", code=100018, name="rtc.tencent"))
        assert found[0]["record"]["message"] == "from a queue"
        assert found[0]["record"]["extra"]["product"] == "live"

    def test_a_level_that_loguru_does_not_know(self, lines):
        logger, found = lines
        logger.log(35, "odd")
        assert found[0]["record"]["level"]["no"] == 35

    def test_a_patcher_beside_it_says_nothing_twice(self, lines):
        import loguru

        from codegloss.loguru import GlossPatcher

        logger, found = lines
        patched = loguru.logger.patch(GlossPatcher())
        logger.handlers[0]._logger = patched
        logger.error("no room", extra={"code": 100018})
        extra = found[0]["record"]["extra"]
        assert not [key for key in extra if key.startswith("codegloss")]

    def test_exceptions(self, lines, room_error):
        logger, found = lines
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("failed")
        record = found[0]["record"]
        assert record["exception"]["type"] == "RoomError"
        assert record["extra"]["product"] == "live"

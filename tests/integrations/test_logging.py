"""The filter of standard logging: handlers, queues, configuration, JSON formatters."""

from __future__ import annotations

import copy
import inspect
import io
import json
import logging
import logging.config
import logging.handlers
import pickle
import queue
import sys
import types
from typing import get_type_hints

import pytest

import codegloss
from codegloss._core.config import EnricherOptions, SignalOptions
from codegloss.logging import _STANDARD, GlossFilter


class Keeper(logging.Handler):
    """Keep every record."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.format(record)
        self.records.append(record)

    @property
    def extras(self):
        return [
            {key: value for key, value in vars(record).items() if key not in _STANDARD}
            for record in self.records
        ]


@pytest.fixture
def logger():
    made = logging.getLogger("test.gloss")
    made.setLevel(logging.DEBUG)
    made.propagate = False
    yield made
    for handler in made.handlers[:]:
        made.removeHandler(handler)
    made.filters.clear()


@pytest.fixture
def keeper(logger):
    handler = Keeper()
    handler.addFilter(GlossFilter(scope="tencent"))
    logger.addHandler(handler)
    return handler


def test_golden(case, keeper):
    fields = dict(case.fields)
    name = fields.pop("name", "app")  # no field here can have the name of an attribute
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(keeper)
    getattr(logger, case.level)(case.message, extra=fields, exc_info=case.error)
    logger.removeHandler(keeper)
    assert keeper.extras == [{**fields, **case.adds}]


class TestWhereACodeComesFrom:
    def test_extra(self, logger, keeper):
        logger.error("join failed", extra={"code": 100018})
        assert keeper.extras[0]["product"] == "live"

    def test_extra_of_an_adapter(self, logger, keeper):
        adapter = logging.LoggerAdapter(logger, {"sdk": "NIM", "code": 416})
        adapter.info("send failed")
        assert keeper.extras[0]["product"] == "nim"

    def test_mapping_as_argument(self, logger, keeper):
        logger.error("%(code)s", {"code": 100018})
        logger.error("join failed", *({"code": 100018},))
        assert [extra["product"] for extra in keeper.extras] == ["live", "live"]
        assert keeper.records[0].getMessage() == "100018"

    def test_mapping_among_arguments(self, logger, keeper):
        logger.error("%s: %s", "join", {"code": 100018, "sdk": "TUILiveKit"})
        logger.error("%s: %s", "join", {"status": 404})
        assert ["product" in extra for extra in keeper.extras] == [True, False]

    def test_mapping_as_message(self, logger, keeper):
        logger.error({"event": "join failed", "code": 100018})
        logger.error({"event": "joined"})
        assert ["product" in extra for extra in keeper.extras] == [True, False]

    def test_exception(self, logger, keeper, room_error):
        try:
            raise room_error(100018)
        except room_error as error:
            for exc_info in (True, error, sys.exc_info()):
                logger.error("join failed", exc_info=exc_info)
            logger.exception("join failed")
            logger.error("join failed: %s", error)
            logger.error("join failed: %s %s", "r-77", error)
            logger.error(error)
            logger.exception(error)
            logger.exception("join failed: %s", error)
            logger.error("join failed", extra={"err": error})
        assert [extra["product"] for extra in keeper.extras] == ["live"] * 10
        assert not [extra for extra in keeper.extras if "glosses" in extra]

    def test_several_exceptions(self, logger, keeper, room_error):
        errors = [ValueError(), room_error(100018), room_error(100019)]
        logger.error("%s %s %s", *errors)
        logger.error("%s %s", *errors[1:])
        for extra in keeper.extras:
            assert [gloss["code"] for gloss in extra["glosses"]] == [100018, 100019]

    def test_text_on_request(self, logger):
        handler = Keeper()
        handler.addFilter(GlossFilter(text=True, scope="tencent"))
        logger.addHandler(handler)
        logger.error("join failed, code=%d", 100018)
        logger.error("join failed")
        logger.error("join failed, code=%s", "none")
        assert ["product" in extra for extra in handler.extras] == [True, False, False]
        wrong = {"msg": "join failed, code=100018 %d", "args": ("not a number",)}
        record = logging.makeLogRecord({**wrong, "levelname": "ERROR"})
        assert handler.filters[0].filter(record) is True
        assert record.product == "live"


class TestWhatIsNoCode:
    @pytest.mark.parametrize(
        "call",
        [
            {"msg": "joined"},
            {"msg": "joined %s", "args": ("r-77",)},
            {"msg": "joined %(room)s", "args": ({"room": "r-77"},)},
            {"msg": "joined", "extra": {"room": "r-77"}},
            {"msg": "joined", "exc_info": (None, None, None)},
            {"msg": "joined", "exc_info": ValueError("100018")},
            {"msg": None},
            {"msg": 100018},
            {"msg": ("code", 100018)},
        ],
    )
    def test_nothing_is_added(self, call, logger, keeper):
        extra = call.get("extra", {})
        args = call.get("args", ())
        logger.error(call["msg"], *args, extra=extra, exc_info=call.get("exc_info"))
        assert keeper.extras == [extra]

    def test_it_is_not_even_looked_at(self, logger, keeper, monkeypatch):
        looked = []
        enricher = keeper.filters[0].enricher
        monkeypatch.setattr(enricher, "enrich", looked.append)
        logger.error("joined %s", "r-77", extra={"room": "r-77"})
        assert looked == []


class TestRecords:
    def test_attributes_of_a_record_are_never_replaced(self, logger):
        handler = Keeper()
        fields = ("vendor", "meaning", "message")
        handler.addFilter(GlossFilter(fields=fields, scope="netease.nim"))
        logger.addHandler(handler)
        logger.error("send failed", extra={"code": 108404, "vendor": "mine"})
        (extra,) = handler.extras
        assert extra["vendor"] == "mine"
        assert extra["codegloss_vendor"] == "netease"
        assert extra["codegloss_message"] == "team not exist"
        assert handler.records[0].message == "send failed"

    def test_handlers_that_share_a_record(self, logger, keeper):
        other = Keeper()
        other.addFilter(GlossFilter(fields=("vendor", "meaning")))
        logger.addHandler(other)
        again = Keeper()
        again.addFilter(keeper.filters[0])
        logger.addHandler(again)
        logger.addFilter(GlossFilter(scope="tencent"))
        logger.error("join failed", extra={"code": 100018})
        assert keeper.extras == again.extras == other.extras
        assert not [key for key in keeper.extras[0] if key.startswith("codegloss_")]

    def test_names_of_the_user_hide_nothing(self, logger, keeper):
        taken = {"log": "x", "event": "y", "log_logger": 1, "severity_text": None}
        logger.error("done", extra={"code": 100018, **taken})
        assert keeper.extras[0]["product"] == "live"

    def test_values_of_the_user_are_not_touched(self, logger, keeper):
        error = {"code": 100018, "sdk": "TUILiveKit"}
        logger.error("join failed", extra={"error": error})
        assert error == {"code": 100018, "sdk": "TUILiveKit"}
        assert keeper.extras[0]["product"] == "live"

    def test_made_by_others(self, room_error):
        gloss = GlossFilter(scope="tencent")
        for exc_info in (room_error(100018), (None, room_error(100018), None)):
            record = logging.makeLogRecord({"exc_info": exc_info})
            assert gloss.filter(record) is True
            assert record.product == "live"
        record = logging.makeLogRecord({"exc_info": True, "code": 100018})
        assert gloss.filter(record) is True

    def test_of_a_class_that_sets_its_attributes_first(self):
        class Record(logging.LogRecord):
            def __init__(self, *args):
                self.code = 100018
                super().__init__(*args)

        record = Record("app", logging.ERROR, "", 0, "join failed", (), None)
        assert GlossFilter(scope="tencent").filter(record) is True
        assert record.product == "live"

    def test_catalogs_that_change(self, tmp_path):
        gloss = GlossFilter(scope="tencent")
        path = tmp_path / "acme.json"
        live = {"prefixes": ["ticket"]}
        more = {"schema": 1, "products": {"tencent.live": live}}
        path.write_text(json.dumps(more), encoding="utf-8")

        def products():
            record = logging.makeLogRecord({"ticket_code": 100018})
            gloss.filter(record)
            return getattr(record, "product", None)

        assert products() is None
        codegloss.load_catalog(path)
        assert products() == "live"
        codegloss.load_catalog()
        assert products() is None

    @pytest.mark.parametrize(("level", "said"), [(45, True), (25, False)])
    def test_a_level_of_ones_own(self, level, said):
        record = logging.LogRecord("app", level, "", 1, "done", None, None)
        record.code = 100018
        GlossFilter(scope="tencent").filter(record)
        assert hasattr(record, "product") == said

    def test_our_own_code_is_not_read_again(self):
        record = logging.LogRecord("rtc.tencent", 40, "", 1, "done", None, None)
        record.errCode = 100018
        gloss = GlossFilter(fields=["product", "code", "match"])
        gloss.filter(record)
        once = dict(vars(record))
        gloss.filter(record)
        assert vars(record) == once

    def test_a_mapping_of_any_kind(self):
        fields = types.MappingProxyType({"code": 100018})
        record = logging.makeLogRecord({"msg": "%s %s", "args": (fields, 1)})
        record.levelname = "ERROR"
        GlossFilter(scope="tencent").filter(record)
        assert record.product == "live"


class TestQueues:
    def logged(self, logger, room_error, *, before):
        keeper = Keeper()
        records = queue.SimpleQueue()
        handler = logging.handlers.QueueHandler(records)
        (handler if before else keeper).addFilter(GlossFilter(scope="tencent"))
        logger.addHandler(handler)
        listener = logging.handlers.QueueListener(records, keeper)
        listener.start()
        logger.error("join failed", extra={"code": 100018})
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
        listener.stop()
        return ["product" in extra for extra in keeper.extras]

    def test_in_front(self, logger, room_error):
        assert self.logged(logger, room_error, before=True) == [True, True]

    def test_behind_the_exception_is_gone(self, logger, room_error):
        assert self.logged(logger, room_error, before=False) == [True, False]


CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "gloss": {
            "()": "codegloss.logging.GlossFilter",
            "scope": ["tencent"],
            "language": "zh",
            "fields": ["meaning", "retryable"],
            "prefix": "gloss_",
        }
    },
    "handlers": {"keeper": {"()": Keeper, "filters": ["gloss"]}},
    "loggers": {"test.gloss": {"handlers": ["keeper"]}},
}


class TestConfiguration:
    def test_dict_config(self, logger):
        logging.config.dictConfig(CONFIG)
        (handler,) = logger.handlers
        logger.info("join failed", extra={"code": 100018})
        assert handler.extras == [
            {
                "code": 100018,
                "gloss_meaning": "这个房间设有进入密码",
                "gloss_retryable": False,
            }
        ]

    def test_mistakes_are_told_at_once(self):
        wrong = copy.deepcopy(CONFIG)
        wrong["filters"]["gloss"]["scope"] = "tencant"
        with pytest.raises(ValueError, match="gloss"):
            logging.config.dictConfig(wrong)

    @pytest.mark.skipif(sys.version_info < (3, 12), reason="came with Python 3.12")
    def test_queue_in_dict_config(self, logger, room_error):
        config = copy.deepcopy(CONFIG)
        config["handlers"] = {
            "keeper": {"()": Keeper},
            "queue": {
                "class": "logging.handlers.QueueHandler",
                "handlers": ["keeper"],
                "filters": ["gloss"],
            },
        }
        config["loggers"]["test.gloss"]["handlers"] = ["queue"]
        logging.config.dictConfig(config)
        (handler,) = logger.handlers
        handler.listener.start()
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
        handler.listener.stop()
        (keeper,) = handler.listener.handlers
        assert "gloss_meaning" in keeper.extras[0]

    def test_a_format_with_a_default(self, logger):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        style = "{message} {meaning}"
        handler.setFormatter(
            logging.Formatter(style, style="{", defaults={"meaning": "-"})
        )
        handler.addFilter(GlossFilter(scope="tencent"))
        logger.addHandler(handler)
        logger.error("join failed", extra={"code": 100018})
        logger.error("left")
        assert stream.getvalue().splitlines() == [
            "join failed The room requires a password",
            "left -",
        ]


class TestJSON:
    @pytest.fixture
    def written(self, logger):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.addFilter(GlossFilter(scope="tencent"))
        logger.addHandler(handler)

        def use(formatter):
            handler.setFormatter(formatter)
            return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

        return use

    def test_python_json_logger(self, logger, written, room_error):
        json_logger = pytest.importorskip("pythonjsonlogger.jsonlogger")
        lines = written(json_logger.JsonFormatter())
        logger.error("join failed", extra={"code": 100018})
        logger.error({"event": "join failed", "code": 100018})
        logger.error("seat", extra={"errCode": 100004, "sdk": "Tencent"})
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
        plain, mapping, ambiguous, raised = lines()
        assert plain == {
            "message": "join failed",
            "code": 100018,
            "vendor": "tencent",
            "product": "live",
            "meaning": "The room requires a password",
            "retryable": False,
        }
        assert mapping["product"] == raised["product"] == "live"
        assert ambiguous["candidates"] == ["tencent.live", "tencent.roomengine"]

    def test_ecs_logging(self, logger, written, room_error):
        ecs_logging = pytest.importorskip("ecs_logging")
        lines = written(ecs_logging.StdlibFormatter())
        logger.error("join failed", extra={"code": 100018})
        logger.error("join", extra={"code": 11000, "serverCode": 405, "sdk": "NERTC"})
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
        plain, several, raised = lines()
        assert plain["vendor"] == raised["vendor"] == "tencent"
        assert plain["retryable"] is False
        assert [gloss["code"] for gloss in several["glosses"]] == [405, 11000]
        assert raised["error"]["type"] == "RoomError"


class TestHarm:
    def test_a_raising_resolver(self, logger, keeper, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        enricher = keeper.filters[0].enricher
        monkeypatch.setattr(enricher, "gloss", fail)
        logger.error("join failed", extra={"code": 100018})
        assert keeper.extras == [{"code": 100018}]
        assert enricher.stats()["errors"] == 1

    def test_hostile_values(self, logger, keeper, production):
        class Hostile(dict):
            def __iter__(self):
                raise RuntimeError

            def keys(self):
                raise RuntimeError

            __hash__ = __eq__ = __str__ = __len__ = __bool__ = keys

        logger.error("join failed", extra={"code": Hostile()})
        logger.error("join failed", extra={"error": Hostile()})
        assert len(keeper.records) == 2
        record = logging.makeLogRecord({"msg": "x"})
        record.args = Hostile(code=1)
        assert keeper.filters[0].filter(record) is True
        record.args = (Hostile(code=1), 1)
        assert keeper.filters[0].filter(record) is True

    def test_what_is_no_record(self, production):
        assert GlossFilter(scope="tencent").filter(None) is True


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, None])
def test_pickle_and_copy(again):
    again = again or (lambda made: pickle.loads(pickle.dumps(made)))
    gloss = again(GlossFilter(scope="tencent"))
    record = logging.makeLogRecord({"code": 100018, "levelno": 40})
    assert gloss.filter(record) is True
    assert record.product == "live"


def test_options_are_those_of_the_enricher():
    taken = inspect.signature(codegloss.Enricher).parameters
    assert set(get_type_hints(EnricherOptions)) == set(taken)
    fixed = set(taken) - set(get_type_hints(SignalOptions))
    assert fixed == {"fields", "prefix"}

"""The structlog processor in real pipelines."""

from __future__ import annotations

import asyncio
import copy
import io
import json
import logging
import logging.config
import pickle
import sys
from collections import UserDict
from importlib.metadata import version

import pytest

structlog = pytest.importorskip("structlog")

from codegloss.structlog import GlossProcessor

# Before that, `aexception` looked for the exception in the wrong thread itself.
HAS_ASYNC_METHODS = int(version("structlog").partition(".")[0]) >= 23


@pytest.fixture(autouse=True)
def _reset():
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def configured(*processors, before=(), **options):
    """Configure a usual pipeline and return what it writes, decoded."""
    stream = io.StringIO()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *before,
            GlossProcessor(scope="tencent"),
            *processors,
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
        **options,
    )
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def lines():
    return configured(
        structlog.processors.format_exc_info, structlog.processors.JSONRenderer()
    )


def test_golden(case, lines):
    fields = dict(case.fields)
    if case.error is not None:
        fields["exc_info"] = case.error
    getattr(structlog.get_logger(), case.level)(case.message, **fields)
    (line,) = lines()
    line.pop("exception", None)
    assert line == {
        "event": case.message,
        **case.fields,
        "level": case.level,
        **case.adds,
    }


def test_no_code_is_the_same_object():
    event = {"event": "hello"}
    assert GlossProcessor(scope="tencent")(None, "info", event) is event
    assert event == {"event": "hello"}


def test_nested_values_are_not_touched(lines):
    error = {"code": 100018, "sdk": "TUILiveKit"}
    structlog.get_logger().error("join failed", error=error)
    assert lines()[0]["product"] == "live"
    assert error == {"code": 100018, "sdk": "TUILiveKit"}


class TestExceptions:
    def test_every_shape_of_exc_info(self, lines, room_error):
        log = structlog.get_logger()
        try:
            raise room_error(100018)
        except room_error as error:
            log.exception("join failed")
            own = (room_error, error, error.__traceback__)
            for exc_info in (True, error, own, sys.exc_info()):
                log.error("join failed", exc_info=exc_info)
            log.error("join failed", error=error.code)
        *raised, plain = lines()
        assert [line["product"] for line in raised] == ["live"] * 5
        assert all("RoomError" in line["exception"] for line in raised)
        assert plain["product"] == "live"

    @pytest.mark.parametrize("exc_info", [True, False, None, (None, None, None), "x"])
    def test_without_an_exception(self, exc_info):
        event = {"event": "join failed", "exc_info": exc_info}
        assert GlossProcessor(scope="tencent")(None, "error", dict(event)) == event

    @pytest.mark.parametrize("field", ["err", "error", "exc", "exception"])
    def test_as_a_field(self, field, lines, room_error):
        structlog.get_logger().error("join failed", **{field: room_error(100018)})
        assert lines()[0]["product"] == "live"

    @pytest.mark.skipif(not HAS_ASYNC_METHODS, reason="came with structlog 23.1")
    def test_async(self, lines, room_error):
        async def work():
            log = structlog.get_logger()
            try:
                raise room_error(100018)
            except room_error:
                await log.aexception("join failed")
                # In the thread that runs this, nobody knows the exception.
                await log.aerror("join failed", exc_info=True)
            await log.aerror("join failed", code=100018)

        asyncio.run(work())
        assert ["product" in line for line in lines()] == [True, False, True]

    def test_dict_tracebacks(self, room_error):
        if not hasattr(structlog.processors, "dict_tracebacks"):
            pytest.skip("came with structlog 22.1")
        lines = configured(
            structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()
        )
        try:
            raise room_error(100018)
        except room_error:
            structlog.get_logger().exception("join failed")
        assert lines()[0]["product"] == "live"
        assert lines()[0]["exception"][0]["exc_type"] == "RoomError"

    def test_after_the_exception_became_text_it_is_gone(self, room_error):
        lines = configured(
            structlog.processors.JSONRenderer(),
            before=[structlog.processors.format_exc_info],
        )
        code = 100018  # not in the line that raises, which the text would quote
        try:
            raise room_error(code)
        except room_error:
            structlog.get_logger().exception("join failed")
        assert "product" not in lines()[0]
        assert "RoomError" in lines()[0]["exception"]


def test_bound_and_context_values(lines):
    structlog.contextvars.bind_contextvars(sdk="NIM")
    structlog.get_logger().bind(code=416).info("send failed")
    structlog.get_logger().new(code=416).info("send failed")
    assert [line["product"] for line in lines()] == ["nim", "nim"]


@pytest.mark.parametrize(
    "rendered", ["code=1", b"code=2", None, ("a", {}), bytearray(b"code"), 7]
)
@pytest.mark.parametrize("options", [{}, {"text": True}], ids=["", "text"])
def test_after_a_renderer_it_does_no_harm(rendered, options):
    assert GlossProcessor(**options)(None, "info", rendered) is rendered


@pytest.mark.parametrize("renderer", ["JSONRenderer", "KeyValueRenderer"])
def test_placed_after_a_renderer_in_a_pipeline(renderer):
    stream = io.StringIO()
    structlog.configure(
        processors=[
            getattr(structlog.processors, renderer)(),
            GlossProcessor(scope="tencent"),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    structlog.get_logger().error("join failed", code=100018)
    assert "100018" in stream.getvalue()
    assert "vendor" not in stream.getvalue()


class TestHarm:
    """A line is exactly what it would be without codegloss."""

    def test_a_raising_resolver(self, lines, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("codegloss._core.engine.Engine.enrich", fail)
        structlog.get_logger().error("join failed", code=100018, sdk="TUILiveKit")
        assert lines() == [
            {
                "event": "join failed",
                "code": 100018,
                "sdk": "TUILiveKit",
                "level": "error",
            }
        ]

    def test_hostile_values(self, production):
        class Hostile:
            def __getattribute__(self, name):
                raise ZeroDivisionError

            def __eq__(self, other):
                raise ZeroDivisionError

            __hash__ = None

        hostile = Hostile()
        event = {"event": "x", "code": hostile, "error": hostile, "sdk": hostile}
        before = list(event.items())
        assert GlossProcessor(scope="tencent")(None, "info", event) is event
        for (key, value), (old_key, old) in zip(event.items(), before, strict=True):
            assert key == old_key
            assert value is old


def test_an_event_of_another_class():
    event = UserDict({"event": "join failed", "code": 100018, "sdk": "TUILiveKit"})
    assert GlossProcessor(scope="tencent")(None, "info", event) is event
    assert event["product"] == "live"


@pytest.mark.parametrize("cached", [False, True])
def test_filtering_logger(cached):
    bound = structlog.make_filtering_bound_logger(logging.WARNING)
    lines = configured(
        structlog.processors.JSONRenderer(),
        wrapper_class=bound,
        cache_logger_on_first_use=cached,
    )
    log = structlog.get_logger()
    log.info("join failed", code=100018)
    log.warning("join failed", code=100018)
    log.bind(code=100018).error("join failed")
    assert [line["product"] for line in lines()] == ["live", "live"]


def test_standard_library_logger(room_error):
    """structlog's own logger class of the standard library, with its level filter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("rtc.tencent.live")
    logger.addHandler(handler)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            GlossProcessor(scope="tencent"),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    log = structlog.get_logger("rtc.tencent.live")
    log.debug("not logged", code=100018)
    log.warning("%s failed", "join", code=100018, stack_info=True)
    try:
        raise room_error(100018)
    except room_error as error:
        log.error("join failed", exc_info=error)
    logger.removeHandler(handler)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["product"] for line in lines] == ["live", "live"]
    assert lines[0]["event"] == "join failed"


class TestFormatter:
    """`ProcessorFormatter`, where structlog and the standard library meet."""

    @pytest.fixture
    def written(self):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        logger = logging.getLogger("test.formatter")

        def use(**options):
            handler.setFormatter(structlog.stdlib.ProcessorFormatter(**options))
            logger.addHandler(handler)
            return logger, lambda: [
                json.loads(line) for line in stream.getvalue().splitlines()
            ]

        yield use
        logger.removeHandler(handler)

    def last(self, *processors):
        return [
            *processors,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]

    def wrap(self, *processors):
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                *processors,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
        return structlog.get_logger("test.formatter")

    def test_in_both_chains(self, written, room_error):
        logger, lines = written(
            foreign_pre_chain=[
                structlog.stdlib.ExtraAdder(),
                GlossProcessor(scope="tencent"),
            ],
            processors=self.last(),
        )
        log = self.wrap(GlossProcessor(scope="tencent"))
        log.error("join failed", code=100018)
        logger.error("join failed", extra={"code": 100018})
        for each in (log, logger):
            try:
                raise room_error(100019)
            except room_error:
                each.exception("join failed")
        assert [line["product"] for line in lines()] == ["live"] * 4

    def test_once_first_in_the_formatter(self, written, room_error):
        logger, lines = written(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=self.last(GlossProcessor(scope="tencent")),
        )
        log = self.wrap()
        log.error("join failed", code=100018)
        logger.error("join failed", extra={"code": 100018})
        for each in (log, logger):
            try:
                raise room_error(100019)
            except room_error:
                each.exception("join failed")
        assert [line["meaning"] for line in lines()] == [
            "The room requires a password",
            "The room requires a password",
            "The room password is wrong",
            "The room password is wrong",
        ]

    def test_in_the_chain_and_in_the_formatter(self, written):
        _, lines = written(processors=self.last(GlossProcessor(scope="tencent")))
        log = self.wrap(GlossProcessor(scope="tencent"))
        log.error("join failed", code=100018)
        (line,) = lines()
        assert not [key for key in line if key.startswith("codegloss_")]
        assert line["product"] == "live"

    def test_dict_config(self):
        stream = io.StringIO()
        logging.config.dictConfig(
            {
                "version": 1,
                "disable_existing_loggers": False,
                "formatters": {
                    "json": {
                        "()": structlog.stdlib.ProcessorFormatter,
                        "foreign_pre_chain": [structlog.stdlib.ExtraAdder()],
                        "processors": self.last(GlossProcessor(scope="tencent")),
                    }
                },
                "handlers": {
                    "stream": {
                        "class": "logging.StreamHandler",
                        "stream": stream,
                        "formatter": "json",
                    }
                },
                "loggers": {"test.config": {"handlers": ["stream"]}},
            }
        )
        logging.getLogger("test.config").error("join failed", extra={"code": 100018})
        assert json.loads(stream.getvalue())["product"] == "live"


def test_ecs(room_error):
    """ECS expands dotted keys, and wants `error` to itself."""
    ecs_logging = pytest.importorskip("ecs_logging")
    lines = configured(
        structlog.processors.format_exc_info, ecs_logging.StructlogFormatter()
    )
    log = structlog.get_logger()
    log.error("join failed", code=100018, **{"server.address": "console.tim.qq.com"})
    log.error("join failed", code=11000, serverCode=405, sdk="NERTC")
    try:
        raise room_error(100018)
    except room_error:
        log.exception("join failed")
    plain, several, raised = lines()
    assert plain["vendor"] == "tencent"
    assert plain["server"] == {"address": "console.tim.qq.com"}
    assert [gloss["code"] for gloss in several["glosses"]] == [405, 11000]
    assert raised["meaning"] == "The room requires a password"
    assert "RoomError" in raised["error"]["stack_trace"]


def test_gcp(room_error):
    gcp = pytest.importorskip("structlog_gcp")
    processors = gcp.build_processors(service="rooms", version="1")
    stream = io.StringIO()
    structlog.configure(
        processors=[processors[0], GlossProcessor(scope="tencent"), *processors[1:]],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    log = structlog.get_logger()
    log.error("join failed", code=100018)
    try:
        raise room_error(100018)
    except room_error:
        log.exception("join failed")
    plain, raised = map(json.loads, stream.getvalue().splitlines())
    assert plain["severity"] == raised["severity"] == "ERROR"
    assert plain["meaning"] == raised["meaning"] == "The room requires a password"
    assert "RoomError" in raised["stack_trace"]


def test_log_capture():
    capture = structlog.testing.LogCapture()
    structlog.configure(processors=[GlossProcessor(scope="tencent"), capture])
    structlog.get_logger().error("join failed", code=100018)
    assert capture.entries[0]["product"] == "live"


def test_capture_logs_takes_the_place_of_the_pipeline(lines):
    with structlog.testing.capture_logs() as captured:
        structlog.get_logger().error("join failed", code=100018)
    assert captured == [{"event": "join failed", "code": 100018, "log_level": "error"}]


def test_every_option():
    processor = GlossProcessor(
        scope="tencent",
        language="zh",
        fields=("meaning", "remedy"),
        prefix="gloss_",
        guess=True,
        text=True,
    )
    event = processor(None, "error", {"event": "join failed", "code": 100018})
    assert set(event) == {"event", "code", "gloss_meaning", "gloss_remedy"}
    with pytest.raises(ValueError, match="netease"):
        GlossProcessor(scope="netase")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, None])
def test_pickle_and_copy(again):
    again = again or (lambda processor: pickle.loads(pickle.dumps(processor)))
    processor = again(GlossProcessor(scope="tencent"))
    assert processor(None, "error", {"code": 100018})["product"] == "live"

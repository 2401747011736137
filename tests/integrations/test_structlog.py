"""The structlog processor in real pipelines."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import logging.config
import pickle

import pytest

structlog = pytest.importorskip("structlog")

from codegloss.structlog import GlossProcessor


class RoomError(Exception):
    def __init__(self, code):
        super().__init__("join failed")
        self.code = code


@pytest.fixture(autouse=True)
def _reset():
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines():
    """Configure a usual pipeline and return what it writes, decoded."""
    stream = io.StringIO()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            GlossProcessor(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_golden(golden, lines):
    log = structlog.get_logger()
    event = dict(golden["event"])
    log.warning(event.pop("event"), **event)
    assert lines()[0] == {**golden["event"], "level": "warning", **golden["adds"]}


def test_no_code_is_the_same_object():
    event = {"event": "hello"}
    assert GlossProcessor()(None, "info", event) is event
    assert event == {"event": "hello"}


def test_nested_values_are_not_touched(lines):
    error = {"code": 100018, "sdk": "TUILiveKit"}
    structlog.get_logger().error("join failed", error=error)
    assert lines()[0]["product"] == "live"
    assert error == {"code": 100018, "sdk": "TUILiveKit"}


def test_exception(lines):
    log = structlog.get_logger()
    try:
        raise RoomError(100018)
    except RoomError as error:
        log.exception("join failed")
        log.error("join failed", exc_info=error)
        log.error("join failed", exc_info=(RoomError, error, error.__traceback__))
        log.error("join failed", error=error.code)
    *raised, plain = lines()
    assert [line["product"] for line in raised] == ["live"] * 3
    assert all("RoomError" in line["exception"] for line in raised)
    assert "product" not in plain


def test_async(lines):
    async def work():
        log = structlog.get_logger()
        try:
            raise RoomError(100018)
        except RoomError:
            await log.aexception("join failed")

    asyncio.run(work())
    assert lines()[0]["product"] == "live"


def test_bound_and_context_values(lines):
    structlog.contextvars.bind_contextvars(sdk="NIM")
    structlog.get_logger().bind(code=416).info("send failed")
    assert lines()[0]["product"] == "nim"


@pytest.mark.parametrize("rendered", ["code=1", b"code=2", None, ("a", {})])
def test_after_a_renderer_it_does_no_harm(rendered):
    assert GlossProcessor()(None, "info", rendered) is rendered


def test_filtering_logger(lines):
    bound = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=bound)
    log = structlog.get_logger()
    log.info("join failed", code=100018)
    log.warning("join failed", code=100018)
    assert len(lines()) == 1


def test_standard_library_records():
    stream = io.StringIO()
    shared = [structlog.stdlib.ExtraAdder(), GlossProcessor(scope="tencent")]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("test.foreign")
    logger.addHandler(handler)
    logger.error("join failed", extra={"code": 100018})
    logger.removeHandler(handler)
    assert json.loads(stream.getvalue())["product"] == "live"


def test_first_in_the_formatter():
    stream = io.StringIO()
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            GlossProcessor(scope="tencent"),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("test.formatter")
    logger.addHandler(handler)
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    structlog.get_logger("test.formatter").error("join failed", code=100018)
    try:
        raise RoomError(100019)
    except RoomError:
        logger.exception("join failed")
    logger.removeHandler(handler)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["meaning"] == "The room requires a password"
    assert second["meaning"] == "The room password is wrong"


def test_log_capture():
    capture = structlog.testing.LogCapture()
    structlog.configure(processors=[GlossProcessor(), capture])
    structlog.get_logger().error("join failed", code=100018)
    assert capture.entries[0]["product"] == "live"


def test_pickle():
    processor = pickle.loads(pickle.dumps(GlossProcessor(scope="tencent")))
    assert processor(None, "info", {"code": 100018})["product"] == "live"

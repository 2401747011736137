"""Log records on the real SDK, of all three generations of its interface."""

from __future__ import annotations

import json
import logging
import warnings
from importlib.metadata import version
from types import SimpleNamespace

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk import _logs
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk._logs import export as logs_export
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import TraceFlags

from codegloss.logging import GlossFilter
from codegloss.otel import GlossLogProcessor

LogRecordExporter = getattr(logs_export, "LogRecordExporter", None)
LogRecordExporter = LogRecordExporter or logs_export.LogExporter
VERSION = tuple(int(part) for part in version("opentelemetry-sdk").split(".")[:2])
NEED_PASSWORD = {
    "codegloss.vendor": "tencent",
    "codegloss.product": "live",
    "codegloss.code": "100018",
    "codegloss.meaning": "The room requires a password",
    "codegloss.category": "UNAUTHENTICATED",
    "codegloss.retryable": False,
}
pytestmark = [
    # What the SDK says of its own classes while they are used as it documents.
    pytest.mark.filterwarnings("ignore:LogRecord:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:LogRecord"),
    pytest.mark.filterwarnings("ignore:LogData"),
    pytest.mark.filterwarnings("ignore:Log record attributes were dropped"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:opentelemetry"),
]


class Exporter(LogRecordExporter):
    """Keep what a real exporter would have sent: the record as text, right away."""

    def __init__(self):
        self.records = []

    def export(self, batch):
        for data in batch:
            holder = data if hasattr(data, "to_json") else data.log_record
            sent = json.loads(holder.to_json())
            sent["dropped_attributes"] = holder.dropped_attributes
            self.records.append(sent)

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=30_000):
        return True

    def glosses(self):
        return [
            {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in (record["attributes"] or {}).items()
                if key.startswith("codegloss.")
            }
            for record in self.records
        ]


# What is tested here is not whether a number alone is enough.
SERVICE = {"service.name": "rooms", "sdk": "TUILiveKit"}


def pipeline(order, export=SimpleLogRecordProcessor, *, gloss=None, **resource):
    exporter = Exporter()
    gloss = gloss or {}
    resource = Resource.create({**SERVICE, **resource})
    provider = LoggerProvider(resource=resource)
    if order == "wrapping":
        processor = GlossLogProcessor(export(exporter), **gloss)
        provider.add_log_record_processor(processor)
    elif order == "first":
        provider.add_log_record_processor(GlossLogProcessor(**gloss))
        provider.add_log_record_processor(export(exporter))
    else:
        provider.add_log_record_processor(export(exporter))
    return provider, exporter


ORDERS = ["wrapping", "first"]


def handler(provider):
    """Return a handler of standard logging that hands records to a provider."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _logs.LoggingHandler(logger_provider=provider)


@pytest.fixture
def logger():
    made = logging.getLogger("rooms")
    made.setLevel(logging.DEBUG)
    made.propagate = False
    yield made
    for each in made.handlers[:]:
        made.removeHandler(each)


def log_record(**values):
    """Return a record as a program makes it that uses the interface directly."""
    record = {"timestamp": 1, "observed_timestamp": 1}
    record["severity_number"] = SeverityNumber.WARN
    if hasattr(_logs, "LogRecord"):
        record.update(trace_id=0, span_id=0, trace_flags=TraceFlags.get_default())
        return _logs.LogRecord(**{**record, **values})
    from opentelemetry._logs import LogRecord

    return LogRecord(**{**record, **values})


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("export", [SimpleLogRecordProcessor, BatchLogRecordProcessor])
def test_golden(case, order, export):
    provider, exporter = pipeline(order, export, sdk="")
    fields = dict(case.fields)
    name = fields.pop("name", "app")  # which a record of standard logging has itself
    made = logging.getLogger(name)
    made.setLevel(logging.DEBUG)
    made.addHandler(handler(provider))
    try:
        if case.error is not None:
            raise case.error
        getattr(made, case.level)(case.message, extra=fields)
    except RuntimeError:
        getattr(made, case.level)(case.message, extra=fields, exc_info=True)
    made.handlers.clear()
    provider.force_flush()
    provider.shutdown()
    assert exporter.glosses() == [case.attributes]


@pytest.mark.parametrize("order", ORDERS)
class TestEveryOrder:
    def test_attributes(self, order):
        provider, exporter = pipeline(order)
        provider.get_logger("rtc.tencent").emit(
            log_record(body="join failed", attributes={"code": 100018})
        )
        assert exporter.glosses() == [NEED_PASSWORD]
        assert exporter.records[0]["attributes"]["code"] == 100018

    def test_body(self, order):
        provider, exporter = pipeline(order)
        emit = provider.get_logger("app").emit
        body = {"event": "join failed", "code": 100018, "sdk": "TUILiveKit"}
        emit(log_record(body=body))
        emit(log_record(body={"event": "joined"}))
        emit(log_record(body=json.dumps(body)))
        assert exporter.glosses() == [NEED_PASSWORD, {}, NEED_PASSWORD]
        assert exporter.records[0]["body"] == body

    def test_the_exception_of_standard_logging(self, order, logger, room_error):
        provider, exporter = pipeline(order)
        logger.addHandler(handler(provider))
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
            logger.error("said inside of it")
        assert exporter.glosses() == [NEED_PASSWORD, {}]

    def test_the_exception_of_a_record(self, order, room_error):
        provider, exporter = pipeline(order)
        data = SimpleNamespace(
            log_record=SimpleNamespace(
                attributes=None,
                body="join failed",
                exception=room_error(100018),
                severity_number=None,
                severity_text="ERROR",
            ),
            instrumentation_scope=None,
            resource=Resource({"sdk": "TUILiveKit"}),
        )
        GlossLogProcessor().on_emit(data)
        assert data.log_record.attributes == NEED_PASSWORD
        if VERSION < (1, 42):
            return
        emit = provider.get_logger("app").emit
        emit(body="join failed", exception=room_error(100018))
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_evidence(self, order):
        for where in ("scope", "resource", "nothing"):
            resource = {"sdk": "netease.nim"} if where == "resource" else {}
            provider, exporter = pipeline(order, **resource)
            name = "netease.nim.client" if where == "scope" else "app"
            made = logging.getLogger(name)
            made.addHandler(handler(provider))
            made.error("send", extra={"code": 416})
            made.handlers.clear()
            expected = None if where == "nothing" else "nim"
            assert exporter.glosses()[0].get("codegloss.product") == expected

    def test_severity(self, order):
        gloss = {"scope": "tencent"}
        provider, exporter = pipeline(order, gloss=gloss, sdk="")
        for number, text in (
            (SeverityNumber.ERROR, None),
            (SeverityNumber.INFO, "INFO"),
            (None, "error"),
            (None, None),
        ):
            record = log_record(
                body="done",
                attributes={"code": 100018},
                severity_number=number,
                severity_text=text,
            )
            provider.get_logger("app").emit(record)
        found = [bool(gloss) for gloss in exporter.glosses()]
        assert found == [True, False, True, False]

    def test_text_on_request(self, order):
        provider, exporter = pipeline(order, gloss={"text": True})
        emit = provider.get_logger("rtc.tencent").emit
        emit(log_record(body="join failed: code=100018"))
        emit(log_record(body="join failed"))
        found = [gloss.get("codegloss.code") for gloss in exporter.glosses()]
        assert found == ["100018", None]

    def test_text_of_an_error(self, order):
        provider, exporter = pipeline(order)
        emit = provider.get_logger("nim.login").emit
        for number in (SeverityNumber.WARN, SeverityNumber.INFO):
            record = log_record(
                body="login failed, code=102302", severity_number=number
            )
            emit(record)
        found = [gloss.get("codegloss.code") for gloss in exporter.glosses()]
        assert found == ["102302", None]

    def test_nothing_to_say(self, order):
        provider, exporter = pipeline(order)
        emit = provider.get_logger("app").emit
        emit(log_record(body="joined", attributes={"room": "r-77"}))
        emit(log_record(body=None))
        assert exporter.glosses() == [{}, {}]

    def test_limits(self, order, monkeypatch):
        monkeypatch.setenv("OTEL_ATTRIBUTE_COUNT_LIMIT", "3")
        monkeypatch.setenv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5")
        provider, exporter = pipeline(order, gloss={"scope": "tencent"})
        emit = provider.get_logger("app").emit
        if hasattr(_logs, "LogLimits") and hasattr(_logs, "LogRecord"):
            limits = {"limits": _logs.LogLimits()}
        else:
            limits = {}
        attributes = {"a": 1, "b": 2, "c": "too long", "code": 100018}
        for keys in (["code", "a"], ["code", "a", "c"], ["b", "c", "code", "a"]):
            chosen = {key: attributes[key] for key in keys}
            emit(log_record(body="join", attributes=chosen, **limits))
        sent = [record["attributes"] for record in exporter.records]
        assert sent == [
            {"code": 100018, "a": 1, "codegloss.vendor": "tence"},
            {"code": 100018, "a": 1, "c": "too l"},
            {"c": "too l", "code": 100018, "a": 1},
        ]
        dropped = [record["dropped_attributes"] for record in exporter.records]
        assert dropped == [0, 0, 1]

    @pytest.mark.skipif(VERSION < (1, 35), reason="came with SDK 1.35")
    def test_nested_attributes_are_kept(self, order):
        provider, exporter = pipeline(order)
        attributes = {"error": {"code": 100018, "sdk": "TUILiveKit"}, "n": ["a", "b"]}
        provider.get_logger("app").emit(log_record(body="x", attributes=attributes))
        assert exporter.glosses() == [NEED_PASSWORD]
        assert exporter.records[0]["attributes"]["error"] == attributes["error"]
        assert exporter.records[0]["attributes"]["n"] == ["a", "b"]

    def test_everything_else_of_a_record_is_kept(self, order, logger, room_error):
        exporters = []
        for each in (order, "none"):
            provider, exporter = pipeline(each)
            logger.addHandler(handler(provider))
            try:
                raise room_error(100018)
            except room_error:
                logger.exception("join failed", extra={"tags": ["a", "b"]})
            logger.handlers.clear()
            exporters.append(exporter)
        glossed, plain = (exporter.records[0] for exporter in exporters)
        for name in NEED_PASSWORD:
            del glossed["attributes"][name]
        for record in (glossed, plain):
            for name in ("timestamp", "observed_timestamp"):
                record.pop(name, None)
            for name in list(record["attributes"]):
                if name.startswith("code."):
                    del record["attributes"][name]
        assert glossed == plain

    @pytest.mark.parametrize("fails", ["enrich", "extended"])
    def test_a_raising_resolver(self, order, fails, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        place = {
            "enrich": "codegloss._core.engine.Engine.enrich",
            "extended": "codegloss._otel.logs.extended",
        }
        monkeypatch.setattr(place[fails], fail)
        provider, exporter = pipeline(order)
        provider.get_logger("rtc.tencent").emit(
            log_record(body="join failed", attributes={"code": 100018})
        )
        assert exporter.records[0]["attributes"] == {"code": 100018}


class TestProcessor:
    def test_earlier_processors_see_the_record_untouched(self):
        provider, exporter = pipeline("none")
        other = Exporter()
        provider.add_log_record_processor(
            GlossLogProcessor(SimpleLogRecordProcessor(other))
        )
        provider.get_logger("rtc.tencent").emit(
            log_record(body="join failed", attributes={"code": 100018})
        )
        assert exporter.glosses() == [{}]
        assert other.glosses() == [NEED_PASSWORD]

    def test_both_names_of_the_method(self):
        seen = []

        class Old:
            emit = seen.append
            shutdown = force_flush = None

        class New:
            on_emit = seen.append

        record = SimpleNamespace(
            log_record=log_record(body="x"), instrumentation_scope=None
        )
        for following in (Old(), New()):
            GlossLogProcessor(following).emit(record)
            GlossLogProcessor(following).on_emit(record)
        assert len(seen) == 4

    def test_alone_it_wants_no_record(self):
        alone = GlossLogProcessor()
        assert alone.enabled() is False
        assert alone.force_flush() is True
        alone.shutdown()

    def test_wrapping_it_wants_what_the_next_one_wants(self):
        asked = []

        class Next(LogRecordProcessor):
            def on_emit(self, log_record):
                pass

            emit = on_emit

            def enabled(self, **kwargs):
                asked.append(kwargs)
                return len(asked) > 1

            def shutdown(self):
                asked.append("shutdown")

            def force_flush(self, timeout_millis=30_000):
                asked.append(timeout_millis)
                return False

        wrapping = GlossLogProcessor(Next())
        assert wrapping.enabled(event_name="x") is False
        assert wrapping.enabled(severity_number=9) is True
        assert asked[0]["event_name"] == "x"
        assert wrapping.force_flush(5) is False
        wrapping.shutdown()
        assert asked[2:] == [5, "shutdown"]
        assert GlossLogProcessor(SimpleNamespace()).enabled() is True

    @pytest.mark.skipif(VERSION < (1, 45), reason="came with SDK 1.45")
    def test_a_logger_with_ours_alone_is_not_enabled(self):
        provider = LoggerProvider()
        provider.add_log_record_processor(GlossLogProcessor())
        assert provider.get_logger("app").enabled() is False
        provider.add_log_record_processor(SimpleLogRecordProcessor(Exporter()))
        assert provider.get_logger("app").enabled() is True


class TestBridge:
    """The filter of standard logging, on OpenTelemetry's handler."""

    def test_in_the_sdk(self, logger, room_error):
        provider, exporter = pipeline("none")
        bridge = handler(provider)
        fields = ("vendor", "product", "code", "meaning", "category", "retryable")
        bridge.addFilter(GlossFilter(prefix="codegloss.", fields=fields))
        logger.addHandler(bridge)
        logger.error("join failed", extra={"code": 100018, "sdk": "TUILiveKit"})
        error = room_error(100018)
        error.sdk = "TUILiveKit"
        logger.error("join failed", exc_info=error)
        assert exporter.glosses() == [NEED_PASSWORD] * 2

    def test_in_the_instrumentation(self, logger):
        name = "opentelemetry.instrumentation.logging.handler"
        module = pytest.importorskip(name)
        provider, exporter = pipeline("wrapping")
        logger.addHandler(module.LoggingHandler(logger_provider=provider))
        logger.error("join failed", extra={"code": 100018, "sdk": "TUILiveKit"})
        assert exporter.glosses() == [NEED_PASSWORD]

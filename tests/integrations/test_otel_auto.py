"""Configuration by name: exporters that OTEL_* variables can choose."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from importlib.metadata import distribution, entry_points
from types import SimpleNamespace

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk import _logs
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter

from codegloss._otel import exporters as _otel_auto

APPLICATION = """
import logging
from opentelemetry import trace
tracer = trace.get_tracer("app")
with tracer.start_as_current_span("join room") as span:
    span.set_attribute("code", 416)
    logging.getLogger("app").error("join room failed", extra={"code": 416})
"""
pytestmark = [
    pytest.mark.filterwarnings("ignore:LogRecord"),
    pytest.mark.filterwarnings("ignore:LogData"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("OTEL_", "CODEGLOSS_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("signal", ["traces", "logs"])
@pytest.mark.parametrize("name", ["codegloss_otlp", "codegloss_console"])
def test_they_are_found_by_name(signal, name):
    group = f"opentelemetry_{signal}_exporter"
    (point,) = entry_points(group=group, name=name)
    assert issubclass(point.load(), (SpanExporter, _otel_auto.LogRecordExporter))


def test_nothing_acts_by_being_installed():
    groups = {point.group for point in distribution("codegloss").entry_points}
    assert groups <= {
        "console_scripts",
        "opentelemetry_traces_exporter",
        "opentelemetry_logs_exporter",
    }


class TestSpans:
    def printed(self, monkeypatch, **options):
        out = io.StringIO()
        exporter = _otel_auto.ConsoleSpanExporter(out=out, **options)
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        with provider.get_tracer("app").start_as_current_span("join") as span:
            span.set_attribute("error.code", 107404)
        return json.loads(out.getvalue())["attributes"]

    def test_options(self, monkeypatch):
        assert "codegloss.product" not in self.printed(monkeypatch)
        attributes = self.printed(monkeypatch, scope="netease.nim", language="zh")
        assert attributes["codegloss.product"] == "nim"
        assert not attributes["codegloss.meaning"].isascii()

    def test_environment(self, monkeypatch):
        monkeypatch.setenv("CODEGLOSS_SCOPE", "netease.nim, tencent")
        monkeypatch.setenv("CODEGLOSS_LANGUAGE", "zh")
        attributes = self.printed(monkeypatch)
        assert attributes["codegloss.product"] == "nim"
        assert not attributes["codegloss.meaning"].isascii()

    def test_a_scope_that_does_not_exist(self, monkeypatch):
        with pytest.raises(ValueError, match=r"did you mean: netease\.nim"):
            self.printed(monkeypatch, scope="netease.nin")

    @pytest.mark.parametrize(
        ("name", "value"),
        [("CODEGLOSS_SCOPE", "netease.nin"), ("CODEGLOSS_LANGUAGE", "fr")],
    )
    def test_a_mistake_in_the_environment(self, monkeypatch, name, value):
        """The program would have no telemetry at all, of others neither."""
        monkeypatch.setenv("CODEGLOSS_SCOPE", "netease.nim")
        monkeypatch.setenv(name, value)
        with pytest.warns(UserWarning, match=f"{name} is ignored: unknown"):
            attributes = self.printed(monkeypatch)
        assert attributes["error.code"] == 107404


class TestProtocol:
    """Which OTLP exporter is wrapped, as for the SDK's own name `otlp`."""

    @pytest.fixture
    def installed(self, monkeypatch):
        made = []

        def install(*names):
            def find(group, name):
                def load():
                    made.append((group, name))
                    return SimpleNamespace

                return [SimpleNamespace(load=load)] if name in names else []

            monkeypatch.setattr(_otel_auto, "entry_points", find)
            return made

        return install

    @pytest.mark.parametrize(
        ("signal", "cls"),
        [
            ("traces", _otel_auto.OtlpSpanExporter),
            ("logs", _otel_auto.OtlpLogExporter),
        ],
    )
    def test_what_is_chosen(self, signal, cls, installed, monkeypatch):
        made = installed("otlp_proto_grpc", "otlp_proto_http")
        cls()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        cls(endpoint="http://127.0.0.1")
        name = f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL"
        monkeypatch.setenv(name, " grpc ")
        cls()
        group = f"opentelemetry_{signal}_exporter"
        wanted = ["otlp_proto_grpc", "otlp_proto_http", "otlp_proto_grpc"]
        assert made == [(group, each) for each in wanted]

    def test_the_one_that_is_there(self, installed):
        made = installed("otlp_proto_http")
        _otel_auto.OtlpSpanExporter()
        assert len(made) == 1

    @pytest.mark.parametrize("protocol", ["grpc", "http/json", ""])
    def test_none_is_there(self, installed, protocol, monkeypatch):
        installed()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        with pytest.raises(RuntimeError, match="opentelemetry-exporter-otlp"):
            _otel_auto.OtlpSpanExporter()


class TestLogs:
    @pytest.fixture
    def provider(self):
        return LoggerProvider()

    @pytest.fixture
    def logger(self, provider):
        made = logging.getLogger("netease.nim")
        made.addHandler(_logs.LoggingHandler(logger_provider=provider))
        yield made
        made.handlers.clear()

    def test_printed(self, provider, logger):
        out = io.StringIO()
        exporter = _otel_auto.ConsoleLogExporter(out=out)
        provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
        logger.error("send failed", extra={"code": 416})
        printed = json.loads(out.getvalue())
        assert printed["attributes"]["codegloss.product"] == "nim"
        assert exporter.force_flush() is True
        exporter.shutdown()

    def exported(self, provider, logger, monkeypatch, **extra):
        """Return what came to the processor, and what to the wrapped exporter."""
        seen, sent = [], []

        class Keep(LogRecordProcessor):
            def on_emit(self, log_record):
                seen.append(log_record)

            emit = on_emit
            shutdown = force_flush = lambda self: None

        exporter = _otel_auto.ConsoleLogExporter()
        monkeypatch.setattr(exporter, "_exporter", SimpleNamespace(export=sent.extend))
        provider.add_log_record_processor(Keep())
        provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
        logger.error("send failed", extra=extra)
        assert exporter.force_flush() is True
        return seen[0], sent[0]

    def test_others_see_the_record_untouched(self, provider, logger, monkeypatch):
        seen, sent = self.exported(provider, logger, monkeypatch, code=416)
        assert "codegloss.product" not in seen.log_record.attributes
        assert sent.log_record.attributes["codegloss.product"] == "nim"
        assert sent.log_record.body == "send failed"
        assert sent.instrumentation_scope == seen.instrumentation_scope

    def test_nothing_to_say(self, provider, logger, monkeypatch):
        _, sent = self.exported(provider, logger, monkeypatch, room="r-77")
        assert sent.log_record.attributes["room"] == "r-77"

    def test_what_it_was_before_sdk_1_39(self):
        class LogData:
            def __init__(self, record):
                self.log_record = record
                self.instrumentation_scope = None

        record = SimpleNamespace(
            attributes={"code": 416, "sdk": "NIM"},
            body="send failed",
            resource=None,
            severity_number=None,
            severity_text="ERROR",
        )
        glossed = _otel_auto.ConsoleLogExporter()._glossed(LogData(record))
        assert glossed.log_record.attributes["codegloss.product"] == "nim"
        assert set(record.attributes) == {"code", "sdk"}

    def test_a_failing_copy(self, provider, logger, monkeypatch, production):
        def fail(*args):
            raise ZeroDivisionError

        monkeypatch.setattr(_otel_auto, "extended", fail)
        _, sent = self.exported(provider, logger, monkeypatch, code=416)
        assert sent.log_record.attributes["code"] == 416


def run(*command, **environment):
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_application_that_does_not_know(tmp_path):
    """As `opentelemetry-instrument` starts it: no line of its code is changed."""
    pytest.importorskip("opentelemetry.distro")
    script = tmp_path / "application.py"
    script.write_text(APPLICATION, encoding="utf-8")
    printed = run(
        "-c",
        "import sys; sys.argv[0] = 'opentelemetry-instrument';"
        "from opentelemetry.instrumentation.auto_instrumentation import run; run()",
        sys.executable,
        str(script),
        OTEL_TRACES_EXPORTER="codegloss_console",
        OTEL_LOGS_EXPORTER="codegloss_console",
        OTEL_METRICS_EXPORTER="none",
        OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED="true",
        CODEGLOSS_SCOPE="netease.nim",
    )
    assert printed.count('"codegloss.product": "nim"') == 2


def test_a_configuration_file(tmp_path):
    pytest.importorskip("opentelemetry.configuration")
    script = tmp_path / "application.py"
    script.write_text(APPLICATION, encoding="utf-8")
    config = tmp_path / "otel.json"
    exporter = {"codegloss_console": {"scope": "netease.nim", "language": "zh"}}
    config.write_text(
        json.dumps(
            {
                "file_format": "1.0",
                "tracer_provider": {"processors": [{"simple": {"exporter": exporter}}]},
            }
        ),
        encoding="utf-8",
    )
    printed = run(
        "-c",
        "from opentelemetry.sdk._configuration import _OTelSDKConfigurator as C;"
        "import runpy, sys; C().configure(); runpy.run_path(sys.argv[1])",
        str(script),
        OTEL_CONFIG_FILE=str(config),
    )
    assert '"codegloss.product": "nim"' in printed

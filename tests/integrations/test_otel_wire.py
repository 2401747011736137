"""Over the wire: real OTLP over HTTP, to a receiver in this process."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("opentelemetry.sdk")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace import TraceFlags

from codegloss.otel import GlossLogProcessor, GlossSpanExporter, GlossSpanProcessor

HAS_ENDING_HOOK = hasattr(SpanProcessor, "_on_ending")
ORDERS = ["wrapping", "exporter", "first"]
ORDERS += ["last"] if HAS_ENDING_HOOK else []
NO_ROOM = {
    "codegloss.vendor": "tencent",
    "codegloss.code": "100004",
    "codegloss.meaning": "找不到这个房间",
    "codegloss.category": "NOT_FOUND",
    "codegloss.retryable": False,
    "codegloss.candidates": ["tencent.live", "tencent.roomengine"],
}
pytestmark = [
    pytest.mark.filterwarnings("ignore:LogRecord"),
    pytest.mark.filterwarnings("ignore:LogData"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:opentelemetry"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:google"),
]


@pytest.fixture
def collector():
    """Receive on loopback; return the address and what has been received."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            received.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
    thread.join()


def plain(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    return getattr(value, kind)


def attributes(sent):
    return {each.key: plain(each.value) for each in sent.attributes}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("export", [SimpleSpanProcessor, BatchSpanProcessor])
def test_spans(order, export, collector):
    address, received = collector
    exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces")
    provider = TracerProvider(resource=Resource.create({"service.name": "rooms"}))
    gloss = {"language": "zh"}
    if order == "wrapping":
        provider.add_span_processor(GlossSpanProcessor(export(exporter), **gloss))
    elif order == "exporter":
        provider.add_span_processor(export(GlossSpanExporter(exporter, **gloss)))
    else:
        first, second = export(exporter), GlossSpanProcessor(**gloss)
        both = (second, first) if order == "first" else (first, second)
        for processor in both:
            provider.add_span_processor(processor)
    tracer = provider.get_tracer("app", "1.0")
    with tracer.start_as_current_span("进房") as span:
        span.set_attributes({"errCode": 100004, "sdk": "Tencent", "用户": "张三"})
    with tracer.start_as_current_span("no code"):
        pass
    provider.force_flush()
    provider.shutdown()
    spans = {}
    for path, body in received:
        assert path == "/v1/traces"
        request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                assert scope.scope.name == "app"
                spans.update((each.name, each) for each in scope.spans)
    sent = attributes(spans["进房"])
    assert sent == {"errCode": 100004, "sdk": "Tencent", "用户": "张三", **NO_ROOM}
    assert type(sent["codegloss.retryable"]) is bool
    assert spans["进房"].dropped_attributes_count == 0
    assert attributes(spans["no code"]) == {}


@pytest.mark.parametrize("order", ["wrapping", "first"])
@pytest.mark.parametrize("export", [SimpleLogRecordProcessor, BatchLogRecordProcessor])
def test_logs(order, export, collector):
    address, received = collector
    following = export(OTLPLogExporter(endpoint=f"{address}/v1/logs"))
    provider = LoggerProvider(resource=Resource.create({"service.name": "rooms"}))
    if order == "wrapping":
        gloss = GlossLogProcessor(following, language="zh")
        provider.add_log_record_processor(gloss)
    else:
        provider.add_log_record_processor(GlossLogProcessor(language="zh"))
        provider.add_log_record_processor(following)
    provider.get_logger("app").emit(_log_record({"errCode": 100004, "sdk": "Tencent"}))
    provider.force_flush()
    provider.shutdown()
    ((path, body),) = received
    assert path == "/v1/logs"
    request = logs_service_pb2.ExportLogsServiceRequest.FromString(body)
    (record,) = request.resource_logs[0].scope_logs[0].log_records
    assert record.body.string_value == "进房失败"
    assert attributes(record) == {"errCode": 100004, "sdk": "Tencent", **NO_ROOM}


def _log_record(values):
    from opentelemetry.sdk import _logs

    record = {"body": "进房失败", "attributes": values}
    record.update(
        timestamp=1, observed_timestamp=1, severity_number=SeverityNumber.WARN
    )
    if hasattr(_logs, "LogRecord"):
        more = {"trace_id": 0, "span_id": 0, "trace_flags": TraceFlags.get_default()}
        return _logs.LogRecord(**record, **more)
    from opentelemetry._logs import LogRecord

    return LogRecord(**record)

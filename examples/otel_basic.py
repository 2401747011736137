"""OpenTelemetry: wrap the processor that exports."""

from __future__ import annotations

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from codegloss.otel import GlossSpanProcessor

exporter = ConsoleSpanExporter(formatter=lambda span: f"{dict(span.attributes)}\n")
provider = TracerProvider()
provider.add_span_processor(GlossSpanProcessor(SimpleSpanProcessor(exporter)))

tracer = provider.get_tracer("rtc.tencent")
with tracer.start_as_current_span("join room") as span:
    span.set_attribute("code", 100018)

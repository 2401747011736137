"""Spans and log records: OpenTelemetry's, its backends', and ddtrace's."""

from __future__ import annotations

import contextlib
import logging

import codegloss
from destinations import destination, fail, play_logging

_TEXT = "Names of spans are looked into with `text=True` only: they are not log lines."


def play_span(case, tracer, attributes):
    """Make a span of a case; what it fails with ends it."""
    block = codegloss.scope(case.scope) if case.scope else contextlib.nullcontext()
    started = tracer.start_as_current_span(case.text)
    with block, contextlib.suppress(RuntimeError), started as span:
        for name, value in attributes(case).items():
            span.set_attribute(name, value)
        if case.raises:
            fail()


def as_json(case):
    """Return fields as attributes can hold them."""
    import json

    return {
        name: json.dumps(value) if isinstance(value, dict) else value
        for name, value in case.fields.items()
    }


def kept():
    """Return an exporter that keeps attributes as they are when it gets them."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Kept(SpanExporter):
        _endpoint = "http://127.0.0.1:9"

        def __init__(self):
            self.spans = []

        def export(self, spans):
            self.spans += [dict(span.attributes or {}) for span in spans]
            return SpanExportResult.SUCCESS

    return Kept()


@destination(
    "OpenTelemetry, spans", "opentelemetry.md", "opentelemetry.sdk", text=_TEXT
)
def otel_spans(case):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from codegloss.otel import GlossSpanProcessor

    exporter, provider = kept(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(GlossSpanProcessor(SimpleSpanProcessor(exporter)))
    play_span(case, provider.get_tracer("app"), as_json)
    return exporter.spans[0]


@destination(
    "OpenTelemetry, log records",
    "opentelemetry.md",
    "opentelemetry.instrumentation.logging.handler",
)
def otel_logs(case):
    from opentelemetry.instrumentation.logging.handler import LoggingHandler
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import (
        InMemoryLogRecordExporter,
        SimpleLogRecordProcessor,
    )

    from codegloss.otel import GlossLogProcessor

    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(
        GlossLogProcessor(SimpleLogRecordProcessor(exporter), text=True)
    )
    play_logging(case, LoggingHandler(logger_provider=provider))
    return exporter.get_finished_logs()[0]


@destination("Phoenix", "phoenix.md", "phoenix.otel", text=_TEXT)
def phoenix(case):
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from phoenix.otel import TracerProvider

    from codegloss.otel import attach

    exporter = kept()
    provider = TracerProvider(endpoint="http://127.0.0.1:9/v1/traces", verbose=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    attach(provider)

    def attributes(case):
        fields = as_json(case)
        response = fields.pop("response", None)
        return {**fields, "output.value": response} if response else fields

    play_span(case, provider.get_tracer("agent"), attributes)
    return exporter.spans[0]


@destination("Langfuse", "langfuse.md", "langfuse", text=_TEXT)
def langfuse(case):
    from langfuse import Langfuse
    from opentelemetry.sdk.trace import TracerProvider

    from codegloss.otel import attach

    exporter, provider = kept(), TracerProvider(shutdown_on_exit=False)
    client = Langfuse(
        public_key=f"pk-{id(exporter)}",
        secret_key="sk",  # noqa: S106
        host="http://127.0.0.1:9",
        tracer_provider=provider,
        span_exporter=exporter,
    )
    attach(provider)
    block = codegloss.scope(case.scope) if case.scope else contextlib.nullcontext()
    started = client.start_as_current_observation(name=case.text, as_type="tool")
    with block, contextlib.suppress(RuntimeError), started as span:
        span.update(metadata=case.fields or None, level="ERROR")
        if case.raises:
            fail()
    client.flush()
    client.shutdown()
    return exporter.spans[0]


@destination("Logfire", "logfire.md", "logfire", text=_TEXT)
def logfire_spans(case):
    import logfire
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from codegloss.logfire import keep_glosses
    from codegloss.otel import GlossSpanProcessor

    exporter = kept()
    instance = logfire.configure(
        local=True,
        send_to_logfire=False,
        console=False,
        scrubbing=logfire.ScrubbingOptions(callback=keep_glosses()),
        additional_span_processors=[GlossSpanProcessor(SimpleSpanProcessor(exporter))],
    )
    block = codegloss.scope(case.scope) if case.scope else contextlib.nullcontext()
    with (
        block,
        contextlib.suppress(RuntimeError),
        instance.span(case.text, **case.fields),
    ):
        if case.raises:
            fail()
    instance.shutdown()
    return exporter.spans[-1]


@destination("Datadog, spans", "datadog.md", "ddtrace", text=_TEXT)
def ddtrace_spans(case):
    from ddtrace.trace import TraceFilter, tracer

    from codegloss.ddtrace import GlossTraceFilter

    kept = []

    class Keep(TraceFilter):
        def process_trace(self, trace):
            kept.extend({**each.get_metrics(), **each.get_tags()} for each in trace)

    logging.getLogger("ddtrace").setLevel(logging.CRITICAL)
    tracer.configure(trace_processors=[GlossTraceFilter(), Keep()])
    block = codegloss.scope(case.scope) if case.scope else contextlib.nullcontext()
    with block, contextlib.suppress(RuntimeError), tracer.trace(case.text) as span:
        for name, value in as_json(case).items():
            span.set_tag(name, value)
        if case.raises:
            fail()
    return kept[0]

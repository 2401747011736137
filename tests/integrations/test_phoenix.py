"""Phoenix's own provider, which replaces the processor that exports."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

pytest.importorskip("phoenix.otel")
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from phoenix.otel import register

from codegloss.otel import GlossSpanProcessor, attach


class Kept(SpanExporter):
    """Keep what is exported, as it is at that moment."""

    _endpoint = "http://127.0.0.1:9"  # Phoenix prints it

    def __init__(self):
        self.attributes = []

    def export(self, spans):
        self.attributes += [dict(span.attributes or {}) for span in spans]
        return SpanExportResult.SUCCESS


@pytest.fixture
def phoenix(monkeypatch):
    """Return Phoenix's provider, and what its own processor exports."""
    kept = Kept()
    monkeypatch.setattr(
        "phoenix.otel.otel.HTTPSpanExporter", lambda *_, **__: kept, raising=True
    )
    provider = register(
        endpoint="http://127.0.0.1:9/v1/traces",
        protocol="http/protobuf",
        set_global_tracer_provider=False,
        verbose=False,
    )
    return provider, kept


def spans(provider):
    with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
        span.set_attribute("code", 100018)


def test_attach_keeps_what_exports(phoenix):
    provider, kept = phoenix
    attach(provider)
    spans(provider)
    assert kept.attributes[0]["codegloss.product"] == "live"


def test_attach_to_any_other_provider():
    kept = Kept()
    provider = TracerProvider()
    attach(provider, scope="tencent")
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spans(provider)
    assert kept.attributes[0]["codegloss.product"] == "live"


REGISTERED = """
import warnings
from phoenix.otel import register
from codegloss.otel import GlossSpanProcessor, attach
provider = register(endpoint="http://127.0.0.1:9/v1/traces", verbose=False)
"""


def run(code):
    command = [sys.executable, "-W", "error::UserWarning:__main__", "-c"]
    return subprocess.run(
        [*command, REGISTERED + code], capture_output=True, text=True, check=False
    )


def test_a_processor_that_stands_alone_warns():
    done = run("provider.add_span_processor(GlossSpanProcessor())")
    assert "use codegloss.otel.attach(provider)" in done.stderr
    assert done.returncode


def test_what_is_right_does_not_warn():
    done = run("attach(provider)")
    assert done.returncode == 0, done.stderr


def test_what_the_warning_is_about(phoenix):
    provider, kept = phoenix
    provider.add_span_processor(GlossSpanProcessor())
    spans(provider)
    assert kept.attributes == []

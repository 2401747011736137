"""Datadog's tracer itself."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

import codegloss

pytest.importorskip("ddtrace")
from ddtrace.trace import TraceFilter, tracer

from codegloss.ddtrace import GlossTraceFilter


@pytest.fixture
def traced():
    """Return a function that makes a span, and the tags it ends up with."""
    logging.getLogger("ddtrace").setLevel(logging.CRITICAL)
    kept = []

    class Keep(TraceFilter):
        def process_trace(self, trace):
            kept.extend(each.get_tags() for each in trace)

    def traced(tags, **options):
        tracer.configure(trace_processors=[GlossTraceFilter(**options), Keep()])
        with tracer.trace("join") as span:
            for name, value in tags.items():
                span.set_tag(name, value)
        return {k: v for k, v in kept[-1].items() if k.startswith("codegloss.")}

    return traced


@pytest.mark.parametrize("code", [100018, "100018"], ids=repr)
def test_tags(traced, code):
    assert traced({"sdk": "TUILiveKit", "code": code}) == {
        "codegloss.vendor": "tencent",
        "codegloss.product": "live",
        "codegloss.code": "100018",
        "codegloss.meaning": "The room requires a password",
        "codegloss.category": "UNAUTHENTICATED",
        "codegloss.retryable": "false",
    }


def test_what_is_open(traced):
    tags = traced({"sdk": "Tencent", "code": 100004})
    assert tags["codegloss.candidates"] == "tencent.live,tencent.roomengine"


@pytest.mark.parametrize(
    "tags",
    [{}, {"http.status_code": "404"}, {"code": 404, "http.method": "GET"}],
    ids=repr,
)
def test_silence(traced, tags):
    assert traced(tags) == {}


def test_nothing_is_raised_or_lost(production):
    class Broken:
        error = 1

        def get_metrics(self):
            raise RuntimeError

    trace = [Broken(), None]
    before = codegloss.stats()["errors"]
    assert GlossTraceFilter().process_trace(trace) is trace
    assert codegloss.stats()["errors"] == before + 2


def test_a_missing_package_names_the_extra():
    code = "import sys; sys.modules['ddtrace'] = None; import codegloss.ddtrace"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "pip install 'codegloss[ddtrace]'" in done.stderr

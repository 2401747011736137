"""The span processor on the real SDK, with an exporter that serialises at once."""

from __future__ import annotations

import json
import threading

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import (
    SpanLimits,
    SpanProcessor,
    TracerProvider,
)
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from codegloss.otel import GlossSpanProcessor, _GlossedSpan

# The hook that lets a span be glossed in any order came with SDK 1.40.
HAS_ENDING_HOOK = hasattr(SpanProcessor, "_on_ending")
NEED_PASSWORD = {
    "codegloss.vendor": "tencent",
    "codegloss.product": "live",
    "codegloss.code": "100018",
    "codegloss.meaning": "The room requires a password",
    "codegloss.category": "UNAUTHENTICATED",
    "codegloss.retryable": False,
}


class RoomError(Exception):
    def __init__(self, code):
        super().__init__("join failed")
        self.code = code


class Exporter(SpanExporter):
    """Keep what a real exporter would have sent: the span as text, right away."""

    def __init__(self):
        self.spans = []

    def export(self, spans):
        self.spans += [json.loads(span.to_json()) for span in spans]
        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass

    def glosses(self):
        return [
            {k: v for k, v in span["attributes"].items() if k.startswith("codegloss.")}
            for span in self.spans
        ]


def pipeline(order, export=SimpleSpanProcessor, **options):
    exporter = Exporter()
    limits = options.pop("limits", None)
    resource = Resource.create({"service.name": "rooms"})
    provider = TracerProvider(resource=resource, span_limits=limits)
    gloss = options.pop("gloss", {})
    if order == "wrapping":
        provider.add_span_processor(GlossSpanProcessor(export(exporter), **gloss))
    elif order == "first":
        provider.add_span_processor(GlossSpanProcessor(**gloss))
        provider.add_span_processor(export(exporter))
    else:
        provider.add_span_processor(export(exporter))
        provider.add_span_processor(GlossSpanProcessor(**gloss))
    return provider, exporter


ORDERS = ["wrapping", "first"]
ORDERS += ["last"] if HAS_ENDING_HOOK else []


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("export", [SimpleSpanProcessor, BatchSpanProcessor])
def test_golden(golden, order, export):
    provider, exporter = pipeline(order, export)
    event = dict(golden["event"])
    with provider.get_tracer("app").start_as_current_span(event.pop("event")) as span:
        span.set_attributes(event)
    provider.force_flush()
    provider.shutdown()
    found = exporter.glosses()[0]
    found.pop("codegloss.code", None)
    found.pop("codegloss.category", None)
    expected = golden["adds"].items()
    assert found == {f"codegloss.{key}": value for key, value in expected}


@pytest.mark.parametrize("order", ORDERS)
class TestEveryOrder:
    def test_attributes(self, order):
        provider, exporter = pipeline(order)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_event_attributes(self, order):
        provider, exporter = pipeline(order, gloss={"scope": "tencent"})
        with provider.get_tracer("app").start_as_current_span("join") as span:
            span.add_event("answer", {"code": 100018})
            span.add_event("other", {"size": 1})
        assert exporter.glosses() == [NEED_PASSWORD]
        assert len(exporter.spans[0]["events"]) == 2

    def test_the_exception_that_ends_the_span(self, order):
        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        with pytest.raises(RuntimeError), tracer.start_as_current_span("join"):
            try:
                raise RoomError(100018)
            except RoomError as error:
                raise RuntimeError("outer") from error
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_a_clean_span_inside_except(self, order):
        provider, exporter = pipeline(order)
        try:
            raise RoomError(100018)
        except RoomError:
            with provider.get_tracer("app").start_as_current_span("cleanup"):
                pass
        assert exporter.glosses() == [{}]

    def test_http_status(self, order):
        provider, exporter = pipeline(order, gloss={"scope": "netease"})
        with provider.get_tracer("app").start_as_current_span("GET") as span:
            span.set_attribute("http.response.status_code", 404)
        assert exporter.glosses() == [{}]

    def test_user_attributes_are_never_evicted(self, order):
        limits = SpanLimits(max_span_attributes=5, max_attribute_length=10)
        provider, exporter = pipeline(order, limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes({"code": 100018, "a": 1, "b": 2})
        attributes = exporter.spans[0]["attributes"]
        assert list(attributes)[:3] == ["code", "a", "b"]
        assert len(attributes) == 5
        assert all(len(str(value)) <= 10 for value in attributes.values())

    def test_a_full_span_is_left_as_it_is(self, order):
        limits = SpanLimits(max_span_attributes=2)
        provider, exporter = pipeline(order, limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes({"dropped": 0, "code": 100018, "a": 1})
        assert exporter.spans[0]["attributes"] == {"code": 100018, "a": 1}

    def test_many_threads(self, order):
        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("rtc.tencent")

        def work():
            for _ in range(50):
                with tracer.start_as_current_span("join") as span:
                    span.set_attribute("code", 100018)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert exporter.glosses() == [NEED_PASSWORD] * 400

    def test_our_errors_stay_inside(self, order, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("codegloss._enricher.Enricher.enrich", fail)
        provider, exporter = pipeline(order)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.spans[0]["attributes"] == {"code": 100018}


def test_other_pipelines_see_the_span_untouched():
    provider, exporter = pipeline("wrapping")
    other = Exporter()
    provider.add_span_processor(SimpleSpanProcessor(other))
    with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
        span.set_attribute("code", 100018)
    assert exporter.glosses() == [NEED_PASSWORD]
    assert other.glosses() == [{}]


def test_a_span_without_a_code_is_handed_on_as_it_is():
    seen = []

    class Next(SpanProcessor):
        def on_end(self, span):
            seen.append(span)

    provider = TracerProvider()
    provider.add_span_processor(GlossSpanProcessor(Next()))
    provider.get_tracer("app").start_span("x").end()
    assert not isinstance(seen[0], _GlossedSpan)


def test_dropped_counts_are_kept():
    limits = SpanLimits(max_span_attributes=40, max_events=1, max_links=1)
    seen = []

    class Next(SpanProcessor):
        def on_end(self, span):
            seen.append(span)

    provider = TracerProvider(span_limits=limits)
    provider.add_span_processor(GlossSpanProcessor(Next()))
    with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
        span.set_attributes({f"k{n}": n for n in range(45)})
        span.set_attribute("code", 100018)
        span.add_event("first")
        span.add_event("second")
    (glossed,) = seen
    assert glossed is not span
    assert glossed.dropped_attributes == 6
    assert glossed.dropped_events == 1
    assert glossed.dropped_links == 0


def test_wrapped_processor_gets_every_call():
    calls = []

    class Next(SpanProcessor):
        def on_start(self, span, parent_context=None):
            calls.append("start")

        def _on_ending(self, span):
            calls.append("ending")

        def on_end(self, span):
            calls.append("end")

        def force_flush(self, timeout_millis=30_000):
            calls.append(timeout_millis)
            return False

        def shutdown(self):
            calls.append("shutdown")

    provider = TracerProvider()
    processor = GlossSpanProcessor(Next())
    provider.add_span_processor(processor)
    with provider.get_tracer("app").start_as_current_span("x"):
        pass
    assert processor.force_flush(5) is False
    processor.shutdown()
    hook = ["ending"] if HAS_ENDING_HOOK else []
    assert calls == ["start", *hook, "end", 5, "shutdown"]
    alone = GlossSpanProcessor()
    assert alone.force_flush() is True
    alone.shutdown()


def test_sampled_out_spans_cost_nothing():
    provider = TracerProvider(sampler=ALWAYS_OFF)
    provider.add_span_processor(GlossSpanProcessor(None))
    with provider.get_tracer("app").start_as_current_span("x") as span:
        span.set_attribute("code", 100018)
    assert not span.is_recording()


def test_an_sdk_that_lets_processors_write(monkeypatch):
    """The open change to the SDK: spans stay writable in `_on_ending`."""

    class Writable:
        name = "join"
        attributes = {"code": 100018}
        events = ()
        instrumentation_scope = None
        written = None

        class status:  # noqa: N801
            status_code = None

        def is_recording(self):
            return True

        def set_attributes(self, attributes):
            self.written = attributes

    span = Writable()
    GlossSpanProcessor(scope="tencent")._on_ending(span)
    assert span.written == NEED_PASSWORD

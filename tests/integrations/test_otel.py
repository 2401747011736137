"""Spans on the real SDK, with an exporter that serialises at once.

An exporter that keeps span objects in memory would hide mistakes of order: it shows
what is written into a span after a real exporter has sent it.
"""

from __future__ import annotations

import inspect
import json
import sys
import threading
from types import SimpleNamespace

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry import trace
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk import trace as sdk_trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    ReadableSpan,
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
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    Decision,
    Sampler,
    SamplingResult,
)

import codegloss
from codegloss._otel.shared import extended
from codegloss.otel import (
    GlossSpanExporter,
    GlossSpanProcessor,
    _GlossedSpan,
    record_exception,
)

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


class Exporter(SpanExporter):
    """Keep what a real exporter would have sent: the span as text, right away."""

    def __init__(self):
        self.spans = []
        self.flushed = None

    def export(self, spans):
        for span in spans:
            sent = json.loads(span.to_json())
            counts = ("dropped_attributes", "dropped_events", "dropped_links")
            sent.update((name, getattr(span, name)) for name in counts)
            self.spans.append(sent)
        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=30_000):
        self.flushed = timeout_millis
        return True

    def glosses(self):
        return [
            {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in span["attributes"].items()
                if key.startswith("codegloss.")
            }
            for span in self.spans
        ]


class Last(SpanProcessor):
    """Keep the spans that reach the end of a pipeline."""

    def __init__(self):
        self.spans = []

    def on_end(self, span):
        self.spans.append(span)


# What is tested here is not whether a number alone is enough.
SERVICE = {"service.name": "rooms", "sdk": "TUILiveKit"}


def pipeline(order, export=SimpleSpanProcessor, *, gloss=None, **options):
    exporter = Exporter()
    gloss = gloss or {}
    options.setdefault("resource", Resource.create(SERVICE))
    provider = TracerProvider(**options)
    if order == "wrapping":
        provider.add_span_processor(GlossSpanProcessor(export(exporter), **gloss))
    elif order == "exporter":
        provider.add_span_processor(export(GlossSpanExporter(exporter, **gloss)))
    elif order == "first":
        provider.add_span_processor(GlossSpanProcessor(**gloss))
        provider.add_span_processor(export(exporter))
    elif order == "last":
        provider.add_span_processor(export(exporter))
        provider.add_span_processor(GlossSpanProcessor(**gloss))
    else:
        provider.add_span_processor(export(exporter))
    return provider, exporter


ORDERS = ["wrapping", "exporter", "first"]
ORDERS += ["last"] if HAS_ENDING_HOOK else []


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("export", [SimpleSpanProcessor, BatchSpanProcessor])
def test_golden(case, order, export):
    if case.error and order == "exporter" and export is BatchSpanProcessor:
        # The exception is gone on the thread that exports.
        case.attributes = {}
    plain = Resource.create({"service.name": "rooms"})
    provider, exporter = pipeline(order, export, resource=plain)
    try:
        with provider.get_tracer("app").start_as_current_span(case.message) as span:
            span.set_attributes(case.fields)
            if case.level == "error":
                span.set_status(trace.StatusCode.ERROR)
            if case.error is not None:
                raise case.error
    except RuntimeError:
        pass
    provider.force_flush()
    provider.shutdown()
    assert exporter.glosses() == [case.attributes]


@pytest.mark.parametrize("order", ORDERS)
class TestEveryOrder:
    def test_attributes(self, order):
        provider, exporter = pipeline(order)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_a_name_of_a_class_of_its_own(self, order):
        class Name(str):
            __slots__ = ()

        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        for _ in range(2):
            with tracer.start_as_current_span(Name("TUILiveKit join")) as span:
                span.set_attributes({"code": 100018, "error": True})
        assert exporter.glosses() == [NEED_PASSWORD] * 2

    def test_event_attributes(self, order):
        provider, exporter = pipeline(order, gloss={"scope": "tencent"})
        with provider.get_tracer("app").start_as_current_span("join") as span:
            span.add_event("answer", {"code": 100018})
            span.add_event("other", {"size": 1})
        assert exporter.glosses() == [NEED_PASSWORD]
        assert len(exporter.spans[0]["events"]) == 2

    @pytest.mark.parametrize("number", [1, 3, 12, 100])
    def test_the_latest_of_many_events(self, order, number):
        provider, exporter = pipeline(order, gloss={"scope": "tencent"})
        with provider.get_tracer("app").start_as_current_span("join") as span:
            for _ in range(number):
                span.add_event("other", {"size": 1})
                span.add_event("retry", {"code": 0})
            span.add_event("answer", {"code": 100018})
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_the_exception_that_ends_the_span(self, order, room_error):
        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        with pytest.raises(RuntimeError), tracer.start_as_current_span("join"):
            raise RuntimeError("outer") from room_error(100018)
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_a_span_that_is_ended_by_hand(self, order, room_error):
        provider, exporter = pipeline(order)
        span = provider.get_tracer("app").start_span("join")
        try:
            raise room_error(100018)
        except room_error as error:
            span.record_exception(error)
            span.end()
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_a_text_that_a_limit_has_cut(self, order):
        class LongError(Exception):
            code = 100018

        limits = SpanLimits(max_attribute_length=12)
        provider, exporter = pipeline(
            order, span_limits=limits, gloss={"scope": "tencent"}
        )
        tracer = provider.get_tracer("app")
        with pytest.raises(LongError), tracer.start_as_current_span("join"):
            raise LongError("this text is longer than twelve characters")
        assert exporter.glosses()[0]["codegloss.code"] == "100018"

    def test_a_clean_span_inside_except(self, order, room_error):
        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        try:
            raise room_error(100018)
        except room_error:
            with tracer.start_as_current_span("clean"):
                pass
            with tracer.start_as_current_span("an event") as span:
                span.add_event("cleaned", {"files": 3})
            with tracer.start_as_current_span("another exception") as span:
                span.record_exception(KeyError("code"))
                span.record_exception(room_error(1))  # with the same text
                span.add_event("strange", {"exception.type": 7})
        assert exporter.glosses() == [{}, {}, {}]

    def test_http_status(self, order):
        provider, exporter = pipeline(order, gloss={"scope": "netease"})
        with provider.get_tracer("app").start_as_current_span("GET") as span:
            span.set_attribute("http.response.status_code", 404)
        assert exporter.glosses() == [{}]

    def test_user_attributes_are_never_evicted(self, order):
        limits = SpanLimits(max_span_attributes=5, max_attribute_length=10)
        provider, exporter = pipeline(order, span_limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes({"code": 100018, "a": 1, "b": 2})
        attributes = exporter.spans[0]["attributes"]
        assert list(attributes)[:3] == ["code", "a", "b"]
        assert len(attributes) == 5
        assert all(len(str(value)) <= 10 for value in attributes.values())
        assert exporter.spans[0]["dropped_attributes"] == 0

    def test_a_list_is_cut_to_length_too(self, order):
        limits = SpanLimits(max_attribute_length=10)
        provider, exporter = pipeline(order, span_limits=limits)
        with provider.get_tracer("app").start_as_current_span("seat") as span:
            span.set_attributes({"errCode": 100004, "sdk": "Tencent"})
        (glosses,) = exporter.glosses()
        assert glosses["codegloss.candidates"] == ("tencent.li", "tencent.ro")

    def test_a_full_span_is_left_as_it_is(self, order):
        limits = SpanLimits(max_span_attributes=2)
        provider, exporter = pipeline(order, span_limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes({"dropped": 0, "code": 100018, "a": 1})
        assert exporter.spans[0]["attributes"] == {"code": 100018, "a": 1}
        assert exporter.spans[0]["dropped_attributes"] == 1

    def test_no_room_at_all(self, order, room_error):
        limits = SpanLimits(max_span_attributes=0)
        provider, exporter = pipeline(order, span_limits=limits)
        tracer = provider.get_tracer("rtc.tencent")
        with pytest.raises(room_error), tracer.start_as_current_span("join"):
            raise room_error(100018)
        assert exporter.spans[0]["attributes"] == {}

    def test_counts_of_what_was_dropped(self, order):
        limits = SpanLimits(max_span_attributes=40, max_events=1, max_links=1)
        provider, exporter = pipeline(order, span_limits=limits)
        tracer = provider.get_tracer("rtc.tencent")
        link = trace.Link(trace.SpanContext(1, 2, is_remote=False))
        with tracer.start_as_current_span("join", links=[link, link]) as span:
            span.set_attributes({f"k{n}": n for n in range(45)})
            span.set_attribute("code", 100018)
            span.add_event("first")
            span.add_event("second")
        (sent,) = exporter.spans
        assert sent["dropped_attributes"] == 6
        assert (sent["dropped_events"], sent["dropped_links"]) == (1, 1)
        provider, exporter = pipeline(order, span_limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes({"code": 100018, **{f"k{n}": n for n in range(30)}})
        assert exporter.glosses() == [NEED_PASSWORD]

    def test_everything_else_of_a_span_is_kept(self, order):
        exporters = []
        for each in (order, "none"):
            provider, exporter = pipeline(each)
            tracer = provider.get_tracer("rtc.tencent", "1.0", "https://schema")
            with tracer.start_as_current_span(
                "join", kind=trace.SpanKind.CLIENT, start_time=7
            ) as span:
                span.set_attributes({"code": 100018, "tags": ["a", "b"], "ok": True})
                span.add_event("sent", {"size": 1}, timestamp=8)
                span.set_status(trace.StatusCode.ERROR, "it failed")
                span.end(9)
            exporters.append(exporter)
        glossed, plain = (exporter.spans[0] for exporter in exporters)
        assert exporters[0].glosses() == [NEED_PASSWORD]
        for name in NEED_PASSWORD:
            del glossed["attributes"][name]
        del glossed["context"], plain["context"]
        assert glossed == plain

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

    def test_processors_in_threads_of_their_own(self, order):
        """As the hook runs there too, ours is done before any exporter starts."""
        multi = ConcurrentMultiSpanProcessor(2)
        provider, exporter = pipeline(order, active_span_processor=multi)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        provider.shutdown()
        if HAS_ENDING_HOOK or order in {"wrapping", "exporter"}:
            assert exporter.glosses() == [NEED_PASSWORD]

    def test_text_on_request(self, order):
        provider, exporter = pipeline(order, gloss={"text": True, "scope": "tencent"})
        tracer = provider.get_tracer("app")
        for name in ("join failed: code=100018", "join"):
            with tracer.start_as_current_span(name):
                pass
        with tracer.start_as_current_span("join") as span:
            span.record_exception(ValueError("errCode=100018"))
        found = [each.get("codegloss.code") for each in exporter.glosses()]
        assert found == ["100018", None, "100018"]
        assert "event" not in exporter.spans[0]["attributes"]

    def test_scope_of_a_block(self, order):
        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        with codegloss.scope("netease.nim"), tracer.start_as_current_span("x") as span:
            span.set_attribute("code", 416)
        assert exporter.glosses()[0]["codegloss.product"] == "nim"

    def test_glossed_by_two(self, order):
        provider, exporter = pipeline(order)
        active = provider._active_span_processor
        active._span_processors = (GlossSpanProcessor(), *active._span_processors)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.glosses() == [NEED_PASSWORD]


@pytest.mark.parametrize("order", ORDERS)
class TestHarm:
    """The application's spans are exactly what they would be without codegloss."""

    def send(self, order, attributes, gloss=None, **options):
        provider, exporter = pipeline(order, gloss=gloss, **options)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes(attributes)
            span.add_event("x", attributes)
        (sent,) = exporter.spans
        for name in ("context", "start_time", "end_time", "events"):
            del sent[name]
        return sent

    def test_a_raising_resolver(self, order, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("codegloss._core.engine.Engine.enrich", fail)
        sent = self.send(order, {"code": 100018})
        assert sent == self.send("none", {"code": 100018})

    def test_a_failing_write(self, order, production, monkeypatch):
        def fail(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("codegloss.otel._GlossedSpan.__init__", fail)
        monkeypatch.setattr("codegloss.otel.extended", fail)
        sent = self.send(order, {"code": 100018})
        assert sent == self.send("none", {"code": 100018})

    def test_hostile_attributes(self, order, production):
        class Text(str):
            __slots__ = ()

            def __eq__(self, other):
                raise RuntimeError

            def __hash__(self):
                raise RuntimeError

            def startswith(self, *args):
                raise RuntimeError

        class Number(int):
            def __eq__(self, other):
                raise RuntimeError

            def __hash__(self):
                raise RuntimeError

        for value in (Text("100018"), Number(100018), Text('{"code":'), "{" * 5_000):
            for name in ("code", "error", "server.address", "event", "exception.type"):
                attributes = {name: value, "errCode": "x"}
                sent = self.send(order, attributes)
                assert sent == self.send("none", attributes)

    def test_exceptions_with_hostile_methods(self, order, production):
        class HostileError(Exception):
            code = 100018

            def __str__(self):
                raise RuntimeError

        provider, exporter = pipeline(order)
        tracer = provider.get_tracer("app")
        with tracer.start_as_current_span("x") as span:
            span.add_event("exception", {"exception.type": "HostileError"})
            span.add_event(
                "exception",
                {"exception.type": "HostileError", "exception.message": "x"},
            )
            try:
                raise HostileError
            except HostileError:
                span.end()
        assert len(exporter.spans) == 1

    def test_a_raising_next_processor_is_not_hidden(self, order):
        """What the application would see without us, it sees with us."""

        class Raising(SpanProcessor):
            def on_end(self, span):
                raise KeyError("theirs")

        provider = TracerProvider()
        provider.add_span_processor(GlossSpanProcessor(Raising()))
        with pytest.raises(KeyError, match="theirs"):
            provider.get_tracer("app").start_span("x").end()


class TestEvidence:
    def gloss(self, attributes, scope="app", **resource):
        resource = Resource.create({"service.name": "rooms", **resource})
        provider, exporter = pipeline("wrapping", resource=resource)
        with provider.get_tracer(scope).start_as_current_span("call") as span:
            span.set_attributes(attributes)
        return exporter.glosses()[0].get("codegloss.product")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("server.address", "api.netease.im"),
            ("url.full", "https://api.netease.im/nimserver/user/create.action"),
            ("service.peer.name", "netease-nim"),
            ("peer.service", "NIM"),
            ("rpc.service", "com.netease.nim.UserService"),
        ],
    )
    def test_attributes(self, name, value):
        assert self.gloss({"code": 416, name: value}) == "nim"
        assert self.gloss({"code": 416}) is None

    def test_instrumentation_scope(self):
        assert self.gloss({"code": 416}, scope="netease.nim.client") == "nim"

    @pytest.mark.parametrize("name", ["vendor", "sdk", "peer.service"])
    def test_resource(self, name):
        assert self.gloss({"code": 416}, **{name: "netease.nim"}) == "nim"

    @pytest.mark.parametrize("name", ["service.name", "cloud.provider", "host.name"])
    def test_what_the_application_is_called_says_nothing(self, name):
        assert self.gloss({"code": 416}, **{name: "netease.nim"}) is None

    def test_an_attribute_goes_before_the_resource(self):
        provider = TracerProvider(resource=Resource({"sdk": "netease.nim"}))
        last = Last()
        provider.add_span_processor(GlossSpanProcessor(last))
        with provider.get_tracer("app").start_as_current_span("call") as span:
            span.set_attributes({"code": 100018, "sdk": "TUILiveKit"})
        assert last.spans[0].attributes["codegloss.product"] == "live"

    def test_several_providers_with_one_processor(self):
        last = Last()
        processor = GlossSpanProcessor(last)
        for sdk in ("netease.nim", "Stripe", "netease.nim"):
            provider = TracerProvider(resource=Resource({"sdk": sdk}))
            provider.add_span_processor(processor)
            span = provider.get_tracer("app").start_span("x", attributes={"code": 416})
            span.end()
        found = ["codegloss.product" in span.attributes for span in last.spans]
        assert found == [True, False, True]

    def test_status_is_an_error_context(self):
        plain = Resource.create({"service.name": "rooms"})
        gloss = {"scope": "tencent"}
        provider, exporter = pipeline("wrapping", gloss=gloss, resource=plain)
        for status in (trace.StatusCode.ERROR, trace.StatusCode.OK):
            with provider.get_tracer("app").start_as_current_span("call") as span:
                span.set_attribute("code", 100018)
                span.set_status(status)
        assert exporter.glosses() == [NEED_PASSWORD, {}]

    def test_an_exception_of_another_library(self):
        error = type("OperationalError", (Exception,), {"__module__": "pymysql.err"})
        provider, exporter = pipeline("wrapping")
        raised = error(100018, "lost")
        raised.code = 100018
        tracer = provider.get_tracer("app")
        with pytest.raises(error), tracer.start_as_current_span("query"):
            raise raised
        assert exporter.glosses() == [{}]

    def test_attributes_named_like_an_exception_hide_nothing(self):
        taken = ("exc_info", "exc", "exception", "cause")
        provider, exporter = pipeline("wrapping", gloss={"scope": "tencent"})
        tracer = provider.get_tracer("app")
        error = ValueError("join failed")
        error.code = 100018
        with pytest.raises(ValueError), tracer.start_as_current_span("join") as span:
            span.set_attributes(dict.fromkeys(taken, "x"))
            raise error
        (said,) = exporter.glosses()
        assert said["codegloss.product"] == "live"

    def test_names_of_the_user_hide_nothing(self):
        taken = {"log": "x", "exc_info": "y", "details": "z", "severity_text": "q"}
        provider, exporter = pipeline("wrapping")
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attributes(taken)
            span.add_event("answer", {"code": 100018})
            span.set_status(trace.StatusCode.ERROR)
        assert exporter.glosses() == [NEED_PASSWORD]
        assert {key: exporter.spans[0]["attributes"][key] for key in taken} == taken


class TestSampling:
    def test_sampled_out_spans_cost_nothing(self):
        processor = GlossSpanProcessor()
        provider = TracerProvider(sampler=ALWAYS_OFF)
        provider.add_span_processor(processor)
        with provider.get_tracer("app").start_as_current_span("x") as span:
            span.set_attribute("code", 100018)
        assert not span.is_recording()
        assert sum(map(bool, processor.enricher.stats().values())) == 0

    @pytest.mark.parametrize("last", [Last(), None], ids=["wrapping", "alone"])
    def test_spans_that_are_only_recorded_are_left_alone(self, last):
        class RecordOnly(Sampler):
            def should_sample(self, *args, **kwargs):
                return SamplingResult(Decision.RECORD_ONLY)

            def get_description(self):
                return "record only"

        processor = GlossSpanProcessor(last, scope="tencent")
        provider = TracerProvider(sampler=RecordOnly())
        provider.add_span_processor(processor)
        with provider.get_tracer("app").start_as_current_span("x") as span:
            span.set_attribute("code", 100018)
        assert dict(span.attributes) == {"code": 100018}
        assert processor.enricher.stats()["resolved"] == 0


class TestPipelines:
    def test_other_pipelines_see_the_span_untouched(self):
        provider, exporter = pipeline("wrapping")
        other = Exporter()
        provider.add_span_processor(SimpleSpanProcessor(other))
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.glosses() == [NEED_PASSWORD]
        assert other.glosses() == [{}]

    def test_a_span_without_a_code_is_handed_on_as_it_is(self):
        last = Last()
        provider = TracerProvider()
        provider.add_span_processor(GlossSpanProcessor(last))
        tracer = provider.get_tracer("app")
        tracer.start_span("x").end()
        with tracer.start_as_current_span("y") as span:
            span.add_event("z", {"size": 1})
        with tracer.start_as_current_span("y") as span:
            span.set_attributes({"code": 100018, "sdk": "Stripe"})
        assert not any(isinstance(span, _GlossedSpan) for span in last.spans)

    @pytest.mark.parametrize("cls", [GlossSpanProcessor, None], ids=["own", "subclass"])
    def test_the_next_processor_gets_every_call(self, cls):
        class Subclass(GlossSpanProcessor):
            pass

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
        processor = (cls or Subclass)(Next())
        provider.add_span_processor(processor)
        with provider.get_tracer("app").start_as_current_span("x"):
            pass
        assert processor.force_flush(5) is False
        processor.shutdown()
        hook = ["ending"] if HAS_ENDING_HOOK else []
        assert calls == ["start", *hook, "end", 5, "shutdown"]

    def test_a_next_processor_from_before_the_hook(self):
        class Old:
            def on_start(self, span, parent_context=None):
                pass

            on_end = on_start

        GlossSpanProcessor(Old())._on_ending(None)

        class Subclass(GlossSpanProcessor):
            pass

        Subclass(Old())._on_ending(None)

    def test_alone_there_is_nothing_to_flush(self):
        alone = GlossSpanProcessor()
        alone.on_start(None)
        assert alone.force_flush() is True
        alone.shutdown()

    def test_exporter(self):
        exporter = Exporter()
        glossing = GlossSpanExporter(exporter)
        assert glossing.export([]) is SpanExportResult.SUCCESS
        assert glossing.force_flush(5) is True
        assert exporter.flushed == 5
        glossing.shutdown()

    def test_spans_that_are_not_the_sdks(self):
        """The public attributes are enough; the private ones are a short cut."""
        span = SimpleNamespace(
            name="join failed", attributes={"code": 100018}, events=()
        )
        last = Last()
        GlossSpanProcessor(last, scope="tencent").on_end(span)
        assert last.spans[0].attributes == {"code": 100018, **NEED_PASSWORD}
        span.attributes = None
        GlossSpanProcessor(last, scope="tencent").on_end(span)
        assert last.spans[1] is span

    def test_a_span_that_somebody_else_has_wrapped(self):
        class Theirs(ReadableSpan):
            pass

        last = Last()
        span = Theirs("join", attributes={"error.code": 100018}, resource=Resource({}))
        span.note = "theirs"
        GlossSpanProcessor(last, scope="tencent").on_end(span)
        assert last.spans[0].note == "theirs"
        assert last.spans[0].attributes["codegloss.product"] == "live"
        assert dict(span.attributes) == {"error.code": 100018}

    def test_a_later_wrapper_can_copy_our_span(self):
        last = Last()
        provider = TracerProvider()
        provider.add_span_processor(GlossSpanProcessor(last, scope="tencent"))
        provider.get_tracer("a").start_span(
            "x", attributes={"error.code": 100018}
        ).end()
        (span,) = last.spans
        again = ReadableSpan(name=span.name, attributes=span.attributes)
        assert again.attributes["codegloss.product"] == "live"


def test_nested_attributes_of_log_records_stay_allowed():
    """From SDK 1.30 to 1.44 only log records had them, by an argument."""
    if "extended_attributes" not in inspect.signature(BoundedAttributes).parameters:
        pytest.skip("came with SDK 1.30")
    old = BoundedAttributes(9, {"a": 1}, immutable=False)
    old._extended_attributes = True
    new = extended((old, {"a": 1}, {"error": {"code": 1}}))
    assert dict(new) == {"a": 1, "error": {"code": 1}}


class TestBeforeTheHook:
    """SDKs before 1.40 call `on_end` only."""

    def test_standing_alone(self):
        span = ReadableSpan(
            "join",
            attributes=BoundedAttributes(None, {"error.code": 100018}),
            resource=Resource({}),
        )
        GlossSpanProcessor(scope="tencent").on_end(span)
        assert span.attributes["codegloss.product"] == "live"


@pytest.mark.skipif(not HAS_ENDING_HOOK, reason="came with SDK 1.40")
def test_an_sdk_that_lets_processors_write(monkeypatch):
    """The open change to the SDK: a span stays writable in `_on_ending`."""

    def end(self, end_time=None):
        self._span_processor._on_ending(self)
        self._end_time = end_time or 1
        self._attributes._immutable = True
        self._span_processor.on_end(self._readable_span())

    monkeypatch.setattr(sdk_trace.Span, "end", end)
    for order in ORDERS:
        provider, exporter = pipeline(order)
        other = []

        class Other(SpanProcessor):
            def _on_ending(self, span):
                span.set_attribute("theirs", span.is_recording())

            def on_end(self, span, other=other):
                other.append(dict(span.attributes))

        provider.add_span_processor(Other())
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        assert exporter.glosses() == [NEED_PASSWORD]
        assert other[0]["theirs"] is True


class TestRecordException:
    @pytest.fixture
    def recorded(self, room_error):
        def record(*errors, attributes=None, limits=None, gloss=False, **options):
            resource = Resource.create({"service.name": "rooms"})
            provider, exporter = pipeline(
                "wrapping" if gloss else "none",
                span_limits=limits,
                resource=resource if "scope" in options else Resource.create(SERVICE),
            )
            with provider.get_tracer("app").start_as_current_span("join") as span:
                span.set_attributes(attributes or {})
                for error in errors:
                    record_exception(span, error, **options)
            return exporter

        return record

    @pytest.mark.parametrize("gloss", [False, True], ids=["alone", "with processor"])
    def test_caught_inside_the_span(self, recorded, room_error, gloss):
        exporter = recorded(room_error(100018), gloss=gloss)
        assert exporter.glosses() == [NEED_PASSWORD]
        (event,) = exporter.spans[0]["events"]
        assert event["attributes"]["exception.type"].endswith("RoomError")

    def test_scope_and_language(self, recorded, room_error):
        exporter = recorded(room_error(416), scope="netease.nim", language="zh")
        (gloss,) = exporter.glosses()
        assert gloss["codegloss.product"] == "nim"
        assert not gloss["codegloss.meaning"].isascii()

    def test_evidence_of_the_span(self, recorded, room_error):
        exporter = recorded(room_error(416), attributes={"peer.service": "NIM"})
        assert exporter.glosses()[0]["codegloss.product"] == "nim"

    def test_the_first_one_stands(self, recorded, room_error):
        exporter = recorded(room_error(100018), room_error(100012))
        assert (
            exporter.glosses()[0]["codegloss.meaning"]
            == (NEED_PASSWORD["codegloss.meaning"])
        )

    def test_two_glosses_are_never_mixed(self, recorded, room_error):
        """The second knows whether to retry, which nobody knows of the first."""
        unknown = recorded(room_error(201), scope="netease.nim").glosses()
        assert "codegloss.retryable" not in unknown[0]
        errors = room_error(201), room_error(416)
        assert recorded(*errors, scope="netease.nim").glosses() == unknown
        resolved = recorded(room_error(416), scope="netease").glosses()
        errors = room_error(416), room_error(100004)
        both = recorded(*errors, scope=["netease", "tencent"])
        assert both.glosses() == resolved

    def test_without_a_code(self, recorded):
        exporter = recorded(ValueError("100018"))
        assert exporter.glosses() == [{}]
        assert len(exporter.spans[0]["events"]) == 1

    def test_limits(self, recorded, room_error):
        limits = SpanLimits(max_span_attributes=2)
        exporter = recorded(room_error(100018), attributes={"a": 1}, limits=limits)
        assert exporter.spans[0]["attributes"] == {"a": 1}
        (event,) = exporter.spans[0]["events"]
        assert NEED_PASSWORD.items() <= event["attributes"].items()

    def test_what_follows_evicts_nothing(self, room_error):
        limits = SpanLimits(max_span_attributes=38)
        provider, exporter = pipeline("none", span_limits=limits)
        fields = {f"app.{number}": number for number in range(37)}
        with provider.get_tracer("app").start_as_current_span("join") as span:
            span.set_attribute("first", 1)
            record_exception(span, room_error(100018))
            span.set_attributes(fields)
        assert exporter.spans[0]["attributes"] == {"first": 1, **fields}

    def test_a_code_is_not_cut_to_another_one(self, room_error):
        limits = SpanLimits(max_span_attribute_length=5)
        provider, exporter = pipeline("wrapping", span_limits=limits)
        with provider.get_tracer("rtc.tencent").start_as_current_span("join") as span:
            span.set_attribute("code", 100018)
        (gloss,) = exporter.glosses()
        assert gloss["codegloss.vendor"] == "tence"
        assert "codegloss.code" not in gloss

    def test_mistakes_are_counted(self, recorded, room_error, production):
        before = codegloss.stats()["errors"]
        exporter = recorded(room_error(100018), scope="tencant", language="fr")
        assert exporter.glosses() == [{}]
        assert codegloss.stats()["errors"] == before + 1

    def test_spans_that_do_not_record(self, room_error):
        record_exception(trace.INVALID_SPAN, room_error(100018))


def test_an_sdk_whose_logs_have_moved(monkeypatch):
    """They are still experimental: spans must not go with them."""
    for name in [name for name in sys.modules if name.startswith("codegloss")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk._logs", None)
    import codegloss.otel

    assert codegloss.otel.GlossSpanProcessor()
    with pytest.raises(ImportError, match="opentelemetry"):
        codegloss.otel.GlossLogProcessor  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        codegloss.otel.nothing  # noqa: B018


def test_without_the_sdk(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("codegloss")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ImportError, match=r"codegloss\[otel\]"):
        import codegloss.otel  # noqa: F401

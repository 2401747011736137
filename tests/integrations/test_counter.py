"""`GlossCounter`, as Prometheus scrapes it."""

from __future__ import annotations

import pickle

import pytest

import codegloss

pytest.importorskip("opentelemetry.sdk")
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from codegloss.otel import GlossCounter

JOIN = {"logger": "rtc.tencent", "code": 100018}


@pytest.fixture
def counted():
    """Return a meter, and a function that returns what it counted, by attributes."""
    reader = InMemoryMetricReader()
    meter = MeterProvider(metric_readers=[reader]).get_meter("test")

    def points():
        data = reader.get_metrics_data()
        if data is None:
            return {}
        (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
        assert (metric.name, metric.unit) == ("codegloss.errors", "{error}")
        found = metric.data.data_points
        return {frozenset(each.attributes.items()): each.value for each in found}

    return meter, points


def test_attributes(counted):
    meter, points = counted
    enricher = codegloss.Enricher(on_gloss=GlossCounter(meter))
    enricher.enrich(JOIN)
    enricher.enrich(JOIN)
    assert points() == {
        frozenset(
            {
                ("codegloss.vendor", "tencent"),
                ("codegloss.product", "live"),
                ("codegloss.code", "100018"),
                ("codegloss.category", "UNAUTHENTICATED"),
                ("codegloss.retryable", False),
            }
        ): 2
    }


def test_what_is_open_is_left_out(counted):
    meter, points = counted
    enricher = codegloss.Enricher(on_gloss=GlossCounter(meter))
    enricher.enrich({"sdk": "Tencent", "code": 100004})
    (attributes,) = points()
    assert "codegloss.product" not in dict(attributes)
    assert dict(attributes)["codegloss.code"] == "100004"


def test_nested_codes_and_exceptions_with_their_number(counted, room_error):
    meter, points = counted
    enricher = codegloss.Enricher(on_gloss=GlossCounter(meter), scope="tencent.live")
    enricher.enrich({"response": {"ErrorCode": 100012}, "level": "error"})
    enricher.enrich({"exc_info": room_error(100018)})
    codes = {dict(each)["codegloss.code"] for each in points()}
    assert codes == {"100012", "100018"}


def test_numbers_of_strangers_make_no_series(counted):
    meter, points = counted
    enricher = codegloss.Enricher(on_gloss=GlossCounter(meter), count_unknown=True)
    for number in range(500):
        enricher.enrich({"sdk": "NIM", "code": 7_000_000 + number})
        enricher.enrich({"code": number, "method": "GET", "path": "/"})
    assert points() == {}


def test_pickling():
    made = pickle.loads(pickle.dumps(GlossCounter()))
    made(codegloss.resolve(416, scope="netease.nim"))


def test_prometheus():
    prometheus = pytest.importorskip("opentelemetry.exporter.prometheus")
    from prometheus_client import REGISTRY, generate_latest

    provider = MeterProvider(metric_readers=[prometheus.PrometheusMetricReader()])
    try:
        meter = provider.get_meter("test")
        codegloss.Enricher(on_gloss=GlossCounter(meter)).enrich(JOIN)
        text = generate_latest(REGISTRY).decode()
    finally:
        provider.shutdown()
    (line,) = [each for each in text.splitlines() if each.startswith("codegloss_err")]
    assert line.startswith("codegloss_errors_total{")
    assert line.endswith("} 1.0")
    # As the alert rule in the documentation selects it.
    assert 'codegloss_product="live"' in line
    assert 'codegloss_retryable="false"' in line

"""`codegloss.testing`: what users need to test their own logging."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace

import pytest

import codegloss
from codegloss import testing
from codegloss.logging import GlossFilter

JOIN = {"logger": "rtc.tencent", "code": 100018}


class TestStrict:
    def test_what_goes_wrong_is_raised(self):
        def broken(_):
            raise KeyError("mine")

        enricher = codegloss.Enricher(on_gloss=broken)
        with testing.strict(), pytest.raises(KeyError, match="mine"):
            enricher.enrich(JOIN)
        with testing.strict(on=False):
            assert enricher.enrich(JOIN)["product"] == "live"

    def test_blocks_in_blocks(self):
        enricher = codegloss.Enricher(on_gloss=lambda _: 1 / 0)
        with testing.strict(on=False):
            with testing.strict(), pytest.raises(ZeroDivisionError):
                enricher.enrich(JOIN)
            enricher.enrich(JOIN)


class TestSmallCatalog:
    def test_nothing_else_is_known(self):
        with testing.small_catalog() as catalog:
            assert testing.active_catalog() is catalog
            assert codegloss.enrich({"sdk": "AcmeIM", "code": 70001}) == {
                "vendor": "acme",
                "product": "im",
                "meaning": "Too many messages a second",
                "retryable": True,
            }
            assert codegloss.enrich(JOIN) == {}
        assert codegloss.enrich(JOIN)["product"] == "live"

    def test_one_of_each(self):
        with testing.small_catalog():
            assert codegloss.resolve(70002, scope="acme.im").retryable is False
            assert codegloss.resolve(70003, scope="acme.rtc").retryable is None
            assert codegloss.resolve(70003, scope="acme").status == "ambiguous"
            assert codegloss.resolve(0, scope="acme.im").status != "resolved"
            assert codegloss.advise(70001, scope="im").delay_s == 1

    def test_strangers_stay_strangers(self):
        event = {"sdk": "boto3", "vendor": "aws", "code": 70001}
        with testing.small_catalog():
            assert codegloss.enrich(event) == {}

    def test_one_of_your_own(self):
        data = {**testing.ACME, "entries": testing.ACME["entries"][:1]}
        with testing.small_catalog(data):
            assert codegloss.resolve(70002).status == "unknown"

    def test_broken_data_change_nothing(self):
        before = testing.active_catalog()
        with (
            pytest.raises(codegloss.CatalogError),
            testing.small_catalog({"schema": 1, "entries": [{"code": 1}]}),
        ):
            pass
        assert testing.active_catalog() is before

    def test_what_is_configured_stays(self):
        kept = codegloss.Enricher(scope="netease.nim", scopes={"rtc": "tencent.live"})
        with testing.small_catalog():
            assert kept.enrich({"level": "error", "sdk": "NIM", "code": 416}) == {}
        assert kept.enrich({"level": "error", "sdk": "NIM", "code": 416})


class TestCaptured:
    def test_whatever_glosses(self):
        record = logging.makeLogRecord({"name": "rtc.tencent", "code": 100018})
        with testing.captured() as glosses:
            codegloss.enrich(JOIN)
            GlossFilter().filter(record)
            codegloss.enrich({"code": 404})
        codegloss.enrich(JOIN)
        assert [each.code for each in glosses] == [100018, 100018]

    def test_blocks_that_overlap(self):
        first, second = testing.captured(), testing.captured()
        one, two = first.__enter__(), second.__enter__()
        first.__exit__(None, None, None)
        codegloss.enrich(JOIN)
        second.__exit__(None, None, None)
        codegloss.enrich(JOIN)
        assert (len(one), len(two)) == (0, 1)

    def test_beside_a_listener_of_ones_own(self):
        seen = []
        enricher = codegloss.Enricher(on_gloss=seen.append)
        with testing.captured() as glosses:
            enricher.enrich(JOIN)
        assert glosses == seen
        assert len(seen) == 1


LIVE = {
    "vendor": "tencent",
    "product": "live",
    "meaning": "The room requires a password",
    "retryable": False,
}


PREFIXED = {f"codegloss.{key}": value for key, value in LIVE.items()}
WRITTEN = {
    "event": {**JOIN, **LIVE},
    "JSON": json.dumps({**JOIN, **LIVE}),
    "bytes": json.dumps({**JOIN, **LIVE}).encode(),
    "loguru": {"record": {"extra": {**JOIN, **LIVE}, "message": "join failed"}},
    "list": {"log": [{"codegloss": LIVE}]},
    "record": logging.makeLogRecord({**LIVE, "message": "join failed"}),
    "prefixed": PREFIXED,
    "taken": {**LIVE, "vendor": "mine", "codegloss_vendor": "tencent"},
    "span": SimpleNamespace(attributes=PREFIXED),
    "OpenTelemetry's record": SimpleNamespace(
        log_record=SimpleNamespace(attributes=LIVE)
    ),
}


class TestAssertGlossed:
    @pytest.mark.parametrize("name", WRITTEN)
    def test_wherever_it_stands(self, name):
        event = WRITTEN[name]
        gloss = testing.assert_glossed(event, product="live", retryable=False)
        assert gloss == testing.gloss_in(event)
        assert gloss.items() >= LIVE.items()
        with pytest.raises(AssertionError, match="there is a gloss"):
            testing.assert_not_glossed(event)

    def test_prefix(self):
        event = {f"g_{key}": value for key, value in LIVE.items()}
        assert testing.gloss_in(event, prefix="g_") == LIVE
        testing.assert_not_glossed(event)

    def test_what_it_says_instead(self):
        with pytest.raises(AssertionError, match="product: 'live' instead of 'nim'"):
            testing.assert_glossed(LIVE, vendor="tencent", product="nim")
        testing.assert_glossed(LIVE, category=None)

    def test_why_there_is_none(self):
        event = {"code": 404, "method": "GET", "path": "/rooms"}
        with pytest.raises(AssertionError, match="left alone"):
            testing.assert_glossed(event)

    @pytest.mark.parametrize("event", ["join failed", b"\xff", None, {}, [1]], ids=repr)
    def test_none_at_all(self, event):
        with pytest.raises(AssertionError, match="no gloss in"):
            testing.assert_glossed(event)
        testing.assert_not_glossed(event)

    def test_the_message_of_a_record_is_no_fact(self):
        assert "message" not in testing.gloss_in({**LIVE, "message": "join failed"})
        named = {**LIVE, "message": "mine", "codegloss_message": "need password"}
        testing.assert_glossed(named, message="need password")

    def test_what_goes_round_in_circles(self):
        event = {}
        event["self"] = [event]
        testing.assert_not_glossed(event)

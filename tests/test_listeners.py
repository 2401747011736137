"""What else is told of a gloss: `on_gloss`, and codes that the catalog lacks."""

from __future__ import annotations

import logging
import pickle

import pytest

import codegloss
from codegloss._core import unknown
from codegloss.logging import GlossFilter

JOIN = {"event": "join failed", "logger": "rtc.tencent", "code": 100018}
NESTED = {
    "event": "call failed",
    "level": "error",
    "sdk": "TUILiveKit",
    "code": 100018,
    "response": {"ErrorCode": 100012},
}


def told(event, **options):
    seen = []
    codegloss.Enricher(on_gloss=seen.append, **options).enrich(event)
    return seen


class Refused(Exception):
    def __init__(self, code):
        super().__init__("refused")
        self.code = code


class TestOnGloss:
    def test_is_told_what_was_said(self):
        (resolution,) = told(JOIN)
        assert isinstance(resolution, codegloss.Resolution)
        assert (resolution.product, resolution.code) == ("live", 100018)

    def test_every_code_of_an_event(self):
        assert {each.code for each in told(NESTED)} == {100018, 100012}

    def test_exceptions_and_their_causes(self):
        error = Refused(100018)
        error.__cause__ = Refused(100012)
        codes = [each.code for each in told({"exc_info": error}, scope="tencent.live")]
        assert codes == [100012, 100018]

    def test_silence(self):
        assert told({"code": 404}) == []
        assert told({"event": "fine"}) == []

    def test_ambiguous(self):
        (resolution,) = told({"sdk": "Tencent", "code": 100004})
        assert resolution.status == "ambiguous"

    def test_an_event_that_passes_twice_counts_once(self):
        seen = []
        enricher = codegloss.Enricher(on_gloss=seen.append)
        event = dict(JOIN)
        event.update(enricher.enrich(event))
        assert enricher.enrich(event) == {}
        assert len(seen) == 1

    def test_a_question_is_no_gloss(self):
        seen = []
        enricher = codegloss.Enricher(on_gloss=seen.append)
        enricher.explain(JOIN)
        enricher.resolve(416, scope="netease.nim")
        assert seen == []

    def test_what_it_raises_is_counted(self, production):
        seen = []

        def broken(resolution):
            seen.append(resolution)
            raise KeyError("no")

        enricher = codegloss.Enricher(on_gloss=broken)
        assert enricher.enrich(JOIN)["product"] == "live"
        assert len(enricher.enrich(NESTED)["glosses"]) == 2
        assert len(seen) == 3
        assert enricher.stats()["errors"] == 3
        assert enricher.stats()["last_error"] == "builtins.KeyError"

    def test_keys_are_written_before_it_raises(self, production):
        def broken(_):
            raise RuntimeError

        record = logging.makeLogRecord({"name": "rtc.tencent", "code": 100018})
        assert GlossFilter(on_gloss=broken).filter(record)
        assert record.product == "live"

    def test_what_ends_a_program_passes(self):
        def leave(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            codegloss.Enricher(on_gloss=leave).enrich(JOIN)
        assert len(told(JOIN)) == 1  # and nothing stays switched off

    def test_what_it_logs_does_not_call_it_again(self):
        logger = logging.getLogger("rtc.tencent")
        calls, records = [], []

        def tell(resolution):
            calls.append(resolution)
            logger.error("told", extra={"code": 100012})

        handler = logging.Handler()
        handler.emit = records.append
        handler.addFilter(GlossFilter(on_gloss=tell))
        logger.addHandler(handler)
        try:
            logger.error("join failed", extra={"code": 100018})
        finally:
            logger.removeHandler(handler)
        assert [each.code for each in calls] == [100018]
        # It is glossed all the same.
        assert [record.vendor for record in records] == ["tencent", "tencent"]

    def test_pickling(self):
        made = pickle.loads(pickle.dumps(codegloss.Enricher(on_gloss=print)))
        assert made.config.on_gloss is print


class TestUnknownCodes:
    @pytest.fixture(autouse=True)
    def _fresh(self, monkeypatch):
        monkeypatch.setattr(unknown, "_counts", type(unknown._counts)())

    def test_of_a_named_product(self):
        enricher = codegloss.Enricher(count_unknown=True)
        for _ in range(3):
            enricher.enrich({"sdk": "NIM", "code": 777_123})
        enricher.enrich({"sdk": "NIM", "response": {"code": "SOME_CODE"}})
        enricher.enrich({"vendor": "tencent", "errors": [{"code": 777_123}]})
        assert codegloss.unknown_codes() == [
            ("netease.nim", "code", 777_123, 3),
            ("netease.nim", "response.code", "SOME_CODE", 1),
            ("tencent", "errors[].code", 777_123, 1),
        ]

    def test_of_another_product(self):
        codegloss.Enricher(count_unknown=True).enrich({"sdk": "NIM", "code": 100018})
        assert [each.code for each in codegloss.unknown_codes()] == [100018]

    @pytest.mark.parametrize(
        "event",
        [
            {"code": 777_123},
            {"sdk": "NIM", "code": 416},
            {"sdk": "NIM", "code": 200},
            {"sdk": "boto3", "code": 777_123},
            {"sdk": "NIM", "code": 777_123, "method": "GET", "path": "/x"},
            {"logger": "aws.s3", "code": "NoSuchKey"},
            {"sdk": "NIM", "event": "code=777123", "level": "error"},
        ],
        ids=repr,
    )
    def test_what_is_none(self, event):
        codegloss.Enricher(count_unknown=True).enrich(event)
        assert codegloss.unknown_codes() == []

    def test_a_scope_of_the_whole_process_names_nothing(self):
        enricher = codegloss.Enricher(count_unknown=True, scope="netease.nim")
        enricher.enrich({"level": "error", "code": 777_123})
        assert codegloss.unknown_codes() == []
        enricher.enrich({"level": "error", "code": 777_123}, scope="netease.nim")
        assert len(codegloss.unknown_codes()) == 1

    def test_signs_that_clash_name_nobody(self):
        enricher = codegloss.Enricher(count_unknown=True)
        enricher.enrich({"sdk": "NIM", "vendor": "tencent", "code": 777_123})
        assert codegloss.unknown_codes() == []

    def test_only_on_request(self):
        codegloss.enrich({"sdk": "NIM", "code": 777_123})
        assert codegloss.unknown_codes() == []

    def test_bounded(self):
        enricher = codegloss.Enricher(count_unknown=True)
        for number in range(2_000):
            enricher.enrich({"sdk": "NIM", "code": 777_000_000 + number})
        enricher.enrich({"sdk": "NIM", "code": "x" * 60})
        counted = codegloss.unknown_codes()
        assert len(counted) < 600
        assert sum(each.times for each in counted) == 2_001
        assert counted[0][:3] == ("netease.nim", "", None)

    def test_what_is_said_stays_the_same(self):
        for event in (JOIN, NESTED, {"sdk": "NIM", "code": 1}):
            counting = codegloss.Enricher(count_unknown=True)
            assert counting.enrich(event) == codegloss.enrich(event)


class TestSpellings:
    @pytest.mark.parametrize(
        ("vendor", "product"),
        [("Tencent", "LIVE"), ("Tencent Cloud", "live"), ("腾讯云", "TUILiveKit")],
    )
    def test_the_same_name_is_not_written_twice(self, vendor, product):
        added = codegloss.enrich({**JOIN, "vendor": vendor, "product": product})
        assert set(added) == {"meaning", "retryable"}

    def test_another_name_is_answered(self):
        added = codegloss.enrich({**JOIN, "product": "my product"})
        assert added["codegloss_product"] == "live"


class TestShortScopes:
    def test_a_product_that_one_vendor_has(self):
        assert codegloss.resolve(100004, scope="roomengine").vendor == "tencent"
        with codegloss.scope("nim"):
            assert codegloss.enrich({"code": 416})["product"] == "nim"
        by_logger = codegloss.Enricher(scopes={"rtc": "roomengine"})
        assert (
            by_logger.enrich({"logger": "rtc.a", "code": 100004})["product"]
            == "roomengine"
        )
        event = {"sdk": "Tencent", "code": 100004}
        assert codegloss.Enricher(only=["roomengine"]).enrich(event) != {}
        assert codegloss.is_retryable(416, scope="nim") is True

    def test_a_product_that_several_vendors_have(self, tmp_path):
        path = tmp_path / "acme.json"
        path.write_text(
            '{"schema": 1, "vendors": {"acme": {"names": {"en": "Acme"}}},'
            ' "products": {"acme.live": {"names": {"en": "Acme Live"}}}, "entries": []}'
        )
        codegloss.load_catalog(path)
        with pytest.raises(
            ValueError, match=r"ambiguous scope 'live'; did you mean: .*acme\.live"
        ):
            codegloss.scope("live")

"""Which keys are added to an event, and what they hold."""

from __future__ import annotations

import pickle

import pytest

import codegloss
from samples import JOIN, NEED_PASSWORD


class TestKeys:
    def test_default(self):
        assert codegloss.enrich(JOIN) == NEED_PASSWORD

    def test_ambiguous(self):
        assert codegloss.enrich({**JOIN, "code": 100004}) == {
            "vendor": "tencent",
            "meaning": "The room does not exist",
            "retryable": False,
            "candidates": ["tencent.live", "tencent.roomengine"],
        }

    def test_number_alone(self):
        event = {"event": "join failed", "code": 100018}
        assert codegloss.enrich(event) == {}
        guess = {**NEED_PASSWORD, "match": "number", "candidates": ["tencent.live"]}
        del guess["retryable"]
        assert codegloss.Enricher(guess=True).enrich(event) == guess

    def test_retryable_is_left_out_when_nobody_knows(self):
        added = codegloss.enrich({"code": 194006, "logger": "nim", "level": "error"})
        assert added["meaning"]
        assert "retryable" not in added

    def test_more_fields(self):
        fields = ("symbol", "category", "fault", "match", "retry_after", "remedy")
        fields += ("message", "catalog_version", "code")
        enricher = codegloss.Enricher(fields=fields)
        assert enricher.enrich({"code": 100012}, scope="tencent.live") == {
            "symbol": "LIVE_SERVER_ERROR_CREATING_ROOMS_EXCEEDS_THE_FREQUENCY_LIMIT",
            "category": "RESOURCE_EXHAUSTED",
            "fault": "caller",
            "match": "scope",
            "retry_after": 1,
            "remedy": enricher.resolve(100012, scope="tencent.live").remedy,
            "message": "频率超过限制",
            "catalog_version": codegloss.load_catalog().version,
            "codegloss_code": "100012",
        }

    def test_prefix(self):
        added = codegloss.Enricher(prefix="gloss_").enrich(JOIN)
        assert added == {f"gloss_{key}": value for key, value in NEED_PASSWORD.items()}

    def test_keys_of_the_event_are_never_overwritten(self):
        added = codegloss.enrich({**JOIN, "meaning": "mine", "vendor": "Mine"})
        assert added == {
            "codegloss_vendor": "tencent",
            "product": "live",
            "codegloss_meaning": NEED_PASSWORD["meaning"],
            "retryable": False,
        }

    @pytest.mark.parametrize(
        "event",
        [
            JOIN,
            {**JOIN, "code": 100004},
            {**JOIN, "vendor": "Tencent Cloud", "meaning": 1},
            {"event": "join failed", "code": 100018},
            {"event": "x failed", "errors": [{"code": 100205}, {"code": 100018}]},
        ],
        ids=["resolved", "ambiguous", "taken", "number", "several"],
    )
    def test_twice_changes_nothing(self, event):
        once = {**event, **codegloss.enrich(event)}
        assert codegloss.enrich(once) == {}

    def test_every_event_gets_its_own_lists(self):
        event = {**JOIN, "code": 100004}
        codegloss.enrich(event)["candidates"].clear()
        assert codegloss.enrich(event)["candidates"]

    def test_several_codes_speak_for_the_cause(self):
        added = codegloss.enrich(
            {"code": 20111, "name": "ChannelJoinError", "serverCode": 104}
        )
        assert added["meaning"] == (
            "The room has reached its limit of interacting members"
        )
        assert [(g["field"], g["code"]) for g in added["glosses"]] == [
            ("serverCode", 104),
            ("code", 20111),
        ]

    def test_the_same_code_twice_is_one_gloss(self):
        added = codegloss.enrich({**JOIN, "error": {"code": "100018"}})
        assert added == NEED_PASSWORD


class TestConfiguration:
    def test_unknown_language(self):
        with pytest.raises(ValueError, match="known: en, zh"):
            codegloss.Enricher(language="fr")

    def test_unknown_field(self):
        with pytest.raises(ValueError, match="known: vendor, product"):
            codegloss.Enricher(fields=("vender",))

    def test_pickle(self):
        enricher = codegloss.Enricher(scope=["tencent"], language="zh", prefix="g_")
        copy = pickle.loads(pickle.dumps(enricher))
        assert copy.enrich(JOIN) == enricher.enrich(JOIN)

"""Logfire's scrubbing, which blacks out sentences about passwords."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import codegloss
from codegloss import testing
from codegloss.logfire import keep_glosses

MEANING = codegloss.resolve(100018, scope="tencent.live").meaning


def match(value):
    return SimpleNamespace(value=value, path=("attributes", "meaning"))


class TestCallback:
    def test_sentences_of_both_languages(self):
        keep = keep_glosses()
        entry = codegloss.resolve(100018, scope="tencent.live").entry
        for text in (*entry.meaning.values(), *entry.remedy.values()):
            assert keep(match(text)) == text

    @pytest.mark.parametrize(
        "value",
        [f"{MEANING} ", f"{MEANING}: hunter2", "hunter2", 1, None, [MEANING], {}],
        ids=repr,
    )
    def test_nothing_else(self, value):
        assert keep_glosses()(match(value)) is None

    def test_callback_of_the_user(self):
        asked = []

        def mine(each):
            asked.append(each.value)
            return "kept"

        keep = keep_glosses(mine)
        assert keep(match(MEANING)) == MEANING
        assert keep(match("session")) == "kept"
        assert asked == ["session"]

    def test_follows_the_catalog(self):
        keep = keep_glosses()
        assert keep(match(MEANING)) == MEANING
        with testing.small_catalog():
            assert keep(match(MEANING)) is None
            assert keep(match("The account is muted")) == "The account is muted"
        assert keep(match(MEANING)) == MEANING


@pytest.mark.parametrize(
    ("callback", "meaning"),
    [(None, "[Scrubbed due to 'password']"), (keep_glosses(), MEANING)],
    ids=["alone", "with the callback"],
)
def test_logfire_itself(callback, meaning):
    logfire = pytest.importorskip("logfire")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
        InMemorySpanExporter,
    )

    exporter = InMemorySpanExporter()
    instance = logfire.configure(
        local=True,
        send_to_logfire=False,
        console=False,
        scrubbing=logfire.ScrubbingOptions(callback=callback),
        additional_span_processors=[SimpleSpanProcessor(exporter)],
    )
    gloss = codegloss.enrich({"code": 100018, "logger": "rtc.tencent"})
    secret = {"password": "hunter2"}
    instance.error("join failed", **gloss, **secret)
    instance.shutdown()
    (span,) = exporter.get_finished_spans()
    assert span.attributes["meaning"] == meaning
    assert "hunter2" not in json.dumps(dict(span.attributes))

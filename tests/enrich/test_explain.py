"""What `explain` says of the codes of an event, glossed or left alone."""

from __future__ import annotations

import codegloss


class TestExplain:
    def test_glossed(self):
        event = {"event": "call failed", "code": 416, "sdk": "NIM"}
        explanation = codegloss.Enricher().explain(event)
        (reason,) = explanation.reasons
        assert (reason.field, reason.code, reason.glossed) == ("code", 416, True)
        assert reason.evidence == (("field", ("netease.nim",), "NIM"),)
        assert explanation.added == codegloss.enrich(event)
        assert str(explanation).splitlines() == [
            "code = 416: resolved (evidence)",
            "  for:       field 'NIM': netease.nim",
            f"  candidate: netease.nim 416: {explanation.added['meaning']}",
        ]

    def test_left_alone(self):
        event = {
            "exc_type": "requests.HTTPError",
            "code": 404,
            "method": "GET",
            "status": 404,
            "sdk": "twilio",
        }
        explanation = codegloss.Enricher().explain(event)
        assert explanation.added == {}
        assert "code = 404: left alone (veto: a number of requests.HTTPError" in (
            str(explanation)
        )
        assert explanation.reasons[0].counter_evidence == (
            "names http (exception)",
            "names twilio (field)",
            "a number of requests.HTTPError (http)",
            "HTTP request fields stand beside it",
            "HTTP status 404 stands in the event",
        )

    def test_every_field_is_explained(self):
        event = {"code": 20111, "name": "ChannelJoinError", "serverCode": 104}
        reasons = codegloss.Enricher().explain(event).reasons
        assert [reason.field for reason in reasons] == ["code", "serverCode"]
        assert reasons[0].evidence[-1][0] == "symbol"
        assert reasons[1].evidence[-1] == (
            "code",
            ("netease.webrtc",),
            "the code beside it",
        )

    def test_nothing_to_explain(self):
        assert str(codegloss.Enricher().explain({"event": "x"})) == (
            "no field of this event can hold a code"
        )

    def test_scope_of_a_block_and_of_the_call(self):
        enricher = codegloss.Enricher()
        with codegloss.scope("netease.nim"):
            assert enricher.explain({"code": 416}).added["product"] == "nim"
        assert enricher.explain({"code": 416}, scope="netease.nim").added

    def test_evidence_for_a_code_that_nobody_has(self):
        said = str(codegloss.Enricher().explain({"sdk": "NIM", "code": 99998}))
        assert "netease.nim" in said
        assert "no catalog entry has this code" in said

    def test_a_product_that_is_left_out(self):
        enricher = codegloss.Enricher(never=["netease"])
        said = str(enricher.explain({"sdk": "NIM", "code": 107404}))
        assert "left out by `only` or `never`" in said

    def test_texts_about_the_request(self):
        event = {"sdk": "NIM", "request": {"error": {"message": "code=416"}}}
        for each in (event, {**event, "code": None}):
            assert codegloss.enrich(each) == {}
            assert codegloss.Enricher().explain(each).added == {}

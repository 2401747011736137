"""Numbers called `code` that are nobody's of ours."""

from __future__ import annotations

import urllib.error

import pytest

import codegloss


class TestLookAlikes:
    @pytest.mark.parametrize(
        "event",
        [
            {"event": "request_finished", "code": 404, "request": "GET /"},
            {"event": "x", "code": 404, "method": "GET", "path": "/v1"},
            {
                "event": "x",
                "code": 503,
                "status": 503,
                "url": "https://api.netease.im/",
            },
            {"event": "failed", "code": 404, "exc_type": "urllib.error.HTTPError"},
            {"event": "failed", "code": 502, "exc_type": "HttpCodeException"},
            {"event": "failed", "code": 20102, "sdk": "twilio"},
            {"event": "failed", "code": 100018, "url": "https://api.example.com/x"},
            {"event": "failed", "code": 100018, "http_status": 401},
            {"event": "done", "code": 100018},
            {"event": "failed", "code": 1004},
            {"event": "failed", "code": "timeout"},
            {"event": "failed", "exc_info": SystemExit(100018)},
            {
                "event": "x",
                "exc_info": urllib.error.HTTPError("u", 404, "x", None, None),
            },
        ],
        ids=str,
    )
    def test_silent(self, event):
        assert codegloss.enrich(event) == {}

    def test_silent_even_in_a_configured_scope(self):
        enricher = codegloss.Enricher(scope="netease")
        event = {"event": "request_finished", "code": 404, "request": "GET /"}
        assert enricher.enrich(event) == {}
        assert enricher.enrich({"event": "join failed", "code": 20102}) != {}
        assert enricher.enrich({"sdk": "twilio", "code": 20102}) == {}

    def test_success_codes(self):
        assert codegloss.enrich({"code": 200, "url": "https://api.netease.im/"}) == {}
        assert codegloss.enrich({"code": 0, "vendor": "tencent"}) == {}
        assert codegloss.enrich({"code": 0, "sdk": "NIM"})["product"] == "nim"

    def test_a_success_of_any_product_is_one_in_a_calm_line(self):
        event = {"code": 0, "sdk": "NIM", "desc": "unknown error"}
        assert codegloss.enrich({**event, "level": "info"}) == {}
        assert codegloss.enrich({**event, "level": "error"})["product"] == "nim"
        for error in ({"code": 0}, '{"code": 0}'):
            nested = {"level": "info", "sdk": "NIM", "error": error}
            assert codegloss.enrich(nested)["product"] == "nim"

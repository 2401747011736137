"""The page of `scan --html`, in a real browser, of a log that means harm."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest

from codegloss._cli.main import run

EVIL = (
    "</code></table><script>alert(1)</script><img src=x onerror=alert(2)>"
    "<svg onload=alert(3)><style>@import '//evil.example'</style>"
    "<meta http-equiv=refresh content='0;url=//evil.example'>"
    "<form action=//evil.example><iframe srcdoc='<script>alert(4)</script>'>"
    "{{ 7 * 7 }}{% raw %}\u202e\x00\x1b[31m\"'`"
)


@pytest.fixture
def report(tmp_path, monkeypatch, capsys):
    lines = [
        {"level": "error", "logger": f"tencent.{EVIL}", "event": EVIL, "code": 100018,
         "sdk": "TUILiveKit", "timestamp": f"2026-11-2{day}T10:00:00Z"}
        for day in range(1, 7)
    ]  # fmt: skip
    lines += [{"level": "error", "errcode": EVIL[:60], "event": EVIL}]
    lines += [{"level": "error", "logger": EVIL, "error_code": 987654, "event": EVIL}]
    lines += [{"level": "error", "sdk": "NIM", "code": 416, EVIL: EVIL}]
    stdin = SimpleNamespace(
        buffer=io.BytesIO("\n".join(map(json.dumps, lines)).encode())
    )
    stdin.isatty = lambda: False
    monkeypatch.setattr(sys, "stdin", stdin)
    path = tmp_path / "report.html"
    assert run(["scan", "--html", str(path), "--lang", "en"]) == 0
    capsys.readouterr()
    return path.as_uri()


def test_hostile_logs_are_text(visit, report):
    page = visit(report)
    assert page.locator("script, img, iframe, form, [onerror], [onload]").count() == 0
    text = page.locator("body").text_content()
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "The room requires a password" in text
    assert page.locator("svg rect").count() > 1


def test_no_script_runs_even_if_one_got_in(visit, report):
    page = visit(report)
    policy = page.locator("meta[http-equiv='Content-Security-Policy']")
    assert policy.get_attribute("content").startswith("default-src 'none'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(visit, report, violations, scheme):
    assert violations(visit(report, color_scheme=scheme)) == []

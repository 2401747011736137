"""The page of the whole catalog: for everybody, from anywhere, whatever it holds."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

import codegloss
from codegloss._cli.browse.page import catalog_page
from codegloss._cli.browse.server import PageServer

RATE = "Requests arrive faster than the rate limit allows"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash_", ["", "#?q=room", "#416", "#overlap"])
def test_axe(browse, violations, hash_, scheme):
    page = browse(hash_, color_scheme=scheme)
    assert violations(page) == []


def test_a_telephone(browse, violations):
    page = browse("#?q=room", viewport={"width": 360, "height": 740})
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(wide)
    assert violations(page) == []
    page.locator("#results a").first.click()
    assert page.evaluate(wide)


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
MORE = "<!--<script>\"'`${alert(3)}</style><base href=//evil.example>&lt;b&gt;"


def test_hostile_catalogs_are_text(visit, tmp_path):
    both = {"en": EVIL, "zh": EVIL + MORE}
    entry = {
        "product": "evil.corp", "code": EVIL, "symbols": ["__proto__"], "message": EVIL,
        "meaning": both, "remedy": both, "category": "INTERNAL", "fault": "caller",
        "retryable": None, "notes": [EVIL, MORE],
        "source": [{"document": "evil", "section": EVIL + MORE}],
    }  # fmt: skip
    names = {"names": {"en": EVIL, "zh": EVIL}}
    own = {
        "schema": 1, "vendors": {"evil": names}, "products": {"evil.corp": names},
        "documents": {"evil": {"product": "evil.corp", "title": EVIL}},
        "entries": [entry, {**entry, "code": "__proto__"}, {**entry, "code": 416}],
    }  # fmt: skip
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    catalog = codegloss.load_catalog(str(path))
    page_path = tmp_path / "evil.html"
    page_path.write_text(catalog_page(catalog, "en"), encoding="utf-8")
    for hash_ in ("#?q=alert", "#416", "#evil.corp:__proto__", "#overlap"):
        page = visit(f"{page_path.as_uri()}{hash_}")
        assert hash_ == "#overlap" or EVIL in page.locator("body").inner_text()
        assert page.locator("img, iframe, base").count() == 0
        assert page.locator("script").count() == 2
    assert "evil.corp" in page.locator("svg").inner_html()


def test_served_on_loopback(visit, file):
    server = PageServer(file.read_text(encoding="utf-8"), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        page = visit(f"{server.url}#netease.nim:416")
        assert RATE in page.locator("dialog").inner_text()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_picture_of_the_readme(browse, tmp_path):
    """Take it; `SCREENSHOTS=docs` puts it where the README shows it."""
    page = browse("#netease.nim:416")
    path = tmp_path / "browse.png"
    page.screenshot(path=path)
    picture = path.read_bytes()
    assert 20_000 < len(picture) < 400_000
    if folder := os.environ.get("SCREENSHOTS"):
        shutil.copy(path, folder)
    shown = Path(__file__).parents[2] / "docs" / "browse.png"
    assert shown.read_bytes()[16:24] == picture[16:24]  # width and height

"""A real browser without a window, and pages of it that may ask nobody for anything."""

from __future__ import annotations

import shutil

import pytest

import codegloss

pytest.importorskip("click")
pytest.importorskip("jinja2")
playwright = pytest.importorskip("playwright.sync_api")

from codegloss._cli.browse.page import catalog_page


# Not for the session: while it runs, no other test can run an event loop.
@pytest.fixture(scope="module")
def chromium():
    """Start Chromium: the system's, or the one that playwright has installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    with playwright.sync_playwright() as running:
        try:
            browser = running.chromium.launch(executable_path=path)
        except playwright.Error as error:
            if path:
                raise
            pytest.skip(f"needs Chromium: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Return a function that opens a page; what it complains of or asks for fails."""
    contexts, complaints, asked, visited = [], [], set(), set()

    def visit(url, **options):
        options = {"viewport": {"width": 1280, "height": 860}, **options}
        context = chromium.new_context(**options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda box: (complaints.append(box.message), box.dismiss()))
        page.on("request", lambda request: asked.add(request.url))
        visited.add(url.partition("#")[0])
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
    # The page itself, and nothing else.
    assert {url.partition("#")[0] for url in asked} == visited


@pytest.fixture
def until():
    """Return a function that waits for a condition: pages let no test write scripts."""

    def until(page, condition):
        for _ in range(100):
            if condition():
                return
            page.wait_for_timeout(50)
        pytest.fail("waited for nothing")

    return until


@pytest.fixture
def violations():
    """Return a function that lists what axe finds wrong with a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def violations(page):
        found = axe.run(page).response["violations"]
        return [
            (each["id"], each["help"], [node["html"][:120] for node in each["nodes"]])
            for each in found
        ]

    return violations


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "codegloss.html"
    path.write_text(catalog_page(codegloss.load_catalog(), "en"), encoding="utf-8")
    return path


@pytest.fixture
def browse(visit, file):
    return lambda hash_="", **options: visit(f"{file.as_uri()}{hash_}", **options)

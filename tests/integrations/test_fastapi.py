"""The scope of a request: where it holds, and where FastAPI leaves it behind."""

from __future__ import annotations

import json
import urllib.request

import pytest

import codegloss

fastapi = pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
from destinations.frameworks import served

EVENT = {"code": 100018}


def said():
    return codegloss.enrich(EVENT).get("product")


def plain_dependency():
    with codegloss.scope("tencent.live"):
        yield


async def dependency():
    with codegloss.scope("tencent.live"):
        yield


@pytest.fixture(scope="module")
def answer():
    """Return what a path of a served application answers."""
    app = fastapi.FastAPI()

    @app.get("/decorated")
    @codegloss.scope("tencent.live")
    async def decorated():
        return said()

    @app.get("/decorated-plain")
    @codegloss.scope("tencent.live")
    def decorated_plain():
        return said()

    @app.get("/async", dependencies=[fastapi.Depends(dependency)])
    def in_async():
        return said()

    @app.get("/plain", dependencies=[fastapi.Depends(plain_dependency)])
    def in_plain():
        return said()

    @app.get("/after")
    def after():
        return said()

    with served(app) as url:

        def answer(path):
            with urllib.request.urlopen(f"{url}/{path}") as response:
                return json.load(response)

        yield answer


@pytest.mark.parametrize("path", ["decorated", "decorated-plain", "async"])
def test_where_a_scope_holds(answer, path):
    assert answer(path) == "live"


def test_a_plain_dependency_has_a_thread_of_its_own(answer):
    assert answer("plain") is None  # as the page about FastAPI says


def test_the_next_request_has_none(answer):
    assert answer("decorated") == "live"
    assert answer("after") is None

"""The page of costs shows the figures that were kept, of both Pythons."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
SCRIPT = TOP / ".ci" / "costs.py"
PAGE = TOP / "docs" / "costs.md"

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the sources are not here")


@pytest.fixture(scope="module")
def costs():
    return runpy.run_path(str(SCRIPT))


def test_the_page_holds_what_was_measured(costs):
    text = PAGE.read_text("utf-8")
    assert costs["filled"](text) == text
    assert "CPython 3.11." in text
    assert "/ 3.13." in text


def test_the_chart_is_of_the_same_streams(costs):
    chart = (TOP / "docs" / "costs.svg").read_text("utf-8")
    (shown,) = re.findall(r"!\[.*\]\((.*)\)", PAGE.read_text("utf-8"))
    assert shown == "costs.svg"
    for python, kept in costs["kept"]().items():
        assert f"CPython {python}" in chart
        for stream in kept["streams"]:
            # Matplotlib writes text as it is, and a comment without backticks.
            assert stream.replace("`", "").replace("'", "&apos;") in chart or (
                stream.replace("`", "") in chart
            )


def test_a_python_without_a_figure_has_a_dash(costs):
    old = {"version": "3.11.0", "streams": {}, "sections": {}}
    new = {
        "version": "3.13.0",
        "streams": {"calls": ["≤ 5", 1.0, 0.5, 2.0, 30.25]},
        "sections": {"start": {"import": ["≤ 0.1", 0.05]}},
    }
    rows = costs["table"]({"3.11": old, "3.13": new}).splitlines()
    assert "| calls | - / 1.00 | - / 0.50 | - / 2.00 | - / 30 | ≤ 5 |" in rows
    assert "| import | - / 0.05 | ≤ 0.1 |" in rows

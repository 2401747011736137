"""Every destination gets the gloss, or the table says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegloss import testing
from destinations import CASES, DESTINATIONS, HOSTILE, table

PAGES = Path(__file__).parents[2] / "docs" / "destinations"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", DESTINATIONS)
def test_destination(name, case):
    each = DESTINATIONS[name]
    if not each.is_installed():
        pytest.skip(f"needs {', '.join(each.needs)}")
    gloss = each.gloss(case)
    if case in each.lost:
        assert gloss == {}, "it does reach the output: correct the table"
        assert each.lost[case].endswith(".")
        return
    assert gloss["product"] == "live"
    assert gloss["meaning"] == "The room requires a password"
    assert str(gloss["retryable"]).lower() == "false"


@pytest.mark.parametrize("name", DESTINATIONS)
def test_a_hostile_event_arrives_without_a_word(name):
    each = DESTINATIONS[name]
    if not each.is_installed():
        pytest.skip(f"needs {', '.join(each.needs)}")
    came_out = each.send(HOSTILE)
    assert testing.gloss_in(came_out) == {}
    assert came_out or name == "Celery, a task that fails"


@pytest.mark.skipif(
    not all(each.is_installed() for each in DESTINATIONS.values()),
    reason="the table is of all destinations",
)
def test_the_table_is_what_a_run_gives():
    page = (PAGES / "README.md").read_text(encoding="utf-8")
    assert "\n".join(table()) in page


def test_every_destination_has_a_page():
    for each in DESTINATIONS.values():
        assert (PAGES / each.page).is_file(), each.page

"""Retry loops against a server that answers as the vendors do."""

from __future__ import annotations

import logging
import runpy
from pathlib import Path

import pytest

pytest.importorskip("tenacity")
stamina = pytest.importorskip("stamina")

EXAMPLE = Path(__file__).parents[2] / "examples" / "retry_join_room.py"


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


@pytest.fixture(autouse=True)
def _quiet():
    stamina.instrumentation.set_on_retry_hooks([])
    yield
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.mark.parametrize(
    "client", ["codegloss with tenacity", "codegloss with stamina"]
)
def test_every_operation_ends_as_it_should(example, client, caplog):
    caplog.set_level(logging.INFO)
    row = example["compare"](client)
    assert row.permanent_retried == 0
    assert row.done_twice == 0
    assert row.too_soon == 0
    assert row.right == len(example["OPERATIONS"])
    assert row.calls == 11


def test_the_server_shows_what_others_get_wrong(example):
    row = example["compare"]("retry HTTP 5xx only")
    assert row.right < len(example["OPERATIONS"])

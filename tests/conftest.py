"""Fixtures that every test shares."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import codegloss
from codegloss import testing

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = testing.active_catalog()


@pytest.fixture(autouse=True)
def _strict_and_clean() -> Iterator[None]:
    """Raise what production swallows, and leave no configuration behind."""
    with testing.strict():
        yield
    if testing.active_catalog() is not SHIPPED:
        codegloss.load_catalog()
    logging.getLogger().handlers.clear()


@pytest.fixture
def production() -> Iterator[None]:
    """Swallow and count errors, as outside of our tests."""
    with testing.strict(on=False):
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give tests that ask for `golden` each event that all integrations share."""
    if "golden" in metafunc.fixturenames:
        path = Path(__file__).with_name("golden.json")
        cases = json.loads(path.read_text(encoding="utf-8"))
        ids = [case["event"]["event"] for case in cases]
        metafunc.parametrize("golden", cases, ids=ids)

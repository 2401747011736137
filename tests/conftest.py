"""Fixtures that every test shares."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

import codegloss
from codegloss import _enricher

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _strict_and_clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Raise what production swallows, and leave no configuration behind."""
    monkeypatch.setattr(_enricher, "raise_errors", True)
    yield
    if _enricher.running() is not _enricher.shipped():
        codegloss.load_catalog()
    logging.getLogger().handlers.clear()


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Swallow and count errors, as outside of our tests."""
    monkeypatch.setattr(_enricher, "raise_errors", False)

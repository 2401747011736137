"""Each rule and each kind of evidence is needed by an event that is known."""

from __future__ import annotations

import functools
import runpy
from pathlib import Path

import pytest

from codegloss._matching.evidence import KINDS
from codegloss._matching.rules import RULES

SCRIPT = Path(__file__).parents[1] / ".ci" / "ablate.py"


@functools.cache
def script():
    return runpy.run_path(str(SCRIPT))


@functools.cache
def whole():
    return script()["answers"]()


@pytest.mark.skipif(not SCRIPT.exists(), reason="the sources are not here")
@pytest.mark.parametrize(
    "part", [*(rule.name for rule in RULES), *(k for k in KINDS if k != "number")]
)
def test_every_part_changes_what_some_event_is_told(part):
    told = whole()
    with script()["PARTS"][part](part):
        assert script()["answers"]() != told

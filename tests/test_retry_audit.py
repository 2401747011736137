"""The audit of the retry flags: complete, readable and without faults."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

import codegloss

AUDIT = Path(__file__).parents[1] / ".ci" / "retry_audit.py"
if not AUDIT.exists():
    pytest.skip("the audit is no part of the package", allow_module_level=True)


@pytest.fixture
def audit():
    return runpy.run_path(str(AUDIT))


def test_it_finds_no_faults_and_lists_every_entry(audit, capsys):
    assert audit["main"]() == 0
    printed = capsys.readouterr().out
    assert printed.endswith("\n0 faults\n")
    for entry in codegloss.load_catalog().entries:
        if entry.retryable is not False:
            assert f" {entry.code} " in printed
            assert entry.meaning["en"] in printed
    assert len(printed.splitlines()) < 2_500


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        (
            {"retryable": None, "category": "NOT_FOUND"},
            "NOT_FOUND is known to pass or not to pass",
        ),
        (
            {"retryable": True, "category": "NOT_FOUND"},
            "NOT_FOUND does not pass by itself",
        ),
        (
            {"retryable": True, "category": "ABORTED", "retry": {"kind": "timeout"}},
            "timeout is not the kind of ABORTED",
        ),
        (
            {
                "retryable": True,
                "category": "INTERNAL",
                "retry": {"kind": "transient", "needs": "none"},
            },
            "INTERNAL needs idempotent",
        ),
    ],
    ids="unknown passes kind needs".split(),
)
def test_it_finds_what_breaks_a_rule(audit, monkeypatch, facts, fault):
    entry = SimpleNamespace(scope="acme.im", code=5, **{"retry": None, **facts})
    catalog = SimpleNamespace(entries=[entry])
    monkeypatch.setattr(codegloss, "load_catalog", lambda: catalog)
    assert list(audit["faults"]()) == [f"acme.im 5: {fault}"]


def test_a_difference_needs_a_note(audit, monkeypatch, capsys):
    facts = {"scope": "netease.nim", "code": 191005, "retryable": True, "notes": ()}
    catalog = SimpleNamespace(entries=[SimpleNamespace(**facts)])
    monkeypatch.setattr(codegloss, "load_catalog", lambda: catalog)
    explained, unexplained = audit["comparison"]()
    assert explained == []
    assert unexplained[0].endswith("ends its login attempts, and no note says so")

"""Every row of the five documents, and of all other tables, is found by its code."""

from __future__ import annotations

import collections

import pytest

import codegloss
from codegloss import testing

CATALOG = testing.active_catalog()
ROWS = sorted(
    (source["document"], source["row"], number)
    for number, entry in enumerate(CATALOG.entries)
    for source in entry.source
    if "row" in source
)


@pytest.mark.parametrize(("document", "row", "number"), ROWS)
def test_row_is_found(document, row, number):
    entry = CATALOG.entries[number]
    answer = codegloss.resolve(entry.code, scope=entry.scope, table=entry.table)
    assert answer.status != "unknown"
    assert entry in answer.candidates
    told = codegloss.resolve(
        entry.code, scope=entry.scope, table=entry.table, message=entry.message
    )
    assert entry in told.candidates


def test_no_row_is_lost(capsys):
    found = collections.defaultdict(list)
    for document, row, _ in ROWS:
        found[document].append(row)
    documented = {
        name: document["rows"]
        for name, document in CATALOG.documents.items()
        if document["kind"] == "page"
    }
    with capsys.disabled():
        print()
        for name, count in documented.items():
            print(f"  {name}: {len(found[name])} of {count} rows")
    assert sum(documented.values()) == 651
    for name, count in documented.items():
        assert sorted(found[name]) == list(range(1, count + 1))


def test_every_entry_is_found_by_product_table_and_code(capsys):
    found = collections.Counter()
    for entry in CATALOG.entries:
        answer = codegloss.resolve(entry.code, scope=entry.scope, table=entry.table)
        assert entry in answer.candidates, entry
        found[entry.scope] += len(entry.source)
    with capsys.disabled():
        print()
        for scope, count in found.items():
            print(f"  {scope}: {count} rows")
    assert sum(found.values()) > 3_000


@pytest.mark.parametrize(
    ("scope", "code", "message", "category", "retryable"),
    [
        ("netease.neroom", 1017, "Bad Room Config: Conflict", "ALREADY_EXISTS", False),
        ("netease.neroom", 3415, "Meeting limit control", "RESOURCE_EXHAUSTED", True),
        ("netease.nim", 449, "need retry", "ABORTED", True),
        ("netease.nim", 102422, "account banned", "PERMISSION_DENIED", False),
        ("netease.nim", 192002, "connect timeout", "DEADLINE_EXCEEDED", True),
        ("netease.webrtc", 62001, None, "UNIMPLEMENTED", False),
        ("netease.webrtc", "Operation_Canceled", None, "CANCELLED", None),
        ("tencent.roomengine", -2343, None, "FAILED_PRECONDITION", False),
        ("tencent.roomengine", 100012, None, "RESOURCE_EXHAUSTED", True),
        ("tencent.live", 60002, None, "INVALID_ARGUMENT", False),
        ("tencent.live", 60003, None, "INVALID_ARGUMENT", False),
        ("tencent.live", 100003, None, "ALREADY_EXISTS", False),
        ("tencent.live", 100405, None, "RESOURCE_EXHAUSTED", True),
    ],
)
def test_spot_values(scope, code, message, category, retryable):
    answer = codegloss.resolve(code, scope=scope, message=message)
    assert answer.status == "resolved"
    assert (answer.category, answer.retryable) == (category, retryable)


def test_documented_delay():
    entry = codegloss.resolve(100012, scope="tencent.live").entry
    assert entry.retry["min_delay_s"] == 1
    assert entry.retry["per"] == "room"

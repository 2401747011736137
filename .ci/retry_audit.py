#!/usr/bin/env python3
"""List what the catalog says about retries, and compare it with the vendors' SDKs.

    python .ci/retry_audit.py

For a reviewer to read: every entry that may be sent again and every one
of which nobody knows, by product, with the reason. What may not be sent again follows
from its category and is only counted. Fails when an entry breaks a rule of the rubric,
or when it differs from what an SDK does and no note of the entry says so.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import codegloss

# Why an entry of a category may be sent again, and why nobody knows of another.
_PASSES = {
    "ABORTED": "another operation got in the way and ends by itself",
    "DEADLINE_EXCEEDED": "a timeout passes",
    "INTERNAL": "an error in the service, or in one behind it, passes",
    "RESOURCE_EXHAUSTED": "a rate limit ends by itself",
    "UNAVAILABLE": "what is busy or out of reach comes back",
}
_UNKNOWN = {
    "ABORTED": "it depends on when the other operation ends",
    "ALREADY_EXISTS": "whoever holds it may let go of it",
    "CANCELLED": "whoever cancelled it knows",
    "DATA_LOSS": "the sender's copy may be whole or not",
    "DEADLINE_EXCEEDED": "its causes disagree",
    "FAILED_PRECONDITION": "its causes disagree, or the state passes by itself",
    "INTERNAL": "it failed without a stated cause",
    "PERMISSION_DENIED": "its causes disagree",
    "RESOURCE_EXHAUSTED": "it depends on when others let go",
    "UNAUTHENTICATED": "its causes disagree",
    "UNAVAILABLE": "it depends on what another party does",
    "UNKNOWN": "it is unclassified, or its cause stands in another field",
}
_KINDS = {
    "ABORTED": "conflict",
    "DEADLINE_EXCEEDED": "timeout",
    "INTERNAL": "transient",
    "RESOURCE_EXHAUSTED": "throttling",
    "UNAVAILABLE": "transient",
}
# What is rejected before it acts; an error inside a service may come after the act.
_NEEDS = {"ABORTED": "none", "INTERNAL": "idempotent", "RESOURCE_EXHAUSTED": "none"}


class Evidence(NamedTuple):
    """What a vendor's published SDK or page does with a code.

    Attributes:
        scope: The product.
        codes: The codes.
        retries: Whether it tries again; None when it says neither.
        what: Where, and what it does.
    """

    scope: str
    codes: tuple[int, ...]
    retries: bool | None
    what: str


_LOGIN = (
    201,
    302,
    317,
    403,
    404,
    414,
    417,
    422,
    101301,
    101303,
    101304,
    101403,
    102302,
)
_LOGIN += (102303, 102404, 102422, 103404, 191002, 191005)
_YES, _NO, _SILENT = True, False, None
EVIDENCE = (
    Evidence("netease.nim", _LOGIN, _NO, "web SDK 10.8.1 ends its login attempts"),
    Evidence("netease.nim", (399,), _YES, "web SDK takes new addresses, logs in again"),
    Evidence("netease.nim", (406, 808, 810), _NO, "web SDK reads them as an answer"),
    Evidence("netease.neroom", (1019, 3102), _NO, "Meeting SDK 4.0.1 ends rejoining"),
    Evidence("tencent.live", (60008,), _SILENT, "the page asks to check, then retry"),
    Evidence("tencent.live", (60018, 60019), _YES, "the page asks to try later"),
    Evidence("tencent.live", (60007, 60011), _YES, "the page asks to call less often"),
    Evidence("tencent.live", (100405, 100413), _YES, "the page asks to wait and retry"),
    Evidence("tencent.live", (100001,), _YES, "the page asks to retry"),
    Evidence("tencent.roomengine", (100001,), _YES, "the page asks to retry"),
    Evidence("tencent.live", (-2,), _YES, "the page asks to try later"),
    Evidence("tencent.roomengine", (-2,), _YES, "the page asks to try later"),
    Evidence(
        "tencent.live", (60020,), _YES, "a Chat header asks to retry in 5 minutes"
    ),
    Evidence("tencent.live", (-3,), _SILENT, "TUILiveKit only logs it"),
)


def listing() -> Iterator[str]:
    """Yield what a reviewer reads, by product."""
    entries = codegloss.load_catalog().entries
    for scope in dict.fromkeys(entry.scope for entry in entries):
        own = [entry for entry in entries if entry.scope == scope]
        count = Counter(entry.retryable for entry in own)
        yield (
            f"\n{scope}: {count[True]} may be sent again, {count[False]} may not, of "
            f"{count[None]} nobody knows"
        )
        for retryable in (True, None):
            heads = "category", "kind", "needs", "delay", "source"
            line = "{:<8} {:<19} {:<10} {:<10} {:<11} {:<10} "
            yield "\n  " + line.format("yes" if retryable else "unknown", *heads)
            for entry in own:
                if entry.retryable is retryable:
                    yield from _lines(entry, line)


def _lines(entry: codegloss.Entry, line: str) -> Iterator[str]:
    retry = entry.retry or {}
    delay = retry.get("min_delay_s")
    facts = (
        entry.category,
        retry.get("kind", "-"),
        retry.get("needs", "-"),
        " ".join([*([f"{delay} s"] if delay else []), retry.get("per", "")]) or "-",
        retry.get("source", "-"),
    )
    yield "  " + line.format(entry.code, *facts) + entry.meaning["en"]
    why = (_PASSES if entry.retryable else _UNKNOWN)[entry.category]
    if retry.get("source") == "documented":
        why = "the vendor's page asks to send it again"
    table = f"{entry.table}: " if entry.table else ""
    yield " " * 11 + "; ".join([table + why, *entry.notes])


def faults() -> Iterator[str]:
    """Yield where an entry breaks a rule of the rubric."""
    for entry in codegloss.load_catalog().entries:
        retry = entry.retry or {}
        place = f"{entry.scope} {entry.code}"
        if entry.retryable is None and entry.category not in _UNKNOWN:
            yield f"{place}: {entry.category} is known to pass or not to pass"
        if not entry.retryable:
            continue
        if entry.category not in _KINDS:
            yield f"{place}: {entry.category} does not pass by itself"
        elif retry.get("kind") != _KINDS[entry.category]:
            yield f"{place}: {retry.get('kind')} is not the kind of {entry.category}"
        elif retry.get("needs") != _NEEDS.get(entry.category, retry.get("needs")):
            yield f"{place}: {entry.category} needs {_NEEDS[entry.category]}"


def comparison() -> tuple[list[str], list[str]]:
    """Return the differences from the SDKs that a note explains, and the others."""
    explained, unexplained = [], []
    entries = codegloss.load_catalog().entries
    for evidence in EVIDENCE:
        for code in evidence.codes:
            for entry in entries:
                if (entry.scope, entry.code) != (evidence.scope, code):
                    continue
                if evidence.retries in {None, entry.retryable}:
                    continue
                line = f"{entry.scope} {code} is {entry.retryable}: {evidence.what}"
                notes = [note for note in entry.notes if _speaks_of_it(note)]
                if notes:
                    explained.append(f"{line}; note: {'; '.join(notes)}")
                else:
                    unexplained.append(f"{line}, and no note says so")
    return explained, unexplained


def _speaks_of_it(note: str) -> bool:
    """Tell whether a note of an entry says what an SDK or a header does."""
    whose = any(word in note for word in ("SDK", "TIMErrorCode.h"))
    return whose and any(word in note for word in ("log in", "login", "retry"))


def main() -> int:
    """Print everything, and return the exit status."""
    print("\n".join(listing()))
    explained, unexplained = comparison()
    count = sum(len(evidence.codes) for evidence in EVIDENCE)
    print(f"\n{count} codes compared with the vendors' SDKs and pages")
    for line in explained:
        print(f"  explained  {line}")
    problems = [*faults(), *unexplained]
    for line in problems:
        print(f"  FAULT      {line}")
    print(f"{len(problems)} faults")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the tests of `codegloss scan` share: one error, and what was counted."""

from __future__ import annotations

import json
from collections import Counter

ERROR = {
    "level": "error", "event": "join failed", "logger": "rtc.tencent", "code": 100018,
    "timestamp": "2026-11-21T10:00:00Z",
}  # fmt: skip
LINE = json.dumps(ERROR).encode()


def counts(facts):
    found = Counter()
    for row in facts["resolved"] + facts["ambiguous"]:
        found[row["code"]] += row["count"]
    return found

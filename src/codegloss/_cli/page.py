"""What a scan found, as one self-contained HTML page that loads and runs nothing."""

from __future__ import annotations

import os
from typing import Any

from codegloss._cli.moments import shown
from codegloss._cli.tally import Row, Tally, ranked
from codegloss._cli.templates import rendered
from codegloss._cli.words import answer, spoken

_MOST = 500
_MOST_LOGGERS = 30
_STRETCHES = 120
_FOLDER = os.path.dirname(os.path.abspath(__file__))


def page(tally: Tally, too_long: int) -> str:
    """Return the report as HTML.

    Whatever a log holds is text in it: every value is escaped, and a policy in the page
    forbids scripts and requests of any kind.

    Args:
        tally: What was scanned.
        too_long: How many lines were left out.
    """
    lang = tally.lang
    bars = tally.timeline.bars(_STRETCHES)
    return rendered(
        _FOLDER,
        lang,
        tally=tally,
        too_long=too_long,
        shares=[
            (answer(each, lang), tally.retryable[each]) for each in (True, False, None)
        ],
        resolved=[_line(row, lang) for row in ranked(tally.resolved)[:_MOST]],
        ambiguous=[_line(row, lang) for row in ranked(tally.ambiguous)[:_MOST]],
        unknown=[_line(row, lang) for row in ranked(tally.unknown)[:_MOST]],
        left=sum(
            max(0, len(rows) - _MOST)
            for rows in (tally.resolved, tally.ambiguous, tally.unknown)
        ),
        bars=[(shown(start), count) for start, count in bars],
        most=max((count for _, count in bars), default=1),
        loggers=tally.loggers.most_common(_MOST_LOGGERS),
    )


def _line(row: Row, lang: str) -> dict[str, Any]:
    first = row.entries[0] if len(row.entries) == 1 else None
    return {
        "count": row.count,
        "code": row.code,
        "meanings": row.meanings(lang),
        "remedy": spoken(first.remedy, lang) if first is not None else "",
        "retry": answer(row.retryable, lang),
        "field": row.field,
        "example": row.example,
        "first": shown(row.first) or "",
        "last": shown(row.last) or "",
        "loggers": ", ".join(name or "-" for name, _ in row.loggers.most_common(3)),
    }

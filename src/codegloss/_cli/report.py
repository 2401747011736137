"""What a scan found, as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegloss._cli.columns import Layout, show_rows
from codegloss._cli.moments import shown
from codegloss._cli.output import console, printable
from codegloss._cli.tally import Row, Tally, ranked
from codegloss._cli.words import answer, counted, say, spoken

if TYPE_CHECKING:
    from rich.console import Console

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BAR = 10
_STRETCHES = 60
_MOST = 50
_MOST_LOGGERS = 15
_RAW = frozenset({"example", "logger", "field"})
_ERROR = Layout(
    ("count", "", "product", "code", "meaning", "retry", "first seen", "last seen"),
    "meaning",
    ("first seen", "last seen"),
)
_AMBIGUOUS = Layout(
    ("count", "code", "may be", "retry", "field", "example"),
    "may be",
    ("example", "field"),
    _RAW,
)
_UNKNOWN = Layout(
    ("count", "code", "field", "logger", "example"),
    "example",
    ("logger", "field"),
    _RAW,
)
_LOGGER = Layout(("count", "", "logger"), "logger", (), _RAW)


def show(tally: Tally, too_long: int) -> None:
    """Print the report."""
    lang = tally.lang
    out = console()
    out.print(
        f"{counted(tally.lines, 'lines', lang)}; "
        f"{counted(tally.events, 'events with vendor errors', lang)}",
        style="bold",
    )
    if tally.events:
        shares = (
            f"{answer(each, lang)} {_share(tally.retryable[each], tally.events)}"
            for each in (True, False, None)
        )
        out.print(f"{say('retryable', lang)}: {', '.join(shares)}")
    left_out = [
        (tally.left_alone, "look-alikes left alone"),
        (tally.failed, "lines that could not be looked at"),
        (too_long, "lines longer than 1 MiB, left out"),
        (tally.unknown_left_out, "unknown codes beyond those listed"),
    ]
    for count, label in left_out:
        if count:
            out.print(counted(count, label, lang))
    for rows, title, layout, cells in (
        (tally.resolved, "errors", _ERROR, _errors),
        (tally.ambiguous, "ambiguous", _AMBIGUOUS, _ambiguous),
        (tally.unknown, "unknown codes", _UNKNOWN, _unknown),
    ):
        if rows:
            out.print()
            out.print(say(title, lang), style="italic")
            show_rows(out, layout, cells(ranked(rows)[:_MOST], lang), lang)
            if len(rows) > _MOST:
                out.print(f"… {len(rows) - _MOST:,}")
    _over_time(out, tally)
    if len(tally.loggers) > 1:
        _by_logger(out, tally)


def _share(count: int, total: int) -> str:
    return f"{count:,} ({count / total:.0%})"


def _errors(rows: list[Row], lang: str) -> Iterator[list[str]]:
    for row in rows:
        entry = row.entries[0]
        yield [
            f"{row.count:,}",
            _bar(row.count, rows[0].count),
            entry.scope,
            str(row.code),
            printable(spoken(entry.meaning, lang)),
            answer(row.retryable, lang),
            shown(row.first) or "",
            shown(row.last) or "",
        ]


def _ambiguous(rows: list[Row], lang: str) -> Iterator[list[str]]:
    for row in rows:
        meanings = row.meanings(lang).items()
        told = (printable(f"{', '.join(of)}: {what}") for what, of in meanings)
        yield [
            f"{row.count:,}",
            str(row.code),
            "\n".join(told),
            answer(row.retryable, lang),
            printable(row.field),
            printable(row.example)[:100],
        ]


def _unknown(rows: list[Row], _lang: str) -> Iterator[list[str]]:
    for row in rows:
        yield [
            f"{row.count:,}",
            printable(str(row.code)),
            printable(row.field),
            printable(", ".join(name for name, _ in row.loggers.most_common(3))),
            printable(row.example)[:100],
        ]


def _over_time(out: Console, tally: Tally) -> None:
    bars = tally.timeline.bars(min(_STRETCHES, out.width))
    if len(bars) < 2:
        return
    most = max(count for _, count in bars)
    steps = len(_BLOCKS) - 1
    line = "".join(_BLOCKS[-(-count * steps // most)] for _, count in bars)
    out.print()
    out.print(say("over time", tally.lang), style="italic")
    out.print(line)
    begin, end = shown(bars[0][0]), shown(bars[-1][0] + bars[1][0] - bars[0][0])
    out.print(f"{begin} … {end}")


def _by_logger(out: Console, tally: Tally) -> None:
    listed = tally.loggers.most_common(_MOST_LOGGERS)
    rows = [
        [f"{count:,}", _bar(count, listed[0][1]), printable(name) or "-"]
        for name, count in listed
    ]
    out.print()
    out.print(say("by logger", tally.lang), style="italic")
    show_rows(out, _LOGGER, rows, tally.lang)


def _bar(count: int, most: int) -> str:
    return "█" * max(1, round(_BAR * count / most))

"""What a scan found, as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegloss._cli.moments import shown
from codegloss._cli.output import console, printable
from codegloss._cli.tally import Row, Tally, ranked
from codegloss._cli.words import answer, counted, say, spoken

if TYPE_CHECKING:
    from rich.table import Table

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BAR = 10
_WRAPPED = frozenset({"meaning", "may be", "example", "logger", "field"})
_STRETCHES = 60
_MOST = 50
_MOST_LOGGERS = 15


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
    for rows, title, build in (
        (tally.resolved, "errors", _errors),
        (tally.ambiguous, "ambiguous", _ambiguous),
        (tally.unknown, "unknown codes", _unknown),
    ):
        if rows:
            out.print()
            out.print(build(rows, say(title, lang), lang))
            if len(rows) > _MOST:
                out.print(f"… {len(rows) - _MOST:,}")
    _over_time(out, tally)
    if len(tally.loggers) > 1:
        out.print()
        out.print(_by_logger(tally))


def _share(count: int, total: int) -> str:
    return f"{count:,} ({count / total:.0%})"


def _table(title: str, lang: str, columns: tuple[str, ...]) -> Table:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for label in columns:
        # Numbers and times are one word each; sentences make room for them.
        name = say(label, lang)
        table.add_column(name, overflow="fold", no_wrap=label not in _WRAPPED)
    return table


def _errors(rows: dict[Any, Row], title: str, lang: str) -> Table:
    heads = (
        "count",
        "",
        "product",
        "code",
        "meaning",
        "retry",
        "first seen",
        "last seen",
    )
    table = _table(title, lang, heads)
    listed = ranked(rows)[:_MOST]
    for row in listed:
        entry = row.entries[0]
        table.add_row(
            f"{row.count:,}",
            _bar(row.count, listed[0].count),
            entry.scope,
            str(row.code),
            printable(spoken(entry.meaning, lang)),
            answer(row.retryable, lang),
            shown(row.first) or "",
            shown(row.last) or "",
        )
    return table


def _ambiguous(rows: dict[Any, Row], title: str, lang: str) -> Table:
    heads = "count", "code", "may be", "retry", "field", "example"
    table = _table(title, lang, heads)
    for row in ranked(rows)[:_MOST]:
        meanings = row.meanings(lang).items()
        told = "\n".join(f"{', '.join(of)}: {what}" for what, of in meanings)
        table.add_row(
            f"{row.count:,}",
            str(row.code),
            printable(told) if "\n" not in told else told,
            answer(row.retryable, lang),
            printable(row.field),
            printable(row.example)[:100],
        )
    return table


def _unknown(rows: dict[Any, Row], title: str, lang: str) -> Table:
    heads = "count", "code", "field", "logger", "example"
    table = _table(title, lang, heads)
    for row in ranked(rows)[:_MOST]:
        table.add_row(
            f"{row.count:,}",
            printable(str(row.code)),
            printable(row.field),
            printable(", ".join(name for name, _ in row.loggers.most_common(3))),
            printable(row.example)[:100],
        )
    return table


def _over_time(out: Any, tally: Tally) -> None:
    bars = tally.timeline.bars(_STRETCHES)
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


def _by_logger(tally: Tally) -> Table:
    heads = ("count", "", "logger")
    table = _table(say("by logger", tally.lang), tally.lang, heads)
    listed = tally.loggers.most_common(_MOST_LOGGERS)
    for name, count in listed:
        table.add_row(f"{count:,}", _bar(count, listed[0][1]), printable(name) or "-")
    return table


def _bar(count: int, most: int) -> str:
    return "█" * max(1, round(_BAR * count / most))

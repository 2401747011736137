"""Rows that fit a terminal: what is short stays whole, what matters less gives way.

Codes, products and numbers are never cut, and words never torn. Columns that have no
room beside the one that matters stand below it; where it has none itself, every row is
a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codegloss._cli.words import say

if TYPE_CHECKING:
    from rich.console import Console

# What a sentence is given at least, and what a lesser column asks for at most.
_ROOM, _LESSER = 24, 40
# How many cells stand between two columns, and before what is below a paragraph.
_GAP, _INDENT = 3, 4
# Chinese goes on in the next line behind any character, but not with a comma.
_WORDS = re.compile(
    "\\s+|[\u2e80-\u2fff\u3040-\u9fff][\u3001\u3002\uff01-\uff0f\uff1a-\uff1f\u201d]*"
    "|[^\\s\u2e80-\u2fff\u3040-\u9fff]+"
)
_UNNAMED = frozenset({"product", "code"})
_Rows = list[dict[str, str]]


class Layout(NamedTuple):
    """What columns there are.

    Attributes:
        heads: Their labels; "" is a bar, which says nothing that a number does not.
        main: The one that is always there.
        lesser: Those that give way to it, the first one first.
        raw: Those that hold what a log says, which is torn where it has no spaces.
    """

    heads: tuple[str, ...]
    main: str
    lesser: tuple[str, ...] = ()
    raw: frozenset[str] = frozenset()


def show_rows(
    out: Console, layout: Layout, cells: Iterable[Sequence[str]], lang: str
) -> None:
    """Print rows of cells, one for each of the heads."""
    rows: _Rows = [dict(zip(layout.heads, row, strict=True)) for row in cells]
    widths = _widths(layout, rows, lang)
    # The longest words of every column, as those that give way stand below the main.
    words = {
        name: 0 if name in layout.raw else _longest_word(row[name] for row in rows)
        for name in (layout.main, *layout.lesser)
    }
    least = max(min(_ROOM, widths[layout.main]), words[layout.main])
    below: list[str] = []
    for name in ("", *layout.lesser):
        if _rest(out, widths, layout.main) >= least:
            break
        if widths.pop(name, None) is not None and name:
            below.append(name)
            least = max(least, _ROOM, words[name])
    if _rest(out, widths, layout.main) < least:
        _show_paragraphs(out, layout, rows, lang)
        return
    for row in rows:
        row[layout.main] = "\n".join([row[layout.main], *_told(row, below, lang)])
    _grow(out, layout, rows, widths)
    _show_table(out, rows, widths, lang, apart=bool(below))


def _widths(layout: Layout, rows: _Rows, lang: str) -> dict[str, int]:
    """Return how wide every column asks to be."""
    widths = {}
    for name in layout.heads:
        cells = [row[name] for row in rows]
        widths[name] = _widest([say(name, lang), *cells])
        if name in layout.lesser:
            longest = 0 if name in layout.raw else _longest_word(cells)
            widths[name] = min(widths[name], max(_LESSER, longest))
    return widths


def _rest(out: Console, widths: dict[str, int], main: str) -> int:
    """Return what the other columns leave for the main one."""
    others = sum(width for name, width in widths.items() if name != main)
    return out.width - others - _GAP * len(widths) + 1


def _grow(out: Console, layout: Layout, rows: _Rows, widths: dict[str, int]) -> None:
    """Give the main column what is left, and then those that want more."""
    widths[layout.main] = 0
    for name in (layout.main, *layout.lesser):
        if name in widths:
            spare = _rest(out, widths, layout.main) - widths[layout.main]
            wanted = _widest([name, *(row[name] for row in rows)])
            widths[name] = max(widths[name], min(wanted, widths[name] + spare))


def _show_table(
    out: Console,
    rows: _Rows,
    widths: dict[str, int],
    lang: str,
    *,
    apart: bool,
) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, leading=int(apart))
    for name, width in widths.items():
        table.add_column(say(name, lang), width=width, overflow="fold")
    for row in rows:
        table.add_row(*("\n".join(_lines(row[n], w)) for n, w in widths.items()))
    out.print(table)


def _show_paragraphs(out: Console, layout: Layout, rows: _Rows, lang: str) -> None:
    short = [n for n in layout.heads if n and n not in {layout.main, *layout.lesser}]
    for row in rows:
        named = (
            row[n] if n in _UNNAMED else f"{say(n, lang)}: {row[n]}" for n in short
        )
        told = [row[layout.main], *_told(row, layout.lesser, lang)]
        lines = _lines("\n".join(told), out.width - _INDENT)
        below = (" " * _INDENT + line for line in lines)
        text = "\n".join(["", *_lines("  ".join(named), out.width), *below])
        # What is longer than a line is the terminal's to go on with.
        out.print(text, soft_wrap=True)


def _told(row: dict[str, str], names: Iterable[str], lang: str) -> list[str]:
    return [f"{say(name, lang)}: {row[name]}" for name in names if row[name]]


def _lines(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text, broken between words."""
    for paragraph in text.split("\n"):
        line, taken = "", 0
        for word in _WORDS.findall(paragraph):
            cells = _cells(word)
            if line and taken + cells > width:
                yield line.rstrip()
                line, taken = "", 0
            if line or not word.isspace():
                line, taken = line + word, taken + cells
        yield line.rstrip()


def _longest_word(texts: Iterable[str]) -> int:
    return _widest({word for text in texts for word in _WORDS.findall(text)})


def _widest(texts: Iterable[str]) -> int:
    lines = (line for text in texts for line in text.split("\n"))
    return max(map(_cells, lines), default=0)


def _cells(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415

    return len(text) if text.isascii() else cell_len(text)

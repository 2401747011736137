"""Entries as a table, or as JSON with one entry a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from codegloss import Entry
from codegloss._cli.facts import catalog_in_force, fact
from codegloss._cli.output import console, printable
from codegloss._cli.words import answer, say

_HEADS = ("product", "code", "retry", "meaning")
# In less, the columns of `--retry` leave no room for a word of a sentence: what they
# say stands below the meaning.
_ROOMY = 140


def show_entries(
    entries: Sequence[Entry], lang: str, *, as_json: bool, retry: bool = False
) -> int:
    """Print entries; return 0 if there are any.

    Args:
        entries: The entries.
        lang: The language.
        as_json: Whether to print JSON, one entry a line.
        retry: Whether to say why and how each may be sent again.
    """
    catalog = catalog_in_force()
    facts = (fact(catalog, entry, lang) for entry in entries)
    if as_json:
        for each in facts:
            click.echo(json.dumps(each, ensure_ascii=False))
    elif entries:
        _show_table(list(facts), lang, retry=retry)
    else:
        click.echo(say("nothing found", lang), err=True)
    return 0 if entries else 1


def _show_table(facts: list[dict[str, Any]], lang: str, *, retry: bool) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    out = console()
    more = ("kind", "needs", "delay", "reason") if retry else ("symbols",)
    stacked = retry and out.width < _ROOMY
    table = Table(box=SIMPLE_HEAD, pad_edge=False, leading=int(stacked))
    for head in (*_HEADS, *(() if stacked else more)):
        wraps = head in {"meaning", "symbols", "reason"}
        table.add_column(say(head, lang), overflow="fold", no_wrap=not wraps)
    for each in facts:
        cells = [printable(cell) for cell in _cells(each, lang, retry=retry)]
        if stacked:
            *short, meaning = cells[: len(_HEADS)]
            named = zip(more, cells[len(_HEADS) :], strict=True)
            told = [f"{say(name, lang)}: {cell}" for name, cell in named if cell]
            cells = [*short, "\n".join([meaning, *told])]
        table.add_row(*cells)
    out.print(table)


def _cells(each: dict[str, Any], lang: str, *, retry: bool) -> list[str]:
    advice = each["advice"]
    scope = f"{each['vendor']}.{each['product']}"
    retryable = answer(each["retryable"], lang)
    cells = [scope, str(each["code"]), retryable, each["meaning"]]
    if each["table"]:
        cells[0] += f" {each['table']}"
    if not retry:
        return [*cells, ", ".join(each["symbols"][:2])]
    delay = f"{advice['delay_s']:g} s" if advice["delay_s"] else ""
    delay += f" per {advice['per']}" if advice["per"] else ""
    how = str(advice["reason"]).rpartition("; ")[2]
    reason = "; ".join([f"{each['category']}: {how}", *each["notes"]])
    kind = "" if advice["kind"] in {"none", "unknown"} else advice["kind"]
    return [*cells, kind, advice["needs"] or "", delay, reason]

"""Entries as a table, or as JSON with one entry a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from codegloss import Entry
from codegloss._cli.columns import Layout, show_rows
from codegloss._cli.facts import catalog_in_force, fact
from codegloss._cli.output import console, printable
from codegloss._cli.words import answer, say

_HEADS = ("product", "code", "retry", "meaning")


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
    more = ("kind", "needs", "delay", "reason") if retry else ("symbols",)
    layout = Layout((*_HEADS, *more), "meaning", tuple(reversed(more)))
    rows = (map(printable, _cells(each, lang, retry=retry)) for each in facts)
    show_rows(console(), layout, map(list, rows), lang)


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

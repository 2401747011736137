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
        from rich.box import SIMPLE_HEAD  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        more = ("kind", "needs", "delay", "reason") if retry else ("symbols",)
        heads = ("product", "code", "retry", "meaning", *more)
        for head in heads:
            wraps = head in {"meaning", "symbols", "reason"}
            table.add_column(say(head, lang), overflow="fold", no_wrap=not wraps)
        for each in facts:
            table.add_row(*map(printable, _cells(each, lang, retry=retry)))
        console().print(table)
    else:
        click.echo(say("nothing found", lang), err=True)
    return 0 if entries else 1


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

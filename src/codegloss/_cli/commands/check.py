"""`codegloss check`: every fault of catalogs of one's own, in one run."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import click

import codegloss
from codegloss._cli.facts import catalog_in_force
from codegloss._cli.group import common
from codegloss._cli.words import counted, say


@click.command(short_help="Find every fault in catalogs of your own.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@common
def command(files: tuple[str, ...], lang: str, *, as_json: bool) -> int:
    """Check catalogs of your own, as load_catalog and CODEGLOSS_CATALOG would.

    Every fault is printed with its place, in one run. FILE may be @name, a catalog that
    an installed package publishes. All files are checked together. To begin one, see
    codegloss scan --stub.

    \b
      codegloss check acme.json
    """
    before = catalog_in_force()
    try:
        catalog = codegloss.load_catalog(*files)
    except codegloss.CatalogError as error:
        _show(error, lang, as_json=as_json)
        unread = error.place == "file" and error.fault.startswith("cannot be read")
        return 3 if unread else 1
    told = _changes(before, catalog)
    if as_json:
        click.echo(json.dumps({"faults": [], **told}))
        return 0
    click.echo(f"{say('no faults; entries added', lang)}: {told['entries_added']}")
    _show_scopes(told["products"], lang)
    if told["entries_replaced"]:
        replaced = sum(told["entries_replaced"].values())
        click.echo(f"{say('entries replaced', lang)}: {replaced}")
        _show_scopes(told["entries_replaced"], lang)
    if told["ours"]:
        click.echo(f"  no longer strangers: {', '.join(told['ours'])}")
    return 0


def _changes(before: codegloss.Catalog, catalog: codegloss.Catalog) -> dict[str, Any]:
    were, are = (Counter(e.scope for e in c.entries) for c in (before, catalog))
    gone = set(before.entries) - set(catalog.entries)
    places = {_place(entry) for entry in gone}
    new = set(catalog.entries) - set(before.entries)
    return {
        "entries_added": sum(_place(entry) not in places for entry in new),
        "entries_replaced": dict(sorted(Counter(e.scope for e in gone).items())),
        "products": {scope: are[scope] for scope in are if are[scope] != were[scope]},
        "ours": sorted(before.foreign.keys() - catalog.foreign.keys()),
    }


def _show_scopes(counts: dict[str, int], lang: str) -> None:
    for scope, count in counts.items():
        click.echo(f"  {scope}: {counted(count, 'entries', lang)}")


def _place(entry: codegloss.Entry) -> tuple[object, ...]:
    return entry.scope, entry.code, entry.table


def _show(error: codegloss.CatalogError, lang: str, *, as_json: bool) -> None:
    if as_json:
        faults = [{"place": place, "fault": fault} for place, fault in error.faults]
        click.echo(json.dumps({"file": error.path, "faults": faults}))
        return
    click.echo(f"{error.path}:")
    for place, fault in error.faults:
        click.echo(f"  {place}: {fault}")
    click.echo(counted(len(error.faults), "faults", lang))

"""`codegloss check`: every fault of catalogs of one's own, in one run."""

from __future__ import annotations

import json
from collections import Counter

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
    were, are = (Counter(e.scope for e in c.entries) for c in (before, catalog))
    counts = {scope: are[scope] for scope in are if are[scope] != were[scope]}
    added = len(catalog.entries) - len(before.entries)
    ours = sorted(before.foreign.keys() - catalog.foreign.keys())
    if as_json:
        told = {"faults": [], "entries_added": added, "products": counts, "ours": ours}
        click.echo(json.dumps(told))
        return 0
    click.echo(f"{say('no faults; entries added', lang)}: {added}")
    for scope, count in counts.items():
        click.echo(f"  {scope}: {counted(count, 'entries', lang)}")
    if ours:
        click.echo(f"  no longer strangers: {', '.join(ours)}")
    return 0


def _show(error: codegloss.CatalogError, lang: str, *, as_json: bool) -> None:
    if as_json:
        faults = [{"place": place, "fault": fault} for place, fault in error.faults]
        click.echo(json.dumps({"file": error.path, "faults": faults}))
        return
    click.echo(f"{error.path}:")
    for place, fault in error.faults:
        click.echo(f"  {place}: {fault}")
    click.echo(counted(len(error.faults), "faults", lang))

"""`codegloss list`: entries by product, category, fault, and whether a retry helps."""

from __future__ import annotations

import click

from codegloss._cli.facts import catalog_in_force, within
from codegloss._cli.group import common, scoped

_RETRYABLE = {"yes": True, "no": False, "unknown": None}


@click.command(short_help="List codes by product, category, fault or retry.")
@scoped
@click.option(
    "--category",
    multiple=True,
    metavar="NAME",
    help="A gRPC status, such as NOT_FOUND.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="WHO",
    help="Who must act: caller, end_user, operator, vendor, network, unknown.",
)
@click.option(
    "--retryable",
    multiple=True,
    type=click.Choice(list(_RETRYABLE)),
    help="Whether the same request may succeed later.",
)
@click.option("--retry", is_flag=True, help="Say why, how and when to send again.")
@common
def command(
    scopes: tuple[str, ...],
    category: tuple[str, ...],
    fault: tuple[str, ...],
    retryable: tuple[str, ...],
    lang: str,
    *,
    retry: bool,
    as_json: bool,
) -> int:
    """List codes; options of one kind add up, those of different kinds narrow down.

    \b
      codegloss list --scope tencent.live --category NOT_FOUND
      codegloss list --retryable yes --retryable unknown --retry
    """
    from codegloss._cli.table import show_entries  # noqa: PLC0415

    catalog = catalog_in_force()
    categories = _checked(category, {e.category for e in catalog.entries}, "category")
    faults = _checked(fault, {e.fault for e in catalog.entries}, "fault")
    wanted = {_RETRYABLE[each] for each in retryable}
    found = [
        entry
        for entry in catalog.entries
        if within(entry, scopes)
        and (not categories or entry.category in categories)
        and (not faults or entry.fault in faults)
        and (not wanted or entry.retryable in wanted)
    ]
    return show_entries(found, lang, as_json=as_json, retry=retry)


def _checked(given: tuple[str, ...], known: set[str], option: str) -> set[str]:
    """Return names in the spelling that the catalog has, whatever their case.

    Raises:
        click.BadParameter: One is unknown; valid ones are listed.
    """
    names = {name.lower(): name for name in known if name}
    for each in given:
        if each.lower() not in names:
            listed = ", ".join(sorted(names.values()))
            raise click.BadParameter(f"{each!r}; known: {listed}", param_hint=option)
    return {names[each.lower()] for each in given}

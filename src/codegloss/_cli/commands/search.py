"""`codegloss search`: codes by what they mean, in both languages, typos allowed."""

from __future__ import annotations

import click

from codegloss._cli.facts import catalog_in_force, within
from codegloss._cli.group import common, scoped


@click.command(short_help="Find codes by what they mean.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, help="How many, at most.")
@scoped
@common
def command(
    words: tuple[str, ...],
    limit: int,
    scopes: tuple[str, ...],
    lang: str,
    *,
    as_json: bool,
) -> int:
    """Find codes by words of their meaning, message or symbol; the best come first.

    \b
      codegloss search room password
      codegloss search 房间密码 --scope tencent
    """
    from codegloss._cli.ranking import ranked  # noqa: PLC0415
    from codegloss._cli.table import show_entries  # noqa: PLC0415

    entries = [e for e in catalog_in_force().entries if within(e, scopes)]
    found = [entry for entry, _ in ranked(entries, " ".join(words), limit)]
    return show_entries(found, lang, as_json=as_json)

"""`codegloss browse`: the whole catalog as one page, in a file or served here."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

from codegloss._cli.facts import catalog_in_force
from codegloss._cli.group import common, tell


@click.command(short_help="Look around in the whole catalog, in a browser.")
@click.option(
    "-o",
    "--output",
    default="codegloss.html",
    show_default=True,
    metavar="FILE",
    help="Where to write the page; - is standard output.",
)
@click.option("--open", "opens", is_flag=True, help="Show it in the browser, too.")
@click.option("--serve", is_flag=True, help="Serve the page instead of writing it.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where --serve listens; by default only this machine can reach it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8416,
    show_default=True,
    help="The port of --serve; 0 is any that is free.",
)
@common
def command(lang: str, **options: Any) -> int:
    """Write every code and what it means as one HTML page, to be opened in a browser.

    The page searches as you type, in English and Chinese, filters by product, category,
    fault and retry, and shows every meaning of a number side by side. It is one file
    that needs no network: mail it, keep it beside the runbook, or put it on a server.

    \b
      codegloss browse --open
      codegloss browse -o codes.html --catalog acme.json
      codegloss browse --serve

    A link to a code ends with #416, to one of a product with #netease.nim:416.
    """
    from codegloss._cli.browse.page import catalog_page  # noqa: PLC0415

    page = catalog_page(catalog_in_force(), lang)
    if options["serve"]:
        return _serve(page, options)
    path = options["output"]
    if path == "-":
        click.echo(page)
        return 0
    from codegloss._cli.output import write_whole  # noqa: PLC0415

    write_whole(path, page)
    if options["as_json"]:
        click.echo(
            json.dumps({"path": path, "entries": len(catalog_in_force().entries)})
        )
    else:
        click.echo(path)
    if options["opens"]:
        _open("file://" + os.path.abspath(path))
    return 0


def _serve(page: str, options: dict[str, Any]) -> int:
    from codegloss._cli.browse.server import PageServer  # noqa: PLC0415

    try:
        server = PageServer(page, options["host"], options["port"])
    except (OSError, ValueError) as error:
        address = f"{options['host']}:{options['port']}"
        hint = (
            "; give another --port, or 0 for any" if isinstance(error, OSError) else ""
        )
        why = getattr(error, "strerror", None) or error
        raise click.UsageError(f"cannot listen on {address}: {why}{hint}") from error
    with server:
        click.echo(
            json.dumps({"url": server.url}) if options["as_json"] else server.url
        )
        if not options["as_json"]:
            tell("serving; Ctrl-C ends it")
        sys.stdout.flush()
        if options["opens"]:
            _open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:  # how serving ends
            return 0
    return 0


def _open(url: str) -> None:
    import webbrowser  # noqa: PLC0415

    if not webbrowser.open(url):
        tell(f"no browser was found here; open {url}")

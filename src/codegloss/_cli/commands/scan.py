"""`codegloss scan`: what happened in logs, by vendor, product and code."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Generator
from typing import Any

import click

from codegloss._cli.group import common, scoped, tell, tell_of_waiting

_PRODUCT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@click.command(short_help="Say what vendor errors happened in logs.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@scoped
@click.option("--html", metavar="FILE", help="Write the report as one HTML page, too.")
@click.option(
    "--stub",
    is_flag=True,
    help="Print a catalog to fill in, of codes that may be your own.",
)
@click.option(
    "--product",
    default="acme.app",
    show_default=True,
    metavar="SCOPE",
    help="The product of the catalog that --stub prints.",
)
@click.option("--follow", is_flag=True, help="Print errors of one file as they come.")
@click.option("--fail", is_flag=True, help="Exit with 1 if there is a vendor's error.")
@common
def command(
    files: tuple[str, ...], scopes: tuple[str, ...], lang: str, **options: Any
) -> int:
    """Say what happened in logs: vendor errors by product and code, over time.

    FILE is NDJSON, logfmt or plain text, also packed (gzip, zstd), a folder, or - for
    standard input, the default. Errors are counted once for each of their codes. Codes
    of error fields that nobody knows are listed with an example; numbers that look like
    a code of a known product, and are not, are counted.

    \b
      codegloss scan app.log
      codegloss scan --scope tencent /var/log/rooms --html report.html
      codegloss scan app.log --stub --product acme.im > acme.json
    """
    from codegloss._cli.tally import Tally  # noqa: PLC0415

    if not _PRODUCT.fullmatch(options["product"]):
        raise click.BadParameter("must be written vendor.product", param_hint="product")
    tally = Tally(scopes, lang)
    if options["follow"]:
        if len(files) != 1 or files[0] == "-":
            raise click.UsageError("--follow wants exactly one file")
        return _follow(files[0], tally, options)
    if not files or "-" in files:
        tell_of_waiting()
    return _scan(files or ("-",), tally, options)


def _scan(files: tuple[str, ...], tally: Any, options: dict[str, Any]) -> int:
    from codegloss._cli.reading import Source, expanded, total_size  # noqa: PLC0415

    source = Source()
    paths = expanded(files, source, options["html"])
    with _progress(total_size(paths)) as advance:
        source.progress = advance
        for lines in source.lines(paths):
            tally.add(lines)
    for name, why in source.problems:
        tell(f"{name}: {why}")
    status = _finish(tally, source.too_long, options)
    return 3 if source.problems else status


def _finish(tally: Any, too_long: int, options: dict[str, Any]) -> int:
    """Print what was found, and return the exit code."""
    if options["html"]:
        from codegloss._cli.output import write_whole  # noqa: PLC0415
        from codegloss._cli.page import page  # noqa: PLC0415

        write_whole(options["html"], page(tally, too_long))
    if options["stub"]:
        from codegloss._cli.stub import stub  # noqa: PLC0415

        click.echo(stub(tally, options["product"]))
    elif options["as_json"]:
        facts = {**tally.facts(), "too_long": too_long}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        from codegloss._cli.report import show  # noqa: PLC0415

        show(tally, too_long)
    return 1 if options["fail"] and tally.events else 0


@contextlib.contextmanager
def _progress(total: int | None) -> Generator[Any]:
    """Show how far it is on a terminal, beside the output; nowhere else."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda number: bar.advance(task, number)


def _follow(path: str, tally: Any, options: dict[str, Any]) -> int:
    from codegloss._cli.reading import followed  # noqa: PLC0415

    try:
        for lines in followed(path):
            for line, row in tally.add(lines):
                _print_row(line, row, tally.lang, options["as_json"])
    except KeyboardInterrupt:
        # How following ends.
        return _finish(tally, 0, options)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        tell(f"{path}: {error.strerror or error}")
    return 3


def _print_row(line: bytes, row: Any, lang: str, as_json: bool) -> None:  # noqa: FBT001
    from codegloss._cli.output import printable  # noqa: PLC0415
    from codegloss._cli.words import answer, say  # noqa: PLC0415

    scopes = sorted({entry.scope for entry in row.entries})
    meanings = row.meanings(lang)
    if as_json:
        told = {
            "code": row.code,
            "candidates": scopes,
            "meanings": list(meanings),
            "retryable": row.retryable,
            "line": line.decode("utf-8", "replace"),
        }
        text = json.dumps(told, ensure_ascii=False)
    else:
        text = f"{' or '.join(scopes)} {row.code}: {' or '.join(meanings)} "
        text += f"[{say('retry', lang)}: {answer(row.retryable, lang)}] "
        text += printable(line[:300].decode("utf-8", "replace"))
    click.echo(text)
    sys.stdout.flush()

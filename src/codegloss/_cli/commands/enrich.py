"""`codegloss enrich`: JSON lines in, the same lines with what their codes mean out."""

from __future__ import annotations

import json
from typing import Any

import click

from codegloss._cli.group import common, scoped, tell, tell_of_waiting
from codegloss._matching.render import ALL_FIELDS, DEFAULT_FIELDS

_MORE = [name for name in ALL_FIELDS if name not in DEFAULT_FIELDS]


def _split(_ctx: click.Context, _option: Any, text: str) -> tuple[str, ...]:
    names = tuple(filter(None, text.replace(",", " ").split()))
    for name in names:
        if name not in ALL_FIELDS:
            known = ", ".join(ALL_FIELDS)
            raise click.BadParameter(f"{name!r}; known: {known}")
    return names


@click.command(short_help="Write beside the codes in JSON lines what they mean.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="Where to write, also .gz and .zst; by default standard output.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), default=1, help="How many processes work."
)
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped.")
@scoped
@click.option(
    "--fields",
    default=",".join(DEFAULT_FIELDS),
    show_default=True,
    metavar="NAMES",
    callback=_split,
    help=f"What to add, with commas between; there are also {', '.join(_MORE)}.",
)
@click.option("--prefix", default="", metavar="TEXT", help="Begin every new key so.")
@click.option("--text", is_flag=True, help="Look for codes in every message, too.")
@click.option("--guess", is_flag=True, help="Say what a number alone may mean, too.")
@common
def command(
    files: tuple[str, ...],
    scopes: tuple[str, ...],
    lang: str,
    *,
    as_json: bool,
    **options: Any,
) -> int:
    """Write beside every vendor code in JSON lines what it means.

    FILE is JSON lines, also packed (gzip, zstd), or - for standard input, the default.
    There is one line out for each line in; whatever holds no vendor's code passes as it
    is. How many were explained is said on standard error, as JSON with --json. A file
    has its name when it is whole; until then it is called FILE.part. Of inputs that
    cannot be read the name and why are said; all others are read.

    \b
      codegloss enrich app.ndjson.gz -o explained.ndjson.zst -j 4
      tail -f app.ndjson | codegloss enrich --scope tencent
    """
    from codegloss._archive.files import part_of  # noqa: PLC0415
    from codegloss._archive.stream import enrich_files  # noqa: PLC0415

    inputs = files or ("-",)
    output = options["output"]
    if "-" in inputs:
        tell_of_waiting()
    problems: list[tuple[str, str]] = []
    options.update(scope=scopes or None, language=lang, problems=problems)
    try:
        tally = enrich_files(inputs, **options)
    except KeyboardInterrupt:
        if part_of(output) != output:
            tell(f"{part_of(output)} is what is written; --resume goes on with it")
        raise
    except (ValueError, ImportError) as error:
        raise click.UsageError(str(error)) from error
    for name, why in problems:
        tell(f"{name}: {why}")
    if problems and output != "-":
        tell(f"{output} lacks what could not be read; --resume does not add it")
    told = json.dumps(tally._asdict()) if as_json else str(tally)
    click.echo(told, err=True)
    return 3 if problems else 0

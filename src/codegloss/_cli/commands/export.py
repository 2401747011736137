"""`codegloss export`: the catalog as other programs read it."""

from __future__ import annotations

import json

import click

from codegloss._cli.group import common

# Named here so that `--help` needs no engine; a test compares them with what there is.
_TARGETS = (
    "clickhouse", "csv", "datadog", "fluent-bit", "logstash", "otel-collector",
    "parquet", "postgresql", "rsyslog", "splunk", "sqlite", "syslog-ng", "vector",
)  # fmt: skip


@click.command(short_help="Write the catalog for other programs.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(_TARGETS),
    help="The program or format.",
)
@click.option(
    "-o",
    "--output",
    default=".",
    metavar="FOLDER",
    help="Where to write; by default the current folder.",
)
@common
def command(target: str, output: str, lang: str, *, as_json: bool) -> int:
    """Write the catalog as another program looks codes up: a table, and its use.

    The paths of the files are printed. What the program cannot express is written on
    top of its file. A table knows no evidence: the key is whom a service talks to and
    the code, as netease.nim:416.

    \b
      codegloss export --to vector -o /etc/vector
      codegloss export --to csv --catalog acme.json
    """
    from codegloss._archive.export import export  # noqa: PLC0415

    try:
        paths = export(target, output, language=lang)
    except ImportError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps({"paths": paths}) if as_json else "\n".join(paths))
    return 0

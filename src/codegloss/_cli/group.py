"""The group of subcommands: every module in `commands` is one, by its own name."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import click
from click.shell_completion import shell_complete

import codegloss
from codegloss._cli import commands
from codegloss._cli.facts import catalog_in_force
from codegloss._cli.words import language

# The variable by which a shell asks for completions, as click names it.
COMPLETE = "_CODEGLOSS_COMPLETE"
_F = TypeVar("_F", bound=Callable[..., Any])

_EPILOG = """\b
Exit codes:
  0    done
  1    nothing was found; or faults (check), differences (diff), errors (scan --fail)
  2    wrong usage
  3    an input could not be read, or not to its end; all others were
  4    the output could not be written
  130  interrupted
  141  whoever read the output has closed it

CODEGLOSS_CATALOG lists catalogs of your own, CODEGLOSS_LANGUAGE is a default for
--lang, and NO_COLOR turns colours off.
"""


class _Commands(click.Group):
    """A group whose commands are modules, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(each.name for each in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{commands.__name__}.{cmd_name}")
        command: click.Command = module.command
        return command


@click.command(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="codegloss")
def group() -> None:
    """Explain vendor error codes: NetEase Yunxin, Tencent Cloud, and your own.

    To begin with: codegloss explain 416, or codegloss scan app.log.
    """


def run_group(words: Sequence[str]) -> int:
    """Run the subcommand that the arguments name, and return its exit code.

    Raises:
        KeyboardInterrupt: The user stopped it.
        OSError: Standard output is closed or full.
    """
    # Not `group.main`, which turns a closed pipe and an interrupt into exit codes.
    asked = os.environ.get(COMPLETE)
    if asked:
        return shell_complete(group, {}, "codegloss", COMPLETE, asked)
    try:
        with group.make_context("codegloss", list(words)) as context:
            outcome = group.invoke(context)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    return outcome if isinstance(outcome, int) else 0


def _load(_ctx: click.Context, _option: Any, paths: tuple[str, ...]) -> tuple[str, ...]:
    if paths:
        try:
            codegloss.load_catalog(*paths)
        except codegloss.CatalogError as error:
            raise click.BadParameter(str(error)) from error
    return paths


def complete_scope(
    _ctx: click.Context, _option: click.Parameter, begun: str
) -> list[str]:
    """Return the scopes that begin with what is typed, for the shell."""
    return [each for each in catalog_in_force().scopes() if each.startswith(begun)]


def common(function: _F) -> _F:
    """Give a subcommand the options that all of them have."""
    options = (
        click.option(
            "--json", "as_json", is_flag=True, help="Print JSON, for scripts."
        ),
        click.option(
            "--lang",
            type=click.Choice(["en", "zh"]),
            callback=lambda _ctx, _option, value: language(value),
            help="The language; by default that of the locale.",
        ),
        click.option(
            "--catalog",
            multiple=True,
            metavar="FILE",
            is_eager=True,
            expose_value=False,
            callback=_load,
            help="Add a catalog of your own, or @name, which a package publishes.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def scoped(function: _F) -> _F:
    """Give a subcommand `--scope`."""
    return click.option(
        "--scope",
        "scopes",
        multiple=True,
        metavar="SCOPE",
        callback=_check,
        shell_complete=complete_scope,
        help="A vendor or a product: tencent, netease.nim, nim; can be repeated.",
    )(function)


def _check(_ctx: click.Context, _option: Any, scopes: tuple[str, ...]) -> Any:
    from codegloss._cli.facts import checked_scopes  # noqa: PLC0415

    try:
        return checked_scopes(catalog_in_force(), scopes)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def tell_of_waiting() -> None:
    """Say that standard input is read, to whoever sits in front of it."""
    if sys.stdin.isatty():
        tell("reading standard input; Ctrl-D ends it, --help says what else to give")


def tell(text: str) -> None:
    """Say something on standard error."""
    sys.stderr.write(f"codegloss: {text}\n")

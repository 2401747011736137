"""`codegloss completion`: what makes a shell complete commands, options and scopes."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from codegloss._cli.group import COMPLETE


@click.command(short_help="Print the completion for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print what makes a shell complete commands, options and scopes.

    \b
      bash: eval "$(codegloss completion bash)"             in ~/.bashrc
      zsh:  eval "$(codegloss completion zsh)"              in ~/.zshrc
      fish: codegloss completion fish | source              in config.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    root = context.find_root().command
    click.echo(kind(root, {}, "codegloss", COMPLETE).source())
    return 0

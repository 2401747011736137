"""One module a subcommand, found by its name; see `codegloss._cli.group`."""

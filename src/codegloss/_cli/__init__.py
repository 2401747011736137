"""The command line: a terminal's way to the catalog and to the engine.

`main` starts it. Every module in `commands` is one subcommand: it holds `command`, a
click command, and imports what is slow to import when it runs.
"""

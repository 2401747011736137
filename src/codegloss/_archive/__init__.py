"""Logs that were written without codegloss: streams, tables, and other people's."""

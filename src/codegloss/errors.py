"""Errors that codegloss raises: at configuration time only, never in a log call."""

from __future__ import annotations


class CatalogError(ValueError):
    """Say which catalog file, which entry and what is wrong with it.

    Args:
        path: The file that was read.
        place: Where in the file, for example `entries[3]` or `products.acme.im`.
        fault: What is wrong, in one clause.
    """

    def __init__(self, path: str, place: str, fault: str) -> None:
        super().__init__(f"{path}: {place}: {fault}")
        self.path = path
        self.place = place
        self.fault = fault

    def __reduce__(self) -> tuple[type[CatalogError], tuple[str, str, str]]:
        return CatalogError, (self.path, self.place, self.fault)

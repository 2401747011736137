"""Errors that codegloss raises: at configuration time only, never in a log call."""

from __future__ import annotations

_MOST_SAID = 20


class CatalogError(ValueError):
    """Say which catalog file is broken, where, and what is wrong there.

    Args:
        path: The file that was read.
        place: Where in the file, for example `entries[3]` or `products.acme.im`.
        fault: What is wrong there, in one clause.
        more: Further faults: each a place, with its file if that is another one, and
            what is wrong there.

    Attributes:
        path: The file that holds the first fault.
        place: The place of the first fault.
        fault: The first fault.
        faults: The place and the fault of each, the first included.
    """

    def __init__(
        self, path: str, place: str, fault: str, more: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.path = path
        self.place = place
        self.fault = fault
        self.faults = ((place, fault), *more)
        lines = [f"{where}: {what}" for where, what in self.faults[:_MOST_SAID]]
        if len(self.faults) > _MOST_SAID:
            lines.append(f"and {len(self.faults) - _MOST_SAID} more")
        super().__init__(f"{path}: " + "\n".join(lines))

    def __reduce__(self) -> tuple[type[CatalogError], tuple[object, ...]]:
        return CatalogError, (self.path, self.place, self.fault, self.faults[1:])

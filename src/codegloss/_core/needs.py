"""What an integration needs to be there, and how new."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version


def needs(package: str, lowest: str, extra: str) -> None:
    """Refuse a version of a package that is too old, at import.

    Raises:
        ImportError: It is older than that; names both, and the extra to install.
    """
    try:
        found = version(package)
    except PackageNotFoundError:  # vendored, or frozen into a program
        return
    if () < _parts(found) < _parts(lowest):
        raise ImportError(
            f"codegloss.{extra} needs {package} {lowest} or later, and {found} is "
            f"installed: pip install --upgrade 'codegloss[{extra}]'"
        )


def _parts(text: str) -> tuple[int, ...]:
    release = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(map(int, release[0].split("."))) if release else ()

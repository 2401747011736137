"""Catalogs that installed packages publish, which count when they are asked for.

A package says where its catalog is::

    [project.entry-points."codegloss.catalogs"]
    acme = "acme_codes"

so that `@acme` stands for the file `catalog.json` in the package `acme_codes`. Nothing
is loaded because a package is installed, and none of its code runs: a catalog is data.
"""

from __future__ import annotations

import os

from codegloss.errors import CatalogError

_GROUP = "codegloss.catalogs"
_FILE = "catalog.json"


def path_of(path: str) -> str:
    """Return the path of a catalog: of a published one if it is written `@name`.

    Raises:
        CatalogError: No package publishes that name, or it has no such file.
    """
    if not path.startswith("@"):
        return path
    # Reading what is installed takes longer than importing codegloss.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = {each.name: each for each in entry_points(group=_GROUP)}
    if path[1:] not in found:
        known = ", ".join(f"@{name}" for name in sorted(found)) or "none"
        raise CatalogError(path, "file", f"is published by no package; known: {known}")
    return _file_in(path, found[path[1:]].value)


def _file_in(path: str, package: str) -> str:
    """Return the catalog's file in a package, which is not imported."""
    # Parents of a dotted name would be imported to find it.
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec(package.partition(".")[0])
    folders = (spec and spec.submodule_search_locations) or ()
    rest = package.split(".")[1:]
    for folder in folders:
        file = os.path.join(folder, *rest, _FILE)
        if os.path.isfile(file):
            return file
    raise CatalogError(path, "file", f"the package {package} holds no {_FILE}")

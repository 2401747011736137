"""Read catalog files: the shipped one at import, those of one's own on request."""

from __future__ import annotations

import contextlib
import os
import sys
from stat import S_ISREG

from codegloss._catalog.model import Catalog as Catalog  # noqa: PLC0414
from codegloss.errors import CatalogError

_MAX_BYTES = 64 * 1024 * 1024

# What was wrong with the compact form that a wheel holds, if it could not be read.
broken: Exception | None = None


def _read_shipped() -> Catalog:
    """Read the catalog that comes with the package.

    Raises:
        CatalogError: The file is missing or is not in canonical form.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = os.path.join(package, "catalog.json")
    if os.path.isfile(path):
        catalog = _compact(os.path.join(package, "catalog.packed"), path)
        if catalog is not None:
            return catalog
    else:  # an editable install: it stands at the top of the repository
        top = os.path.dirname(os.path.dirname(package))
        path = os.path.join(top, "catalog.json")
    # A wheel has no need of it.
    from codegloss._catalog.lines import parsed  # noqa: PLC0415

    content = read(path)
    try:
        return Catalog(*parsed(content))
    except ValueError as error:
        fault = f"do not stand in canonical form: {error}"
        raise CatalogError(path, "entries", fault) from error


def _compact(path: str, source: str) -> Catalog | None:
    """Return the catalog that stands in a compact form of a file.

    None if there is none, it is broken or was made of what the file held before.
    """
    global broken  # noqa: PLW0603
    if not os.path.isfile(path):
        return None
    try:
        from codegloss._catalog.compact import Compact  # noqa: PLC0415

        compact = Compact(read(path))
        of_source, own = os.stat(source), os.stat(path)
        # Installers write both within a moment, in an order of their own.
        if of_source.st_size == compact.size and (
            of_source.st_mtime_ns <= own.st_mtime_ns or compact.is_of(read(source))
        ):
            return Catalog(*compact.opened())
    except Exception as error:
        broken = error
    return None


def load(paths: tuple[str | os.PathLike[str], ...], base: Catalog) -> Catalog:
    """Return `base` with the vendors, products and entries of more files added.

    Raises:
        CatalogError: A file cannot be read, or some hold faults; names all of them.
    """
    # Only a catalog of one's own has to be checked and merged, so only that pays.
    from codegloss._catalog.merge import merged  # noqa: PLC0415
    from codegloss._catalog.published import path_of  # noqa: PLC0415

    return merged([path_of(os.fspath(path)) for path in paths], base)


def read(path: str) -> bytes:
    """Return what a file holds, in no more memory than it takes.

    Raises:
        CatalogError: It cannot be read, is no regular file, or is too large.
    """
    try:
        content, fault = _read(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise CatalogError(path, "file", f"cannot be read: {why}") from error
    if fault is not None:
        raise CatalogError(path, "file", fault)
    return content


def _read(path: str) -> tuple[bytes, str | None]:
    # A pipe would be waited for, and a device never ends.
    if not S_ISREG(os.stat(path).st_mode):
        return b"", "is no regular file"
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > _MAX_BYTES:
            return b"", f"is larger than {_MAX_BYTES} bytes"
        content = file.read(size + 1)
    return content, "grew while it was read" if len(content) > size else None


def _with_own(catalog: Catalog) -> Catalog:
    """Return a catalog with the files that `CODEGLOSS_CATALOG` lists, in their order.

    Whoever runs a program may not break it: what is wrong with a file is one warning on
    standard error, and all others count.
    """
    listed = os.environ.get("CODEGLOSS_CATALOG", "")
    for path in filter(None, listed.split(os.pathsep)):
        try:
            catalog = load((path,), catalog)
        except Exception as error:
            told = " ".join(str(error).splitlines()[:1])
            more = len(getattr(error, "faults", ())) - 1
            if more > 0:
                told += f" (and {more} more: see `codegloss check`)"
            # Not `warnings`, which may be errors; and there may be no standard error.
            with contextlib.suppress(Exception):
                sys.stderr.write(f"codegloss: left out of CODEGLOSS_CATALOG: {told}\n")
    return catalog


SHIPPED = _read_shipped()
# What a process starts with, and what `load_catalog` adds to.
START = _with_own(SHIPPED)

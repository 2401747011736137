"""Read catalog files: the shipped one at import, those of one's own on request."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from stat import S_ISREG
from sys import intern

from codegloss._catalog.model import Catalog as Catalog  # noqa: PLC0414
from codegloss._catalog.model import Entry
from codegloss.errors import CatalogError

_MAX_BYTES = 64 * 1024 * 1024
_ENTRIES = b'\n "entries": [\n'
# The shipped file stands in canonical form, one entry a line, which the project's
# checker enforces: so its index can be built without decoding every entry.
_LINE = re.compile(
    rb'^  (\{"product": "([^"]+)", "code": (?:(-?\d+)|"([^"]+)")'
    rb'(?:, "table": "[^"]+")?(?:, "sdk_code": (-?\d+))?,.*\}),?$',
    re.MULTILINE,
)


def _read_shipped() -> Catalog:
    """Read the catalog that comes with the package.

    Raises:
        CatalogError: The file is missing or is not in canonical form.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # In the package of a wheel; at the top of the repository in an editable install.
    top = os.path.dirname(os.path.dirname(package))
    for folder in (package, top):
        path = os.path.join(folder, "catalog.json")
        if os.path.isfile(path):
            break
    content = read(path)
    start = content.find(_ENTRIES)
    lines = _LINE.findall(content, start) if start >= 0 else []
    if not lines or len(lines) != content.count(b'{"product": "', start):
        raise CatalogError(path, "entries", "do not stand in canonical form")
    header = json.loads(content[:start].rstrip(b",\n") + b"}")
    entries = []
    sdk_codes = []
    for line, scope, number, text, sdk_code in lines:
        code = int(number) if number else text.decode()
        entry = Entry(intern(scope.decode()), code, line)
        entries.append(entry)
        if sdk_code:
            sdk_codes.append((entry, int(sdk_code)))
    header["sdk_codes"] = sdk_codes
    return Catalog(header, entries)


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

"""Read catalog files into a `Catalog`, and refuse broken ones."""

from __future__ import annotations

import json
import os
import re
from sys import intern
from typing import Any

from codegloss._catalog.model import Code, Entry
from codegloss.errors import CatalogError

_MAX_BYTES = 64 * 1024 * 1024
_SECTIONS = ("vendors", "products", "documents", "foreign", "http_texts")
# The shipped file stands in canonical form, one entry a line, which the project's
# checker enforces: so its index can be built without decoding every entry.
_LINE = re.compile(
    rb'^  (\{"product": "([^"]+)", "code": (?:(-?\d+)|"([^"]+)")'
    rb'(?:, "table": "[^"]+")?(?:, "sdk_code": (-?\d+))?,.*\}),?$',
    re.MULTILINE,
)


class Catalog:
    """Hold vendors, products, entries and the index by code.

    Attributes:
        version: The catalog's version, for example `2026.11.21`.
        vendors: Vendor id → names, aliases, hosts, prefixes, envelopes.
        products: Scope → names, aliases, hosts, prefixes, success codes, tables.
        documents: Document id → title, date, product, number of rows.
        foreign: Other companies and libraries whose numbers are not ours.
        http_texts: HTTP status → texts that say no more than the status itself.
        entries: Every entry, in file order.
        index: Code → the tuple of all entries that use it.
    """

    def __init__(self, header: dict[str, Any], entries: list[Entry]) -> None:
        self.version = str(header.get("version", ""))
        self.vendors: dict[str, dict[str, Any]] = header.get("vendors", {})
        self.products: dict[str, dict[str, Any]] = header.get("products", {})
        self.documents: dict[str, dict[str, Any]] = header.get("documents", {})
        self.foreign: dict[str, dict[str, Any]] = header.get("foreign", {})
        self.http_texts: dict[str, list[str]] = header.get("http_texts", {})
        self.entries = tuple(entries)
        found: dict[Code, list[Entry]] = {}
        for entry in entries:
            found.setdefault(entry.code, []).append(entry)
        for entry, number in header.get("sdk_codes", ()):
            found.setdefault(number, []).append(entry)
        self.index = {code: tuple(same) for code, same in found.items()}

    def __repr__(self) -> str:
        return f"<Catalog {self.version}: {len(self.entries)} entries>"

    def scopes(self) -> tuple[str, ...]:
        """Return every valid scope: vendors first, then products."""
        return (*self.vendors, *self.products)


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
    content = _content(path)
    head, _, tail = content.partition(b'\n "entries": [\n')
    lines = _LINE.findall(tail)
    if not lines or len(lines) != tail.count(b'{"product": "'):
        raise CatalogError(path, "entries", "do not stand in canonical form")
    header = json.loads(head.rstrip(b",\n") + b"}")
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

    What a file says of a vendor or product that is there already is added to it: lists
    grow, and only single values are replaced.

    Raises:
        CatalogError: A file cannot be read or holds a fault; names file and place.
    """
    header: dict[str, Any] = {name: getattr(base, name) for name in _SECTIONS}
    header["version"] = base.version
    entries = list(base.entries)
    for each in paths:
        path = os.fspath(each)
        data = _decode(path)
        _check(path, data)
        for name in _SECTIONS:
            header[name] = _extended(header[name], data.get(name, {}))
        if "version" in data:
            header["version"] += f"+{data['version']}"
        _check_names(path, data, header)
        entries += [
            Entry(raw["product"], raw["code"], raw) for raw in data.get("entries", ())
        ]
    entries = list(dict.fromkeys(entries))  # a file may be given twice
    header["sdk_codes"] = [(e, e.sdk_code) for e in entries if e.sdk_code is not None]
    return Catalog(header, entries)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CatalogError(path, "file", f"cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise CatalogError(path, "file", f"is larger than {_MAX_BYTES} bytes")
    return content


def _decode(path: str) -> Any:
    content = _content(path)
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CatalogError(path, "file", f"is not JSON: {error}") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _check(path: str, data: dict[str, Any]) -> None:
    """Refuse a file that the schema does not allow."""
    # Only a catalog of one's own is checked here, so only that pays for the import.
    from codegloss._catalog.validate import first_fault  # noqa: PLC0415

    fault = first_fault(data)
    if fault is not None:
        raise CatalogError(path, *fault)


def _check_names(path: str, data: dict[str, Any], header: dict[str, Any]) -> None:
    """Refuse vendors and products that nobody declares, and numbers that are none."""
    products = header["products"]
    for who, marks in data.get("foreign", {}).items():
        numbers = marks.get("numbers", {"from": 0, "to": 0})
        if numbers["from"] > numbers["to"]:
            raise CatalogError(path, f"foreign.{who}.numbers", "from is above to")
    for scope, product in data.get("products", {}).items():
        if scope.partition(".")[0] not in header["vendors"]:
            raise CatalogError(
                path, f"products.{scope}", "its vendor is not in vendors"
            )
        for share in product.get("shares", ()):
            if share["product"] not in products:
                fault = f"{share['product']} is not in products"
                raise CatalogError(path, f"products.{scope}.shares", fault)
    for number, raw in enumerate(data.get("entries", ())):
        if raw["product"] not in products:
            place = f"entries[{number}] ({raw['product']} {raw['code']})"
            raise CatalogError(path, place, "its product is not in products")


def _extended(old: Any, new: Any) -> Any:
    """Return what a catalog says together with what a further file adds to it."""
    if isinstance(old, dict) and isinstance(new, dict):
        more = {key: _extended(old.get(key), value) for key, value in new.items()}
        return {**old, **more}
    if isinstance(old, list) and isinstance(new, list):
        return old + [each for each in new if each not in old]
    return new


SHIPPED = _read_shipped()

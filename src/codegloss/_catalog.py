"""Read catalog files into a `Catalog`, and refuse broken ones."""

from __future__ import annotations

import json
import os
import re
from sys import intern
from typing import Any

from codegloss._model import Code, Entry
from codegloss.errors import CatalogError

SCHEMA = 1
_MAX_BYTES = 64 * 1024 * 1024
_SECTIONS = {
    "vendors": dict,
    "products": dict,
    "documents": dict,
    "foreign": dict,
    "http_texts": dict,
    "entries": list,
}
_CATEGORIES = frozenset(
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS"
    " PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE"
    " UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED".split()
)
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
    here = os.path.dirname(os.path.abspath(__file__))
    # Beside the module in a wheel; at the top of the repository in an editable install.
    top = os.path.dirname(os.path.dirname(here))
    for folder in (here, top):
        path = os.path.join(folder, "catalog.json")
        if os.path.isfile(path):
            break
    with open(path, "rb") as file:
        content = file.read()
    head, _, tail = content.partition(b'\n "entries": [\n')
    header = json.loads(head.rstrip(b",\n") + b"}")
    entries = []
    sdk_codes = []
    for line, scope, number, text, sdk_code in _LINE.findall(tail):
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
        CatalogError: A file cannot be read or holds a fault; names file and place.
    """
    header: dict[str, Any] = {
        name: dict(getattr(base, name)) for name in _SECTIONS if name != "entries"
    }
    header["version"] = base.version
    entries = list(base.entries)
    for each in paths:
        path = os.fspath(each)
        data = _decode(path)
        _check_header(path, data)
        for name in header.keys() & data.keys() - {"version"}:
            header[name].update(data[name])
        if "version" in data:
            header["version"] += f"+{data['version']}"
        for number, raw in enumerate(data.get("entries", ())):
            _check_entry(path, f"entries[{number}]", raw, header["products"])
            entries.append(Entry(raw["product"], raw["code"], raw))
    header["sdk_codes"] = [(e, e.sdk_code) for e in entries if e.sdk_code is not None]
    return Catalog(header, entries)


def _decode(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise CatalogError(path, "file", f"is larger than {_MAX_BYTES} bytes")
        data = json.loads(content)
    except OSError as error:
        raise CatalogError(path, "file", f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, CatalogError):
            raise
        raise CatalogError(path, "file", f"is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise CatalogError(path, "file", "must hold a JSON object")
    return data


def _check_header(path: str, data: dict[str, Any]) -> None:
    if data.get("schema") != SCHEMA:
        found = data.get("schema")
        raise CatalogError(path, "schema", f"must be {SCHEMA}, found {found!r}")
    for name, kind in _SECTIONS.items():
        if not isinstance(data.get(name, kind()), kind):
            raise CatalogError(path, name, f"must be a JSON {kind.__name__}")
    for section in ("vendors", "products", "foreign"):
        for key, value in data.get(section, {}).items():
            if not isinstance(value, dict):
                raise CatalogError(path, f"{section}.{key}", "must be a JSON object")
            for field in ("aliases", "short_aliases", "hosts", "prefixes", "modules"):
                if not _is_texts(value.get(field, [])):
                    place = f"{section}.{key}.{field}"
                    raise CatalogError(path, place, "must be a list of strings")
    for scope in data.get("products", {}):
        if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", scope):
            fault = "must be written vendor.product, in lowercase"
            raise CatalogError(path, f"products.{scope}", fault)


def _check_entry(path: str, place: str, raw: Any, products: dict[str, Any]) -> None:
    if not isinstance(raw, dict):
        raise CatalogError(path, place, "must be a JSON object")
    place = f"{place} ({raw.get('product')} {raw.get('code')})"
    if not isinstance(raw.get("product"), str) or raw["product"] not in products:
        raise CatalogError(path, place, "names a product that is not in products")
    for field in ("code", "sdk_code"):
        if type(raw.get(field, 0)) not in (int, str) or raw.get("code") is None:
            raise CatalogError(path, place, f"{field} must be a number or a string")
    for field in ("meaning", "remedy"):
        texts = raw.get(field)
        if not isinstance(texts, dict) or not _is_texts(list(texts.values())):
            raise CatalogError(path, place, f"{field} must map a language to a text")
        if not texts.get("en"):
            raise CatalogError(path, place, f"{field} has no English text")
    if raw.get("category") not in _CATEGORIES:
        fault = f"category {raw.get('category')!r} is no gRPC status name"
        raise CatalogError(path, place, fault)
    if "retryable" not in raw or not isinstance(raw["retryable"], bool | None):
        raise CatalogError(path, place, "retryable must be true, false or null")
    for field in ("symbols", "texts", "notes"):
        if not _is_texts(raw.get(field, [])):
            raise CatalogError(path, place, f"{field} must be a list of strings")
    if not isinstance(raw.get("message", ""), str | None):
        raise CatalogError(path, place, "message must be a string or null")
    if not isinstance(raw.get("retry"), dict | None):
        raise CatalogError(path, place, "retry must be an object or null")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


SHIPPED = _read_shipped()

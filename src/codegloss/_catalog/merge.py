"""Add catalog files of one's own to the shipped catalog, and settle who wins.

What a file says of a vendor or product that is there already is added to it: lists
grow, and only single values are replaced. An entry for a code that its product and
table have already must say that it `replaces` what was there. And whoever is in
`foreign` yields to ours: see `without_ours`.
"""

from __future__ import annotations

import collections
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from codegloss._catalog.load import read
from codegloss._catalog.model import Catalog, Code, Entry
from codegloss._catalog.validate import (
    Fault,
    faults,
    name_of,
    place_of,
    shown,
    squash,
)
from codegloss.errors import CatalogError

_SECTIONS = ("vendors", "products", "documents", "foreign", "http_texts")
# Nobody reads more, and a file can hold a fault in every third byte.
_MOST_FAULTS = 1_000
# What can be seen of somebody in an event.
_NAMES = frozenset(("aliases", "modules"))
_SEEN = (*_NAMES, "hosts", "keys")


def merged(paths: list[str], base: Catalog) -> Catalog:
    """Return `base` with the vendors, products and entries of more files added.

    Raises:
        CatalogError: A file cannot be read, or some hold faults; names all of them.
    """
    found: list[tuple[str, Fault]] = []
    files = []
    for path in paths:
        data, repeated = _decoded(path)
        files.append((path, data))
        several = itertools.chain(repeated, faults(data))
        found += ((path, fault) for fault in itertools.islice(several, _MOST_FAULTS))
    _refuse(found)
    header: dict[str, Any] = {name: getattr(base, name) for name in _SECTIONS}
    header["version"] = base.version
    entries = list(base.entries)
    for path, data in files:
        for name in _SECTIONS:
            header[name] = _extended(header[name], data.get(name, {}))
        if "version" in data:
            header["version"] += f"+{data['version']}"
        raws = data.get("entries", [])
        entries, clashes = _with_entries(entries, raws)
        several = itertools.chain(_name_faults(data, header), clashes)
        found += ((path, fault) for fault in itertools.islice(several, _MOST_FAULTS))
    _refuse(found)
    owners = {**header["vendors"], **header["products"]}
    header["foreign"] = without_ours(header["foreign"], owners)
    return Catalog(header, entries)


def _refuse(found: list[tuple[str, Fault]]) -> None:
    """Raise what was found, if anything was: the first file's faults by their place."""
    if not found:
        return
    path, (place, fault) = found[0]
    # A file that is given twice has each of its faults twice.
    more = tuple(
        (where if other == path else f"{other}: {where}", what)
        for other, (where, what) in dict.fromkeys(found[1:])
        if (other, (where, what)) != found[0]
    )
    raise CatalogError(path, place, fault, more)


def _decoded(path: str) -> tuple[Any, list[Fault]]:
    """Return what a file says, and the keys that stand twice in one object.

    Of those JSON readers keep the last and drop the rest, entries and all.
    """
    repeated: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs) and len(repeated) < _MOST_FAULTS:
            counts = collections.Counter(key for key, _ in pairs)
            several = (key for key, count in counts.items() if count > 1)
            for key in itertools.islice(several, _MOST_FAULTS):
                fault = f"key {shown(key)!r} stands twice in one object"
                repeated.append(("file", fault + name_of(data)))
        return data

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no number")

    content = read(path)
    try:
        data = json.loads(content, object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise CatalogError(path, "file", f"is not JSON: {error}") from error
    return data, repeated


def _extended(old: Any, new: Any) -> Any:
    """Return what a catalog says together with what a further file adds to it."""
    if isinstance(old, dict) and isinstance(new, dict):
        more = {key: _extended(old.get(key), value) for key, value in new.items()}
        return {**old, **more}
    if isinstance(old, list) and isinstance(new, list):
        return old + [each for each in new if each not in old]
    return new


def _name_faults(data: dict[str, Any], header: dict[str, Any]) -> Iterator[Fault]:
    """Report vendors and products that nobody declares, and numbers that are none."""
    products = header["products"]
    for who, marks in data.get("foreign", {}).items():
        numbers = marks.get("numbers", {"from": 0, "to": 0})
        if numbers["from"] > numbers["to"]:
            yield f"foreign.{who}.numbers", "from is above to"
    for scope, product in data.get("products", {}).items():
        if scope.partition(".")[0] not in header["vendors"]:
            yield f"products.{scope}", "its vendor is not in vendors"
        for share in product.get("shares", ()):
            if share["product"] not in products:
                fault = f"{share['product']} is not in products"
                yield f"products.{scope}.shares", fault
    for number, raw in enumerate(data.get("entries", ())):
        if raw["product"] not in products:
            yield place_of(number, raw), "its product is not in products"


# --- entries -------------------------------------------------------------------------


def _with_entries(
    entries: list[Entry], raws: list[dict[str, Any]]
) -> tuple[list[Entry], list[Fault]]:
    """Return the entries with those of a file, and what is wrong with the latter.

    Two entries for one code would leave it ambiguous for good. So whoever means to
    correct one says so; a file may repeat what is there word for word; and what is new
    may well have several meanings.
    """
    wanted = {(raw["product"], raw["code"]) for raw in raws}
    known: dict[tuple[str, Code], list[Entry]] = {}
    for entry in entries:
        if (entry.scope, entry.code) in wanted:
            known.setdefault((entry.scope, entry.code), []).append(entry)
    gone: set[Entry] = set()
    added: list[Entry] = []
    clashes: list[Fault] = []
    for number, raw in enumerate(raws):
        fact = {key: value for key, value in raw.items() if key != "replaces"}
        same_code = known.get((raw["product"], raw["code"]), ())
        same = [entry for entry in same_code if entry.table == raw.get("table")]
        if not same or raw.get("replaces"):
            gone.update(same)
            added.append(Entry.of(fact))
        elif not any(entry.fact == fact for entry in same):
            fault = 'is in the catalog already; to stand in its place, "replaces": true'
            clashes.append((place_of(number, raw), fault))
    kept = [entry for entry in entries if entry not in gone]
    return [*kept, *dict.fromkeys(added)], clashes


# --- others, whose numbers are not ours ----------------------------------------------


def without_ours(
    foreign: dict[str, dict[str, Any]], owners: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return `foreign` without what a vendor or product claims for itself.

    Whoever loads a catalog for a company wants its codes explained, though the shipped
    catalog holds the company for a stranger. Each thing is judged by itself:

    - An alias or a module is ours if it is an alias or a prefix of one of ours, or a
      product's scope, in any spelling: `agora_rtc` is `Agora RTC`.
    - A host is ours if a host of ours, without a path, is the same or covers it.
      `api.agora.io` leaves `*.agora.io` foreign: ours are asked first, so the rest of
      the domain stays a stranger's. So does the rest of a host if ours has a path.
    - A key is ours if it stands in an envelope of ours, or if no alias and no module is
      left of whoever had it.

    Who has nothing left that could be seen in an event is left out.
    """
    claims = _Claims(owners)
    left = {who: claims.rest_of(marks) for who, marks in foreign.items()}
    return {who: marks for who, marks in left.items() if any(map(marks.get, _SEEN))}


class _Claims:
    """What vendors and products claim for themselves."""

    def __init__(self, owners: dict[str, dict[str, Any]]) -> None:
        def marks(kind: str) -> list[Any]:
            return [each for one in owners.values() for each in one.get(kind, ())]

        products = [scope for scope in owners if "." in scope]
        names = (*products, *marks("aliases"), *marks("prefixes"))
        self._names = frozenset(map(squash, names))
        self._keys = frozenset(key for keys in marks("envelopes") for key in keys)
        self._hosts = frozenset(host for host in marks("hosts") if "/" not in host)
        self._wildcards = [
            re.compile(re.escape(host).replace(r"\*", ".*"))
            for host in self._hosts
            if "*" in host
        ]

    def rest_of(self, marks: dict[str, Any]) -> dict[str, Any]:
        """Return what is left of somebody who is foreign."""
        names = [name for kind in _NAMES for name in marks.get(kind, ())]
        is_ours = bool(names) and all(map(self._has_name, names))
        rest = dict(marks)
        for kind in rest.keys() & _NAMES:
            rest[kind] = [name for name in marks[kind] if not self._has_name(name)]
        if "hosts" in rest:
            rest["hosts"] = [host for host in rest["hosts"] if not self._covers(host)]
        if "keys" in rest:
            theirs = () if is_ours else rest["keys"]
            rest["keys"] = [key for key in theirs if key not in self._keys]
        return rest

    def _has_name(self, name: str) -> bool:
        return squash(name) in self._names

    def _covers(self, host: str) -> bool:
        # `host` may be a wildcard itself. Its asterisk counts as a plain character, so
        # only an asterisk of ours covers it: `*.agora.io` covers `*.rtc.agora.io`.
        return host in self._hosts or any(w.fullmatch(host) for w in self._wildcards)

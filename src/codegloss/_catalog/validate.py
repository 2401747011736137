"""Check catalogs of one's own against `catalog.schema.json`, and name what is wrong.

The schema holds every rule about the form of a catalog, and the shipped one is checked
with a full validator before it is released. Here the package has to do without: so this
knows the words of JSON Schema that the schema uses, and no others. The shipped catalog
must have more than one of one's own: `required` and `allOf` are for that alone, and
`x-own-required` stands in the place of the first. `x-common-words` says which names
would point at somebody in nearly every event, and `x-message` how a fault is told.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

_PATH = os.path.join(os.path.dirname(os.path.dirname(__file__)), "catalog.schema.json")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_LONGEST = 64

# The place and what is wrong there.
Fault = tuple[str, str]


def faults(data: Any) -> Iterator[Fault]:
    """Yield every fault of what was read from a catalog file."""
    with open(_PATH, encoding="utf-8") as file:
        schema = json.load(file)
    yield from _faults(data, _resolved(schema, schema["$defs"]), "")


def shown(value: Any) -> str:
    """Return a value as a message may hold it: printable, short and on one line.

    What is wrong with a file may be the very thing that forges a line of a log.
    """
    if type(value) in (dict, list):
        return "an object" if type(value) is dict else "a list"
    text = str(value)
    if not text.isprintable():
        text = repr(text)[1:-1]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def squash(name: str) -> str:
    """Return a name without case, spaces and punctuation, as names are compared."""
    return re.sub(r"[\W_]+", "", name.lower())


def place_of(number: int, raw: Any) -> str:
    """Return where an entry stands, and how to find it in a long list."""
    return f"entries[{number}]{name_of(raw)}"


def name_of(raw: Any) -> str:
    """Return the product and code of an entry; nothing where it is none."""
    if isinstance(raw, dict) and "product" in raw and "code" in raw:
        return f" ({shown(raw['product'])} {shown(raw['code'])})"
    return ""


def _resolved(part: Any, defs: Any) -> Any:
    """Return a part of the schema with what it refers to in place of each `$ref`."""
    if isinstance(part, list):
        return [_resolved(each, defs) for each in part]
    if not isinstance(part, dict):
        return part
    while "$ref" in part:
        own = {key: value for key, value in part.items() if key != "$ref"}
        part = {**defs[part["$ref"].rpartition("/")[2]], **own}
    return {key: _resolved(value, defs) for key, value in part.items()}


def _faults(value: Any, schema: Any, place: str) -> Iterator[Fault]:
    fault = _fault(value, schema)
    if fault is not None:
        yield place or "file", fault
    elif type(value) is list:
        for number, item in enumerate(value):
            is_entry = place == "entries"
            inner = place_of(number, item) if is_entry else f"{place}[{number}]"
            yield from _faults(item, schema.get("items", {}), inner)
    elif type(value) is dict:
        yield from _faults_inside(value, schema, place)


def _faults_inside(value: dict[str, Any], schema: Any, place: str) -> Iterator[Fault]:
    for key in schema.get("x-own-required", ()):
        if key not in value:
            yield place or "file", f"{key} is missing"
    names = schema.get("propertyNames", {})
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    for key, item in value.items():
        inner = f"{place}.{shown(key)}" if place else shown(key)
        if names:
            yield from _faults(key, names, inner)
        if key in known or other is not False:
            yield from _faults(item, known.get(key, other), inner)
        else:
            yield inner, f"is unknown; known: {', '.join(known)}"


def _fault(value: Any, schema: Any) -> str | None:
    """Return what is wrong with one value, without a look at what is in it."""
    kinds = schema.get("type", list(_TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(type(value) in _TYPES[kind] for kind in kinds):
        return f"must be of type {' or '.join(kinds)}"
    if "const" in schema and (type(value), value) != (int, schema["const"]):
        return f"must be {schema['const']!r}, found {shown(value)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}; found {shown(value)}"
    if type(value) is str:
        return _fault_of_text(value, schema)
    if type(value) is list:
        return _fault_of_list(len(value), schema)
    if type(value) in (int, float) and not _is_within(value, schema):
        return str(schema.get("x-message", f"must not be {shown(value)}"))
    return None


def _fault_of_text(text: str, schema: Any) -> str | None:
    # The length comes first: no pattern is asked about a megabyte.
    if len(text) > schema.get("maxLength", len(text)):
        return f"has {len(text):,} characters, more than {schema['maxLength']}"
    fits = len(text) >= schema.get("minLength", 0)
    if not fits or not re.search(schema.get("pattern", ""), text):
        return str(schema.get("x-message", f"must not be {shown(text)!r}"))
    if "x-common-words" in schema and squash(text) in schema["x-common-words"]:
        return f"{shown(text)!r} is too common a word to point at anybody"
    return None


def _fault_of_list(count: int, schema: Any) -> str | None:
    if count < schema.get("minItems", 0):
        return f"has {count} items, fewer than {schema['minItems']}"
    if count > schema.get("maxItems", count):
        return f"has {count:,} items, more than {schema['maxItems']}"
    return None


def _is_within(number: float, schema: Any) -> bool:
    above = schema.get("exclusiveMinimum")
    least, most = schema.get("minimum", number), schema.get("maximum", number)
    return bool(least <= number <= most and (above is None or number > above))

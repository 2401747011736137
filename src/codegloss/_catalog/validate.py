"""Check a catalog of one's own against `catalog.schema.json`, and name what is wrong.

The schema holds every rule about the form of a catalog, and the shipped one is checked
with a full validator before it is released. Here the package has to do without: so this
knows the words of JSON Schema that the schema uses, and no others. The shipped catalog
must have more than one of one's own: `required` and `allOf` are for that alone, and
`ownRequired` stands in the place of the first.
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

# The place and what is wrong there.
Fault = tuple[str, str]


def first_fault(data: Any) -> Fault | None:
    """Return the first fault of what was read from a catalog file, None without one."""
    with open(_PATH, encoding="utf-8") as file:
        schema = json.load(file)
    return next(_faults(data, schema, "", schema["$defs"]), None)


def _faults(value: Any, schema: Any, place: str, defs: Any) -> Iterator[Fault]:
    if "$ref" in schema:
        schema = {**defs[schema["$ref"].rpartition("/")[2]], **schema}
    fault = _fault(value, schema)
    if fault is not None:
        yield place or "file", fault
    elif type(value) is list:
        for number, item in enumerate(value):
            inner = f"{place}[{number}]{_name(item)}"
            yield from _faults(item, schema.get("items", {}), inner, defs)
    elif type(value) is dict:
        for key in schema.get("ownRequired", ()):
            if key not in value:
                yield place or "file", f"{key} is missing"
        names = schema.get("propertyNames", {})
        known = schema.get("properties", {})
        other = schema.get("additionalProperties", {})
        for key, item in value.items():
            inner = f"{place}.{key}" if place else key
            yield from _faults(key, names, inner, defs)
            if key in known or other is not False:
                yield from _faults(item, known.get(key, other), inner, defs)
            else:
                yield inner, f"is unknown; known: {', '.join(known)}"


def _fault(value: Any, schema: Any) -> str | None:
    """Return what is wrong with one value, without a look at what is in it."""
    kinds = schema.get("type", list(_TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(type(value) in _TYPES[kind] for kind in kinds):
        return f"must be of type {' or '.join(kinds)}"
    if "const" in schema and (type(value), value) != (int, schema["const"]):
        return f"must be {schema['const']!r}, found {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}; found {value!r}"
    fits = True
    if type(value) is str:
        fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1e9)
        fits = fits and re.search(schema.get("pattern", ""), value) is not None
    elif type(value) is list:
        fits = len(value) >= schema.get("minItems", 0)
    elif type(value) in (int, float):
        least = schema.get("minimum", float("-inf"))
        fits = value >= least and value > schema.get("exclusiveMinimum", float("-inf"))
    if fits:
        return None
    return str(schema.get("errorMessage", f"must not be {value!r}"))


def _name(item: Any) -> str:
    """Return how to find an entry in a long list."""
    if isinstance(item, dict) and "product" in item and "code" in item:
        return f" ({item['product']} {item['code']})"
    return ""

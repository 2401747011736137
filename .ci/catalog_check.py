#!/usr/bin/env python3
"""Check catalog.json and list every fault in one run; `--fix` rewrites its form only.

Each rule yields the faults of one kind. The rules read the catalog through tolerant
views, in which a part of the wrong shape is absent: the schema has reported it, and
the rules still see all the rest.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, NamedTuple

import jsonschema

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CATALOG = os.path.join(_TOP, "catalog.json")
_SCHEMA = os.path.join(_TOP, "src", "codegloss", "catalog.schema.json")
# Signs say more than letters.
_LONGEST = {"meaning": {"en": 90, "zh": 45}, "remedy": {"en": 120, "zh": 75}}
# A capital, a digit, or a name of the API such as `leaveChannel` and `room_id`.
_OPENING = re.compile(r"[A-Z0-9]|[a-z]+[A-Z0-9_]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

Fault = tuple[str, str]  # The place and what is wrong there.
Faults = Iterator[Fault]
Claim = tuple[str, str, str]  # The kind of name, the name, and who claims it.
Section = dict[str, dict[str, Any]]


class Fact(NamedTuple):
    """One entry, seen tolerantly."""

    place: str
    product: str
    table: str
    code: Any
    sdk_code: Any
    said: list[str]
    meaning: dict[str, str]
    remedy: dict[str, str]
    category: Any
    retryable: Any
    sources: list[dict[str, Any]]


class View(NamedTuple):
    """A whole catalog, seen tolerantly."""

    text: str
    data: Any
    vendors: Section
    products: Section
    documents: Section
    foreign: Section
    facts: list[Fact]


def check(text: str) -> list[str]:
    """Return every fault of a catalog's text, one line each; none when it is sound."""
    data, faults = _read(text)
    if data is not None or not faults:
        view = _view(text, data)
        faults += [fault for rule in _RULES for fault in rule(view)]
    # Two rules may see the same fault.
    return list(dict.fromkeys(f"{place}: {fault}" for place, fault in faults))


def canonical(text: str) -> str:
    """Return the one form of a catalog's text; a text that cannot be read unchanged."""
    data, faults = _read(text)
    if faults or not isinstance(data, dict):
        return text
    data = _tidy(data, _schema())
    for name, section in data.items():
        if isinstance(section, dict):
            data[name] = dict(sorted(section.items()))
    facts = _facts(data)
    if len(facts) == len(_list(data.get("entries"))):
        order = sorted(range(len(facts)), key=lambda number: _rank(facts[number]))
        data["entries"] = [data["entries"][number] for number in order]
    return _render(data)


def summary(text: str) -> str:
    """Return how many entries and rows a sound catalog has, per document too."""
    view = _view(text, json.loads(text))
    lines = [f"{len(view.facts)} entries, no faults"]
    for name, document in view.documents.items():
        cited = sum(any(s["document"] == name for s in f.sources) for f in view.facts)
        lines.append(f"  {name}: {cited} entries, {document['rows']} rows")
    return "\n".join(lines)


def counts(text: str) -> str:
    """Return how many entries each product, table and document of a catalog has."""
    view = _view(text, json.loads(text))
    by_table = Counter((fact.product, fact.table) for fact in view.facts)
    by_document: Counter[str] = Counter()
    for fact in view.facts:
        by_document.update({str(source.get("document")) for source in fact.sources})
    lines = [f"{len(view.facts):>6,} entries"]
    for scope in view.products:
        tables = {table: n for (owner, table), n in by_table.items() if owner == scope}
        lines.append(f"{sum(tables.values()):>6,} {scope}")
        several = tables.keys() - {""}
        lines += [f"{tables[table]:>6,}   table {table}" for table in sorted(several)]
        lines += [
            f"{by_document[name]:>6,}   document {name}"
            for name, document in view.documents.items()
            if document.get("product") == scope
        ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Check or fix the file named, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fix", action="store_true", help="rewrite the file's form")
    parser.add_argument("--counts", action="store_true", help="count its entries only")
    parser.add_argument("file", nargs="?", default=_CATALOG)
    options = parser.parse_args(arguments)
    try:
        with open(options.file, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        print(f"file: {error}")
        return 1
    if options.fix and canonical(text) != text:
        text = canonical(text)
        content = text.encode()
        with open(options.file, "wb") as target:
            target.write(content)
        print(f"rewrote {options.file}")
    if options.counts and not _read(text)[1]:
        print(counts(text))
        return 0
    faults = check(text)
    print("\n".join(faults) or summary(text))
    return 1 if faults else 0


# --- reading -------------------------------------------------------------------------


@functools.cache
def _schema() -> dict[str, Any]:
    with open(_SCHEMA, encoding="utf-8") as file:
        return _dict(json.load(file))


def _read(text: str) -> tuple[Any, list[Fault]]:
    """Return the data, and what makes the text unsafe to read or to rewrite."""
    faults: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, count in Counter(key for key, _ in pairs).items():
            if count > 1:
                faults.append(("file", f"key {key!r} stands twice in one object"))
        return dict(pairs)

    def refuse(name: str) -> None:
        faults.append(("file", f"{name} is no JSON number"))

    try:
        data = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        return None, [("file", f"is not JSON: {error}")]
    return data, faults


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _texts(value: Any) -> list[str]:
    """Return those of the values that are texts and not blank."""
    return [each for each in _list(value) if isinstance(each, str) and each.strip()]


def _sentences(value: Any) -> dict[str, str]:
    return {key: each for key, each in _dict(value).items() if _texts([each])}


def _view(text: str, data: Any) -> View:
    def section(name: str) -> Section:
        marks = _dict(_dict(data).get(name))
        return {key: _dict(each) for key, each in marks.items()}

    names = ("vendors", "products", "documents", "foreign")
    return View(text, data, facts=_facts(data), **{n: section(n) for n in names})


def _facts(data: Any) -> list[Fact]:
    return [
        Fact(
            place=_entry_place(number, raw),
            product=str(raw.get("product")),
            table=str(raw.get("table") or ""),
            code=raw.get("code"),
            sdk_code=raw.get("sdk_code"),
            said=_texts([raw.get("message"), *_list(raw.get("texts"))]),
            meaning=_sentences(raw.get("meaning")),
            remedy=_sentences(raw.get("remedy")),
            category=raw.get("category"),
            retryable=raw.get("retryable"),
            sources=_dicts(raw.get("source")),
        )
        for number, raw in enumerate(_list(_dict(data).get("entries")))
        if isinstance(raw, dict)
    ]


def _entry_place(number: int, raw: Any) -> str:
    return f"entries[{number}] ({_dict(raw).get('product')} {_dict(raw).get('code')})"


def _squash(text: str) -> str:
    """Return a text without case, width, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


# --- schema and form -----------------------------------------------------------------


def _schema_faults(view: View) -> Faults:
    base = jsonschema.Draft202012Validator
    # JSON Schema takes 404.0 for an integer; such a code would never be found.
    types = base.TYPE_CHECKER.redefine("integer", lambda _, each: type(each) is int)
    strict = jsonschema.validators.extend(base, type_checker=types)
    validator = strict(_schema(), format_checker=jsonschema.FormatChecker(["date"]))
    for error in validator.iter_errors(view.data):
        text = error.message
        # Of what is too long, jsonschema says more.
        is_long = error.validator in {"maxLength", "maxItems"}
        if "x-message" in error.schema and not is_long:
            text = error.schema["x-message"]
            if isinstance(error.instance, str):
                text = f"{error.instance!r}: {text}"
        # jsonschema quotes the whole value; what is wrong with it stands at the end.
        text = text if len(text) < 300 else f"{text[:120]} … {text[-120:]}"
        yield _place(view.data, list(error.absolute_path)), text


def _place(data: Any, path: list[Any]) -> str:
    if path[:1] == ["entries"] and len(path) > 1:
        place, path = _entry_place(path[1], data["entries"][path[1]]), path[2:]
    else:
        place, path = str(path[0]) if path else "file", path[1:]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return place + "".join(steps)


def _form_faults(view: View) -> Faults:
    """Compare with the canonical text in all but the order, which has its own rule."""
    if not isinstance(view.data, dict):
        return
    found = view.text.split("\n")
    wanted = _render(_tidy(view.data, _schema())).split("\n")
    for number, (line, right) in enumerate(zip(found, wanted, strict=False), 1):
        if line != right:
            yield f"line {number}", "is not in canonical form, see --fix"
            if len(found) != len(wanted):
                return  # The lines below are only shifted.
    if len(found) != len(wanted):
        yield "file", f"has {len(found)} lines where {len(wanted)} are canonical"


def _order_faults(view: View) -> Faults:
    for name, section in _dict(view.data).items():
        for key, next_key in pairwise(_dict(section)):
            if next_key < key:
                yield f"{name}.{next_key}", f"belongs before {key}"
    for fact, next_fact in pairwise(view.facts):
        if _rank(next_fact) < _rank(fact):
            yield next_fact.place, f"belongs before {fact.place}"


def _rank(fact: Fact) -> tuple[Any, ...]:
    """Return where an entry stands; numbers come before strings."""
    number = fact.code if type(fact.code) is int else 0
    text = fact.code if isinstance(fact.code, str) else ""
    source = fact.sources[0] if fact.sources else {}
    row = source.get("row")
    place = (str(source.get("document")), row if type(row) is int else 0)
    return (fact.product, fact.table, bool(text), number, text, *place)


def _tidy(value: Any, schema: Any) -> Any:
    """Return a value with all keys in the order in which the schema names them."""
    schema = _dict(schema)
    if "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_tidy(each, schema.get("items")) for each in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    keys = sorted(value, key=[*known, *(k for k in value if k not in known)].index)
    other = schema.get("additionalProperties")
    return {key: _tidy(value[key], known.get(key, other)) for key in keys}


def _render(data: dict[str, Any]) -> str:
    """Write one key or entry a line: the loader reads the file line by line."""
    parts = []
    for name, section in data.items():
        text = _json(section)
        if isinstance(section, dict):
            lines = [f"  {_json(key)}: {_json(each)}" for key, each in section.items()]
            text = "{\n" + ",\n".join(lines) + "\n }"
        elif isinstance(section, list):
            text = "[\n" + ",\n".join(f"  {_json(each)}" for each in section) + "\n ]"
        parts.append(f" {_json(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- vendors, products and what they claim -------------------------------------------


def _reference_faults(view: View) -> Faults:
    for scope, marks in view.products.items():
        if scope.partition(".")[0] not in view.vendors:
            yield f"products.{scope}", "its vendor is not in vendors"
        used = {fact.table for fact in view.facts if fact.product == scope}
        for table in _dict(marks.get("tables")):
            if table not in used:
                yield f"products.{scope}.tables.{table}", "no entry stands in it"
        for number, share in enumerate(_dicts(marks.get("shares"))):
            for text in _share_faults(view, share):
                yield f"products.{scope}.shares[{number}]", text
    for name, document in view.documents.items():
        if str(document.get("product")) not in view.products:
            yield f"documents.{name}", "its product is not in products"


def _share_faults(view: View, share: dict[str, Any]) -> Iterator[str]:
    product, first, last = (share.get(key) for key in ("product", "from", "to"))
    if str(product) not in view.products:
        yield f"product {product!r} is not in products"
    elif type(first) is int and type(last) is int:
        codes = (fact.code for fact in view.facts if fact.product == product)
        if not any(type(code) is int and first <= code <= last for code in codes):
            yield f"{product} has no code from {first} to {last}"


def _claims(view: View) -> Iterator[Claim]:
    """Yield what vendors and products claim; a product's id is a short alias too."""
    for scope, marks in (*view.vendors.items(), *view.products.items()):
        for kind in ("aliases", "short_aliases", "prefixes", "hosts"):
            yield from ((kind, name, scope) for name in _texts(marks.get(kind)))
        if "." in scope:
            yield "short_aliases", scope.partition(".")[2], scope
        for table, each in _dict(marks.get("tables")).items():
            for field in _texts(_dict(each).get("fields")):
                yield "tables", field, table
            for door in _texts(_dict(each).get("doors")):
                yield "doors", door, scope


def _foreign_claims(view: View) -> Iterator[Claim]:
    for who, marks in view.foreign.items():
        yield "id", who, f"foreign.{who}"
        for kind in ("aliases", "modules", "hosts", "keys"):
            for name in _texts(marks.get(kind)):
                yield kind, name, f"foreign.{who}"


def _claim_faults(view: View) -> Faults:
    """Report names that say nothing, and names of which only one owner would count."""
    owners: dict[Claim, str] = {}
    common = _schema()["$defs"]["name"]["x-common-words"]
    for kind, name, owner in (*_claims(view), *_foreign_claims(view)):
        if not _squash(name):
            yield f"{owner}.{kind}", f"{name!r} has no letter and no digit"
        elif (
            kind in {"aliases", "short_aliases", "prefixes"} and _squash(name) in common
        ):
            yield f"{owner}.{kind}", f"{name!r} is too common a word"
        # An alias or a host may belong to several of ours: all remain candidates. Of
        # two strangers only one would be named.
        elif kind not in {"aliases", "hosts", "doors"} or owner.startswith("foreign."):
            # A short alias counts beside its vendor only, so each vendor has its own.
            vendor = owner.partition(".")[0] if kind == "short_aliases" else ""
            if owner.startswith("foreign."):
                vendor = "foreign"
            first = owners.setdefault((kind, vendor, _squash(name)), owner)
            if first != owner:
                yield f"{owner}.{kind}", f"{name!r} belongs to {first} too"


def _foreign_faults(view: View) -> Faults:
    """Report every pair of one of ours and somebody else who claim the same.

    Such a thing would be foreign no longer as soon as a user's own catalog is added.
    """
    words: dict[str, list[str]] = defaultdict(list)
    hosts: dict[str, list[str]] = defaultdict(list)
    for kind, name, owner in _claims(view):
        if kind == "hosts":
            hosts[name.partition("/")[0]].append(owner)
        elif kind != "tables":
            words[_squash(name)].append(owner)
    for scope in (*view.vendors, *view.products):
        words[_squash(scope)].append(scope)
    for kind, name, who in _foreign_claims(view):
        if kind == "keys":
            continue
        owners = words.get(_squash(name), [])
        if kind == "hosts":
            # Ours are asked first, so a foreign host that they cover is never reached.
            covering = [host for host in hosts if fnmatchcase(name, host)]
            owners = [owner for host in covering for owner in hosts[host]]
        for owner in dict.fromkeys(owners):
            yield f"{who}.{kind}", f"{name!r} belongs to {owner} too"
    yield from _key_faults(view)


def _key_faults(view: View) -> Faults:
    for scope, marks in (*view.vendors.items(), *view.products.items()):
        ours = {key for keys in _list(marks.get("envelopes")) for key in _texts(keys)}
        for who, others in view.foreign.items():
            for key in sorted(ours.intersection(_texts(others.get("keys")))):
                yield f"foreign.{who}.keys", f"{key!r} belongs to {scope} too"


# --- entries -------------------------------------------------------------------------


def _citation_faults(view: View) -> Faults:
    for fact in view.facts:
        tables = _dict(view.products.get(fact.product, {}).get("tables"))
        if fact.product not in view.products:
            yield fact.place, f"product {fact.product!r} is not in products"
        elif fact.table and fact.table not in tables:
            yield fact.place, f"{fact.product} has no table {fact.table!r}"
        if fact.sdk_code is not None and fact.sdk_code == fact.code:
            yield fact.place, "sdk_code says the same as code"
        for source in fact.sources:
            name = str(source.get("document"))
            if name not in view.documents:
                yield fact.place, f"document {name!r} is not in documents"
            elif view.documents[name].get("product") != fact.product:
                yield fact.place, f"document {name!r} is about another product"


def _row_faults(view: View) -> Faults:
    """Report rows of documents that no entry stands for, or more than one."""
    cited: dict[str, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
    for fact in view.facts:
        for source in fact.sources:
            cited[str(source.get("document"))][_json(source.get("row"))] += [fact.place]
    for name, document in view.documents.items():
        count = document.get("rows")
        rows = list(map(str, range(1, count + 1))) if type(count) is int else []
        for row in rows:
            places = cited[name].pop(row, [])
            if len(places) != 1:
                found = " and ".join(places) or "no entry"
                yield f"documents.{name}", f"row {row} stands in {found}"
        # A document without rows is cited as a whole.
        for row, places in cited[name].items():
            if rows or row != "null":
                yield from ((place, f"{name} has no row {row}") for place in places)


def _sentence_faults(view: View) -> Faults:
    for fact in view.facts:
        for what, longest in _LONGEST.items():
            for language, sentence in getattr(fact, what).items():
                for text in _style_faults(sentence, language, longest.get(language)):
                    yield f"{fact.place}.{what}.{language}", f"{text}: {sentence!r}"


def _style_faults(sentence: str, language: str, longest: int | None) -> Iterator[str]:
    if sentence.rstrip().endswith((".", "。")):
        yield "ends with a full stop"
    if sentence != " ".join(sentence.split()):
        yield "has too many spaces"
    if bool(_CHINESE.search(sentence)) != (language == "zh"):
        yield f"is not in the language {language}"
    if longest is not None and len(sentence) > longest:
        yield f"has {len(sentence)} characters, more than {longest}"
    if language == "en" and not _OPENING.match(sentence):
        yield "starts with neither a capital letter, a digit nor a name"


def _copy_faults(view: View) -> Faults:
    """Report sentences that a vendor's servers or tables have for some code of it."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for fact in view.facts:
        said[fact.product].update((_squash(text), text) for text in fact.said)
    for fact in view.facts:
        for what in _LONGEST:
            for language, sentence in getattr(fact, what).items():
                text = said[fact.product].get(_squash(sentence))
                if text is not None:
                    fault = f"is copied from the vendor: {text!r}"
                    yield f"{fact.place}.{what}.{language}", fault


def _success_faults(view: View) -> Faults:
    for fact in view.facts:
        codes = _list(view.products.get(fact.product, {}).get("success"))
        # A table is a numbering of its own, so the product's success codes are not its.
        success = not fact.table and _json(fact.code) in map(_json, codes)
        if success and fact.category != "OK":
            yield fact.place, f"is a success code, so it is OK and not {fact.category}"
        elif fact.category == "OK" and not success:
            yield fact.place, "is OK, but no success code of its product"
        if fact.category == "OK" and fact.retryable is not False:
            yield fact.place, "is OK, so retryable must be false"


def _agreement_faults(view: View) -> Faults:
    """Report facts that share their meaning, in either language, but not the rest."""
    first: dict[tuple[str, str], Fact] = {}
    for fact in view.facts:
        for language, sentence in fact.meaning.items():
            other = first.setdefault((language, _squash(sentence)), fact)
            told = _told(other)
            for what, value in _told(fact).items():
                if what in told and told[what] != value:
                    text = f"{value!r} is not {told[what]!r} as in {other.place}"
                    yield f"{fact.place}.{what}", f"{text}, which means the same"


def _told(fact: Fact) -> dict[str, Any]:
    """Return what must agree wherever the meaning does."""
    told = {f"meaning.{language}": text for language, text in fact.meaning.items()}
    return {**told, "category": fact.category, "retryable": fact.retryable}


def _duplicate_faults(view: View) -> Faults:
    seen: dict[tuple[str, ...], Fact] = {}
    for fact in view.facts:
        meaning = _squash(fact.meaning.get("en", ""))
        key = (fact.product, fact.table, _json(fact.code), meaning)
        first = seen.setdefault(key, fact)
        if first is not fact and meaning:
            yield fact.place, f"says the same as {first.place}"


_RULES: tuple[Callable[[View], Faults], ...] = (
    _schema_faults,
    _form_faults,
    _order_faults,
    _reference_faults,
    _claim_faults,
    _foreign_faults,
    _citation_faults,
    _row_faults,
    _sentence_faults,
    _copy_faults,
    _success_faults,
    _agreement_faults,
    _duplicate_faults,
)

if __name__ == "__main__":
    sys.exit(main())

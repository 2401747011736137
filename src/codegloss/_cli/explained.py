"""What one code or symbol means, as text and as JSON.

With the standard library alone: it is asked at three in the morning, and answers before
a library for tables would have been imported.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from codegloss import Catalog, Entry
from codegloss._cli.facts import (
    catalog_in_force,
    checked_scopes,
    fact,
    found,
    to_code,
    within,
)
from codegloss._cli.words import answer, retry_in_words, say

_PLAIN = re.compile(r"-?(?:\d{1,18}|0[xX][0-9a-fA-F]{1,8})|[A-Za-z_][\w.]{0,99}")
_LABEL = 10


def is_plain(text: str) -> bool:
    """Tell whether a text can be a code or a symbol, and nothing else."""
    return _PLAIN.fullmatch(text) is not None


def explain_code(what: str, scopes: Sequence[str], lang: str, as_json: bool) -> int:  # noqa: FBT001
    """Print what a code or symbol means; return 0 if it is known.

    Args:
        what: A code or a symbol.
        scopes: The vendors or products to ask; none for all.
        lang: The language.
        as_json: Whether to print one JSON object instead of text.
    """
    catalog = catalog_in_force()
    try:
        answer = answered(catalog, what, checked_scopes(catalog, scopes), lang)
    except ValueError as error:
        sys.stderr.write(f"codegloss: {error}\n")
        return 2
    if as_json:
        text = json.dumps(answer, ensure_ascii=False)
    else:
        text = "\n".join(lines_of(answer, lang))
    sys.stdout.write(encodable(text) + "\n")
    return 0 if answer["status"] != "unknown" else 1


def answered(
    catalog: Catalog, what: str, scopes: Sequence[str], lang: str
) -> dict[str, Any]:
    """Return everything that is known of a code or a symbol, as JSON holds it."""
    every = found(catalog, what)
    ours = [entry for entry in every if within(entry, scopes)]
    others = [entry for entry in every if not within(entry, scopes)]
    code = to_code(what)
    if ours:
        code = ours[0].code if isinstance(code, str) else code
        # A symbol's number means other things in other products.
        others += [entry for entry in catalog.index.get(code, ()) if entry not in every]
    success = [
        scope
        for scope, product in catalog.products.items()
        if code in product.get("success", ())
    ]
    status = "unknown"
    if ours:
        status = "resolved" if len(ours) == 1 else "ambiguous"
    elif success:
        status = "success"
    return {
        "query": what,
        "code": code,
        "status": status,
        "candidates": [fact(catalog, entry, lang) for entry in ours],
        "elsewhere": [fact(catalog, entry, lang) for entry in others],
        "success_of": success,
        "http_status": _http_phrase(code),
    }


def _http_phrase(code: int | str) -> str | None:
    if not isinstance(code, int) or not 100 <= code <= 599:
        return None
    from http import HTTPStatus  # noqa: PLC0415

    return next((each.phrase for each in HTTPStatus if each.value == code), None)


def lines_of(answer: dict[str, Any], lang: str) -> Iterator[str]:
    """Yield the lines that tell a person what `answered` found."""
    candidates = answer["candidates"]
    if not candidates and not answer["success_of"]:
        what = "no known code or symbol"
        if answer["elsewhere"]:
            what = "no code of these scopes, but known elsewhere"
        yield f"{answer['query']}: {say(what, lang)}"
    if len(candidates) > 1:
        yield bold(f"{answer['query']}: {say('several meanings', lang)}")
        yield from _rows(candidates, lang)
    for number, each in enumerate(candidates):
        if number or len(candidates) > 1:
            yield ""
        yield from block(each, lang)
    if answer["elsewhere"]:
        yield ""
        yield bold(say("the same number elsewhere", lang))
        yield from _rows(answer["elsewhere"], lang)
    if answer["success_of"]:
        label = say("a success code of", lang)
        yield f"{answer['code']}: {label} {', '.join(answer['success_of'])}"
    if answer["http_status"]:
        label = say("HTTP status", lang)
        yield f"{label} {answer['code']}: {answer['http_status']}"


def block(each: dict[str, Any], lang: str) -> Iterator[str]:
    """Yield everything about one entry."""
    name = f"{each['vendor']}.{each['product']}"
    table = f" ({each['table']})" if each["table"] else ""
    yield bold(f"{name} {each['code']}{table}: {each['meaning']}")
    told: list[tuple[str, str]] = [
        ("remedy", each["remedy"] or ""),
        ("retry", retry_in_words(each["advice"], lang)),
        ("category", f"{each['category']}, {say('fault', lang)}: {each['fault']}"),
        ("symbols", ", ".join(each["symbols"])),
        ("message", each["message"] or ""),
    ]
    if each["sdk_code"] is not None:
        told.append(
            (
                "sdk",
                f"{say('the vendor' + chr(39) + 's SDK has', lang)} {each['sdk_code']}",
            )
        )
    told += [("note", note) for note in each["notes"]]
    told += [("source", _cited(source)) for source in each["source"]]
    for label, text in told:
        if text:
            yield f"  {_padded(say(label, lang), _LABEL)} {text}"


def _cited(source: dict[str, Any]) -> str:
    parts = [source["title"] or source.get("document", ""), source["date"] or ""]
    parts += [str(source.get("section") or "")]
    if source.get("row") is not None:
        parts.append(f"row {source['row']}")
    return ", ".join(filter(None, parts))


def _rows(candidates: list[dict[str, Any]], lang: str) -> Iterator[str]:
    """Yield candidates side by side: what differs in columns."""
    table = []
    for each in candidates:
        place = f"{each['vendor']}.{each['product']} {each['table'] or ''}".strip()
        retry = f"{say('retry', lang)}: {answer(each['retryable'], lang)}"
        table.append((place, str(each["code"]), retry, each["meaning"]))
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = map(_padded, row[:-1], widths)
        yield "  " + "  ".join((*cells, row[-1]))


def entry_lines(catalog: Catalog, entry: Entry, lang: str) -> Iterator[str]:
    """Yield everything about one entry of the catalog."""
    return block(fact(catalog, entry, lang), lang)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def bold(text: str) -> str:
    """Return a text in bold where a terminal shows it so."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain or not sys.stdout.isatty() else f"\x1b[1m{text}\x1b[0m"


def encodable(text: str) -> str:
    """Return a text that standard output can hold, whatever its encoding is."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)

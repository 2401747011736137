"""The whole catalog as one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter
from typing import Any

from codegloss import Catalog, Entry
from codegloss._cli.facts import fact
from codegloss._cli.templates import rendered
from codegloss._cli.words import LABELS, answer, retry_in_words, spoken

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_SCRIPTS = ("search.js", "entry.js", "list.js", "overlap.js", "main.js")
_LANGS = ("en", "zh")
# What the script shows of an entry as it is.
_PLAIN = ("code", "table", "sdk_code", "symbols", "message", "category", "fault")


def catalog_page(catalog: Catalog, lang: str) -> str:
    """Return the page.

    It loads nothing from anywhere, and a policy in it forbids all requests and every
    script but its own. What a catalog holds is data in it: it becomes text, never HTML.

    Args:
        catalog: What to show.
        lang: The language it begins with; a reader can change it.
    """
    style = _read("page.css")
    script = '"use strict";\n{\n' + "".join(map(_read, _SCRIPTS)) + "}\n"
    return rendered(
        _FOLDER,
        lang,
        style=style,
        script=script,
        policy=policy(style, script),
        data=_inert(page_data(catalog, lang)),
    )


def policy(style: str, script: str) -> str:
    """Return the page's content security policy: these two, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def page_data(catalog: Catalog, lang: str) -> dict[str, Any]:
    """Return what the page's script works with, as JSON holds it."""
    counts = Counter(entry.scope for entry in catalog.entries)
    documents = catalog.documents
    return {
        "version": catalog.version,
        "lang": lang,
        "labels": LABELS,
        "vendors": {name: _names(v) for name, v in catalog.vendors.items()},
        "products": {
            scope: _names(product)
            for scope, product in catalog.products.items()
            if counts[scope]
        },
        "documents": {
            name: " ".join(filter(None, (each.get("title"), each.get("date"))))
            for name, each in documents.items()
        },
        "entries": [_shown(catalog, entry) for entry in catalog.entries],
    }


def _shown(catalog: Catalog, entry: Entry) -> dict[str, Any]:
    known = fact(catalog, entry, "en")
    shown = {name: known[name] for name in _PLAIN}
    shown["scope"] = entry.scope
    shown["retry"] = answer(entry.retryable, "en")
    shown["meaning"] = [spoken(entry.meaning, lang) for lang in _LANGS]
    shown["remedy"] = [spoken(entry.remedy, lang) for lang in _LANGS]
    shown["advice"] = [retry_in_words(known["advice"], lang) for lang in _LANGS]
    shown["notes"] = list(entry.notes)
    shown["source"] = [
        [row.get("document", ""), str(row.get("section") or ""), row.get("row")]
        for row in entry.source
    ]
    # What is not known is left out: it would be a third of the page.
    return {name: value for name, value in shown.items() if value not in (None, "", [])}


def _names(marks: dict[str, Any]) -> list[str]:
    return [spoken(marks.get("names"), lang) for lang in _LANGS]


def _inert(data: Any) -> str:
    """Return JSON that cannot end the element that holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()

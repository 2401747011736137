#!/usr/bin/env python3
"""Print the tables of products, corpus and reports, or `--write` them into their pages.

Each stands in its page between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import collections
import re
import sys
from pathlib import Path

import codegloss

TOP = Path(__file__).resolve().parents[1]
PAGES = (TOP / "README.md", TOP / "docs" / "accuracy.md")
sys.path.insert(0, str(TOP))


def products() -> str:
    """Return a row for each product: its codes, newest source and what points at it."""
    catalog = codegloss.load_catalog()
    counts = collections.Counter(entry.scope for entry in catalog.entries)
    lines = ["| scope | product | entries | newest source | known by, for example |"]
    lines += ["|--|--|--|--|--|"]
    for scope, marks in catalog.products.items():
        if not counts[scope]:
            continue
        dates = [
            document.get("date") or ""
            for document in catalog.documents.values()
            if document["product"] == scope
        ]
        names = [*marks["aliases"][:2], *marks["hosts"][:1]]
        known = ", ".join(f"`{name}`" for name in names)
        title = f"{marks['names']['en']} ({marks['names']['zh']})"
        date = max(dates, default="") or "undated"
        lines.append(f"| `{scope}` | {title} | {counts[scope]} | {date} | {known} |")
    return "\n".join(lines)


def corpus() -> str:
    """Return what is said of the events of the corpus, by product."""
    from tests import test_corpus

    return "\n".join(test_corpus.table())


def reports() -> str:
    """Return what is said of public reports, and of look-alikes."""
    from tests import test_reports

    return "\n".join(test_reports.table())


TABLES = {"products": products, "corpus": corpus, "reports": reports}


def filled(text: str) -> str:
    """Return a page with the tables in their places."""
    for name, table in TABLES.items():
        start, end = rf"<!-- {name} -->\n\n?", rf"\n\n?<!-- /{name} -->"
        place = re.compile(f"({start}).*?({end})", re.DOTALL)
        if place.search(text):
            new = table()
            text = place.sub(lambda found, new=new: found[1] + new + found[2], text)
    return text


def main() -> int:
    """Print or write the tables."""
    if sys.argv[1:] == ["--write"]:
        for page in PAGES:
            page.write_text(filled(page.read_text("utf-8")), "utf-8")
    else:
        print(*(table() for table in TABLES.values()), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

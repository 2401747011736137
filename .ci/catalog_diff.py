#!/usr/bin/env python3
"""Print what changed in the catalog since the last release, as CHANGELOG.md has it.

    python .ci/catalog_diff.py              # the last tag before this commit, and now
    python .ci/catalog_diff.py OLD NEW      # two files

Fails if the catalog differs and its version does not: an answer that is stored says
which version gave it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegloss._cli.commands.diff import compared

TOP = Path(__file__).resolve().parents[1]
CATALOG = TOP / "catalog.json"
# What a program decides by, so that each change of it is listed.
_DECIDING = ("retryable", "category")


def main(arguments: list[str]) -> int:
    """Print the difference, and return the exit status."""
    if arguments:
        old, new = (Path(each).read_text(encoding="utf-8") for each in arguments)
    else:
        tag = _git("describe", "--tags", "--abbrev=0", "HEAD^")
        if tag is None:
            print("no release to compare the catalog with: no tag before this commit")
            return 0
        old = _git("show", f"{tag}:catalog.json")
        new = CATALOG.read_text(encoding="utf-8")
        if old is None:
            print(f"{tag} has no catalog to compare with")
            return 0
    before, after = json.loads(old), json.loads(new)
    lines = list(told(before, after))
    print("\n".join(lines) or "the catalog is the same")
    if before != after and before.get("version") == after.get("version"):
        print(f"the catalog differs, and its version is still {after.get('version')!r}")
        return 1
    return 0


def told(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a section *Catalog*; none if nothing is to be told."""
    changes = compared(old, new)
    if not any(changes.values()):
        return
    yield "### Catalog"
    yield ""
    yield f"{old.get('version')} to {new.get('version')}."
    yield ""
    if changes["new"]:
        counts = Counter(each["product"] for each in changes["new"])
        several = ", ".join(f"{scope} {counts[scope]:,}" for scope in sorted(counts))
        yield f"- New entries: {len(changes['new']):,} ({several})."
    for name in _DECIDING:
        for each in changes["deciding"]:
            if name in each["fields"]:
                was, now = map(json.dumps, each["fields"][name])
                yield f"- **Changed {name}**: {_named(each['entry'])}: {was} to {now}."
    for each in changes["success"]:
        was, now = map(json.dumps, each["success"])
        yield f"- **Changed success codes**: `{each['product']}`: {was} to {now}."
    for each in changes["gone"]:
        yield f"- **Gone**: {_named(each)}."
    others = [
        each
        for each in (*changes["deciding"], *changes["changed"])
        if not each["fields"].keys() & set(_DECIDING)
    ]
    if others:
        names = Counter(name for each in others for name in each["fields"])
        several = ", ".join(f"{name} {names[name]:,}" for name in sorted(names))
        yield f"- Entries with other changes: {len(others):,} ({several})."


def _named(entry: dict[str, Any]) -> str:
    table = f" ({entry['table']})" if entry.get("table") else ""
    return f"`{entry['product']}` {entry['code']}{table}, {entry['meaning']['en']}"


def _git(*arguments: str) -> str | None:
    """Return what git prints; None where it has nothing to tell, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=TOP,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

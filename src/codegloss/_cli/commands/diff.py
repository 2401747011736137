"""`codegloss diff`: what changed between two catalogs, retry decisions first."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import click

import codegloss
from codegloss._cli.facts import catalog_in_force
from codegloss._cli.group import common, tell
from codegloss._cli.words import spoken

_Key = tuple[str, str, Any]
_DECIDING = ("retryable", "retry", "category")


@click.command(short_help="Say what changed between two catalogs.")
@click.argument("old")
@click.argument("new")
@common
def command(old: str, new: str, lang: str, *, as_json: bool) -> int:
    """Say what changed from one catalog file to another: new, gone, changed.

    What a retry decision rests on comes first. OLD and NEW are two versions of a file;
    @shipped is the catalog that comes with codegloss. Exits with 1 if anything differs.

    \b
      git show HEAD~1:acme.json > old.json; codegloss diff old.json acme.json
    """
    try:
        changes = compared(_catalog(old), _catalog(new))
    except codegloss.CatalogError as error:
        tell(str(error))
        return 3
    if as_json:
        click.echo(json.dumps(changes, ensure_ascii=False))
    else:
        _show(changes, lang)
    return 1 if any(changes.values()) else 0


def _catalog(path: str) -> dict[str, Any]:
    """Return what a catalog file says of products and entries, as it stands in it.

    Raises:
        CatalogError: It cannot be read, or is no catalog.
    """
    if path == "@shipped":
        catalog = catalog_in_force()
        entries = [entry.fact for entry in catalog.entries]
        return {"products": catalog.products, "entries": entries}
    from codegloss._catalog.load import read  # noqa: PLC0415
    from codegloss._catalog.validate import faults  # noqa: PLC0415

    try:
        data = json.loads(read(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, codegloss.CatalogError):
            raise
        raise codegloss.CatalogError(path, "file", f"is not JSON: {error}") from error
    found = tuple(faults(data))
    if found:
        raise codegloss.CatalogError(path, *found[0], found[1:])
    entries = data.get("entries", [])
    facts = [{k: v for k, v in each.items() if k != "replaces"} for each in entries]
    return {**data, "entries": facts}


def compared(
    old: dict[str, Any], new: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Return what is new, gone, changed, and changed so that a retry may differ.

    Entries are told apart by product, table and code; of several with the same, those
    with the same meaning are one. `success` is about products that both have.
    """
    before, after = _by_key(old["entries"]), _by_key(new["entries"])
    changes: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("success", "deciding", "changed", "new", "gone")
    }
    products = old.get("products", {})
    for scope, marks in new.get("products", {}).items():
        was, now = (
            each.get("success", []) for each in (products.get(scope, {}), marks)
        )
        if scope in products and was != now:
            changes["success"].append({"product": scope, "success": [was, now]})
    for key in [*before, *(key for key in after if key not in before)]:
        for was, now in _pairs(before[key], after[key]):
            if was is None or now is None:
                changes["gone" if now is None else "new"].append(was or now or {})
                continue
            names = [n for n in {**was, **now} if was.get(n) != now.get(n)]
            if names:
                fields = {name: [was.get(name), now.get(name)] for name in names}
                kind = "deciding" if set(names) & set(_DECIDING) else "changed"
                changes[kind].append({"entry": now, "fields": fields})
    return changes


def _by_key(entries: list[dict[str, Any]]) -> dict[_Key, list[dict[str, Any]]]:
    found: dict[_Key, list[dict[str, Any]]] = defaultdict(list)
    for each in entries:
        found[each["product"], each.get("table") or "", each["code"]].append(each)
    return found


def _pairs(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Return which entry of a code became which, None for none."""
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    left = list(new)
    unmatched = []
    for was in old:
        same = next((now for now in left if now["meaning"] == was["meaning"]), None)
        if same is None:
            unmatched.append(was)
        else:
            left.remove(same)
            pairs.append((was, same))
    most = max(len(unmatched), len(left))
    unmatched += [None] * (most - len(unmatched))  # type: ignore[list-item]
    left += [None] * (most - len(left))  # type: ignore[list-item]
    return [*pairs, *zip(unmatched, left, strict=True)]


def _show(changes: dict[str, list[dict[str, Any]]], lang: str) -> None:
    for each in changes["success"]:
        was, now = map(_told, each["success"])
        click.echo(f"success codes of {each['product']}: {was} -> {now}")
    titles = {
        "deciding": "changed, and a retry may be decided differently",
        "changed": "changed",
        "new": "new",
        "gone": "gone",
    }
    for name, title in titles.items():
        if changes[name]:
            click.echo(f"{title}: {len(changes[name])}")
        for each in changes[name]:
            click.echo(f"  {_title(each.get('entry', each), lang)}")
            for field, (was, now) in each.get("fields", {}).items():
                click.echo(f"    {field}: {_told(was)} -> {_told(now)}")
    if not any(changes.values()):
        click.echo("no difference")


def _title(entry: dict[str, Any], lang: str) -> str:
    table = f" ({entry['table']})" if entry.get("table") else ""
    meaning = spoken(entry["meaning"], lang)
    return f"{entry['product']} {entry['code']}{table}: {meaning}"


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""The rooms: imports point one way, functions are short, and the page is right."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import codegloss

PACKAGE = Path(codegloss.__file__).parent
TOP = Path(__file__).parents[1]
# From the bottom to the top; whoever imports upwards ties rooms together.
ROOMS = (
    "errors",
    "_catalog",
    "_events",
    "_matching",
    "_core",
    "_retry",
    "_otel",
    "_archive",
)
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(parts):
    return parts[0] if parts and parts[0] in ROOMS else "integration"


def level(room):
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "codegloss."
        ):
            yield node.module.split(".")[1:]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    own = room_of(parts)
    if own == "integration":
        return
    for target in imported(path):
        room = room_of(target)
        # The exporters are found by name, and wrap what the integration exports.
        if parts == ("_otel", "exporters") and target == ["otel"]:
            continue
        assert level(room) <= level(own), f"{'/'.join(parts)} imports {target}"


def test_the_page_names_what_is_there():
    page = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in FILES)
    names = set(re.findall(r"`([A-Za-z_][\w.]*)`", page))
    assert len(names) > 30
    for name in names:
        last = name.rpartition(".")[2]
        files = (PACKAGE / last, PACKAGE / f"{last}.py")
        assert re.search(rf"\b{last}\b", source) or any(map(Path.exists, files)), name


def _levels(node: ast.AST, level: int = 0) -> int:
    """Return how deep loops, conditions and the like stand in one another."""
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            continue
        chained = isinstance(node, ast.If) and node.orelse == [child]
        inner = isinstance(child, (ast.For, ast.While, ast.If, ast.With, ast.Try))
        deepest = max(deepest, _levels(child, level + (inner and not chained)))
    return deepest


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_functions_are_short(path):
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.FunctionDef):
            told = ast.get_docstring(each) is not None
            body = each.body[told:] or each.body
            lines = body[-1].end_lineno - body[0].lineno + 1
            assert lines <= 40, each.name
            assert _levels(each) <= 3, each.name

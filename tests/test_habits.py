"""What stands around the code: workflows, forms and notes name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]


def test_security_says_what_the_script_measures():
    page = (TOP / "SECURITY.md").read_text(encoding="utf-8")
    script = (TOP / ".ci" / "hostile_events.py").read_text(encoding="utf-8")
    kinds = re.findall(r'^    "(.*)": \w+,$', script, re.MULTILINE)
    assert len(kinds) == 8
    rows = dict(re.findall(r"^\| (.*?) \| ([\d,]+) \| [\d,]+ \|$", page, re.MULTILINE))
    assert list(rows) == kinds
    assert all(int(median.replace(",", "")) <= 1_000 for median in rows.values())


def test_workflows_call_sessions_that_exist():
    nox = (TOP / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", nox, re.MULTILINE))
    sessions |= set(re.findall(r'name="([\w-]+)"', nox))
    called = []
    for path in (TOP / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"nox -s (.*)", text):
            names = line.partition(" -- ")[0].split()
            called += [name.strip('"').partition("-${{")[0] for name in names[:3]]
    called = [name for name in called if re.fullmatch(r"[\w-]+", name)]
    assert called
    assert set(called) <= sessions


def test_versions_of_tools_are_the_same_everywhere():
    project = (TOP / "pyproject.toml").read_text(encoding="utf-8")
    hooks = (TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (pinned,) = set(re.findall(r"ruff==[\d.]+", project))
    assert set(re.findall(r"ruff==[\d.]+", hooks)) == {pinned}


@pytest.mark.parametrize("kind", ["wrong", "missing"])
def test_forms_ask_for_an_explanation(kind):
    form = TOP / ".github" / "ISSUE_TEMPLATE" / f"{kind}-gloss.yml"
    text = form.read_text(encoding="utf-8")
    assert "Enricher().explain(event)" in text
    assert "codegloss explain" in text


def test_recipes_name_what_is_there():
    page = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipes = page.partition("## Five recipes")[2].split("\n### ")[1:]
    assert len(recipes) == 5
    for recipe in recipes:
        change, test = recipe.split("- Test: ")
        paths = re.findall(r"`((?:src|tests)/[\w/.]+)`", recipe)
        assert all((TOP / path).exists() for path in paths)
        sources = "".join(
            path.read_text("utf-8") for path in (TOP / "src").rglob("*.py")
        )
        for name in re.findall(r"`(_?[A-Z]{2}[A-Z_]+|[A-Z]\w+(?=\.))", change):
            assert re.search(rf"\b{name}\b", sources), name
        tests = "".join(path.read_text("utf-8") for path in TOP.glob("tests/**/*.py"))
        for name in re.findall(r"`(test_\w+)`", test):
            assert f"def {name}(" in tests, name


def test_nothing_names_a_place_of_somebodys_machine():
    pages = [*(TOP / "docs").rglob("*.md"), TOP / "SECURITY.md", TOP / "noxfile.py"]
    for path in pages:
        assert not re.search(r"/(work|home|root)/", path.read_text("utf-8")), path

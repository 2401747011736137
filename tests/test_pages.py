"""What the documentation shows runs as it stands, and prints what it says."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path

import pytest

import codegloss
from codegloss._core.config import EnricherOptions
from codegloss._matching.evidence import KINDS
from codegloss._matching.render import ALL_FIELDS
from codegloss._matching.rules import RULES
from snippets import TOP, blocks, run_console, run_python, write_files

PACKAGE = Path(codegloss.__file__).parent
DOCS = TOP / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
DESTINATIONS = [page for page in PAGES if page.parent.name == "destinations"]
MATCHING = [DOCS / "matching.md", DOCS / "zh" / "matching.md"]


def named(page):
    return page.relative_to(DOCS).with_suffix("").as_posix()


def shown(language):
    return [
        pytest.param(page, block, id=f"{named(page)}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, language))
    ]


def source_of(module):
    """Return what a module says, and what there is beside it, without its packages."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    if path.is_dir():
        beside = "".join(f'"{each.stem}"' for each in path.glob("*.py"))
        return (path / "__init__.py").read_text(encoding="utf-8") + beside
    return path.with_suffix(".py").read_text(encoding="utf-8")


def first_column(page, name):
    """Return the words in backticks of a table's first column."""
    text = page.read_text(encoding="utf-8")
    (table,) = re.findall(rf"<!-- {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
    cells = [row.split("|")[1] for row in table.split("|--|\n")[1].strip().split("\n")]
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(("page", "block"), shown("python"))
def test_block(page, block, tmp_path):
    write_files(page, tmp_path)
    run_python(block, tmp_path)


@pytest.mark.parametrize(
    ("page", "block"), [each for each in shown("python") if "retries" in each.id]
)
def test_a_block_on_retries_shows_all_that_it_prints(page, block, tmp_path):
    comments = re.findall(r"^# (.*)$", block, re.MULTILINE)
    assert run_python(block, tmp_path) == " ".join(comments)


@pytest.mark.parametrize(("page", "block"), shown("console"))
def test_commands(page, block, tmp_path):
    pytest.importorskip("click")
    write_files(page, tmp_path)
    run_console(block, tmp_path)


def test_what_a_block_leaves_out_is_marked(tmp_path):
    pytest.importorskip("click")
    block = "$ codegloss explain 999999\n999999: {}\n"
    run_console(block.format("no known …"), tmp_path)
    with pytest.raises(AssertionError):
        run_console(block.format("no known"), tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).is_file(), target
    for module, names in re.findall(
        r"^from (codegloss[\w.]*) import (.+)$", text, re.MULTILINE
    ):
        public = source_of(module)
        assert all(f'"{name}"' in public for name in names.split(", "))


@pytest.mark.parametrize("page", DESTINATIONS, ids=named)
def test_every_destination_has_a_trap(page):
    if page.name != "README.md":
        assert "**The trap.**" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", DESTINATIONS, ids=named)
def test_every_destination_says_what_its_blocks_need(page):
    if page.name == "README.md":
        return
    text = page.read_text(encoding="utf-8")
    named_there = set(re.split(r"[^\w-]+", text.split("\n")[2]))
    assert {"pip", "install", "codegloss"} <= named_there
    project = (TOP / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"codegloss\[([\w,]+)\]", text.split("\n")[2]):
        for each in extra.split(","):
            named_there |= {
                re.search(rf'^{each} = \["([\w-]+)', project, re.MULTILINE)[1]
            }
    wheres = importlib.metadata.packages_distributions()
    for block in blocks(page, "python"):
        imported = re.findall(
            r'^(?:from|import) ([\w.]+)|"\(\)": "(\w+)', block, re.MULTILINE
        )
        for name in {a or b for a, b in imported}:
            module = name.partition(".")[0]
            is_other = module not in {*sys.stdlib_module_names, "codegloss"}
            if is_other and module in wheres and is_installed(name):
                packages = {each.replace("_", "-") for each in wheres[module]}
                assert named_there & {module, *packages}, module


def is_installed(module):
    """Tell whether a module is there, and not only another part of its namespace."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def test_every_page_is_linked_from_another():
    """The menu is not enough: a reader follows a sentence."""
    sources = [*PAGES, TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "SECURITY.md"]
    linked = {
        (page.parent / target).resolve()
        for page in sources
        for target in re.findall(
            r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")
        )
        if (page.parent / target).resolve() != page.resolve()
    }
    assert [named(page) for page in PAGES if page.resolve() not in linked] == []


def test_every_page_is_in_the_menu():
    menu = (TOP / "mkdocs.yml").read_text(encoding="utf-8")
    for page in PAGES:
        assert f" {page.relative_to(DOCS).as_posix()}\n" in menu


@pytest.mark.parametrize("page", MATCHING, ids=named)
def test_kinds_of_evidence_and_rules_are_those_of_the_code(page):
    evidence = first_column(page, "evidence")
    assert evidence == list(KINDS)
    assert first_column(page, "rules") == [rule.name for rule in RULES]


def test_options_and_keys_are_those_of_the_code():
    page = DOCS / "options.md"
    options = EnricherOptions.__annotations__.keys()
    assert sorted(first_column(page, "options")) == sorted(options)
    keys = {*ALL_FIELDS, "candidates", "glosses"}
    assert sorted(first_column(page, "keys")) == sorted(keys)


def test_the_small_number_of_the_questions():
    page = (DOCS / "faq.md").read_text(encoding="utf-8")
    vendor, number = re.search(
        r'small-number"\.\*\* `vendor="(\w+)"`.*? a (\d+)', page
    ).groups()
    event = {"level": "error", "vendor": vendor, "code": int(number)}
    assert "(small-number: " in str(codegloss.Enricher().explain(event))
    product = re.search(r'`sdk="(NE\w+)"`', page)[1]
    assert codegloss.enrich({**event, "sdk": product})["meaning"]


def test_every_command_is_named():
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    for path in (PACKAGE / "_cli" / "commands").glob("[a-z]*.py"):
        assert f"| `codegloss {path.stem}" in page


def test_every_exit_code_is_named():
    source = (PACKAGE / "_cli" / "group.py").read_text(encoding="utf-8")
    _, told = re.split(r"^Exit codes:\n", source, maxsplit=1, flags=re.MULTILINE)
    codes = re.findall(r"^  (\d+) ", told, re.MULTILINE)
    assert len(codes) >= 7
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == codes


def test_reference_names_everything_that_is_public():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    for name in codegloss.__all__:
        assert f"::: codegloss.{name}\n" in page
    for path in PACKAGE.glob("[a-z]*.py"):
        assert f"::: codegloss.{path.stem}" in page or path.stem == "errors"


@pytest.mark.parametrize("name", ["tutorial", "matching"])
def test_a_translation_shows_what_the_original_shows(name):
    def calls(page):
        # What is printed is in another language, and so are the options for that.
        return [
            re.findall(r"codegloss\.?\w*|\d{3,}", b) for b in blocks(page, "python")
        ]

    assert calls(DOCS / f"{name}.md") == calls(DOCS / "zh" / f"{name}.md")


def test_gunicorns_configuration_is_the_one_that_is_tested():
    frameworks = pytest.importorskip("destinations").frameworks
    found = {}
    exec(blocks(DOCS / "destinations" / "gunicorn.md", "python")[0], found)  # noqa: S102
    assert found["logconfig_dict"] == frameworks.gunicorn_config("ext://sys.stdout")

"""What the pages about destinations show runs as it stands and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import codegloss

PACKAGE = Path(codegloss.__file__).parent
PAGES = sorted((Path(__file__).parents[1] / "docs" / "destinations").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
]


def run(source):
    for module in IMPORT.findall(source):
        if not module.startswith("codegloss"):
            pytest.importorskip(module)
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def source_of(module):
    """Return what a module says, and what there is beside it, without its packages."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    if path.is_dir():
        beside = "".join(f'"{each.stem}"' for each in path.glob("*.py"))
        return (path / "__init__.py").read_text(encoding="utf-8") + beside
    return path.with_suffix(".py").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", BLOCKS)
def test_block(block):
    printed = run(block)
    for line in re.findall(r"^# (.*)$", block, re.MULTILINE):
        assert " ".join(line.split()) in printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).is_file(), target
    for module, names in re.findall(
        r"^from (codegloss[\w.]*) import (.+)$", text, re.MULTILINE
    ):
        public = source_of(module)
        assert all(f'"{name}"' in public for name in names.split(", "))
    if page.name != "README.md":
        assert "**The trap.**" in text


def test_gunicorns_configuration_is_the_one_that_is_tested():
    frameworks = pytest.importorskip("destinations").frameworks
    page = next(page for page in PAGES if page.stem == "gunicorn")
    found = {}
    exec(BLOCK.findall(page.read_text(encoding="utf-8"))[0], found)  # noqa: S102
    assert found["logconfig_dict"] == frameworks.gunicorn_config("ext://sys.stdout")

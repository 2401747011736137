"""What the README shows runs and prints what it says; so do the examples."""

from __future__ import annotations

import json
import re
import sys

import pytest

from snippets import TOP, blocks, need, run, run_python

PAGE = TOP / "README.md"
README = PAGE.read_text(encoding="utf-8")
BLOCKS = blocks(PAGE, "python")
EXAMPLES = sorted((TOP / "examples").glob("*.py"))
# What an example must show, beside printing anything at all.
SHOWS = {
    "own_codes.py": "'meaning': 'The room is full'",
    "loguru_basic.py": "'meaning': 'Requests arrive faster",
}
# Starts a tracing backend of its own, which takes minutes to install.
SLOW = {"tracing_backend.py"}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_of_the_readme(number, tmp_path):
    run_python(BLOCKS[number], tmp_path)


def test_first_block_prints_what_the_first_lines_show(tmp_path):
    after = re.search(r"after +(\{.*?\})\n\n", README, re.DOTALL)[1]
    assert json.loads(run_python(BLOCKS[0], tmp_path)) == json.loads(after)


def test_exactly_two_commands():
    commands = re.findall(r"^```sh\n(.*?)\n```$", README, re.DOTALL | re.MULTILINE)
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)


def test_one_screen_and_a_half():
    assert README.count("\n") <= 130


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README):
        assert (TOP / target).is_file(), target


def test_figures_of_the_corpus():
    corpus = TOP / "tests" / "corpus"
    page = (TOP / "docs" / "accuracy.md").read_text(encoding="utf-8")
    cases = {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in corpus.glob("*.jsonl")
        if not path.name.startswith("report")
    }
    every = [case for each in cases.values() for case in each]
    silent = [case for case in every if case["expect"] == "silent"]
    assert f"{len(every):,} events" in page
    assert f"{len(silent):,} must be left alone" in page
    assert f"{len(cases['libraries']):,} of those" in page
    libraries = {case["library"].split()[0] for case in cases["libraries"]}
    count = len(libraries - {"CPython"})
    assert f"{count} libraries and Python's own" in page
    assert f"{count} Python libraries" in (corpus / "README.md").read_text("utf-8")
    assert f"{len(silent):,} of {len(silent):,} are" in README
    _, table, _ = re.split("<!-- /?corpus -->", page)
    rows = [row.split("|")[2:-1] for row in table.strip().split("\n")[2:]]
    counts = [[int(cell.replace(",", "")) for cell in row] for row in rows]
    resolved, ambiguous, _, missed, wrong = map(sum, zip(*counts, strict=True))
    right = resolved + ambiguous
    precision, recall = right / (right + wrong), right / (right + missed + wrong)
    assert f"precision {precision:.3f}, recall {recall:.3f}" in page


def test_figures_are_those_of_the_pages():
    page = (TOP / "docs" / "accuracy.md").read_text(encoding="utf-8")
    counts = [
        int(n)
        for n in re.search(r"^\| all \|(.*)\|$", page, re.MULTILINE)[1].split("|")
    ]
    right, _, _, wrong = counts
    assert f"{right} of {sum(counts)} glossed right, {wrong} wrong" in README
    hostile = (TOP / "SECURITY.md").read_text(encoding="utf-8")
    worst = max(
        map(int, re.findall(r"^\| .*? \| (\d+) \| \d+ \|$", hostile, re.MULTILINE))
    )
    assert f"| {worst} times that" in README
    costs = (TOP / "docs" / "costs.md").read_text(encoding="utf-8")
    share = re.search(r"^\| no code[^|]* \| ([\d.]+)[ /]", costs, re.MULTILINE)[1]
    assert f"| {share} of structlog's" in README


def test_memory_is_told_of_at_one_place():
    """Two figures of one thing differ sooner or later; the other page has a link."""
    security = (TOP / "SECURITY.md").read_text(encoding="utf-8")
    assert "MiB" not in security
    assert "(docs/costs.md)" in security


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example(path):
    if path.name in SLOW:
        pytest.skip("starts a real backend")
    need(path.read_text(encoding="utf-8"))
    printed = run([sys.executable, "-W", "error", str(path)])
    assert SHOWS.get(path.name, "") in printed
    assert printed

"""What the README shows runs and prints what it says; so do the examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
(ACME,) = re.findall(r"^```json\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
EXAMPLES = sorted((TOP / "examples").glob("*.py"))
# Starts a tracing backend of its own, which takes minutes to install.
SLOW = {"tracing_backend.py"}
NEEDS = (
    "structlog", "loguru", "opentelemetry", "tenacity", "stamina", "celery", "click",
    "pyarrow", "polars", "duckdb", "pyspark",
)  # fmt: skip


def run(source, *command, folder=None):
    """Run Python; skip where a package that the source imports is not installed."""
    for package in NEEDS:
        if re.search(rf"^ *(from|import) {package}\b", source, re.MULTILINE):
            pytest.importorskip(package)
    done = subprocess.run(
        [sys.executable, "-W", "error", *(command or ("-c", source))],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_of_the_readme(number, tmp_path):
    (tmp_path / "acme.json").write_text(ACME, encoding="utf-8")
    printed = " ".join(run(BLOCKS[number], folder=tmp_path).split())
    # What is printed stands below, in one comment.
    shown = re.findall(r"((?:^# ?.*\n)+)(?!\S)", BLOCKS[number], re.MULTILINE)
    for comment in shown:
        text = " ".join(re.sub(r"^# ?", "", comment, flags=re.MULTILINE).split())
        assert text in printed


def test_first_block_prints_what_the_first_lines_show():
    after = re.search(r"after +(\{.*?\})\n\n", README, re.DOTALL)[1]
    assert json.loads(run(BLOCKS[0])) == json.loads(after)


def test_exactly_two_commands():
    commands = re.findall(r"^```sh\n(.*?)\n```$", README, re.DOTALL | re.MULTILINE)
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)


def test_figures_of_the_corpus():
    corpus = TOP / "tests" / "corpus"
    cases = {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in corpus.glob("*.jsonl")
        if not path.name.startswith("report")
    }
    every = [case for each in cases.values() for case in each]
    silent = [case for case in every if case["expect"] == "silent"]
    assert f"{len(every):,} events" in README
    assert f"{len(silent):,} must be left alone" in README
    assert f"{len(cases['libraries']):,} of those" in README


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example(path):
    if path.name in SLOW:
        pytest.skip("starts a real backend")
    printed = run(path.read_text(encoding="utf-8"), str(path))
    assert printed.strip()

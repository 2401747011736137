"""What pages show, and how it is run: as a reader would paste it.

- A block of Python runs in a folder with the files that the page shows (a block of JSON
  whose title is the file's name). Lines of it that begin with `# ` are printed by it.
- In a block `console` each line after `$ ` is a command; the lines below are what it
  prints, with `…` for what is left out.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
_FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
_TITLE = re.compile(r'title="([^"]+)"')
_IMPORT = re.compile(r"^ *(?:from|import) ([\w.]+)", re.MULTILINE)
_SHOWN = re.compile(r"((?:^# .*\n)+)", re.MULTILINE)


def blocks(page, language):
    """Return the blocks of a language that a page shows."""
    return [
        textwrap.dedent(body)
        for _, info, body in _FENCE.findall(page.read_text(encoding="utf-8"))
        if info.split()[:1] == [language]
    ]


def write_files(page, folder):
    """Write the files that a page shows, those with a title, into a folder."""
    for _, info, body in _FENCE.findall(page.read_text(encoding="utf-8")):
        for name in _TITLE.findall(info):
            (folder / name).write_text(body, encoding="utf-8")


def need(source):
    """Skip where a package that a source imports is not installed."""
    for module in _IMPORT.findall(source):
        if not module.startswith("codegloss"):
            pytest.importorskip(module)


def run(command, folder=None, *, codes=(0,)):
    """Run a command; return what it prints, without its line breaks."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "CODEGLOSS_LANGUAGE": "en"},
        check=False,
    )
    assert done.returncode in codes, done.stderr
    return " ".join(done.stdout.split())


def run_python(source, folder):
    """Run a block and compare what it prints with what it says that it prints."""
    need(source)
    printed = run([sys.executable, "-c", source], folder)
    for comment in _SHOWN.findall(source):
        text = " ".join(re.sub(r"^# ", "", comment, flags=re.MULTILINE).split())
        assert text in printed
    return printed


def run_console(block, folder):
    """Run the commands of a block and compare what they print with what it shows."""
    command = shutil.which("codegloss", path=str(Path(sys.executable).parent))
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        name, *arguments = shlex.split(line)
        assert name == "codegloss"
        # 1 says that nothing was found, or that nothing is said of it.
        printed = run([command, *arguments], folder, codes=(0, 1))
        kept = (re.escape(" ".join(each.split())) for each in shown.split("…"))
        assert re.fullmatch(r"\s*.*\s*".join(kept), printed), f"{printed} of {line}"

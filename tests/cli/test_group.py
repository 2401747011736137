"""The group: every module is a command, with help, JSON and completion."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from codegloss._cli import commands, group

NAMES = sorted(
    name[:-3]
    for name in os.listdir(commands.__path__[0])
    if name.endswith(".py") and not name.startswith("_")
)


def test_every_module_is_a_command(cli):
    help_text = cli("--help").out
    assert {"explain", "search", "list", "check", "diff", "scan"} <= set(NAMES)
    assert all(f"\n  {name} " in help_text for name in NAMES)
    assert "Exit codes:" in help_text
    assert all(f"\n    {code} " in help_text for code in (0, 1, 2, 3, 4, 130, 141))


@pytest.mark.parametrize("name", NAMES)
def test_help(cli, name):
    done = cli(name, "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: codegloss {name}")
    assert "\\b" not in done.out
    # Examples are not folded into one another.
    assert all(line.count("codegloss ") <= 1 for line in done.out.splitlines())
    if name != "completion":
        assert "--json" in done.out
        assert "--lang" in done.out


@pytest.mark.parametrize("name", NAMES)
def test_wrong_usage(cli, name):
    done = cli(name, "--nonsense=1")
    assert done.status == (1 if name == "explain" else 2)


def test_an_unknown_command(cli):
    assert cli("explian", "416").status == 2
    assert "0." in cli("--version").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(cli, shell):
    done = cli("completion", shell)
    assert done.status == 0
    assert group.COMPLETE in done.out


def test_completion_knows_commands_and_scopes(program):
    def asked(*words):
        process = program(
            **{group.COMPLETE: "bash_complete"},
            COMP_WORDS=" ".join(words),
            COMP_CWORD=str(len(words) - 1),
        )
        return process.communicate(timeout=30)[0].decode().split()

    assert asked("codegloss", "sc") == ["plain,scan"]
    assert "plain,netease.nim" in asked("codegloss", "list", "--scope", "netease.n")


def test_without_the_extra_codes_are_explained_and_the_rest_says_what_to_do(tmp_path):
    code = (
        "import sys; sys.modules['click'] = None\n"
        "from codegloss._cli.main import main; main(sys.argv[1:])"
    )

    def run(*words):
        command = [sys.executable, "-c", code, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("explain", "416").returncode == 0
    done = run("list")
    assert done.returncode == 2
    assert "pip install 'codegloss[cli]'" in done.stderr


def test_looking_one_code_up_imports_no_library_and_no_engine():
    code = (
        "import sys; from codegloss._cli.main import run; run(['explain', '416'])\n"
        "wrong = {'click', 'rich', 'argparse', 'codegloss._core.engine'}\n"
        "print(sorted(wrong & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"

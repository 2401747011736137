"""Run the command line in this process, or as a program of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("click")

from codegloss._cli.main import run


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("CODEGLOSS_LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def cli(capsys, monkeypatch):
    """Run a command; the result has `status`, `out`, `err`, and `json` by line."""

    def call(*words, stdin=b""):
        fake = SimpleNamespace(buffer=io.BytesIO(stdin), isatty=lambda: False)
        monkeypatch.setattr(sys, "stdin", fake)
        status = run(list(words))
        out, err = capsys.readouterr()
        told = [json.loads(line) for line in out.splitlines() if "--json" in words]
        return SimpleNamespace(status=status, out=out, err=err, json=told)

    return call


@pytest.fixture
def log(tmp_path):
    """Write lines to a file; returns its path."""

    def write(*lines, name="app.log"):
        path = tmp_path / name
        path.write_bytes(b"\n".join(lines) + b"\n")
        return str(path)

    return write


@pytest.fixture
def program():
    """Start the command line as a program; returns the process."""
    started = []

    def start(*words, stdout=subprocess.PIPE, **env):
        process = subprocess.Popen(
            [sys.executable, "-m", "codegloss", *words],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **env},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()

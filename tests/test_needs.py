"""Old versions of packages are refused where they are imported."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import codegloss
from codegloss._core import needs

PACKAGE = Path(codegloss.__file__).parent
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
CALL = re.compile(r'^needs\("([\w-]+)", "([\d.]+)", "(\w+)"\)$', re.MULTILINE)


@pytest.mark.parametrize(
    ("found", "lowest", "fine"),
    [
        ("1.27.0", "1.28", False),
        ("1.28.0", "1.28", True),
        ("1.100", "1.28", True),
        ("2.0rc1", "1.28", True),
        ("4", "4.0.1", False),
        ("8.2.3", "8.2.3", True),
        ("nonsense", "1", True),
    ],
)
def test_versions(monkeypatch, found, lowest, fine):
    monkeypatch.setattr(needs, "version", lambda _: found)
    if fine:
        needs.needs("some-package", lowest, "some")
        return
    told = f"some-package {lowest} or later, and {re.escape(found)} is installed"
    with pytest.raises(ImportError, match=told) as raised:
        needs.needs("some-package", lowest, "some")
    assert "'codegloss[some]'" in str(raised.value)


def test_a_package_without_metadata():
    needs.needs("there-is-no-such-package", "1", "some")


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("arrow", "pyarrow"),
        ("celery", "celery"),
        ("ddtrace", "ddtrace"),
        ("duckdb", "duckdb"),
        ("duckdb", "pyarrow"),
        ("otel", "opentelemetry"),
        ("polars", "polars"),
        ("polars", "pyarrow"),
        ("spark", "pyarrow"),
        ("spark", "pyspark"),
        ("tenacity", "tenacity"),
    ],
)
def test_a_package_that_is_missing(module, package):
    source = f"import sys; sys.modules[{package!r}] = None; import codegloss.{module}"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: codegloss.{module} needs ")
    assert f"pip install 'codegloss[{module}]'" in last


def test_the_bounds_are_those_of_the_project():
    project = PROJECT.read_text(encoding="utf-8")
    calls = [
        call
        for path in PACKAGE.glob("*.py")
        for call in CALL.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(calls) >= 6
    for package, lowest, extra in calls:
        assert f'\n{extra} = ["{package}>={lowest}"]\n' in project

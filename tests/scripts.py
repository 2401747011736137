"""The scripts of `.ci`, no part of the package, as modules for their tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


def script(name):
    """Return a script as a module; the tests of one that is not there are skipped."""
    path = TOP / ".ci" / f"{name}.py"
    if not path.exists():
        pytest.skip(f"{name} is no part of the package", allow_module_level=True)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

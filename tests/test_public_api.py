"""The names that users may rely on, and what importing them costs."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import codegloss

# What imports nothing but the standard library.
CORE = [
    module.name
    for module in pkgutil.iter_modules(codegloss.__path__)
    if module.name.startswith("_") and not module.name.startswith("_otel")
]
CORE += ["errors", "logging", "retry"]
# Imported for type checkers only.
HIDDEN = {"Explanation", "ClassNames", "Enricher"}


def test_dir_is_what_is_promised():
    assert dir(codegloss) == sorted([*codegloss.__all__, "__version__"])
    for name in codegloss.__all__:
        assert getattr(codegloss, name) is not None


def test_version():
    assert codegloss.__version__.count(".") == 2


def test_unknown_name():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        codegloss.nothing  # noqa: B018


@pytest.mark.parametrize("name", CORE)
def test_hints_resolve_at_run_time(name):
    module = __import__(f"codegloss.{name}", fromlist=["*"])
    for thing in vars(module).values():
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        members = vars(thing).values() if isinstance(thing, type) else [thing]
        for member in members:
            if callable(member) and hasattr(member, "__annotations__"):
                hidden = dict.fromkeys(HIDDEN, object)
                if "Unpack" not in str(member.__annotations__):
                    typing.get_type_hints(member, localns=hidden)


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_core_imports_the_standard_library_only():
    modules = run(
        "import sys, codegloss; codegloss.Enricher(); codegloss.enrich({});"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    foreign = set(modules) - set(sys.stdlib_module_names) - {"codegloss"}
    # What measures coverage, or an environment's own start-up, is not ours.
    allowed = re.compile(r"\W|_|.*coverage|(site|user)customize|.*(finder|editable)")
    assert not [name for name in foreign if not allowed.match(name)]


def test_typed_marker_and_catalog_are_found():
    package = Path(codegloss.__file__).parent
    assert (package / "py.typed").is_file()
    beside, top = package / "catalog.json", package.parents[1] / "catalog.json"
    assert beside.is_file() or top.is_file()

"""The catalog as a wheel holds it: the same as catalog.json, or not used at all."""

from __future__ import annotations

import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import tracemalloc

import pytest

import codegloss
from codegloss._catalog import load
from codegloss._catalog.compact import Block, Compact, compacted
from codegloss._catalog.lines import parsed

PACKAGE = pathlib.Path(codegloss.__file__).parent
SOURCE = PACKAGE / "catalog.json"
if not SOURCE.is_file():
    SOURCE = PACKAGE.parents[1] / "catalog.json"
CONTENT = SOURCE.read_bytes()
PACKED = compacted(CONTENT)
HEADER = ("version", "vendors", "products", "documents", "foreign", "http_texts")
# What is compared for each entry, in the file's own words.
LISTS = ("symbols", "texts", "notes", "source")
VALUES = ("code", "table", "sdk_code", "general", "needs_product", "message")
VALUES += ("meaning", "category", "fault", "retryable", "retry")

SMALL = b"""{
 "schema": 1,
 "version": "1",
 "entries": [
  {"product": "a.b", "code": -1, "sdk_code": 7, "symbols": ["A", "B"], "message": "x"},
  {"product": "a.b", "code": "E.1", "table": "t", "general": true, "message": "y"}
 ]
}
"""


def is_compact(catalog):
    return isinstance(blocks_of(catalog)[0], Block)


def blocks_of(catalog):
    return [getattr(entry._line, "__self__", None) for entry in catalog.entries]


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A package as a wheel installs it, which `_read_shipped` reads."""
    (tmp_path / "_catalog").mkdir()
    monkeypatch.setattr(load, "__file__", str(tmp_path / "_catalog" / "load.py"))
    monkeypatch.setattr(load, "broken", None)
    (tmp_path / "catalog.json").write_bytes(CONTENT)
    (tmp_path / "catalog.packed").write_bytes(PACKED)
    return tmp_path


class TestBothWaysAreEqual:
    line_by_line = codegloss.Catalog(*parsed(CONTENT))
    compact = codegloss.Catalog(*Compact(PACKED).opened())

    def test_what_stands_before_the_entries(self):
        data = json.loads(CONTENT)
        for name in HEADER:
            assert getattr(self.compact, name) == data[name]
            assert getattr(self.line_by_line, name) == data[name]

    def test_every_entry_says_what_the_file_says(self):
        facts = json.loads(CONTENT)["entries"]
        for catalog in (self.compact, self.line_by_line):
            assert [entry.fact for entry in catalog.entries] == facts
            for entry, fact in zip(catalog.entries, facts, strict=True):
                assert entry.scope == fact["product"]
                for name in VALUES:
                    assert getattr(entry, name) == fact.get(name), (name, fact)
                for name in LISTS:
                    assert getattr(entry, name) == tuple(fact.get(name, ())), name
                assert entry.remedy == fact.get("remedy", {})

    def test_the_indexes(self):
        assert self.compact.entries == self.line_by_line.entries
        assert self.compact.index == self.line_by_line.index
        assert list(self.compact.index) == list(self.line_by_line.index)
        assert self.compact.symbols == self.line_by_line.symbols

    @pytest.mark.parametrize("read", [parsed, lambda c: Compact(compacted(c)).opened()])
    def test_what_an_index_is_built_of(self, read):
        header, (first, second) = read(SMALL)
        assert header == {"schema": 1, "version": "1"}
        assert (first.code, first.sdk_code, first.symbols) == (-1, 7, ("A", "B"))
        assert (second.code, second.table, second.symbols) == ("E.1", "t", ())
        assert (first.message, second.message, second.general) == ("x", "y", True)
        catalog = codegloss.Catalog(header, [first, second])
        assert list(catalog.index) == [-1, "E.1", 7]
        assert catalog.symbols == {"A": (first,), "B": (first,)}

    def test_copies(self):
        copied = pickle.loads(pickle.dumps(self.compact))
        assert copied.entries == self.line_by_line.entries
        assert copied.index == self.line_by_line.index


class TestWhatItCosts:
    def test_an_enricher_opens_no_block(self):
        catalog = codegloss.Catalog(*Compact(PACKED).opened())
        blocks = blocks_of(catalog)
        enricher = codegloss.Enricher(catalog=catalog, text=True, only=["netease"])
        assert all(isinstance(block._held, bytes) for block in blocks)
        answer = enricher.resolve(416, scope="netease.nim")
        assert answer.meaning
        opened = {
            entry.scope
            for entry, block in zip(catalog.entries, blocks, strict=True)
            if not isinstance(block._held, bytes)
        }
        assert opened == {"netease.nim"}

    def test_memory(self):
        Compact(PACKED).opened()  # whatever is only needed once
        tracemalloc.start()
        content = bytes(bytearray(PACKED))
        catalog = codegloss.Catalog(*Compact(content).opened())
        del content
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert catalog.entries
        assert kept < 3 * 2**20


class TestWhichOneIsRead:
    def test_a_wheel_has_it(self):
        if not (PACKAGE / "catalog.json").is_file():
            pytest.skip("an editable install reads the file that is edited")
        assert is_compact(load.SHIPPED)

    def test_the_compact_form(self, wheel):
        assert is_compact(load._read_shipped())
        assert load.broken is None

    def test_it_is_missing(self, wheel):
        (wheel / "catalog.packed").unlink()
        assert not is_compact(load._read_shipped())
        assert load.broken is None

    @pytest.mark.parametrize(
        ("old", "new", "later"),
        [
            (b'"retryable": false', b'"retryable": true ', 10),
            (b'"retryable": false', b'"retryable": true', -10),
        ],
        ids=["same size", "another size"],
    )
    def test_it_is_older(self, wheel, old, new, later):
        path = wheel / "catalog.json"
        path.write_bytes(CONTENT.replace(old, new, 1))
        now = (wheel / "catalog.packed").stat().st_mtime
        os.utime(path, (now + later, now + later))
        catalog = load._read_shipped()
        assert not is_compact(catalog)
        before = codegloss.Catalog(*parsed(CONTENT)).entries
        pairs = zip(catalog.entries, before, strict=True)
        changed = [entry for entry, was in pairs if entry != was]
        assert [entry.retryable for entry in changed] == [True]
        assert load.broken is None

    def test_an_installer_wrote_the_file_last(self, wheel):
        now = (wheel / "catalog.packed").stat().st_mtime
        os.utime(wheel / "catalog.json", (now + 10, now + 10))
        assert is_compact(load._read_shipped())

    @pytest.mark.parametrize(
        "broken",
        [
            b"",
            PACKED[:-1],
            PACKED + b"\n",
            PACKED.replace(b" 1 ", b" 2 ", 1),
            b"x" + PACKED,
            *(
                PACKED[:at] + bytes([PACKED[at] ^ 1]) + PACKED[at + 1 :]
                for at in range(0, len(PACKED), len(PACKED) // 20)
            ),
        ],
    )
    def test_it_is_broken(self, wheel, broken):
        (wheel / "catalog.packed").write_bytes(broken)
        catalog = load._read_shipped()
        assert not is_compact(catalog)
        assert catalog.entries == load.SHIPPED.entries
        assert isinstance(load.broken, ValueError)

    @pytest.mark.skipif(os.name == "nt", reason="a folder cannot be opened there")
    def test_it_cannot_be_read(self, wheel, monkeypatch):
        def refuse(path):
            raise codegloss.CatalogError(path, "file", "cannot be read")

        read = load.read
        monkeypatch.setattr(
            load, "read", lambda p: refuse(p) if p.endswith("packed") else read(p)
        )
        assert not is_compact(load._read_shipped())
        assert isinstance(load.broken, codegloss.CatalogError)

    def test_a_program_counts_a_broken_one(self, tmp_path):
        shutil.copytree(PACKAGE, tmp_path / "codegloss")
        (tmp_path / "codegloss" / "catalog.json").write_bytes(CONTENT)
        code = (
            "import codegloss; e = codegloss.Enricher(); stats = codegloss.stats();"
            "print(stats['errors'], stats['last_error'],"
            "codegloss.resolve(416, scope='netease.nim').status)"
        )
        for packed, told in (
            (PACKED, "0 None"),
            (PACKED[:-1], "1 builtins.ValueError"),
        ):
            (tmp_path / "codegloss" / "catalog.packed").write_bytes(packed)
            done = subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONPATH": str(tmp_path)},
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout == f"{told} resolved\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b'"code": -1', b'"code":  -1'),
        lambda text: text.replace(b"},\n  {", b"},{"),
        lambda text: text.replace(b'"message": "x"', b'\n"message": "x"'),
        lambda text: text.replace(b'"entries"', b'"entires"'),
    ],
    ids=["spaces", "two in a line", "two lines", "no entries"],
)
def test_another_form_is_refused(change):
    """A code that no index holds would be gone in silence."""
    assert change(SMALL) != SMALL
    with pytest.raises(ValueError, match=r"another way|one entry a line|not found"):
        parsed(change(SMALL))

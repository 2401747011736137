"""What is printed of two catalogs: what a retry decision rests on, each by name."""

from __future__ import annotations

import copy
import json
import subprocess

import pytest

from scripts import script

pytest.importorskip("click")
diff = script("catalog_diff")


def entry(code, meaning, **more):
    fact = {"product": "acme.im", "code": code, "meaning": {"en": meaning}}
    return {**fact, "category": "INTERNAL", "retryable": None, **more}


OLD = {
    "version": "1",
    "products": {"acme.im": {"success": [0]}},
    "entries": [entry(1, "A lid is lost"), entry(2, "Full", table="t")],
}


def changed(*changes, version="2"):
    data = copy.deepcopy(OLD)
    for change in changes:
        change(data)
    return {**data, "version": version}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            lambda data: data["entries"][0].update(retryable=True),
            "- **Changed retryable**: `acme.im` 1, A lid is lost: null to true.",
        ),
        (
            lambda data: data["entries"][1].update(category="DATA_LOSS"),
            '- **Changed category**: `acme.im` 2 (t), Full: "INTERNAL" to "DATA_LOSS".',
        ),
        (
            lambda data: data["products"]["acme.im"].update(success=[0, 200]),
            "- **Changed success codes**: `acme.im`: [0] to [0, 200].",
        ),
        (
            lambda data: data["entries"].pop(0),
            "- **Gone**: `acme.im` 1, A lid is lost.",
        ),
        (
            lambda data: data["entries"].append(entry(3, "No tea")),
            "- New entries: 1 (acme.im 1).",
        ),
        (
            lambda data: data["entries"][0].update(remedy={"en": "Look for it"}),
            "- Entries with other changes: 1 (remedy 1).",
        ),
    ],
)
def test_each_kind_of_change(change, line):
    lines = list(diff.told(OLD, changed(change)))
    assert lines == ["### Catalog", "", "1 to 2.", "", line]


def test_nothing_changed():
    assert list(diff.told(OLD, changed())) == []


def run(tmp_path, new):
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, data in zip(paths, (OLD, new), strict=True):
        path.write_text(json.dumps(data), encoding="utf-8")
    return diff.main(list(map(str, paths)))


def test_a_change_wants_a_version_of_its_own(tmp_path, capsys):
    def change(data):
        data["entries"][0]["retryable"] = True

    assert run(tmp_path, changed(change)) == 0
    assert run(tmp_path, changed(version="1")) == 0
    assert run(tmp_path, changed(change, version="1")) == 1
    assert "its version is still '1'" in capsys.readouterr().out


def test_the_last_tag(tmp_path, monkeypatch, capsys):
    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)  # noqa: S607

    def commit(data):
        path.write_text(json.dumps(data), encoding="utf-8")
        git("add", ".")
        git("commit", "--quiet", "--message", "catalog")

    path = tmp_path / "catalog.json"
    monkeypatch.setattr(diff, "TOP", tmp_path)
    monkeypatch.setattr(diff, "CATALOG", path)
    try:
        git("init", "--quiet")
    except OSError:
        pytest.skip("no git")
    commit(OLD)
    assert diff.main([]) == 0
    assert "no release to compare the catalog with" in capsys.readouterr().out
    git("tag", "v1")
    commit(changed(lambda data: data["entries"].pop()))
    # The release itself is compared with the one before.
    git("tag", "v2")
    assert diff.main([]) == 0
    assert "**Gone**: `acme.im` 2 (t)" in capsys.readouterr().out

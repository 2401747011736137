"""Searching, listing, checking and comparing catalogs; catalogs of one's own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from rich.cells import cell_len

import codegloss
from codegloss._cli.ranking import ranked

ACME = {
    "schema": 1,
    "vendors": {"acme": {"names": {"en": "Acme"}, "aliases": ["acme"]}},
    "products": {"acme.im": {"aliases": ["acmeim"]}},
    "entries": [
        {
            "product": "acme.im", "code": 70001, "category": "RESOURCE_EXHAUSTED",
            "retryable": True, "meaning": {"en": "Too many messages a second"},
            "remedy": {"en": "Send at most ten a second"},
        }
    ],
}  # fmt: skip


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(ACME), encoding="utf-8")
    return path


# --- search --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["room password", "room pasword", "房间 密码", "password room"]
)
def test_search_finds_the_room_password(cli, query):
    done = cli("search", query, "--json")
    first = {(each["product"], each["code"]) for each in done.json[:12]}
    assert {("live", 100018), ("live", 100019)} & first
    assert done.status == 0


def test_search_ranks_the_exact_symbol_first(cli):
    done = cli("search", "ERR_NEED_PASSWORD", "--json")
    assert "ERR_NEED_PASSWORD" in done.json[0]["symbols"]


def test_search_by_code_is_exact(cli):
    done = cli("search", "100018", "--json")
    assert {each["code"] for each in done.json} == {100018, -100018}


def test_search_that_finds_nothing(cli):
    done = cli("search", "xylophone")
    assert (done.status, done.out) == (1, "")
    assert cli("search", "!!!").status == 1


def test_search_narrows_and_limits(cli):
    done = cli("search", "room", "--scope", "netease", "--limit", "4", "--json")
    assert [each["vendor"] for each in done.json] == ["netease"] * 4


def test_scores_are_in_order():
    found = ranked(codegloss.load_catalog().entries, "room not exist")
    scores = [round(score, 1) for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 100 for score in scores)


# --- list ----------------------------------------------------------------------------


def test_list_filters(cli):
    done = cli(
        "list", "--scope", "tencent.live", "--category", "not_found", "--json"
    )  # fmt: skip
    entries = codegloss.load_catalog().entries
    expected = [
        e.code
        for e in entries
        if e.scope == "tencent.live" and e.category == "NOT_FOUND"
    ]
    assert [each["code"] for each in done.json] == expected
    yes = cli("list", "--retryable", "yes", "--fault", "network", "--json").json
    assert yes
    assert all(each["retryable"] and each["fault"] == "network" for each in yes)


def test_list_says_what_the_retry_audit_lists(cli):
    done = cli("list", "--retryable", "yes", "--retryable", "unknown", "--retry")
    count = sum(e.retryable is not False for e in codegloss.load_catalog().entries)
    rows = [
        line for line in done.out.splitlines() if " yes " in line or " unknown " in line
    ]
    assert len(rows) >= count
    assert "throttling" in done.out
    assert "idempotent" in done.out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize(
    "words",
    [
        ("list", "--scope", "tencent.live", "--retry"),
        ("list", "--scope", "tencent.live", "--scope", "netease.webrtc"),
        ("list", "--scope", "tencent.cloudapi"),
        ("search", "room", "password"),
    ],
)
def test_nothing_is_torn_on_a_narrow_terminal(cli, monkeypatch, words, width, lang):
    wide = cli(*words, "--lang", lang).out
    entries = cli(*words, "--lang", lang, "--json").json
    monkeypatch.setattr("codegloss._cli.output._PIPE_WIDTH", width)
    narrow = cli(*words, "--lang", lang).out
    # A symbol may be longer than the terminal is wide: that alone does not fit.
    fitting = [line for line in narrow.splitlines() if " " in line.strip()]
    assert max(map(cell_len, fitting)) <= width
    assert "…" not in narrow
    told = [set(re.findall(r"[A-Za-z0-9_.]+", text)) for text in (wide, narrow)]
    assert told[0] - {"product", "code", "meaning", "symbols"} <= told[1]
    for entry in entries:
        assert set(re.findall(r"[!-~]+", entry["meaning"])) <= set(
            re.findall(r"[!-~]+", narrow)
        )


def test_list_of_something_unknown(cli):
    done = cli("list", "--category", "NOPE")
    assert (done.status, "known: ABORTED" in done.err) == (2, True)
    nothing = cli("list", "--scope", "tencent.live", "--category", "CANCELLED")
    assert nothing.status in {0, 1}


# --- check and diff ------------------------------------------------------------------


def test_check(cli, acme):
    done = cli("check", str(acme))
    assert done.status == 0
    assert "acme.im: 1 entry\n" in done.out


def test_check_says_what_is_replaced(cli, acme):
    entry = {
        "product": "netease.nim", "code": 416, "category": "RESOURCE_EXHAUSTED",
        "retryable": True, "replaces": True, "meaning": {"en": "Slower, please"},
    }  # fmt: skip
    both = [*ACME["entries"], entry]
    acme.write_text(json.dumps({**ACME, "entries": both}), encoding="utf-8")
    out = cli("check", str(acme)).out
    assert "entries added: 1\n  acme.im: 1 entry\n" in out
    assert "entries replaced: 1\n  netease.nim: 1 entry\n" in out
    codegloss.load_catalog()
    (told,) = cli("check", str(acme), "--json").json
    assert told["entries_added"] == 1
    assert told["entries_replaced"] == {"netease.nim": 1}
    acme.write_text(json.dumps(ACME), encoding="utf-8")
    codegloss.load_catalog()
    assert "replaced" not in cli("check", str(acme)).out


def test_check_lists_every_fault(cli, acme):
    broken = {**ACME, "entries": [{"product": "acme.im", "code": True}, {"code": 1}]}
    acme.write_text(json.dumps(broken), encoding="utf-8")
    done = cli("check", str(acme))
    assert done.status == 1
    assert "entries[0]" in done.out
    assert "entries[1]" in done.out
    told = cli("check", str(acme), "--json").json[0]
    assert f"{len(told['faults'])} faults" in done.out


@pytest.mark.parametrize("content", [b"", b"\0\0", b"{", b"\xff", b"[]", b"[" * 99_999])
@pytest.mark.parametrize("command", ["check", "diff"])
def test_bad_files(cli, tmp_path, command, content):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    more = ["@shipped"] if command == "diff" else []
    done = cli(command, str(path), *more)
    assert done.status in {1, 3}
    assert "bad.json" in done.out + done.err
    missing = cli(command, str(tmp_path / "none.json"), *more)
    assert missing.status == 3


def test_diff(cli, acme, tmp_path):
    changed = json.loads(json.dumps(ACME))
    changed["entries"][0]["retryable"] = False
    changed["products"]["acme.im"]["success"] = [0]
    changed["entries"].append({**ACME["entries"][0], "code": 70002})
    new = tmp_path / "new.json"
    new.write_text(json.dumps(changed), encoding="utf-8")
    done = cli("diff", str(acme), str(new), "--json")
    assert done.status == 1
    told = done.json[0]
    assert [each["fields"]["retryable"] for each in told["deciding"]] == [[True, False]]
    assert [each["code"] for each in told["new"]] == [70002]
    assert [
        each["code"]
        for each in cli("diff", str(new), str(acme), "--json").json[0]["gone"]
    ] == [70002]
    assert told["success"] == [{"product": "acme.im", "success": [[], [0]]}]
    text = cli("diff", str(acme), str(new)).out
    assert "retryable: true -> false" in text
    assert "success codes of acme.im: [] -> [0]" in text
    same = cli("diff", "@shipped", "@shipped")
    assert (same.status, same.out.strip()) == (0, "no difference")


# --- catalogs of one's own -----------------------------------------------------------


def test_option_catalog(cli, acme):
    done = cli("explain", "70001", "--catalog", str(acme))
    assert (done.status, "Too many messages" in done.out) == (0, True)
    assert cli("explain", "70001", "--catalog", "nope.json").status == 2


def run(code, *options, **env):
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **env},
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


ENRICH = (
    "import codegloss; event = {'sdk': 'AcmeIM', 'code': 70001}; "
    "print(codegloss.enrich(event).get('meaning'))"
)


def test_environment_lists_catalogs(acme):
    status, out, err = run(ENRICH, CODEGLOSS_CATALOG=str(acme))
    assert (status, out, err) == (0, "Too many messages a second", "")


def test_load_catalog_adds_to_the_environment_s(acme):
    code = f"import codegloss; codegloss.load_catalog(); {ENRICH}"
    assert run(code, CODEGLOSS_CATALOG=str(acme))[1] == "Too many messages a second"


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b'{"schema": 1, "entries": [3, 4]}']
)
def test_a_broken_file_is_one_warning_and_the_others_count(acme, tmp_path, content):
    bad = tmp_path / "bad.json"
    if content is not None:
        bad.write_bytes(content)
    listed = os.pathsep.join([str(bad), str(acme), ""])
    status, out, err = run(ENRICH, "-W", "error", CODEGLOSS_CATALOG=listed)
    assert (status, out) == (0, "Too many messages a second")
    assert len(err.splitlines()) == 1
    assert "bad.json" in err


def test_no_standard_error_is_no_fault(tmp_path):
    code = f"import sys; sys.stderr = None; {ENRICH}"
    assert run(code, CODEGLOSS_CATALOG=str(tmp_path / "none"))[:2] == (0, "None")


@pytest.fixture
def published(acme, tmp_path):
    """Install a package that publishes a catalog, and whose code must not run."""
    site = tmp_path / "site"
    package = site / "acme_codes"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    (package / "catalog.json").write_bytes(acme.read_bytes())
    info = site / "acme_codes-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme-codes\nVersion: 1\n", encoding="utf-8")
    points = "[codegloss.catalogs]\nacme = acme_codes\nempty = codegloss\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return str(site)


def test_published_catalogs_count_when_asked_for(published):
    assert run(ENRICH, PYTHONPATH=published)[1] == "None"
    found = run(ENRICH, PYTHONPATH=published, CODEGLOSS_CATALOG="@acme")
    assert found == (0, "Too many messages a second", "")
    code = f"import codegloss; codegloss.load_catalog('@acme'); {ENRICH}"
    assert run(code, PYTHONPATH=published)[1] == "Too many messages a second"


def test_an_unknown_name_lists_the_known_ones(published):
    _, _, err = run(ENRICH, PYTHONPATH=published, CODEGLOSS_CATALOG="@acne")
    assert "@acme" in err


def test_a_stranger_becomes_one_s_own(tmp_path):
    own = json.loads(json.dumps(ACME).replace("acme", "agora").replace("Acme", "Agora"))
    path = tmp_path / "agora.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    code = (
        "import codegloss\n"
        "class AgoraError(Exception): code = 70001\n"
        "AgoraError.__module__ = 'agora.errors'\n"
        "error = AgoraError(); error.code = 70001\n"
        "for event in ({'logger': 'agora.rtc', 'code': 70001}, {'exc_info': error}):\n"
        "    print(codegloss.enrich({**event, 'level': 'error'}).get('vendor'))"
    )
    assert run(code, CODEGLOSS_CATALOG=str(path))[1].split() == ["agora", "agora"]
    assert run(code)[1].split() == ["None", "None"]

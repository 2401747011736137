"""`codegloss explain`: codes, symbols and log lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import codegloss
from codegloss._cli import main


def test_a_code_in_a_scope_says_everything(cli):
    done = cli("explain", "416", "--scope", "netease.nim")
    (entry,) = codegloss.resolve(416, scope="netease.nim").candidates
    assert done.status == 0
    for text in (entry.meaning["en"], entry.remedy["en"], *entry.symbols):
        assert text in done.out
    assert entry.category in done.out
    assert entry.source[0]["section"] in done.out
    assert "HTTP status 416" in done.out
    elsewhere = done.out.partition("the same number elsewhere")[2]
    assert "netease.webrtc" in elsewhere


def test_several_meanings_stand_side_by_side(cli):
    done = cli("explain", "404", "--json")
    candidates = done.json[0]["candidates"]
    index = codegloss.resolve(404).candidates
    assert done.status == 0
    assert done.json[0]["status"] == "ambiguous"
    assert len(candidates) == len(index)
    shown = cli("explain", "404").out
    top = shown.partition("\n\n")[0]
    assert all(entry.meaning["en"] in top for entry in index)


def test_a_symbol_finds_its_codes(cli):
    done = cli("explain", "ERR_ROOM_ID_OCCUPIED", "--json")
    answer = done.json[0]
    assert {each["code"] for each in answer["candidates"]} == {100003, -2106}
    assert all("ERR_ROOM_ID_OCCUPIED" in c["symbols"] for c in answer["candidates"])


@pytest.mark.parametrize("code", ["-3", "-0x3"])
def test_a_number_below_zero_is_no_option(cli, code):
    done = cli("explain", code, "--scope", "tencent", "--json")
    assert {each["code"] for each in done.json[0]["candidates"]} == {-3}


def test_what_the_sdk_says_differently(cli):
    catalog = codegloss.load_catalog()
    entry = next(e for e in catalog.entries if e.sdk_code is not None)
    done = cli("explain", str(entry.code), "--scope", entry.scope)
    assert f"SDK has {entry.sdk_code}" in done.out


def test_unknown_codes_and_scopes_have_exit_codes(cli):
    done = cli("explain", "77777777")
    assert (done.status, "no known code" in done.out) == (1, True)
    elsewhere = cli("explain", "100018", "--scope", "netease")
    assert (elsewhere.status, "known elsewhere" in elsewhere.out) == (1, True)
    wrong = cli("explain", "416", "--scope", "nimm")
    assert (wrong.status, "netease.nim" in wrong.err) == (2, True)


def test_success_is_no_error(cli):
    done = cli("explain", "0", "--scope", "tencent.live", "--json")
    assert "tencent.live" in done.json[0]["success_of"]


def test_a_json_line_says_why(cli):
    line = json.dumps({"logger": "rtc.tencent", "code": 100018})
    done = cli("explain", line)
    assert done.status == 0
    assert "for:       logger 'rtc.tencent'" in done.out
    assert "The room requires a password" in done.out
    request = json.dumps({"method": "GET", "path": "/x", "code": 404})
    silent = cli("explain", request, "--json")
    assert (silent.status, silent.json[0]["added"]) == (1, {})
    assert silent.json[0]["reasons"][0]["rule"] == "http-status"


def test_lines_of_standard_input(cli):
    lines = b'{"sdk": "NIM", "code": 416}\n\n'
    lines += b"2026-01-02 03:04:05 ERROR rtc.tencent: x code=100018\n"
    done = cli("explain", "--json", stdin=lines)
    assert [each["added"]["vendor"] for each in done.json] == ["netease", "tencent"]
    assert cli("explain", stdin=b"").status == 1


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x00 code=416",
        b"[" * 10_000,
        b'{"code": NaN}',
        b'{"a": "\\ud800"}',
        b"x" * 3_000_000,
    ],
    ids=["bytes", "brackets", "nan", "surrogate", "long"],
)
def test_hostile_lines(cli, line):
    assert cli("explain", stdin=line).status in {0, 1}


def test_chinese(cli, monkeypatch):
    meaning = codegloss.resolve(100018, scope="tencent").entry.meaning["zh"]
    assert meaning in cli("explain", "100018", "--lang", "zh").out
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert meaning in cli("explain", "100018").out


@pytest.mark.parametrize(
    "words",
    [
        ["416"],
        ["416", "--scope", "netease.nim", "--json"],
        ["--json", "--lang=zh", "ERR_ROOM_ID_OCCUPIED"],
        ["--scope=tencent", "--scope", "netease", "403"],
        ["77777777"],
    ],
    ids=" ".join,
)
def test_the_short_way_says_what_the_long_one_says(cli, monkeypatch, words):
    quick = main._quick(["explain", *words])
    assert quick is not None
    short = cli("explain", *words)
    monkeypatch.setattr(main, "_quick", lambda _words: None)
    long = cli("explain", *words)
    assert (short.status, short.out, short.err) == (long.status, long.out, long.err)


@pytest.mark.parametrize(
    "words",
    [["explain"], ["explain", "--help"], ["explain", "1", "2"], ["explain", "a b"],
     ["explain", "416", "--lang", "de"], ["explain", "416", "--scope"], ["scan", "x"]],
)  # fmt: skip
def test_the_short_way_leaves_the_rest_to_the_long_one(words):
    assert main._quick(words) is None


def test_a_product_without_its_vendor(cli):
    short = cli("explain", "416", "--scope", "nim")
    assert (short.status, short.out) == (
        0,
        cli("explain", "416", "--scope", "netease.nim").out,
    )
    listed = cli("list", "--scope", "neroom", "--json").json
    assert {each["product"] for each in listed} == {"neroom"}
    assert cli("explain", "1001", "--scope", "live").status == 2


def test_a_log_line_without_quotes(cli):
    pasted = cli("explain", "TUILiveKit", "join", "failed", "code=100018")
    quoted = cli("explain", "TUILiveKit join failed code=100018")
    assert (pasted.status, pasted.out) == (0, quoted.out)
    assert "The room requires a password" in pasted.out
    assert cli("explain", "416", "ERR_ROOM_ID_OCCUPIED").out.count("meaning") >= 1


@pytest.mark.parametrize("text", ["code=416", "TUILiveKit join failed code=100018"])
def test_a_pair_of_a_text_is_explained_once(cli, text):
    (told,) = cli("explain", text, "--json").json
    assert [each["field"] for each in told["reasons"]] == ["code"]
    assert cli("explain", text).out.count("code = ") == 1
    # What JSON says in two places was said twice.
    line = json.dumps({"code": 416, "event": "failed, 416", "sdk": "NIM"})
    assert "code = 416" in cli("explain", line).out


@pytest.mark.parametrize("command", ["explain", "scan", "enrich"])
def test_whoever_gives_nothing_is_told_what_is_waited_for(command):
    pty = pytest.importorskip("pty")
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "codegloss", command],
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(end)
    try:
        told = process.stderr.readline()
        os.write(terminal, b"\x04")  # Ctrl-D, once
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
        os.close(terminal)
    assert told.startswith(b"codegloss: reading standard input")


def test_a_pipe_is_not_told_of(cli):
    assert cli("explain", stdin=b"416\n").err == ""

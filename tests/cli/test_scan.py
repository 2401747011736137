"""`codegloss scan`: counts, forms of logs, bad input, the page, and stubs."""

from __future__ import annotations

import html.parser
import json
import os
import re
from collections import Counter

import pytest
from rich.cells import cell_len
from scanned import ERROR, LINE, counts

from codegloss._cli.lines import event_of

# --- what is counted -----------------------------------------------------------------


def test_a_log_of_real_programs(cli, tmp_path):
    pytest.importorskip("structlog")
    pytest.importorskip("loguru")
    make_log = pytest.importorskip("make_log")
    path = str(tmp_path / "app.log")
    expected = make_log.write(path, 20_000, 0.02)
    facts = cli("scan", path, "--json").json[0]
    assert counts(facts) == expected
    assert facts["events"] == sum(expected.values())
    assert facts["lines"] == 20_000
    assert facts["unknown"] == []
    assert facts["retryable"] == {
        "yes": expected[416], "no": expected[100018] + expected[100004], "unknown": 0
    }  # fmt: skip
    assert facts["loggers"]["rtc.tencent"] == expected[100018] + expected[100004]
    assert sum(each["count"] for each in facts["over_time"]) == facts["events"]


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        b"2026-11-21 10:00:00,123 ERROR rtc.tencent: join failed, code=100018",
        b"2026-11-21 10:00:00,123 - rtc.tencent - ERROR - join failed: code=100018",
        b"ERROR:rtc.tencent:join failed code=100018",
        b"2026-11-21 10:00:00.123 | ERROR    | rtc.tencent:join:12 - no: code=100018",
        b'ts=2026-11-21T10:00:00Z level=error logger=rtc.tencent msg="no" code=100018',
        b"2026-11-21 10:00:00 [\x1b[31merror\x1b[0m] no code=100018 logger=rtc.tencent",
        json.dumps({"log": LINE.decode() + "\n", "stream": "stderr"}).encode(),
        b"2026-11-21T10:00:00.000000000Z stderr F " + LINE,
        json.dumps(
            {"text": "x", "record": {"message": "x", "name": "rtc.tencent", "level":
             {"name": "ERROR"}, "extra": {"code": 100018}, "time": {}}}
        ).encode(),
    ],
    ids=["json", "stdlib", "dashes", "basic", "loguru", "logfmt", "console", "docker",
         "cri", "loguru-json"],
)  # fmt: skip
def test_forms_of_lines(cli, line):
    facts = cli("scan", "--json", stdin=line + b"\r\n").json[0]
    assert counts(facts) == {100018: 1}
    assert list(facts["loggers"]) == ["rtc.tencent"]


def test_quiet_lines_of_text_are_not_read():
    assert (
        event_of(b"2026-11-21 10:00:00 INFO rtc.tencent: failed, code=100018") is None
    )
    assert event_of(b'10.0.0.1 - - "GET /x HTTP/1.1" 404 100018') is None


def test_a_scope_is_a_prior(cli):
    line = b'{"level": "error", "event": "join failed", "code": 100018}\n'
    assert cli("scan", "--json", stdin=line).json[0]["events"] == 0
    done = cli("scan", "--json", "--scope", "tencent", stdin=line)
    assert done.json[0]["events"] == 1


def test_look_alikes_and_unknown_codes(cli):
    lines = [
        {"method": "GET", "path": "/x", "code": 404},
        {"level": "error", "logger": "acme", "code": 70123, "event": "send failed"},
        {"level": "error", "logger": "acme", "errcode": "ACME_X"},
        {"level": "info", "logger": "acme", "code": 70124},
        {"level": "info", "event": "paid", "code": 416},
        {"level": "info", "event": "fine", "code": 200},
    ]
    stdin = "\n".join(map(json.dumps, lines)).encode()
    facts = cli("scan", "--json", stdin=stdin).json[0]
    assert facts["events"] == 0
    assert facts["left_alone"] == 2
    assert {(each["code"], each["field"]) for each in facts["unknown"]} == {
        (70123, "code"), ("ACME_X", "errcode")
    }  # fmt: skip
    assert "send failed" in facts["unknown"][0]["example"]


@pytest.mark.parametrize("key", ["level", "levelname", "severity", "log_level", "lvl"])
@pytest.mark.parametrize(
    ("level", "is_loud"),
    [("emergency", True), ("SEVERE", True), ("notice", False), (30, False)],
)
def test_levels_by_every_name(cli, key, level, is_loud):
    line = json.dumps({key: level, "logger": "acme", "code": 70123}).encode()
    facts = cli("scan", "--json", stdin=line).json[0]
    assert len(facts["unknown"]) == is_loud
    if type(level) is str:
        text = f"{key}={level} logger=rtc.tencent msg=failed code=100018".encode()
        assert (event_of(text) is not None) == is_loud


def test_the_report_for_people(cli, log):
    later = json.dumps({**ERROR, "timestamp": "2026-11-21T12:00:00Z"}).encode()
    path = log(
        LINE, LINE, later, b'{"sdk": "Tencent", "code": 100004, "level": "error"}'
    )
    done = cli("scan", path)
    assert done.status == 0
    assert "4 lines; 4 events" in done.out
    assert "The room requires a password" in done.out
    assert "2026-11-21T10:00:00Z" in done.out
    assert "2026-11-21T12:00:00Z" in done.out
    assert "tencent.live, tencent.roomengine: The room does not exist" in done.out
    assert "█" in done.out
    assert "\x1b" not in done.out
    assert "密码" in cli("scan", path, "--lang", "zh").out
    assert cli("scan", path, "--fail").status == 1
    assert cli("scan", "--fail", stdin=b"hello\n").status == 0


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize(
    ("lang", "meaning"),
    [("en", "The room requires a password"), ("zh", "这个房间设有进入密码")],
)
def test_the_report_on_a_narrow_terminal(cli, monkeypatch, width, lang, meaning):
    monkeypatch.setattr("codegloss._cli.output._PIPE_WIDTH", width)
    unknown = b'{"level":"error","logger":"acme","errcode":"ACME_SEND_FAILED"}'
    stdin = b"\n".join([LINE, LINE, b'{"sdk": "Tencent", "code": 100004}', unknown])
    out = cli("scan", "--lang", lang, stdin=stdin).out
    assert max(map(cell_len, out.splitlines())) <= width
    assert meaning in out
    whole = {"100018", "tencent.live", "100004", "ACME_SEND_FAILED", "rtc.tencent"}
    assert whole | {"2026-11-21T10:00:00Z"} <= set(re.findall(r"[\w.:-]+", out))


def test_one_is_one(cli, tmp_path):
    page = tmp_path / "page.html"
    stdin = LINE + b"\n"
    assert "1 line; 1 event with vendor errors\n" in cli("scan", stdin=stdin).out
    none = cli("scan", "--html", str(page), stdin=b'{"path": "/", "code": 404}').out
    assert "1 line; 0 events with vendor errors\n1 look-alike left alone\n" in none
    assert "1 line; 0 events with vendor errors" in page.read_text(encoding="utf-8")
    assert "1 行; 1 含厂商错误的事件" in cli("scan", "--lang", "zh", stdin=stdin).out
    done = cli("scan", "--stub", stdin=b'{"level": "error", "errcode": "ACME_X"}')
    assert "Seen 1 time under errcode" in done.out


def test_nothing_of_a_log_reaches_the_terminal_raw(cli):
    line = json.dumps({"level": "error", "code": "X\x1b[31m[red]", "event": "\x07"})
    out = cli("scan", stdin=line.encode()).out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[red]" in out


# --- the page and the stubs ----------------------------------------------------------


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = Counter(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def test_the_page_holds_hostile_logs_as_text(cli, tmp_path):
    evil = (
        '</code><script>alert(1)</script><img src=x onerror=alert(2)>"\'><a href="//x">'
    )
    lines = [
        {**ERROR, "logger": evil + "tencent", "event": evil},
        {**ERROR, "timestamp": "2026-11-22T10:00:00Z"},
        {"level": "error", "errcode": evil[:60], "event": evil},
    ]
    path = tmp_path / "report.html"
    stdin = "\n".join(map(json.dumps, lines)).encode()
    done = cli("scan", "--html", str(path), stdin=stdin)
    assert done.status == 0
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "img", "a", "iframe", "link"} & page.tags.keys()
    assert not [each for each in page.attributes if each[1].startswith("on")]
    assert not [each for each in page.attributes if each[1] in {"src", "href"}]
    assert evil[:40] in page.text
    assert "The room requires a password" in page.text
    assert page.tags["rect"] >= 2
    assert "default-src 'none'" in text


def test_no_half_written_page(cli, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(
        os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with pytest.raises(OSError, match="full"):
        cli("scan", "--html", str(path), stdin=LINE)
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["report.html"]


def test_stubs_are_a_catalog_to_fill_in(cli, tmp_path):
    lines = [
        {"level": "error", "logger": "acme", "code": 70123, "event": "a\u2028b\x1b"},
        {"level": "error", "errcode": "ACME_X"},
        {"level": "error", "errcode": 70123},
    ]
    stdin = "\n".join(map(json.dumps, lines)).encode()
    done = cli("scan", "--stub", "--product", "acme.im", stdin=stdin)
    path = tmp_path / "acme.json"
    path.write_text(done.out, encoding="utf-8")
    checked = cli("check", str(path), "--json")
    places = {each["place"].rpartition(").")[2] for each in checked.json[0]["faults"]}
    assert places == {"meaning.en", "remedy.en"}
    data = json.loads(done.out)
    assert [each["code"] for each in data["entries"]] == [70123, "ACME_X"]
    for entry in data["entries"]:
        entry["meaning"] = entry["remedy"] = {"en": "Words of our own"}
    path.write_text(json.dumps(data), encoding="utf-8")
    assert cli("check", str(path)).status == 0
    again = cli("scan", "--catalog", str(path), "--json", stdin=stdin).json[0]
    assert counts(again)[70123] == 1


def test_stubs_hold_own_codes_with_a_vendor_s_number(cli, tmp_path):
    error = {"level": "error", "logger": "acme.rooms", "event": "booking failed"}
    lines = [
        {**error, "code": 100018},
        {**error, "code": 100018},
        {**error, "code": 416},
        # Somebody else's, as far as one can see: a vendor's, a server's, none at all.
        {**error, "logger": "rtc.tencent", "code": 100004},
        {**error, "method": "GET", "path": "/x", "code": 404},
        {**error, "logger": "agora.rtc", "code": 403},
        {**error, "level": "info", "event": "booked", "code": 414},
        {**error, "event": "failed, code=100019"},
    ]
    stdin = "\n".join(map(json.dumps, lines)).encode()
    facts = cli("scan", "--json", stdin=stdin).json[0]
    assert {each["code"]: each["count"] for each in facts["unclear"]} == {
        100018: 2, 416: 1
    }  # fmt: skip
    done = cli("scan", "--stub", "--product", "acme.rooms", stdin=stdin)
    data = json.loads(done.out)
    assert [each["code"] for each in data["entries"]] == [416, 100018]
    theirs, seen = data["entries"][1]["notes"]
    assert "tencent.live, tencent.roomengine" in theirs
    assert "remove this entry if it is theirs" in theirs
    assert seen.startswith("Seen 2 times under code: ")
    for entry in data["entries"]:
        entry["meaning"] = entry["remedy"] = {"en": "Words of our own"}
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert cli("check", str(path)).status == 0
    again = cli("scan", "--catalog", str(path), "--json", stdin=stdin).json[0]
    assert again["unclear"] == []
    assert [
        (each["code"], each["candidates"])
        for each in again["resolved"]
        if each["vendor"] == "acme"
    ] == [(100018, ["acme.rooms"]), (416, ["acme.rooms"])]


@pytest.mark.parametrize("product", ["", "Acme", "a.b.c", "acme", "a.b\n"])
def test_stubs_want_a_product(cli, product):
    done = cli("scan", "--stub", "--product", product, stdin=LINE)
    assert done.status == 2


def test_stubs_of_nothing(cli, tmp_path):
    path = tmp_path / "none.json"
    path.write_text(cli("scan", "--stub", stdin=LINE).out, encoding="utf-8")
    assert cli("check", str(path)).status == 0

"""`codegloss scan` on bad input and as a program: pipes, disks, interrupts."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from scanned import ERROR, LINE, counts

from codegloss._archive import files
from codegloss._archive.packed import zstd_library
from codegloss._cli import reading, tally
from codegloss._cli.moments import Timeline, moment_of

zstd = zstd_library()

# --- where it comes from -------------------------------------------------------------


def test_packed_files_and_folders(cli, log, tmp_path):
    folder = tmp_path / "logs" / "inner"
    folder.mkdir(parents=True)
    (folder / "a.log").write_bytes(LINE)
    packed = gzip.compress(LINE + b"\n") + gzip.compress(LINE)
    (folder / "b.log.gz").write_bytes(packed)
    frames = zstd.compress(LINE + b"\n") + zstd.compress(LINE)
    (tmp_path / "logs" / "c.zst").write_bytes(frames)
    (folder / ".hidden").write_bytes(LINE)
    facts = cli("scan", str(tmp_path / "logs"), "--json").json[0]
    assert counts(facts) == {100018: 5}
    assert cli("scan", "-", "--json", stdin=packed).json[0]["events"] == 2


def test_the_report_is_no_log(cli, log, tmp_path):
    log(LINE)
    log(LINE, name="old.HTML")
    for name in ("page.html", "page"):
        words = ("scan", str(tmp_path), "--html", str(tmp_path / name), "--json")
        before = cli(*words).json[0]
        assert (before["lines"], cli(*words).json[0]) == (1, before)
        tmp_path.joinpath(name).unlink()
    # Who names a page means it.
    assert cli("scan", str(tmp_path / "old.HTML"), "--json").json[0]["lines"] == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gz", "zst"])
def test_truncated_files_are_read_as_far_as_they_go(cli, tmp_path, pack):
    noise = [
        json.dumps({"n": n, "x": os.urandom(20).hex()}).encode() for n in range(9_999)
    ]
    path = tmp_path / "cut"
    path.write_bytes(pack(b"\n".join([LINE, *noise]))[:-2_000])
    done = cli("scan", str(path), "--json")
    assert done.status == 3
    assert done.json[0]["events"] == 1
    assert "truncated or damaged" in done.err


@pytest.mark.parametrize(
    "content",
    [random.Random(1).randbytes(50_000), bytes(range(32)) * 99],  # noqa: S311
    ids=["random", "controls"],
)
def test_binary_files(cli, log, tmp_path, content):
    path = tmp_path / "core"
    path.write_bytes(b"\x7fELF" + content)
    done = cli("scan", str(path), log(LINE), "--json")
    assert (done.status, done.json[0]["events"]) == (3, 1)
    assert "core: is binary" in done.err


def test_missing_unreadable_and_empty_files(cli, log, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    assert cli("scan", str(empty)).status == 0
    done = cli("scan", str(tmp_path / "none"), log(LINE), "--json")
    assert (done.status, done.json[0]["events"]) == (3, 1)
    assert "none: No such file" in done.err


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe ERROR " * 99, b"\0" * 9_999, b'{"code": "\0"}', b"[" * 99_999,
        b'{"a":' * 99_999, b'{"code": 1e999, "level": "error"}', b"{}", b"null", b"\r",
        b'{"record": 1, "text": 2}', b'{"record": {"extra": []}, "text": 2}',
        b'{"code": ' + b"9" * 5_000 + b', "level": "error"}',
        b'{"timestamp": 1e300, "level": "error", "logger": "rtc.tencent", "code": -3}',
        b'{"timestamp": "9999-99-99 99:99:99", "level": [], "logger": {}, "code": "a"}',
        b"level=error " + b'a="' * 9_999, b"ERROR " + b"=" * 99_999,
        b'{"log": "{\\"log\\": \\"x\\", \\"stream\\": 1}", "stream": 1}',
    ],
)  # fmt: skip
def test_hostile_lines_are_counted(cli, line):
    facts = cli("scan", "--json", stdin=line + b"\n" + LINE + b"\n").json[0]
    assert facts["lines"] == 2
    assert counts(facts)[100018] == 1
    assert cli("scan", stdin=line + b"\n" + LINE).status == 0


@pytest.mark.parametrize(
    "line",
    [b"\xef\xbb\xbf" + LINE, LINE[:-1] + b', "x": "\xff\xe7\x99"}',
     LINE[:-1] + b', "x": NaN, "y": "\\ud800"}'],
    ids=["BOM", "no UTF-8", "NaN"],
)  # fmt: skip
def test_odd_json_is_json(cli, line):
    facts = cli("scan", "--json", stdin=line).json[0]
    assert counts(facts) == {100018: 1}
    assert facts["resolved"][0]["loggers"] == {"rtc.tencent": 1}


def test_very_long_lines_are_counted_and_left_out(cli):
    stdin = b"\n".join([b"x" * 10_000_000, LINE, b'{"a": "' + b"y" * 3_000_000, LINE])
    facts = cli("scan", "--json", stdin=stdin).json[0]
    assert facts["too_long"] == 2
    assert counts(facts) == {100018: 2}


@pytest.mark.parametrize("size", [1, 7, 64, 4_096])
def test_blocks_end_anywhere(monkeypatch, tmp_path, size):
    monkeypatch.setattr(files, "BLOCK", size)
    monkeypatch.setattr(reading, "MAX_LINE", 100)
    path = tmp_path / "log"
    lines = [b"a" * n for n in (0, 1, 99, 5_000, 3, 0, 100, 200, 5)]
    path.write_bytes(b"\n".join(lines))
    source = reading.Source()
    found = [line for several in source.lines([str(path)]) for line in several]
    assert [line for line in found if len(line) <= 100] == [
        line for line in lines if len(line) <= 100
    ]
    assert source.bytes_read == path.stat().st_size


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(tally, "_MAX_UNKNOWN", 50)
    monkeypatch.setattr(tally, "_MAX_LOGGERS", 50)
    seen = tally.Tally()
    for number in range(500):
        unknown = {"level": "error", "code": f"X{number}", "logger": f"a{number}"}
        known = {**ERROR, "logger": f"rtc.tencent.{number}"}
        seen.add([json.dumps(unknown).encode(), json.dumps(known).encode()])
    assert len(seen.unknown) == 50
    assert seen.unknown_left_out == 450
    assert len(seen.loggers) == 51
    assert seen.loggers[tally.OTHERS] == 450


def test_time_is_bounded_too():
    line = Timeline()
    for number in range(100_000):
        line.add(number * 97)
    bars = line.bars(60)
    assert len(line._slots) <= 2_048
    assert sum(count for _, count in bars) == 100_000
    assert max(count for _, count in bars) < 2 * min(count for _, count in bars)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-11-21T10:00:00Z", 1_795_255_200),
        ("2026-11-21 10:00:00,5", 1_795_255_200.5),
        ("2026-11-21T12:00:00+02:00", 1_795_255_200), (1_795_255_200, 1_795_255_200),
        (1_795_255_200_000, 1_795_255_200), ("1795255200.25", 1_795_255_200.25),
        ("yesterday", None), (True, None), (float("nan"), None), (-5, None), (12, None),
        ("2026-13-21T10:00:00Z", None), ([], None),
    ],
)  # fmt: skip
def test_moments(value, seconds):
    assert moment_of({"time": value}) == seconds


# --- as a program --------------------------------------------------------------------


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_follow_through_rotation(program, tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes(LINE + b"\n" + LINE[:20])
    out = tmp_path / "out"
    with out.open("wb") as file:
        process = program("scan", "--follow", str(path), stdout=file)
        wait_for(lambda: out.read_bytes().count(b"100018: The room") == 1)
        with path.open("ab") as log:
            log.write(LINE[20:] + b"\n")
        wait_for(lambda: out.read_bytes().count(b"100018: The room") == 2)
        path.rename(tmp_path / "app.log.1")
        path.write_bytes(LINE + b"\n")
        wait_for(lambda: out.read_bytes().count(b"100018: The room") == 3)
        path.write_bytes(b"")
        time.sleep(0.5)
        path.write_bytes(LINE + b"\n")
        wait_for(lambda: out.read_bytes().count(b"100018: The room") == 4)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert process.returncode == 0
    assert b"4 events with vendor errors" in out.read_bytes()


def test_follow_wants_one_file_that_is_there(cli, tmp_path):
    assert cli("scan", "--follow").status == 2
    assert cli("scan", "--follow", "-").status == 2
    done = cli("scan", "--follow", str(tmp_path / "none"))
    assert (done.status, "No such file" in done.err) == (3, True)


@pytest.mark.parametrize(
    "words", [["list"], ["list", "--json"], ["explain", "404"]], ids=" ".join
)
def test_a_closed_pipe(program, words):
    process = program(*words)
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize(
    "words", [["list"], ["list", "--json"], ["explain", "404"]], ids=" ".join
)
def test_a_full_disk(program, words):
    with open("/dev/full", "wb") as full:
        process = program(*words, stdout=full)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 4
    assert b"cannot write: No space left" in err
    assert b"Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_page_that_cannot_be_written(program):
    process = program("scan", "--html", "/proc/none/report.html")
    _, err = process.communicate(LINE, timeout=30)
    assert process.returncode == 4
    assert b"cannot write: /proc/none/report.html: No such file" in err
    assert b"Traceback" not in err


def test_an_interrupt(program, tmp_path):
    report = tmp_path / "report.html"
    process = program("scan", "--html", str(report))
    process.stdin.write(LINE + b"\n")
    process.stdin.flush()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    err = process.stderr.read()
    assert process.returncode == 130
    assert err == b"codegloss: interrupted\n"
    assert not report.exists()


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux tells")
def test_bounded_memory(tmp_path):
    path = tmp_path / "big.log"
    quiet = json.dumps({"level": "info", "event": "x" * 100}).encode() + b"\n"
    with path.open("wb") as file:
        for number in range(2_000):
            unknown = b'{"level": "error", "code": "N%d"}\n' % number
            file.write(quiet * 200 + LINE + b"\n" + unknown)
    code = (
        "import sys; from codegloss._cli.main import run; run(sys.argv[1:])\n"
        "told = open('/proc/self/status').read()\n"
        "print(told.partition('VmHWM:')[2].split()[0], file=sys.stderr)"
    )

    def kilobytes(*words):
        command = [sys.executable, "-c", code, "scan", "--json", *words]
        done = subprocess.run(command, capture_output=True, input=LINE, check=True)
        return int(done.stderr), json.loads(done.stdout)["lines"]

    small, _ = kilobytes()
    large, lines = kilobytes(str(path))
    assert lines == 2_000 * 202
    # The file alone has 55 MB.
    assert large - small < 15_000

"""`enrich` and `export`: the archives' engine on the command line."""

from __future__ import annotations

import gzip
import json
import signal
import sys

import pytest

from codegloss._archive.export import TARGETS
from codegloss._archive.files import part_of

CODE = b'{"sdk":"NIM","code":416}'
GLOSSED = CODE[:-1] + (
    b',"vendor":"netease","product":"nim",'
    b'"meaning":"Requests arrive faster than the rate limit allows","retryable":true}'
)


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("in.ndjson").write_bytes(CODE + b"\ntext\n")
    return tmp_path


def test_enrich(cli, log):
    done = cli("enrich", "in.ndjson", "-o", "out.ndjson.gz")
    assert (done.status, done.out) == (0, "")
    assert done.err == "2 lines: 1 explained, 1 no JSON object, left as is\n"
    assert cli("enrich", "-o", "one", stdin=CODE).err.startswith("1 line: 1 explained")
    written = gzip.decompress(log.joinpath("out.ndjson.gz").read_bytes())
    assert written == GLOSSED + b"\ntext\n"
    assert not log.joinpath("out.ndjson.gz.part").exists()


def test_enrich_says_what_it_is_asked_for(cli, log):
    words = ("--fields", "symbol,meaning", "--prefix", "x_", "--lang", "zh")
    done = cli("enrich", "in.ndjson", "-o", "out", "--json", *words)
    assert json.loads(done.err) == {"lines": 2, "explained": 1, "broken": 1}
    event = json.loads(log.joinpath("out").read_bytes().splitlines()[0])
    assert set(event) == {"sdk", "code", "x_symbol", "x_meaning"}
    assert not event["x_meaning"].isascii()


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["nowhere.ndjson"], 3, "codegloss: nowhere.ndjson: No such file or directory"),
        (["cut.gz"], 3, "codegloss: cut.gz: is truncated or damaged"),
        (["text.gz", "-o", "missing/out"], 4, "missing/out.part: No such file"),
        (["in.ndjson", "-o", "in.ndjson"], 2, "input and output"),
        (["--resume"], 2, "only a file can be resumed"),
        (["--scope", "nope"], 2, "nope"),
        (["--fields", "nope"], 2, "known: vendor"),
        (["--catalog", "nowhere.json"], 2, "nowhere.json"),
        (["--jobs", "0"], 2, "jobs"),
    ],
)
def test_enrich_says_what_is_wrong(program, log, words, status, message):
    log.joinpath("cut.gz").write_bytes(gzip.compress(CODE * 99)[:-9])
    log.joinpath("text.gz").write_bytes(CODE)
    process = program("enrich", *words)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (status, b"")
    assert message in err.decode()
    assert "Traceback" not in err.decode()
    assert log.joinpath("in.ndjson").read_bytes() == CODE + b"\ntext\n"


def test_what_cannot_be_read_does_not_keep_the_others(cli, log):
    log.joinpath("cut.gz").write_bytes(gzip.compress(CODE + b"\n" + CODE)[:-9])
    log.joinpath("whole").write_bytes(CODE)
    inputs = ("nowhere", "whole", "nowhere", "cut.gz", "in.ndjson", ".")
    done = cli("enrich", *inputs, "-o", "out")
    assert done.status == 3
    assert "codegloss: nowhere: No such file or directory\n" in done.err
    assert "codegloss: cut.gz: is truncated" in done.err
    assert "codegloss: out lacks what could not be read" in done.err
    assert "lines: " in done.err
    out = log.joinpath("out").read_bytes()
    assert out.startswith(GLOSSED + b"\n")
    assert out.endswith(b"\n" + GLOSSED + b"\ntext\n")
    assert b"\n\n" not in out
    assert not log.joinpath("out.part").exists()
    for length in (0, len(GLOSSED) // 2, len(GLOSSED) + 1, len(out) - 3):
        log.joinpath("out.part").write_bytes(out[:length])
        assert cli("enrich", *inputs, "-o", "out", "--resume").status == 3
        assert log.joinpath("out").read_bytes() == out


def test_a_pipe_is_answered_line_by_line(program):
    process = program("enrich")
    process.stdin.write(CODE + b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == GLOSSED + b"\n"
    out, err = process.communicate(b"text", timeout=60)
    assert (process.returncode, out) == (0, b"text")
    assert err.startswith(b"2 lines: 1 explained")


def test_whoever_reads_may_leave(program):
    process = program("enrich")
    process.stdin.write(CODE + b"\n")
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(b"x\n" * 100_000, timeout=60)
    assert (process.returncode, err) == (141, b"")


def test_an_interrupt_says_how_to_go_on(program, log):
    process = program("enrich", "in.ndjson", "-", "-o", "out")
    process.stdin.write(CODE + b"\n")
    process.stdin.flush()
    part = log / "out.part"
    while not part.exists() or part.read_bytes().count(b"\n") < 3:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"out.part" in err
    assert b"--resume" in err
    assert not log.joinpath("out").exists()
    again = program("enrich", "in.ndjson", "-", "-o", "out", "--resume")
    again.communicate((CODE + b"\n") * 2, timeout=60)
    expected = [GLOSSED, b"text", GLOSSED, GLOSSED]
    assert log.joinpath("out").read_bytes().splitlines() == expected


def test_devices_have_no_parts(tmp_path):
    assert part_of("-") == "-"
    assert part_of("/dev/null") == "/dev/null"
    assert part_of(str(tmp_path / "out")).endswith("out.part")


def test_export(cli, tmp_path):
    folder = tmp_path / "new" / "folder"
    done = cli("export", "--to", "vector", "-o", str(folder))
    assert done.status == 0
    names = ["codegloss.csv", "codegloss.vrl", "vector.toml"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(done.out.splitlines()) == [str(folder / name) for name in names]
    as_json = cli("export", "--to", "csv", "-o", str(folder), "--json", "--lang", "zh")
    (told,) = as_json.json
    assert told == {"paths": [str(folder / "codegloss.csv")]}
    assert "请求" in (folder / "codegloss.csv").read_text(encoding="utf-8")


def test_export_knows_every_target(cli):
    done = cli("export", "--to", "nope")
    assert done.status == 2
    assert all(f"'{target}'" in done.err for target in TARGETS)


def test_what_is_not_installed_is_named_by_its_extra(cli, log, monkeypatch):
    for package in ("pyarrow", "pyarrow.parquet", "backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, package, None)
    folder = log / "folder"
    done = cli("export", "--to", "parquet", "-o", str(folder))
    assert (done.status, folder.exists()) == (2, False)
    assert "pip install 'codegloss[arrow]'" in done.err
    for package in ("backports", "compression"):
        monkeypatch.delattr(sys.modules.get(package), "zstd", raising=False)
    for words in (["enrich", "in.ndjson", "-o", "out.zst"], ["scan", "packed"]):
        log.joinpath("packed").write_bytes(b"\x28\xb5\x2f\xfd")
        done = cli(*words)
        assert done.status in {2, 3}
        assert "pip install 'codegloss[cli]'" in done.err


def test_export_says_what_cannot_be_written(program, tmp_path):
    tmp_path.joinpath("file").write_text("")
    process = program("export", "--to", "csv", "-o", str(tmp_path / "file" / "x"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert err.startswith(b"codegloss: cannot write: %b" % str(tmp_path).encode())

"""Other programs read the exported table, and say what codegloss says."""

from __future__ import annotations

import csv
import io
import json
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import codegloss
from codegloss import testing
from codegloss._archive.export import TARGETS, export
from codegloss._archive.keyed import COLUMNS, NOTES, rows

RATE = "Requests arrive faster than the rate limit allows"
CATALOG = testing.active_catalog()


@pytest.fixture(scope="module")
def table():
    return {row.key: row for row in rows(CATALOG)}


@pytest.fixture
def exported(tmp_path):
    """Return a function that exports and returns the files' texts by name."""

    def exported(target, **options):
        paths = export(target, str(tmp_path), **options)
        return {os.path.basename(path): Path(path).read_bytes() for path in paths}

    return exported


def program(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}: see .ci/peers")
    return path


def test_every_entry_has_a_key_that_says_what_resolve_says(table):
    assert len(table) > len(CATALOG.index)
    for entry in CATALOG.entries:
        resolution = codegloss.resolve(entry.code, scope=entry.scope)
        row = table.get(f"{entry.scope}:{entry.code}")
        if resolution.status in {"unknown", "success"}:
            assert row is None
        else:
            assert row.meaning == resolution.meaning
            assert row.retryable == resolution.retryable
        if entry.table is not None:
            assert f"{entry.scope}:{entry.table}:{entry.code}" in table


def test_ambiguity_survives(table):
    row = table["tencent:100004"]
    assert row.product is None
    assert row.candidates == "tencent.live tencent.roomengine"
    # A small number of one product alone is not said by the vendor's name.
    for row in table.values():
        if "." not in row.key.partition(":")[0]:
            assert codegloss.enrich({"code": row.code}, scope=row.vendor)


def test_retryable_stays_three_valued(table):
    assert {row.retryable for row in table.values()} == {True, False, None}
    texts = {row.texts()[COLUMNS.index("retryable")] for row in table.values()}
    assert texts == {"true", "false", ""}


def test_notes_stand_on_top(exported):
    for target in TARGETS:
        if target in {"csv", "parquet"}:
            continue
        texts = [text.decode() for text in exported(target).values()]
        assert any(NOTES[3] in text[:600] for text in texts), target


def test_language_and_own_catalog(exported, acme):
    catalog = codegloss.load_catalog(acme)
    files = exported("csv", catalog=catalog, language="zh")
    found = {row["key"]: row for row in csv.DictReader(text(files["codegloss.csv"]))}
    assert found["acme.pay:70123"]["meaning"] == "卡被拒绝"
    assert found["acme.pay:70123"]["catalog_version"] == catalog.version


def text(data):
    return io.StringIO(data.decode(), newline="")


@pytest.mark.parametrize("target", ["csv", "datadog", "splunk", "vector"])
def test_csv(target, exported, table):
    found = list(csv.reader(text(exported(target)["codegloss.csv"])))
    assert found[0] == list(COLUMNS)
    assert found[1:] == [row.texts() for row in table.values()]


def test_parquet_in_polars_and_duckdb(exported, table, tmp_path):
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    exported("parquet")
    path = tmp_path / "codegloss.parquet"
    assert polars.read_parquet(path).rows() == [tuple(row) for row in table.values()]
    found = duckdb.read_parquet(str(path)).order("key").fetchall()
    assert found == [tuple(row) for row in table.values()]


@pytest.mark.parametrize(
    ("target", "name"),
    [("otel-collector", "codegloss.yaml"), ("logstash", "codegloss.yml")],
)
def test_maps_of_maps(target, name, exported, table):
    # Every line is a key and a flow map of JSON scalars, which YAML reads as such.
    lines = exported(target)[name].decode().splitlines()
    body = [line for line in lines if line and not line.startswith("#")]
    found = json.loads("{" + ",".join(body) + "}")
    assert found == {row.key: row.facts() for row in table.values()}


def test_sqlite(exported, table):
    database = sqlite3.connect(":memory:")
    database.executescript(exported("sqlite")["codegloss.sql"].decode())
    found = database.execute("SELECT * FROM codegloss ORDER BY key").fetchall()
    assert found == [tuple(row) for row in table.values()]
    database.close()


def test_sql_is_quoted():
    from codegloss._archive.keyed import Row
    from codegloss._archive.targets import clickhouse, sqlite

    odd = Row("k", None, None, "1", "it's a \\ 'x'; --\n", None, None, None, None, "v")
    database = sqlite3.connect(":memory:")
    database.executescript(sqlite([odd])["codegloss.sql"])
    (found,) = database.execute("SELECT meaning FROM codegloss").fetchall()
    assert found == (odd.meaning,)
    database.close()
    # ClickHouse reads backslashes in a text.
    assert r"'it''s a \\ ''x''" in clickhouse([odd])["codegloss.sql"]
    assert "ENGINE = MergeTree ORDER BY key" in clickhouse([odd])["codegloss.sql"]


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    """Start a server of our own on a socket in a folder of our own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("needs postgresql")
    binaries = found[-1].parent
    folder = tmp_path_factory.mktemp("postgresql")
    as_user = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses
        user = pwd.getpwnam("postgres")
        for each in (folder, *folder.parents[:3]):
            if each.stat().st_uid == 0 and each != Path(tempfile.gettempdir()):
                os.chmod(each, 0o755)  # noqa: S103 - to be found by that user
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": "postgres", "group": user.pw_gid}
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_user}
    command = [
        binaries / "initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(command, check=True, cwd=folder, **quiet)
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-h", "", "-k", folder, "-F"],
        cwd=folder,
        **quiet,
    )

    def psql(sql):
        command = [program("psql"), "-h", folder, "-d", "postgres", "-X", "-q", "-A"]
        command += ["-t", "-v", "ON_ERROR_STOP=1"]
        return subprocess.check_output(
            command,
            text=True,
            cwd=folder,
            input=sql,
            stderr=subprocess.PIPE,
            **as_user,
        )

    for _ in range(100):
        try:
            psql("SELECT 1")
            break
        except subprocess.CalledProcessError:
            time.sleep(0.1)
    yield psql
    server.send_signal(signal.SIGINT)
    server.wait(30)


def test_postgresql(postgresql, exported, table, tmp_path_factory):
    sql = exported("postgresql")["codegloss.sql"].decode()
    for _ in range(2):  # a second time replaces the first
        postgresql(sql)
    query = 'SELECT json_agg(codegloss ORDER BY key COLLATE "C") FROM codegloss'
    found = json.loads(postgresql(query))
    assert found == [row._asdict() for row in table.values()]


EVENTS = [
    {"n": 0, "code": 416},
    {"n": 1, "code": "416"},
    {"n": 2, "code": 999_999_937},
    {"n": 3, "event": "no code"},
    {"n": 4, "code": 414},
]


def serve(command, out, tmp_path):
    """Run a log shipper until it has written all events; return its lines."""
    with tmp_path.joinpath("log").open("wb") as log:
        server = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        try:
            for _ in range(200):
                if out.exists() and out.read_bytes().count(b"\n") == len(EVENTS):
                    break
                time.sleep(0.05)
        finally:
            server.terminate()
            server.wait(30)
    assert out.exists(), tmp_path.joinpath("log").read_text()
    return out.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "in.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in EVENTS))
    return path


def test_rsyslog(exported, events, tmp_path, table):
    conf = exported("rsyslog")["codegloss.conf"].decode()
    conf = conf.replace("/etc/rsyslog.d", str(tmp_path))
    begin = f"""
        module(load="imfile")
        module(load="mmjsonparse")
        global(workDirectory="{tmp_path}")
        input(type="imfile" file="{events}" tag="t")
        action(type="mmjsonparse" cookie="")
    """
    end = f"""
        template(name="out" type="string" string="%$!n% %$!codegloss%\\n")
        action(type="omfile" file="{tmp_path}/out" template="out")
    """
    path = tmp_path / "rsyslog.conf"
    path.write_text(begin + conf + end, encoding="utf-8")
    command = [program("rsyslogd"), "-n", "-iNONE", "-f", path]
    found = dict(
        line.partition(" ")[::2] for line in serve(command, tmp_path / "out", tmp_path)
    )
    for number in ("0", "1"):
        assert json.loads(found[number]) == table["netease.nim:416"].facts()
    assert found["2"] == found["3"] == ""
    assert json.loads(found["4"]) == table["netease.nim:414"].facts()


def test_syslog_ng(exported, events, tmp_path, table):
    conf = exported("syslog-ng")["codegloss.conf"].decode()
    conf = conf.replace("/etc/syslog-ng", str(tmp_path))
    shown = "${.json.n} ${.codegloss.retryable} ${.codegloss.meaning}"
    begin = f"""@version: 3.35
        source s {{ file("{events}" flags(no-parse)); }};
        parser p {{ json-parser(prefix(".json.")); }};
        destination d {{ file("{tmp_path}/out" template("{shown}\\n")); }};
    """
    end = "\nlog { source(s); parser(p); parser(p_codegloss); destination(d); };\n"
    path = tmp_path / "syslog-ng.conf"
    path.write_text(begin + conf + end, encoding="utf-8")
    server = program("syslog-ng")
    modules = subprocess.check_output([server, "--module-registry"], text=True)
    if "add-contextual-data" not in modules:
        pytest.skip("needs syslog-ng-mod-add-contextual-data: see .ci/peers")
    command = [server, "-F", "--no-caps", "-f", path]
    command += ["-R", "persist", "-c", "control", "-p", "pid"]
    lines = serve(command, tmp_path / "out", tmp_path)
    assert lines[:2] == [f"0 true {RATE}", f"1 true {RATE}"]
    assert [line.strip() for line in lines[2:4]] == ["2", "3"]
    assert lines[4].endswith(table["netease.nim:414"].meaning)


def test_fluent_bit_in_lua(exported, tmp_path, table):
    lua = shutil.which("lua5.4") or shutil.which("luajit") or program("lua")
    exported("fluent-bit")
    calls = tmp_path / "calls.lua"
    calls.write_text(
        """
        dofile("codegloss.lua")
        local function show(record)
          local done, _, after = codegloss("t", 0, record)
          print(done, after.meaning, after.retryable)
        end
        show({codegloss_scope = "netease.nim", code = 416})
        show({codegloss_scope = "netease.nim", code = "416", meaning = "mine"})
        show({codegloss_scope = "netease.nim", code = 999999937})
        show({code = 416})
        """
    )
    out = subprocess.check_output([lua, calls], cwd=tmp_path, text=True)
    assert out.splitlines() == [
        f"2\t{RATE}\ttrue", "2\tmine\ttrue", "0\tnil\tnil", "0\tnil\tnil",
    ]  # fmt: skip


def test_an_unknown_target(tmp_path):
    with pytest.raises(ValueError, match="unknown target 'nope'; known: clickhouse"):
        export("nope", str(tmp_path))

"""The real engines say of the golden events what structlog says live."""

from __future__ import annotations

import json
import os
import pickle
import signal

import pytest

import codegloss

PASSWORD = "The room requires a password"
ROWS = {
    "level": ["error", "info", "error"],
    "logger": ["rtc.tencent", "app", "app"],
    "code": [100018, None, 416],
    "meaning": ["mine", None, None],
}


class TestPolars:
    @pytest.fixture(autouse=True)
    def _modules(self):
        self.pl = pytest.importorskip("polars")
        self.gloss = __import__("codegloss.polars", fromlist=["gloss"])

    def test_golden(self, lines, facts, said):
        frame = self.pl.DataFrame({"line": lines})
        assert said(self.gloss.gloss(frame, json_column="line").to_dicts()) == facts

    @pytest.mark.parametrize("engine", ["in-memory", "streaming"])
    def test_lazy(self, engine, tmp_path):
        path = tmp_path / "rows.parquet"
        self.pl.DataFrame(ROWS).write_parquet(path)
        lazy = self.gloss.gloss(self.pl.scan_parquet(path))
        done = lazy.filter(self.pl.col("code") > 0).collect(engine=engine)
        assert done["codegloss_meaning"].to_list() == [PASSWORD, None]
        assert done["meaning"].to_list() == ["mine", None]
        assert done.schema == lazy.collect_schema()

    def test_expression(self):
        frame = self.pl.DataFrame(ROWS)
        gloss = self.gloss.gloss_expr("code", "logger", "level")
        done = frame.select(gloss.struct.field("meaning"))
        assert done["meaning"].to_list() == [PASSWORD, None, None]
        assert frame.select(self.gloss.gloss_expr()).columns == ["gloss"]
        assert frame.head(0).select(gloss).is_empty()

    def test_a_missing_column_is_said_at_once(self):
        lazy = self.pl.LazyFrame(ROWS).map_batches(raising)
        with pytest.raises(ValueError, match="no column 'nope'"):
            self.gloss.gloss(lazy, columns=["nope"])


def raising(_frame):
    raise AssertionError


class TestDuckDB:
    @pytest.fixture
    def connection(self):
        duckdb = pytest.importorskip("duckdb")
        connection = duckdb.connect()
        yield connection
        connection.close()

    def register(self, connection, **options):
        __import__("codegloss.duckdb", fromlist=["register"]).register(
            connection, **options
        )

    def rows(self, connection, query):
        return connection.sql(query).to_arrow_table().to_pylist()

    def test_golden(self, connection, lines, facts, said):
        self.register(connection)
        connection.execute("CREATE TABLE logs (line VARCHAR)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[x] for x in lines])
        query = "SELECT unnest(gloss(line)) FROM logs"
        assert said(self.rows(connection, query)) == facts

    def test_a_row_is_an_event(self, connection):
        self.register(connection, function="explain", language="zh")
        connection.execute(
            "CREATE TABLE logs AS SELECT 'rtc.tencent' AS logger, 100018 AS code"
        )
        (row,) = self.rows(connection, "SELECT explain(logs) AS it FROM logs")
        assert row["it"]["product"] == "live"
        assert row["it"]["meaning"] != PASSWORD
        (row,) = self.rows(connection, "SELECT explain(NULL) AS it")
        assert row["it"]["meaning"] is None

    def test_what_is_no_event(self, connection):
        duckdb = pytest.importorskip("duckdb")
        self.register(connection)
        with pytest.raises(duckdb.Error, match="neither JSON text"):
            connection.execute("SELECT gloss(42)").fetchall()

    def test_the_catalog_is_a_table(self, connection):
        self.register(connection)
        query = """
            SELECT count(*) AS entries, count(DISTINCT vendor) AS vendors,
                count(retryable) < count(*) AS three_valued
            FROM codegloss_catalog
        """
        (row,) = self.rows(connection, query)
        catalog = codegloss.Enricher().engine._catalog
        assert row == {
            "entries": len(catalog.entries),
            "vendors": len(catalog.vendors),
            "three_valued": True,
        }


# Sockets that Spark leaves to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestSpark:
    @pytest.fixture(autouse=True)
    def _modules(self, spark):
        self.gloss = __import__("codegloss.spark", fromlist=["gloss"]).gloss

    def test_golden(self, spark, lines, facts, said):
        frame = spark.createDataFrame([[line] for line in lines], "line string")
        rows = self.gloss(frame.repartition(4), json_column="line").collect()
        found = {row.line: row.asDict() for row in rows}
        assert said([found[line] for line in lines]) == facts

    def test_a_worker_builds_the_catalog_once(self):
        pa = pytest.importorskip("pyarrow")
        module = __import__("codegloss.spark", fromlist=["_mapper"])
        from codegloss.arrow import BatchGlosser

        glosser = BatchGlosser()
        plain = pa.schema([(f.name, module.plain_type(f.type)) for f in glosser.schema])
        sent = pickle.dumps(glosser)
        assert module._unpickled(sent) is module._unpickled(bytes(bytearray(sent)))
        batch = pa.RecordBatch.from_pydict({"sdk": ["NIM"], "code": [416]})
        (done,) = module._mapper(sent, plain)(iter([batch]))
        assert done.schema == pa.schema([*batch.schema, *plain])
        assert done.column("retryable").to_pylist() == [True]

    def test_columns(self, spark):
        rows = list(zip(*ROWS.values(), strict=True))
        frame = spark.createDataFrame(
            rows, "level string, logger string, code int, meaning string"
        )
        done = self.gloss(frame)
        assert done.columns[:4] == frame.columns
        assert [row.codegloss_meaning for row in done.collect()] == [
            PASSWORD, None, None,
        ]  # fmt: skip

    def test_what_is_wrong_is_said_before_a_job_starts(self, spark):
        frame = spark.createDataFrame([[1]], "code int")
        for options, message in (
            ({"columns": ["nope"]}, "no column 'nope'"),
            ({"json_column": "code"}, "neither JSON text"),
            ({"scope": "nope"}, "nope"),
        ):
            with pytest.raises(ValueError, match=message):
                self.gloss(frame, **options)

    def test_own_catalogs_travel_with_the_job(self, spark, acme):
        catalog = codegloss.load_catalog(acme)
        frame = spark.createDataFrame([["error", 70123]], "level string, code int")
        (row,) = self.gloss(frame, scope="acme.pay").collect()
        assert row.meaning == "The card was declined"
        assert row.catalog_version == catalog.version

    def test_a_stream(self, spark, tmp_path, lines, facts):
        source, target = tmp_path / "in", tmp_path / "out"
        source.mkdir()
        half = len(lines) // 2
        for number, part in enumerate((lines[:half], lines[half:])):
            text = "\n".join(part)
            source.joinpath(f"{number}.ndjson").write_text(text, encoding="utf-8")
        stream = spark.readStream.text(str(source)).withColumnRenamed("value", "line")
        query = (
            self.gloss(stream, json_column="line")
            .writeStream.format("parquet")
            .option("path", str(target))
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination(120)
        found = {
            row.line: row.meaning for row in spark.read.parquet(str(target)).collect()
        }
        assert [found[line] for line in lines] == [f["meaning"] for f in facts]

    def test_a_worker_that_dies_is_retried(self, spark, tmp_path, lines, facts):
        frame = spark.createDataFrame([[line] for line in lines], "line string")
        died = tmp_path / "died"

        def die_once(batches):
            for batch in batches:
                if not died.exists():
                    died.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                yield batch

        dying = frame.coalesce(1).mapInArrow(die_once, frame.schema)
        glossed = self.gloss(dying, json_column="line")
        found = [row.meaning for row in glossed.collect()]
        assert died.exists()
        assert found == [fact["meaning"] for fact in facts]


def test_live_and_archive_carry_the_same(lines, facts):
    structlog = pytest.importorskip("structlog")
    from codegloss.structlog import GlossProcessor

    glossed = []
    log = structlog.wrap_logger(
        None,
        processors=[GlossProcessor(), lambda _, __, event: glossed.append(event) or ""],
        wrapper_class=structlog.BoundLogger,
    )
    for line, fact in zip(lines, facts, strict=True):
        event = json.loads(line)
        text = event.pop("event")
        log.bind(**event)._proxy_to_logger(event["level"], text)
        live = glossed.pop()
        for name in ("vendor", "meaning", "retryable"):
            # Where the event has such a key of its own, ours is another.
            assert live.get(f"codegloss_{name}", live.get(name)) == fact[name]

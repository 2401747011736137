"""Arrow batches say what `enrich` says, in columns."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import codegloss

pa = pytest.importorskip("pyarrow")
from codegloss._archive.columns import FIELDS
from codegloss.arrow import BatchGlosser, gloss_batch, gloss_reader

PLAIN = {"level": "info", "logger": "app.rooms", "event": "user joined"}
JOIN = {"level": "error", "logger": "rtc.tencent", "event": "join", "code": 100018}


def rows(*events, **columns):
    """Return a batch of events; a key that one of them lacks is null there."""
    names = dict.fromkeys(name for event in events for name in event)
    filled = [{name: event.get(name) for name in names} for event in events]
    return pa.RecordBatch.from_pylist(filled or [columns])


def meanings(batch, **options):
    return gloss_batch(batch, **options).column("meaning").to_pylist()


PASSWORD = "The room requires a password"


def test_the_golden_events_as_text(lines, facts, said):
    batch = pa.RecordBatch.from_pydict({"line": lines})
    assert said(gloss_batch(batch, json_column="line").to_pylist()) == facts


def test_the_golden_events_as_columns(lines, facts, said):
    for line, fact in zip(lines, facts, strict=True):
        added = BatchGlosser().facts(rows(json.loads(line)))
        assert said(added.to_pylist()) == [fact]


def test_columns_are_typed_and_stand_behind_those_that_are_there():
    batch = rows(JOIN)
    glossed = gloss_batch(batch)
    assert glossed.schema.names == [
        *batch.schema.names,
        *("vendor", "product", "codegloss_code", "meaning", "retryable", "match"),
        *("candidates", "catalog_version"),
    ]
    assert glossed.select(batch.schema.names).equals(batch)
    assert glossed.schema.field("meaning").type == pa.dictionary(
        pa.int32(), pa.string()
    )
    assert glossed.schema.field("retryable").type == pa.bool_()
    assert glossed.schema.field("candidates").type == pa.list_(pa.string())


def test_a_row_without_a_code_has_nulls_and_the_version():
    (row,) = BatchGlosser().facts(rows(PLAIN)).to_pylist()
    version = row.pop("catalog_version")
    assert version
    assert set(row.values()) == {None}


def test_own_columns_are_never_overwritten():
    batch = rows({**JOIN, "meaning": "mine", "codegloss_meaning": "also mine"})
    (row,) = gloss_batch(batch).to_pylist()
    assert row["meaning"] == "mine"
    assert row["codegloss_meaning"] == "also mine"
    assert row["codegloss_codegloss_meaning"] == PASSWORD


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([100018, None], pa.int32()),
        ([100018, 2**64 - 1], pa.uint64()),
        ([100018.0, None], pa.float64()),
        ([100018.0, 1.5], pa.float32()),
        (["100018", None], pa.string()),
        (["100018", "x"], pa.large_string()),
        (["100018", "x"], pa.string_view()),
        (["100018", None], pa.dictionary(pa.int8(), pa.string())),
    ],
    ids=str,
)
def test_types_of_a_code(values, kind):
    batch = pa.RecordBatch.from_pydict(
        {"code": pa.array(values, kind), "sdk": ["TUILiveKit", "TUILiveKit"]}
    )
    assert meanings(batch) == [PASSWORD, None]


@pytest.mark.parametrize(
    "values",
    [
        pa.nulls(1),
        pa.array([True]),
        pa.array([b"100018"]),
        pa.array([[100018]]),
        pa.array([float("nan")]),
        pa.array([100018], pa.timestamp("s")),
    ],
    ids=lambda values: str(values.type),
)
def test_what_is_no_code(values):
    assert meanings(pa.RecordBatch.from_pydict({"code": values})) == [None]


def test_levels_of_odd_types_do_not_hide_a_text():
    for level in (40, "ERROR", True, [1]):
        event = {"level": level, "event": "TUILiveKit code=100018 failed"}
        expected = codegloss.enrich(event).get("meaning")
        assert meanings(rows(event)) == [expected]


def test_a_given_scope_has_texts_read():
    batch = rows({"event": "failed, code=100018"})
    assert meanings(batch) == [None]
    with codegloss.scope("tencent.live"):
        assert meanings(batch) == [PASSWORD]
    assert meanings(batch, text=True, scope="tencent.live") == [PASSWORD]


def test_nested_columns():
    batch = rows({"sdk": "NIM", "error": {"code": 416, "message": None}})
    assert gloss_batch(batch).column("retryable").to_pylist() == [True]
    texts = pa.map_(pa.string(), pa.string())
    event = pa.array([[("sdk", "NIM"), ("code", "416")], None], texts)
    batch = pa.RecordBatch.from_pydict({"event": event})
    facts = gloss_batch(batch, json_column="event")
    assert facts.column("retryable").to_pylist() == [True, None]
    batch = pa.RecordBatch.from_pydict({"event": [{"sdk": "NIM", "code": 416}, None]})
    facts = gloss_batch(batch, json_column="event")
    assert facts.column("retryable").to_pylist() == [True, None]


def test_json_that_is_no_event():
    lines = ["", "{", "[1]", "null", "416", "[" * 100_000, '{"code": NaN}', None]
    batch = pa.RecordBatch.from_pydict({"line": lines})
    assert meanings(batch, json_column="line") == [None] * len(lines)


def test_a_slice_and_an_empty_batch():
    batch = rows(PLAIN, JOIN, PLAIN, JOIN)
    assert meanings(batch.slice(1, 2)) == [PASSWORD, None]
    assert meanings(batch.slice(0, 0)) == []
    assert BatchGlosser(columns=[]).facts(batch.select([])).num_rows == 4


def test_only_the_columns_that_are_named():
    assert meanings(rows(JOIN), columns=["code", "logger"]) == [PASSWORD]
    assert meanings(rows(JOIN), columns=["code"]) == [None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["code", "nope"]}, "no column 'nope'; there are: 'level'"),
        ({"json_column": "nope"}, "no column 'nope'"),
        ({"json_column": "code"}, "column 'code' is int64: neither JSON text"),
        ({"json_column": "event", "columns": ["code"]}, "or its json_column"),
        ({"scope": "tencant"}, "tencent"),
        ({"fields": ["nope"]}, "unknown field"),
    ],
)
def test_what_is_wrong_is_said_before_any_work(options, message):
    reader = pa.RecordBatchReader.from_batches(rows(JOIN).schema, broken())
    with pytest.raises(ValueError, match=message):
        gloss_reader(reader, **options)
    with pytest.raises(ValueError, match=message):
        gloss_batch(rows(JOIN), **options)


def broken():
    raise AssertionError
    yield


def test_a_reader_is_read_batch_by_batch():
    batch = rows(JOIN, PLAIN)
    reader = pa.RecordBatchReader.from_batches(batch.schema, iter([batch] * 3))
    table = gloss_reader(reader).read_all()
    assert table.column("meaning").to_pylist() == [PASSWORD, None] * 3


def test_equal_events_are_worked_out_once(monkeypatch):
    glosser = BatchGlosser()
    worked = []
    enrich = glosser._enricher.enrich
    monkeypatch.setattr(
        glosser._enricher, "enrich", lambda event: worked.append(1) or enrich(event)
    )
    # What is not read makes no difference; what is read does, and 1 is not "1".
    events = [{**JOIN, "user": f"u{n}", "took": n / 7} for n in range(500)]
    events += [{**JOIN, "code": 100012, "user": "x", "took": 0.5}]
    found = glosser.facts(rows(*events)).column("meaning").to_pylist()
    assert len(worked) == 2
    assert found[:500] == [PASSWORD] * 500
    assert found[500] not in {PASSWORD, None}


def test_fields_language_and_prefix():
    options = {"fields": ["category", "remedy", "retry_after"], "language": "zh"}
    glossed = gloss_batch(rows(JOIN), prefix="gloss_", **options)
    added = glossed.schema.names[-5:]
    assert added == [
        *("gloss_category", "gloss_remedy", "gloss_retry_after"),
        *("gloss_candidates", "gloss_catalog_version"),
    ]
    assert glossed.schema.field("gloss_retry_after").type == pa.float64()


def test_own_catalogs_travel_along(acme):
    codegloss.load_catalog(acme)
    sent = pickle.dumps(BatchGlosser(scope="acme.pay"))
    codegloss.load_catalog()  # another process knows nothing of it
    batch = rows({"level": "error", "code": 70123})
    facts = pickle.loads(sent).facts(batch)
    assert facts.column("meaning").to_pylist() == ["The card was declined"]


def test_pandas_through_arrow():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([JOIN, PLAIN])
    assert str(frame["code"].dtype) == "float64"
    glossed = gloss_batch(pa.RecordBatch.from_pandas(frame)).to_pandas()
    assert list(glossed["meaning"][:1]) == [PASSWORD]
    assert glossed["meaning"].isna().tolist() == [False, True]


CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.mark.parametrize("name", ["vendors", "lookalikes", "samples", "unseen"])
def test_says_what_enrich_says_of_the_corpus(name):
    """Leaving rows out before they are looked at loses none."""
    reference = codegloss.Enricher(prefix="ours:", fields=FIELDS)
    glosser = BatchGlosser(json_column="event")
    compared = 0
    for line in CORPUS.joinpath(f"{name}.jsonl").read_text("utf-8").splitlines():
        event = json.loads(line)["event"]
        event = {key: value for key, value in event.items() if value is not None}
        try:
            batch = pa.RecordBatch.from_pylist([{"event": event}])
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            continue  # a list of mixed types is no column
        (row,) = glosser.facts(batch).to_pylist()
        added = reference.enrich(event)
        assert [row[field] for field in (*FIELDS, "candidates")] == [
            added.get(f"ours:{field}") for field in (*FIELDS, "candidates")
        ]
        compared += 1
    assert compared > 50


def test_a_list_of_answers_under_a_name_of_its_own():
    event = {
        "level": "error",
        "url": "https://trtc.tencentcloudapi.com",
        "code": 1,
        "DismissSet": [{"Code": "FailedOperation.RoomNotExist", "Message": "no room"}],
    }
    [row] = BatchGlosser().facts(pa.RecordBatch.from_pylist([event])).to_pylist()
    assert row["meaning"] == codegloss.enrich(event)["meaning"]

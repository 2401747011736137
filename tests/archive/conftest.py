"""What the tests of archives share: events as rows, and one Spark."""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from pathlib import Path

import pytest

GOLDEN = json.loads(
    Path(__file__).parents[1].joinpath("golden.json").read_text(encoding="utf-8")
)
# Only text survives in an archive: an exception does not.
CASES = [case for case in GOLDEN if "raises" not in case]


@pytest.fixture(scope="session")
def lines():
    """Return the golden events as they are logged."""
    return [
        json.dumps(
            {"level": case.get("level", "warning"), **case["event"]},
            ensure_ascii=False,
        )
        for case in CASES
    ]


@pytest.fixture(scope="session")
def facts():
    """Return what every adapter must say of the golden events."""
    return [
        {
            name: case["attributes"].get(name)
            for name in ("vendor", "product", "code", "meaning", "retryable")
        }
        | {"candidates": case["attributes"].get("candidates")}
        for case in CASES
    ]


@pytest.fixture
def said():
    """Return a function that makes rows comparable with `facts`."""
    names = ("vendor", "product", "code", "meaning", "retryable", "candidates")

    def said(rows, prefix=""):
        return [{name: row[prefix + name] for name in names} for row in rows]

    return said


ACME = {
    "schema": 1,
    "vendors": {"acme": {"names": {"en": "Acme", "zh": "Acme"}, "aliases": ["acme"]}},
    "products": {"acme.pay": {"names": {"en": "Pay", "zh": "Pay"}}},
    "entries": [
        {
            "product": "acme.pay",
            "code": 70123,
            "meaning": {"en": "The card was declined", "zh": "卡被拒绝"},
            "remedy": {"en": "Ask for another card", "zh": "请换一张卡"},
            "category": "FAILED_PRECONDITION",
            "fault": "end_user",
            "retryable": False,
        }
    ],
}


@pytest.fixture
def acme(tmp_path):
    """Return a catalog file of one's own."""
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(ACME), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def spark():
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs a Java runtime: apt install openjdk-17-jre-headless")
    # What Spark itself warns of is not ours.
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        pyspark.sql.SparkSession.builder.master(
            "local[2,2]"
        )  # two threads; a task may fail once
        .config("spark.ui.enabled", value=False)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()

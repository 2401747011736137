"""Spark: columns that say what the vendor codes of a DataFrame mean."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from codegloss._core.config import EnricherOptions

try:
    import pyarrow as pa
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
    from pyspark.sql.types import StructType

    from codegloss._archive.columns import BatchGlosser, plain_type
except ImportError as error:
    raise ImportError(
        f"codegloss.spark needs pyspark, pyarrow and pandas: "
        f"pip install 'codegloss[spark]' ({error})"
    ) from error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Unpack

__all__ = ["gloss"]


def gloss(
    df: DataFrame,
    *,
    columns: Sequence[str] | None = None,
    json_column: str | None = None,
    **options: Unpack[EnricherOptions],
) -> DataFrame:
    """Return a DataFrame with the columns that explain its codes behind its own.

    It works on Arrow batches in the Python workers (`mapInArrow`), without a shuffle,
    and on streams too. The catalog in force here travels with the job, own files
    included, and is built once in each worker.

    Args:
        df: A DataFrame or a streaming one.
        columns: The columns that make up the event, all by default.
        json_column: Instead of them, the one column that holds the whole event: JSON
            text, a struct or a map.
        options: Those of `codegloss.arrow.BatchGlosser`, which says what is written.

    Raises:
        ValueError: A column is missing or cannot hold events, or an option is wrong;
            before a job starts.
    """
    glosser = BatchGlosser(columns=columns, json_column=json_column, **options)
    glosser.check(to_arrow_schema(df.schema))
    added = glosser.added(df.columns)
    plain = pa.schema([f.with_type(plain_type(f.type)) for f in added])
    schema = StructType([*df.schema, *from_arrow_schema(plain)])
    return df.mapInArrow(_mapper(pickle.dumps(glosser), plain), schema)


def _mapper(
    pickled: bytes, plain: pa.Schema
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def mapped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        glosser = _unpickled(pickled)
        for batch in batches:
            facts = glosser.facts(batch).rename_columns(plain.names).cast(plain)
            schema = pa.schema([*batch.schema, *plain])
            yield pa.RecordBatch.from_arrays(
                [*batch.columns, *facts.columns], schema=schema
            )

    return mapped


@lru_cache(maxsize=2)
def _unpickled(pickled: bytes) -> BatchGlosser:
    """Return a glosser, made once in a worker: the next task has the same bytes."""
    glosser: BatchGlosser = pickle.loads(pickled)  # noqa: S301 - our own, of the driver
    return glosser

"""Polars: an expression and a function for frames that say what vendor codes mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from codegloss._core.config import EnricherOptions

try:
    import polars as pl
    import pyarrow as pa

    from codegloss._archive.columns import BatchGlosser, plain_type
except ImportError as error:
    raise ImportError(
        f"codegloss.polars needs polars and pyarrow: "
        f"pip install 'codegloss[polars]' ({error})"
    ) from error

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["gloss", "gloss_expr"]

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def gloss_expr(
    *columns: str, json_column: str | None = None, **options: Unpack[EnricherOptions]
) -> pl.Expr:
    """Return an expression: a struct that says what the codes of each row mean.

    It works row by row, so lazy frames push filters through it and the streaming engine
    gives it one part after another.

    Args:
        columns: The columns that make up the event, all by default.
        json_column: Instead of them, the one column that holds the whole event: JSON
            text or a struct.
        options: Those of `codegloss.arrow.BatchGlosser`, which says what is written.

    Returns:
        The expression, named `gloss`; `.struct.unnest()` makes columns of it.

    Raises:
        ValueError: Both kinds of columns are named, or an option is wrong.
    """
    names = list(columns) or None
    glosser = BatchGlosser(columns=names, json_column=json_column, **options)
    return _expr(glosser, glosser.schema.names)


def gloss(
    frame: Frame,
    *,
    columns: Sequence[str] | None = None,
    json_column: str | None = None,
    **options: Unpack[EnricherOptions],
) -> Frame:
    """Return a frame with the columns that explain its codes behind its own.

    Args:
        frame: A `DataFrame`, or a `LazyFrame`: nothing is read then until it is
            collected or written.
        columns: The columns that make up the event, all by default.
        json_column: Instead of them, the one column that holds the whole event.
        options: Those of `codegloss.arrow.BatchGlosser`.

    Raises:
        ValueError: A column is missing or cannot hold events, or an option is wrong;
            before any data is read.
    """
    glosser = BatchGlosser(columns=columns, json_column=json_column, **options)
    schema = frame.lazy().collect_schema()
    glosser.check(pl.DataFrame(schema=schema).to_arrow().schema)
    names = glosser.added(schema.names()).names
    return frame.with_columns(_expr(glosser, names).struct.unnest())


def _expr(glosser: BatchGlosser, names: Sequence[str]) -> pl.Expr:
    if glosser.json_column is not None:
        event = pl.struct(glosser.json_column)
    else:
        event = pl.struct(pl.all() if glosser.columns is None else glosser.columns)
    types = [_type(field.type) for field in glosser.schema]
    kind = pl.Struct(dict(zip(names, types, strict=True)))

    def facts(series: pl.Series) -> pl.Series:
        table = series.struct.unnest().rechunk().to_arrow()
        batch = table.combine_chunks().to_batches(max_chunksize=None)
        rows = batch[0] if batch else pa.RecordBatch.from_pylist([], table.schema)
        said = pl.DataFrame(glosser.facts(rows).rename_columns(list(names)))
        return said.cast(dict(kind)).to_struct(series.name)

    return event.map_batches(facts, return_dtype=kind, is_elementwise=True).alias(
        "gloss"
    )


def _type(kind: pa.DataType) -> pl.DataType:
    # Not categories: every batch has its own, and putting them together costs more.
    return pl.Series(pa.array([], plain_type(kind))).dtype

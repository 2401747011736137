"""Arrow: columns that say what the vendor codes in record batches mean.

pandas goes through Arrow as well: `pa.RecordBatch.from_pandas(frame)` in, and
`.to_pandas()` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codegloss._core.config import EnricherOptions

try:
    import pyarrow as pa

    from codegloss._archive.columns import BatchGlosser, joined
except ImportError as error:
    raise ImportError(
        f"codegloss.arrow needs pyarrow: pip install 'codegloss[arrow]' ({error})"
    ) from error

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["BatchGlosser", "gloss_batch", "gloss_reader"]


def gloss_batch(
    batch: pa.RecordBatch,
    *,
    columns: Sequence[str] | None = None,
    json_column: str | None = None,
    **options: Unpack[EnricherOptions],
) -> pa.RecordBatch:
    """Return a record batch with the columns that explain its codes behind its own.

    A row without a code has nulls there. Equal events are worked out once a batch, so
    larger batches are faster. For many batches use `gloss_reader` or a `BatchGlosser`,
    which are made once.

    Args:
        batch: The events, one a row.
        columns: The columns that make up the event, all by default.
        json_column: Instead of them, the one column that holds the whole event: JSON
            text, a struct or a map. Text that is no JSON object has nulls.
        options: Those of `BatchGlosser`, which says what is written.

    Returns:
        The columns as they are, then `vendor`, `product`, `code`, `meaning`,
        `retryable`, `match`, `candidates` and `catalog_version`. A name that is taken
        becomes `codegloss_<name>`.

    Raises:
        ValueError: A column is missing or cannot hold events, or an option is wrong.
    """
    glosser = BatchGlosser(columns=columns, json_column=json_column, **options)
    return glosser.gloss(batch)


def gloss_reader(
    reader: pa.RecordBatchReader,
    *,
    columns: Sequence[str] | None = None,
    json_column: str | None = None,
    **options: Unpack[EnricherOptions],
) -> pa.RecordBatchReader:
    """Return a reader of the same batches, explained one after another.

    For archives that do not fit into memory: `pyarrow.dataset.Scanner.to_reader()` in,
    `pyarrow.dataset.write_dataset` behind it. The arguments are those of `gloss_batch`.

    Raises:
        ValueError: As `gloss_batch`, and before any batch is read.
    """
    glosser = BatchGlosser(columns=columns, json_column=json_column, **options)
    glosser.check(reader.schema)
    added = glosser.added(reader.schema.names)
    schema = joined(reader.schema, added)
    return pa.RecordBatchReader.from_batches(schema, map(glosser.gloss, reader))

"""DuckDB: a function `gloss(event)` for SQL, and the catalog as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegloss._core.config import EnricherOptions
from codegloss._core.registry import running

try:
    import duckdb
    import pyarrow as pa

    from codegloss._archive.columns import BatchGlosser, plain_type
    from codegloss._archive.facts import table
except ImportError as error:
    raise ImportError(
        f"codegloss.duckdb needs duckdb and pyarrow: "
        f"pip install 'codegloss[duckdb]' ({error})"
    ) from error

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["register"]

_EVENT = "event"


def register(
    connection: duckdb.DuckDBPyConnection,
    *,
    function: str = "gloss",
    catalog_table: str = "codegloss_catalog",
    **options: Unpack[EnricherOptions],
) -> None:
    """Give a connection a function that explains codes, and the catalog as a view.

    `gloss` takes the event as a struct or as JSON text, and returns a struct:

        SELECT logs.*, unnest(gloss(logs)) FROM logs
        SELECT unnest(gloss(line)) FROM read_csv('app.ndjson', …)
        SELECT gloss({'code': code, 'sdk': 'NIM'}).meaning FROM calls

    Args:
        connection: Where to register both; they live as long as it does.
        function: The name of the function.
        catalog_table: The name of the table of every entry of the catalog.
        options: Those of `codegloss.arrow.BatchGlosser`, which says what is written.

    Raises:
        ValueError: An option is wrong.
    """
    glosser = BatchGlosser(json_column=_EVENT, **options)
    kind = pa.struct(
        [field.with_type(plain_type(field.type)) for field in glosser.schema]
    )

    def facts(events: Any) -> Any:
        if isinstance(events, pa.ChunkedArray):
            events = events.combine_chunks()
        said = glosser.facts(pa.RecordBatch.from_arrays([events], names=[_EVENT]))
        return said.to_struct_array().cast(kind)

    # By name, as the enumerations have moved from release to release.
    how: Any = {"type": "arrow", "null_handling": "special"}
    connection.create_function(function, facts, None, _sql(kind), **how)
    connection.register(catalog_table, table(options.get("catalog") or running()))


def _sql(kind: pa.DataType) -> Any:
    """Return an Arrow type as DuckDB's own."""
    if pa.types.is_struct(kind):
        return duckdb.struct_type({field.name: _sql(field.type) for field in kind})
    if pa.types.is_list(kind):
        return duckdb.list_type(_sql(kind.value_type))
    names: dict[pa.DataType, str]
    names = {pa.bool_(): "BOOLEAN", pa.float64(): "DOUBLE", pa.string(): "VARCHAR"}
    return duckdb.type(names[kind])

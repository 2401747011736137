"""Explain the events of Arrow record batches: the one engine behind every adapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

from codegloss._archive.decode import decoded
from codegloss._archive.once import Once
from codegloss._core.config import EnricherOptions
from codegloss._core.enricher import Enricher
from codegloss._core.registry import running
from codegloss._core.scope import current
from codegloss._events.context import is_error_level, is_error_severity
from codegloss._events.fields import Role

if TYPE_CHECKING:
    from typing_extensions import Unpack

# Functions of many types, of which the stubs know a few.
pc: Any = pyarrow.compute
Column: TypeAlias = Any  # an array, of which they know less than is there

FIELDS = ("vendor", "product", "code", "meaning", "retryable", "match")
_VERSION = "catalog_version"
_CANDIDATES = "candidates"
# In front of the keys that the enricher writes: no event has such, so none is taken.
_OURS = "\x00"
_TEXT: pa.DataType = pa.dictionary(pa.int32(), pa.string())
_TYPES: dict[str, pa.DataType] = {
    "retryable": pa.bool_(),
    "retry_after": pa.float64(),
    _CANDIDATES: pa.list_(pa.string()),
}
_MOST = 2.0**53  # beyond, a float is no longer one number
_TEXTS = frozenset({"text", "message", "note"})
_UNKNOWN = Role(fact="text")  # in an error a sentence under any name may tell of a code


class BatchGlosser:
    """Say what the vendor codes in record batches mean, as typed columns.

    Made once, it serves any number of batches and threads, and can be sent to other
    processes: the catalog that was in force when it was made goes along.

    Args:
        columns: The columns that make up the event, all by default. Those that are
            never read for a code or for evidence cost nothing.
        json_column: Instead of them, the one column that holds the whole event: JSON
            text, a struct or a map.
        options: The arguments of `codegloss.Enricher`. `fields` are the columns to
            write, by default vendor, product, code, meaning, retryable and match;
            `candidates` and `catalog_version` always follow.

    Attributes:
        schema: The columns that are written: nullable, texts dictionary-encoded.

    Raises:
        ValueError: Both kinds of columns are named, or a scope, language or field is
            unknown.
    """

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        json_column: str | None = None,
        **options: Unpack[EnricherOptions],
    ) -> None:
        if columns is not None and json_column is not None:
            raise ValueError("name the columns of the event or its json_column")
        self.columns = None if columns is None else tuple(columns)
        self.json_column = json_column
        prefix = options.pop("prefix", "")
        fields = tuple(options.pop("fields", FIELDS))
        catalog = options.pop("catalog", None) or running()
        options = {**options, "catalog": catalog, "prefix": _OURS, "fields": fields}
        self._enricher = Enricher(**options)
        self._options: EnricherOptions = {**options, "prefix": prefix}
        self._version = catalog.version
        named = [each for each in fields if each not in (_CANDIDATES, _VERSION)]
        self._fields = (*named, _CANDIDATES)
        self.schema = pa.schema(
            (prefix + name, _TYPES.get(name, _TEXT))
            for name in (*self._fields, _VERSION)
        )
        index = catalog.index
        self._numbers = pa.array(
            [code for code in index if type(code) is int], pa.int64()
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.columns, self.json_column, self._options)

    def check(self, schema: pa.Schema) -> None:
        """Say before any work is done whether batches of a schema can be read.

        Raises:
            ValueError: A named column is missing, or cannot hold an event.
        """
        named = self.columns or ()
        if self.json_column is not None:
            named = (self.json_column,)
        missing = [name for name in named if name not in schema.names]
        if missing:
            raise ValueError(
                f"no column {', '.join(map(repr, missing))}; there are: "
                + ", ".join(map(repr, schema.names))
            )
        if self.json_column is not None:
            kind = plain_type(schema.field(self.json_column).type)
            if not _holds_events(kind):
                raise ValueError(
                    f"column {self.json_column!r} is {kind}: neither JSON text, nor a "
                    "struct, nor a map with text as keys"
                )

    def added(self, names: Iterable[str]) -> pa.Schema:
        """Return the columns to add to some: a name that is taken becomes another."""
        taken = set(names)
        fields = []
        for field in self.schema:
            name = field.name
            while name in taken:
                name = f"codegloss_{name}"
            taken.add(name)
            fields.append(field.with_name(name))
        return pa.schema(fields)

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return what the codes of a batch mean, row by row, and nothing else.

        Args:
            batch: The events.

        Raises:
            ValueError: See `check`.
        """
        self.check(batch.schema)
        said, rows = self._said(batch)
        arrays = []
        for name in self._fields:
            kind = _TYPES.get(name, _TEXT)
            values = [each.get(_OURS + name) for each in said]
            plain = pa.array(values, plain_type(kind))
            encoded = plain.dictionary_encode() if kind == _TEXT else plain
            arrays.append(encoded.take(rows).cast(kind))
        version = pa.DictionaryArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int32()), len(batch)), pa.array([self._version])
        )
        return pa.RecordBatch.from_arrays([*arrays, version], schema=self.schema)

    def gloss(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch with the columns that explain its codes behind its own.

        Args:
            batch: The events; its columns stay as they are.

        Raises:
            ValueError: See `check`.
        """
        facts = self.facts(batch)
        schema = joined(batch.schema, self.added(batch.schema.names))
        return pa.RecordBatch.from_arrays(
            [*batch.columns, *facts.columns], schema=schema
        )

    def _said(self, batch: pa.RecordBatch) -> tuple[list[dict[str, Any]], Column]:
        """Return the distinct answers, and for every row which is its own, or null."""
        mask, events = self._events(batch)
        enrich = Once(self._enricher, frozenset()).enrich
        said: list[dict[str, Any]] = []
        places: dict[int, int | None] = {}
        rows: list[int | None] = []
        for event in events:
            added = enrich(event) if event else _NOTHING
            if added and id(added) not in places:
                places[id(added)] = len(said)
                said.append(added)
            rows.append(places.get(id(added)) if added else None)
        found = pa.array(rows, pa.int32())
        if mask is None:
            return said, found
        return said, pc.replace_with_mask(pa.nulls(len(batch), pa.int32()), mask, found)

    def _events(
        self, batch: pa.RecordBatch
    ) -> tuple[Column | None, Iterable[dict[str, Any] | None]]:
        """Return the rows to work out, None for all, and their events."""
        if self.json_column is None:
            names = self.columns or batch.schema.names
            return self._rows(names, [batch.column(name) for name in names], len(batch))
        column = _plain(batch.column(self.json_column))
        if pa.types.is_struct(column.type):
            names = [field.name for field in column.type]
            return self._rows(names, column.flatten(), len(batch))
        if pa.types.is_map(column.type):
            return None, map(_from_map, column.to_pylist(maps_as_pydicts="lossy"))
        return None, map(_from_json, column.to_pylist())

    def _rows(
        self, names: Sequence[str], columns: Sequence[Column], rows: int
    ) -> tuple[Column, Iterator[dict[str, Any]]]:
        roles = self._enricher.engine.roles
        read = {
            name: _plain(column)
            for name, column in zip(names, columns, strict=True)
            if name in roles or _may_tell(column.type)
        }
        mask = self._mask(read, rows)
        events = pa.RecordBatch.from_pydict(read).filter(mask) if read else None
        # A value that is null here stood in no event: tables have no absent keys.
        return mask, (
            {name: value for name, value in row.items() if value is not None}
            for row in (events.to_pylist(maps_as_pydicts="lossy") if events else ())
        )

    def _mask(self, read: dict[str, Column], rows: int) -> Column:
        """Return which rows may hold a code; too many rather than too few.

        A row is left out if no column that can hold a code does, or only numbers that
        no product has, and no text of it is read: those of errors are, and all of them
        in a given scope.
        """
        engine = self._enricher.engine
        mask: Column
        loud: Column
        mask = loud = pa.repeat(pa.scalar(value=False), rows)
        if self._enricher.config.text or current.get() is not None:
            loud = pa.repeat(pa.scalar(value=True), rows)
        facts = {name: engine.roles.get(name, _UNKNOWN).fact for name in read}
        for name, column in read.items():
            if facts[name] in {"level", "severity"}:
                loud = pc.or_(loud, _is_loud(column))
            if name in engine.gate:
                held = column.is_valid()
                if pa.types.is_integer(column.type):
                    held = _is_in(column, self._numbers)
                mask = pc.or_(mask, held)
        for name, column in read.items():
            if facts[name] in _TEXTS:
                mask = pc.or_(mask, pc.and_(loud, column.is_valid()))
        return mask


_NOTHING: dict[str, Any] = {}


def _restored(
    columns: tuple[str, ...] | None, json_column: str | None, options: EnricherOptions
) -> BatchGlosser:
    return BatchGlosser(columns=columns, json_column=json_column, **options)


def joined(schema: pa.Schema, added: pa.Schema) -> pa.Schema:
    """Return a schema with more columns behind it; what it says of itself stays."""
    metadata: Any = schema.metadata
    return pa.schema([*schema, *added], metadata)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return a type without dictionary encoding."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _plain(column: Column) -> Column:
    """Return a column as what is read of it: decoded, whole floats as integers."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if pa.types.is_string_view(column.type):  # few functions take such
        return column.cast(pa.large_string())
    # pandas makes integers floats where some are missing; a fraction is no code.
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(column, _MOST))
        whole = pc.and_(whole, pc.greater(column, -_MOST))
        return pc.if_else(whole, column, None).cast(pa.int64())
    return column


def _holds_events(kind: pa.DataType) -> bool:
    if pa.types.is_map(kind):
        return _is_text(kind.key_type)
    return _is_text(kind) or pa.types.is_struct(kind) or pa.types.is_null(kind)


def _may_tell(kind: pa.DataType) -> bool:
    """Tell whether a column of a name that nobody knows may tell of a code."""
    kind = plain_type(kind)
    nested = pa.types.is_struct(kind) or pa.types.is_map(kind) or pa.types.is_list(kind)
    return nested or _is_text(kind)


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
    )


def _is_in(column: Column, numbers: Column) -> Column:
    if pa.types.is_uint64(column.type):  # what is beyond int64 is no code
        column = pc.min_element_wise(column, pa.scalar(2**63 - 1, pa.uint64()))
    return pc.is_in(column.cast(pa.int64()), numbers)


def _is_loud(column: Column) -> Column:
    """Return where a column of levels says warning or above."""
    if not (_is_text(column.type) or pa.types.is_integer(column.type)):
        return column.is_valid()
    levels = column.unique().to_pylist()
    loud = [each for each in levels if is_error_level(each) or is_error_severity(each)]
    return pc.is_in(column, pa.array(loud, column.type))


def _from_map(event: dict[str, Any] | None) -> dict[str, Any] | None:
    if event is None:
        return None
    return {name: value for name, value in event.items() if value is not None}


def _from_json(text: str | None) -> dict[str, Any] | None:
    try:
        event = None if text is None else decoded(text)
    except ValueError:
        return None
    return event if type(event) is dict else None

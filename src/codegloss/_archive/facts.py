"""The catalog as an Arrow table, one row an entry."""

from __future__ import annotations

import pyarrow as pa

from codegloss._catalog.model import Catalog

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("vendor", pa.string()),
    ("product", pa.string()),
    ("table", pa.string()),
    ("code", pa.string()),
    ("symbol", pa.string()),
    ("message", pa.string()),
    ("meaning", pa.string()),
    ("meaning_zh", pa.string()),
    ("remedy", pa.string()),
    ("remedy_zh", pa.string()),
    ("category", pa.string()),
    ("fault", pa.string()),
    ("retryable", pa.bool_()),
    ("retry_after", pa.float64()),
    ("general", pa.bool_()),
    ("catalog_version", pa.string()),
]
SCHEMA = pa.schema(_COLUMNS)


def table(catalog: Catalog) -> pa.Table:
    """Return every entry of a catalog; codes are text, as some are no numbers.

    Several rows may share vendor, product and code: `general` marks the one that is
    true of all of them.
    """
    return pa.Table.from_pylist(
        [
            {
                "vendor": entry.vendor,
                "product": entry.product,
                "table": entry.table,
                "code": str(entry.code),
                "symbol": entry.symbols[0] if entry.symbols else None,
                "message": entry.message,
                "meaning": entry.meaning["en"],
                "meaning_zh": entry.meaning.get("zh"),
                "remedy": (entry.remedy or {}).get("en"),
                "remedy_zh": (entry.remedy or {}).get("zh"),
                "category": entry.category,
                "fault": entry.fault,
                "retryable": entry.retryable,
                "retry_after": (entry.retry or {}).get("min_delay_s"),
                "general": bool(entry.general),
                "catalog_version": catalog.version,
            }
            for entry in catalog.entries
        ],
        schema=SCHEMA,
    )

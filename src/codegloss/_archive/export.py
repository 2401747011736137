"""`export`: the catalog in the format of somebody else's pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from codegloss._archive import targets
from codegloss._archive.keyed import Row, rows
from codegloss._catalog.model import Catalog
from codegloss._core.registry import running

Files = Mapping[str, "str | bytes"]
TARGETS: dict[str, Callable[[Sequence[Row]], Files]] = {
    "clickhouse": targets.clickhouse,
    "csv": targets.plain_csv,
    "datadog": targets.datadog,
    "fluent-bit": targets.fluent_bit,
    "logstash": targets.logstash,
    "otel-collector": targets.otel_collector,
    "parquet": targets.parquet,
    "postgresql": targets.postgresql,
    "rsyslog": targets.rsyslog,
    "splunk": targets.splunk,
    "sqlite": targets.sqlite,
    "syslog-ng": targets.syslog_ng,
    "vector": targets.vector,
}


def export(
    target: str,
    folder: str,
    *,
    catalog: Catalog | None = None,
    language: str = "en",
) -> list[str]:
    """Write the catalog into a folder as another program reads it.

    Args:
        target: One of `TARGETS`.
        folder: Where to write; it is made if it is not there.
        catalog: The entries; by default the catalog in force.
        language: That of meanings and remedies: `en` or `zh`.

    Returns:
        The paths of the files: a table, and for most targets the configuration that
        uses it, which says on top what the target cannot express.

    Raises:
        ValueError: The target or the language is unknown; valid ones are listed.
        ImportError: The target needs a package that is not installed.
        OSError: A file cannot be written.
    """
    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    files = TARGETS[target](rows(catalog or running(), language))
    os.makedirs(folder, exist_ok=True)
    paths = []
    for name, content in files.items():
        path = os.path.join(folder, name)
        data = content.encode() if isinstance(content, str) else content
        # Under its name stands the old file or the new one, never a half.
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.replace(path + ".part", path)
        paths.append(path)
    return paths

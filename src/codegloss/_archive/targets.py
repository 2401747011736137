"""The formats of other programs, one function each: rows in, files by name out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from codegloss._archive.keyed import COLUMNS, NOTES, Row

_FACTS = ("vendor", "product", "meaning", "remedy", "category", "retryable")


def _head(mark: str, *more: str) -> str:
    """Return the notes as comments, and what else a target cannot express."""
    return "".join(f"{mark} {line}\n" for line in (*NOTES, *more)) + "\n"


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.texts() for row in rows)
    return text.getvalue()


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _yaml(rows: Sequence[Row]) -> str:
    """Return a map of maps; what JSON writes is YAML too."""
    return "".join(f"{_quoted(row.key)}: {row.json()}\n" for row in rows)


# --- tables ---------------------------------------------------------------------------


def plain_csv(rows: Sequence[Row]) -> dict[str, str]:
    """Return a CSV file with a header."""
    return {"codegloss.csv": _csv(rows)}


def parquet(rows: Sequence[Row]) -> dict[str, bytes]:
    """Return a Parquet file; the notes are in its metadata.

    Raises:
        ImportError: pyarrow is not installed; names the extra.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - for this target only
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(
            "Parquet needs pyarrow: pip install 'codegloss[arrow]'"
        ) from error

    kinds = {"retryable": pa.bool_()}
    schema = pa.schema(
        [(name, kinds.get(name, pa.string())) for name in COLUMNS],
        {"codegloss.notes": "\n".join(NOTES)},
    )
    table = pa.Table.from_pylist([row._asdict() for row in rows], schema=schema)
    file = io.BytesIO()
    pq.write_table(table, file)
    return {"codegloss.parquet": file.getvalue()}


def datadog(rows: Sequence[Row]) -> dict[str, str]:
    """Return a reference table, and how a pipeline looks into it."""
    steps = (
        "Upload codegloss.csv as the reference table `codegloss`, primary key `key`.",
        "In the log pipeline, make the attribute `codegloss_key` by a string builder:",
        "    netease.nim:%{code}",
        "where the first part is whom the service talks to, and filter the pipeline to",
        "such services. Then a lookup processor: source `codegloss_key`, table",
        "`codegloss`. Its values are text: `retryable` is `true`, `false` or empty.",
    )
    return {
        "codegloss.csv": _csv(rows),
        "codegloss.txt": "\n".join((*NOTES, "", *steps)) + "\n",
    }


def splunk(rows: Sequence[Row]) -> dict[str, str]:
    """Return a lookup file with its stanzas."""
    outputs = " ".join(name for name in COLUMNS if name not in {"key", "code"})
    return {
        "codegloss.csv": _csv(rows),
        "transforms.conf": _head("#")
        + "[codegloss]\nfilename = codegloss.csv\ncase_sensitive_match = true\n"
        "max_matches = 1\n",
        "props.conf": _head("#", "Say in EVAL-codegloss_key whom the service talks to.")
        + "[your_sourcetype]\n"
        'EVAL-codegloss_key = "netease.nim:" . code\n'
        f"LOOKUP-codegloss = codegloss key AS codegloss_key OUTPUTNEW {outputs}\n",
    }


# --- SQL ------------------------------------------------------------------------------


def _sql(rows: Sequence[Row], types: str, *, backslash: bool = False) -> str:
    def literal(value: Any) -> str:
        if value is None or isinstance(value, bool):
            return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
        text = str(value).replace("'", "''")
        return f"'{text}'".replace("\\", "\\\\") if backslash else f"'{text}'"

    lines = ",\n".join(f"({', '.join(map(literal, row))})" for row in rows)
    return (
        _head("--", "Join on key = 'netease.nim:' || code.")
        + "DROP TABLE IF EXISTS codegloss;\n"
        + f"CREATE TABLE codegloss (\n{types});\n"
        + (f"INSERT INTO codegloss VALUES\n{lines};\n" if rows else "")
    )


def _types(text: str, boolean: str) -> str:
    kinds = {"retryable": boolean, "key": f"{text} PRIMARY KEY"}
    columns = [f"  {name} {kinds.get(name, text)}" for name in COLUMNS]
    return ",\n".join(columns)


def postgresql(rows: Sequence[Row]) -> dict[str, str]:
    """Return SQL that makes the table `codegloss`."""
    begun = f"BEGIN;\n{_sql(rows, _types('text', 'boolean'))}COMMIT;\n"
    return {"codegloss.sql": begun}


def sqlite(rows: Sequence[Row]) -> dict[str, str]:
    """Return SQL that makes the table `codegloss`."""
    begun = f"BEGIN;\n{_sql(rows, _types('TEXT', 'BOOLEAN'))}COMMIT;\n"
    return {"codegloss.sql": begun}


def clickhouse(rows: Sequence[Row]) -> dict[str, str]:
    """Return SQL that makes the table `codegloss`, sorted by key."""
    kinds = {
        "key": "String", "code": "String", "retryable": "Nullable(Bool)",
        "catalog_version": "LowCardinality(String)",
    }  # fmt: skip
    columns = [f"  {name} {kinds.get(name, 'Nullable(String)')}" for name in COLUMNS]
    types = ",\n".join(columns)
    sql = _sql(rows, types, backslash=True)
    return {"codegloss.sql": sql.replace(f"{types})", f"{types}) {_ENGINE}", 1)}


_ENGINE = "ENGINE = MergeTree ORDER BY key"


# --- log shippers ---------------------------------------------------------------------


def otel_collector(rows: Sequence[Row]) -> dict[str, str]:
    """Return a source of the Collector's lookup processor, and the processor."""
    attributes = "".join(
        f"          - source: {name}\n            destination: codegloss.{name}\n"
        for name in (*_FACTS, "candidates", "catalog_version")
    )
    return {
        "codegloss.yaml": _head("#") + _yaml(rows),
        "collector.yaml": _head(
            "#",
            "The lookup processor is in development and reads logs only. Set the",
            "attribute codegloss.key before, for example with the transform processor.",
        )
        + "processors:\n"
        "  transform/codegloss:\n"
        "    log_statements:\n"
        '      - set(log.attributes["codegloss.key"], Concat(["netease.nim",'
        ' log.attributes["code"]], ":")) where log.attributes["code"] != nil\n'
        "  lookup/codegloss:\n"
        "    source:\n"
        "      type: yaml\n"
        "      path: /etc/otelcol/codegloss.yaml\n"
        "    lookups:\n"
        '      - key: log.attributes["codegloss.key"]\n'
        f"        attributes:\n{attributes}",
    }


def vector(rows: Sequence[Row]) -> dict[str, str]:
    """Return an enrichment table of Vector, and the transform that uses it."""
    copied = "".join(
        f'  if row.{name} != "" {{ .codegloss_{name} = row.{name} }}\n'
        for name in (*_FACTS, "candidates", "catalog_version")
        if name != "retryable"
    )
    return {
        "codegloss.csv": _csv(rows),
        "vector.toml": _head("#", "Set .codegloss_scope before: netease.nim.")
        + "[enrichment_tables.codegloss]\n"
        'type = "file"\n\n'
        "[enrichment_tables.codegloss.file]\n"
        'path = "/etc/vector/codegloss.csv"\n'
        'encoding = { type = "csv" }\n\n'
        "[transforms.codegloss]\n"
        'type = "remap"\n'
        'inputs = ["your_source"]\n'
        'file = "/etc/vector/codegloss.vrl"\n',
        "codegloss.vrl": _head("#")
        + 'key = string(.codegloss_scope) ?? ""\n'
        + 'key = key + ":" + (to_string(.code) ?? "")\n'
        + 'row, err = get_enrichment_table_record("codegloss", {"key": key})\n'
        + "if err == null {\n"
        + copied
        + '  if row.retryable != "" { .codegloss_retryable = row.retryable == "true" }'
        "\n}\n",
    }


def logstash(rows: Sequence[Row]) -> dict[str, str]:
    """Return a dictionary of Logstash's translate filter, and the filter."""
    return {
        "codegloss.yml": _head("#") + _yaml(rows),
        "codegloss.conf": _head("#") + "filter {\n"
        "  if [code] {\n"
        '    mutate { add_field => { "[@metadata][key]" => "netease.nim:%{code}" } }\n'
        "    translate {\n"
        '      source => "[@metadata][key]"\n'
        '      target => "[codegloss]"\n'
        '      dictionary_path => "/etc/logstash/codegloss.yml"\n'
        "    }\n"
        "  }\n"
        "}\n",
    }


def fluent_bit(rows: Sequence[Row]) -> dict[str, str]:
    """Return a Lua filter of Fluent Bit with the table in it, and the filter."""

    def lua(row: Row) -> str:
        facts = ", ".join(
            f"{name} = {_quoted(value) if isinstance(value, str) else _text(value)}"
            for name, value in row.facts().items()
        )
        return f"  [{_quoted(row.key)}] = {{ {facts} }},\n"

    return {
        "codegloss.lua": _head("--", "Set record.codegloss_scope before: netease.nim.")
        + "local codes = {\n"
        + "".join(map(lua, rows))
        + "}\n\n"
        "function codegloss(tag, timestamp, record)\n"
        "  local code = record.code\n"
        "  if type(code) == 'number' then code = string.format('%d', code) end\n"
        "  if code == nil or record.codegloss_scope == nil then\n"
        "    return 0, timestamp, record\n"
        "  end\n"
        "  local facts = codes[record.codegloss_scope .. ':' .. code]\n"
        "  if facts == nil then return 0, timestamp, record end\n"
        "  for name, value in pairs(facts) do\n"
        "    if record[name] == nil then record[name] = value end\n"
        "  end\n"
        "  return 2, timestamp, record\n"
        "end\n",
        "fluent-bit.yaml": _head("#") + "pipeline:\n"
        "  filters:\n"
        "    - name: modify\n"
        "      match: 'your.tag'\n"
        "      add: codegloss_scope netease.nim\n"
        "    - name: lua\n"
        "      match: 'your.tag'\n"
        "      script: /etc/fluent-bit/codegloss.lua\n"
        "      call: codegloss\n",
    }


def _text(value: str | bool) -> str:  # noqa: FBT001 - as it stands in a row
    return str(value).lower()


def rsyslog(rows: Sequence[Row]) -> dict[str, str]:
    """Return a lookup table of rsyslog, and the rules that use it."""
    table = [{"index": row.key, "value": row.json()} for row in rows]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in table)
    return {
        "codegloss.json": '{ "version": 1, "nomatch": "", "type": "string",\n'
        ' "table": [\n' + lines + "\n] }\n",
        "codegloss.conf": _head(
            "#",
            "A lookup gives one text: the facts as JSON. Set $!codegloss_key before,",
            "after mmjsonparse or mmnormalize has read the code.",
        )
        + 'lookup_table(name="codegloss" file="/etc/rsyslog.d/codegloss.json")\n'
        'set $!codegloss_key = "netease.nim:" & $!code;\n'
        'set $!codegloss = lookup("codegloss", $!codegloss_key);\n',
    }


def syslog_ng(rows: Sequence[Row]) -> dict[str, str]:
    """Return a database of syslog-ng's add-contextual-data, and the parser."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        for name, value in row.facts().items():
            shown = value if isinstance(value, str) else _text(value)
            writer.writerow([row.key, name, shown])
    return {
        "codegloss.csv": text.getvalue(),
        "codegloss.conf": _head(
            "#",
            "All values are text. Include this behind a json-parser(prefix('.json.')).",
        )
        + "parser p_codegloss {\n"
        "  add-contextual-data(\n"
        '    selector("netease.nim:${.json.code}"),\n'
        '    database("/etc/syslog-ng/codegloss.csv"),\n'
        '    prefix(".codegloss.")\n'
        "  );\n"
        "};\n",
    }

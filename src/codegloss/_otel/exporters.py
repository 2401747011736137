"""Exporters that OpenTelemetry's own configuration finds by name.

`OTEL_TRACES_EXPORTER=codegloss_otlp` puts `GlossSpanExporter` around the OTLP exporter,
`OTEL_LOGS_EXPORTER=codegloss_otlp` does so for log records, and `codegloss_console`
prints. A configuration file names them the same way. Nothing happens until a user
does: these are entry points for exporters, not for a distribution or a configurator.
"""

from __future__ import annotations

import copy
import dataclasses
import os
import warnings
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import export as _export

from codegloss._core.config import SignalOptions
from codegloss._otel.shared import Glosser, extended
from codegloss.otel import GlossSpanExporter

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
else:  # its name before SDK 1.39
    LogRecordExporter = getattr(_export, "LogRecordExporter", None)
    LogRecordExporter = LogRecordExporter or _export.LogExporter

_BY_PROTOCOL = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}


class ConsoleSpanExporter(GlossSpanExporter):
    """Print glossed spans.

    Args:
        scope: See `codegloss.Enricher`; by default `CODEGLOSS_SCOPE`, where several
            are separated by commas.
        language: See `codegloss.Enricher`; by default `CODEGLOSS_LANGUAGE`.
        options: What the exporter takes that is wrapped.

    Raises:
        ValueError: The scope or the language is unknown; in the environment that only
            gives a warning.
        RuntimeError: The exporter that is wrapped is not installed.
    """

    _names: tuple[str, ...] = ("console",)

    def __init__(
        self,
        *,
        scope: str | Iterable[str] | None = None,
        language: str | None = None,
        **options: Any,
    ) -> None:
        exporter = _installed("traces", self._names, options)
        super().__init__(exporter, **_chosen(scope, language))


class OtlpSpanExporter(ConsoleSpanExporter):
    """Send glossed spans by OTLP, over the protocol that is configured for it.

    The arguments are those of `ConsoleSpanExporter`.
    """

    _names = tuple(_BY_PROTOCOL.values())


class ConsoleLogExporter(LogRecordExporter):
    """Print glossed log records.

    The arguments are those of `ConsoleSpanExporter`.
    """

    _names: tuple[str, ...] = ("console",)

    def __init__(
        self,
        *,
        scope: str | Iterable[str] | None = None,
        language: str | None = None,
        **options: Any,
    ) -> None:
        self._exporter = _installed("logs", self._names, options)
        self._glosser = Glosser(**_chosen(scope, language))
        self.enricher = self._glosser.enricher

    def export(self, batch: Sequence[Any]) -> Any:
        """Hand on the records, glossed where there is something to say."""
        return self._exporter.export([self._glossed(data) for data in batch])

    def shutdown(self) -> None:
        """Shut the wrapped exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the wrapped exporter; before SDK 1.39 most cannot be."""
        flush = getattr(self._exporter, "force_flush", None)
        return flush is None or bool(flush(timeout_millis))

    def _glossed(self, data: Any) -> Any:
        gloss = self._glosser.log(data)
        if gloss is None:
            return data
        try:
            # Other exporters may be reading the record, so this one gets its own.
            record = copy.copy(data.log_record)
            record.attributes = extended(gloss)
            if dataclasses.is_dataclass(data) and not isinstance(data, type):
                return dataclasses.replace(data, log_record=record)
            glossed: Any = copy.copy(data)
            glossed.log_record = record
        except Exception as error:
            self.enricher.failed(gloss[1], error)
            return data
        return glossed


class OtlpLogExporter(ConsoleLogExporter):
    """Send glossed log records by OTLP, over the protocol that is configured for it.

    The arguments are those of `ConsoleSpanExporter`.
    """

    _names = tuple(_BY_PROTOCOL.values())


def _chosen(scope: str | Iterable[str] | None, language: str | None) -> SignalOptions:
    """Return the options: what a configuration file says, or the environment.

    A mistake in the environment is no reason for a program to have no telemetry at all.
    """
    if scope is None:
        named = os.environ.get("CODEGLOSS_SCOPE", "").split(",")
        scope = tuple(name.strip() for name in named if name.strip()) or None
        scope = _usable("scope", scope)
    if language is None:
        language = _usable("language", os.environ.get("CODEGLOSS_LANGUAGE") or None)
    return {"scope": scope, "language": language or "en"}


def _usable(option: str, value: Any) -> Any:
    """Return what the environment says; warn and return None if it is not valid."""
    if value is not None:
        try:
            Glosser(**{option: value})
        except ValueError as error:
            name = f"CODEGLOSS_{option.upper()}"
            warnings.warn(f"{name} is ignored: {error}", stacklevel=2)
            return None
    return value


def _installed(signal: str, names: tuple[str, ...], options: dict[str, Any]) -> Any:
    """Create the exporter that is wrapped: of the wanted protocol, or the first."""
    protocol = (
        os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL")
        or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        or ""
    ).strip()
    if protocol and len(names) > 1:
        names = (_BY_PROTOCOL.get(protocol, protocol),)
    for name in names:
        for point in entry_points(group=f"opentelemetry_{signal}_exporter", name=name):
            return point.load()(**options)
    wanted = f" for the protocol {protocol}" if protocol else ""
    raise RuntimeError(
        f"codegloss found no {signal} exporter {' or '.join(names)}{wanted}: install "
        "opentelemetry-exporter-otlp-proto-http or -grpc, and set "
        "OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or grpc"
    )

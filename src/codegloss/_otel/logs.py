"""OpenTelemetry logs: a processor that adds what vendor codes mean to log records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor

from codegloss._core.config import SignalOptions
from codegloss._otel.shared import Glosser, extended

if TYPE_CHECKING:
    from typing_extensions import Unpack


class GlossLogProcessor(LogRecordProcessor):
    """Write what a log record's vendor codes mean into attributes `codegloss.*`.

    Wrap the processor that exports, or register this one before it::

        provider.add_log_record_processor(
            GlossLogProcessor(BatchLogRecordProcessor(OTLPLogExporter()))
        )

    Codes are looked for in the attributes, in a body that is a mapping, and on the
    exception: the record's own, or the one being handled, if the record names it. The
    record gets a new attributes object: processors after this one see
    the additions, as the specification wants, and limits hold. Works with the method
    names of every SDK. Never raises.

    Args:
        next_processor: The processor that gets the record afterwards, or None.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.
    """

    def __init__(
        self,
        next_processor: LogRecordProcessor | None = None,
        **options: Unpack[SignalOptions],
    ) -> None:
        self._next = next_processor
        self._glosser = Glosser(**options)
        self.enricher = self._glosser.enricher

    def on_emit(self, log_record: Any) -> None:
        """Add the attributes, and hand the record on."""
        gloss = self._glosser.log(log_record)
        if gloss is not None:
            try:
                log_record.log_record.attributes = extended(gloss)
            except Exception as error:
                self.enricher.failed(gloss[1], error)
        if self._next is not None:
            _emit(self._next)(log_record)

    # Up to SDK 1.34 the method has this name.
    emit = on_emit

    def enabled(
        self,
        *,
        context: Any = None,
        instrumentation_scope: Any = None,
        severity_number: Any = None,
        event_name: str | None = None,
    ) -> bool:
        """Return what the wrapped processor answers; False when there is none.

        A logger is enabled when one of its processors is, and this one alone wants
        no record.
        """
        if self._next is None:
            return False
        ask = getattr(self._next, "enabled", None)
        return ask is None or bool(
            ask(
                context=context,
                instrumentation_scope=instrumentation_scope,
                severity_number=severity_number,
                event_name=event_name,
            )
        )

    def shutdown(self) -> None:
        """Shut the wrapped processor down."""
        if self._next is not None:
            self._next.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the wrapped processor.

        Args:
            timeout_millis: How long to wait, in milliseconds.

        Returns:
            What the wrapped processor answers; True when there is none.
        """
        return self._next is None or self._next.force_flush(timeout_millis)


def _emit(processor: Any) -> Callable[[Any], None]:
    """Return the method of a processor that takes a record: up to SDK 1.34 `emit`."""
    method: Callable[[Any], None] | None = getattr(processor, "on_emit", None)
    return processor.emit if method is None else method

"""OpenTelemetry: a span processor that adds what vendor codes mean to spans."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from codegloss._catalog import Catalog
from codegloss._enricher import Enricher

try:
    from opentelemetry import context as context_api
    from opentelemetry.attributes import BoundedAttributes
    from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
    from opentelemetry.trace import StatusCode
except ImportError as error:
    raise ImportError(
        "codegloss.otel needs the OpenTelemetry SDK: pip install 'codegloss[otel]'"
    ) from error

__all__ = ["GlossSpanProcessor"]

_FIELDS = ("vendor", "product", "code", "meaning", "category", "retryable")
# Attributes hold no lists of mappings, so a span has no `glosses`.
_KEYS = frozenset(f"codegloss.{name}" for name in (*_FIELDS, "candidates"))
_MAX_EVENTS = 16


class GlossSpanProcessor(SpanProcessor):
    """Write what a span's vendor codes mean into attributes `codegloss.*`.

    Wrap the processor that exports, which works on every SDK and in any order, and
    leaves other pipelines' spans alone::

        provider.add_span_processor(
            GlossSpanProcessor(BatchSpanProcessor(OTLPSpanExporter()))
        )

    Without a processor to wrap it stands alone in a provider that somebody else built.
    The SDK offers no public way to add attributes when a span ends, so it then puts a
    new attributes object into the span: from SDK 1.40 on in any order, before that only
    if it is registered before the exporting processor.

    Codes are looked for in attributes, in attributes of span events, and on the
    exception that ends the span. Attributes are only added, never changed, and only
    where the span's limits leave room. Never raises.

    Args:
        next_processor: The processor that gets the span afterwards, or None.
        scope: See `codegloss.Enricher`.
        language: See `codegloss.Enricher`.
        catalog: See `codegloss.Enricher`.
        strict: See `codegloss.Enricher`.
    """

    def __init__(
        self,
        next_processor: SpanProcessor | None = None,
        *,
        scope: str | Iterable[str] | None = None,
        language: str = "en",
        catalog: Catalog | None = None,
        strict: bool = False,
    ) -> None:
        self._next = next_processor
        self._ending = False
        self.enricher = Enricher(
            scope=scope,
            language=language,
            fields=_FIELDS,
            prefix="codegloss.",
            catalog=catalog,
            strict=strict,
        )

    def on_start(
        self, span: Span, parent_context: context_api.Context | None = None
    ) -> None:
        """Hand the span on; there is nothing to say yet."""
        if self._next is not None:
            self._next.on_start(span, parent_context)

    def _on_ending(self, span: Span) -> None:
        """Gloss a span in place, standalone; the hook exists from SDK 1.40 on."""
        if self._next is not None:
            forward = getattr(self._next, "_on_ending", None)
            if forward is not None:
                forward(span)
            return
        self._ending = True
        added = self._glosses(span)
        if not added:
            return
        if span.is_recording():  # an SDK that lets processors write here
            span.set_attributes(_fitting(span, added))
        else:
            _replace_attributes(span, added)

    def on_end(self, span: ReadableSpan) -> None:
        """Hand on the span, glossed if there is something to say."""
        if self._next is None:
            if not self._ending:
                added = self._glosses(span)
                if added:
                    _replace_attributes(span, added)
            return
        added = self._glosses(span)
        glossed: ReadableSpan | None = None
        if added:
            try:
                glossed = _GlossedSpan(span, added)
            except Exception as error:
                self.enricher.failed(span.attributes or {}, error)
        self._next.on_end(span if glossed is None else glossed)

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

    def _glosses(self, span: ReadableSpan) -> dict[str, Any]:
        attributes: Mapping[str, Any] = {}
        try:
            # One C-level copy is cheaper than single look-ups in the SDK's mapping.
            attributes = (span.attributes or {}).copy()  # type: ignore[attr-defined]
            raised = sys.exc_info()[1]
            # The SDK's public `events` builds a tuple under a lock even when empty.
            events = getattr(span, "_events", True)
            if not events and self.enricher.is_clear(attributes):
                return {}
            found = [each.attributes or {} for each in span.events[-_MAX_EVENTS:]]
            if raised is not None and not _is_recorded(raised, found):
                raised = None
            is_clear = self.enricher.is_clear
            if raised is None and is_clear(attributes) and all(map(is_clear, found)):
                return {}
            event = {**attributes, **_surroundings(span)}
            event["exc_info"] = raised
            event["details"] = [dict(each) for each in found]
            added = self.enricher.enrich(event)
            return {key: value for key, value in added.items() if key in _KEYS}
        except Exception as error:
            self.enricher.failed(attributes, error)
            return {}


class _GlossedSpan(ReadableSpan):
    """The span as it is, with attributes added; built by the public constructor."""

    def __init__(self, span: ReadableSpan, added: Mapping[str, Any]) -> None:
        attributes = dict(span.attributes or {})
        attributes.update(_fitting(span, added))
        super().__init__(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            events=span.events,
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )
        self._dropped = (
            span.dropped_attributes,
            span.dropped_events,
            span.dropped_links,
        )

    @property
    def dropped_attributes(self) -> int:
        return self._dropped[0]

    @property
    def dropped_events(self) -> int:
        return self._dropped[1]

    @property
    def dropped_links(self) -> int:
        return self._dropped[2]


def _surroundings(span: ReadableSpan) -> dict[str, Any]:
    """Return what the span itself says about where its codes come from."""
    scope = span.instrumentation_scope
    failed = span.status.status_code is StatusCode.ERROR
    return {
        "event": span.name,
        "otel.scope.name": scope.name if scope is not None else None,
        "level": "error" if failed else None,
    }


def _is_recorded(error: BaseException, events: list[Mapping[str, Any]]) -> bool:
    """Tell whether the span itself recorded the exception that is passing.

    A clean span that is opened inside an `except` block sees that exception too.
    """
    name = type(error).__qualname__
    for event in events:
        recorded = event.get("exception.type")
        if isinstance(recorded, str) and recorded.rpartition(".")[2] == name:
            return event.get("exception.message") == str(error)
    return False


def _fitting(span: ReadableSpan, added: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that the span's limits leave room for, cut to length."""
    attributes = span.attributes or {}
    bounded = getattr(span, "_attributes", None)
    limit = getattr(bounded, "maxlen", None)
    length = getattr(bounded, "max_value_len", None)
    room = len(added) if limit is None else max(0, limit - len(attributes))
    fitting = [(k, v) for k, v in added.items() if k not in attributes][:room]
    return {key: _cut(value, length) for key, value in fitting}


def _cut(value: Any, length: int | None) -> Any:
    if length is None:
        return value
    if isinstance(value, list):
        return [text[:length] for text in value]
    return value[:length] if isinstance(value, str) else value


def _replace_attributes(span: ReadableSpan, added: Mapping[str, Any]) -> None:
    """Put a new attributes object into an ended span: the SDK has no public way."""
    old: Any = span._attributes  # noqa: SLF001
    fitting = _fitting(span, added)
    if not fitting:
        return
    new = BoundedAttributes(
        old.maxlen, {**old, **fitting}, immutable=True, max_value_len=old.max_value_len
    )
    new.dropped = old.dropped
    span._attributes = new  # noqa: SLF001

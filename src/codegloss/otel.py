"""OpenTelemetry: add what vendor codes mean to spans and log records."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from codegloss._core.config import SignalOptions
from codegloss._core.enricher import Enricher
from codegloss._core.needs import needs

try:
    from opentelemetry import context as context_api
    from opentelemetry import trace as trace_api
    from opentelemetry.sdk.trace import (
        ReadableSpan,
        Span,
        SpanProcessor,
        TracerProvider,
    )
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Span as AnySpan

    from codegloss._otel.metrics import GlossCounter
    from codegloss._otel.shared import Gloss, Glosser, extended
except ImportError as error:
    raise ImportError(
        "codegloss.otel needs the OpenTelemetry SDK: pip install 'codegloss[otel]'"
        f" ({error})"
    ) from error

needs("opentelemetry-sdk", "1.28", "otel")

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from codegloss._otel.logs import GlossLogProcessor

__all__ = [
    "GlossCounter",
    "GlossLogProcessor",
    "GlossSpanExporter",
    "GlossSpanProcessor",
    "attach",
    "record_exception",
]


def __getattr__(name: str) -> Any:
    # The SDK's logs are still experimental: should they move, spans go on.
    if name == "GlossLogProcessor":
        from codegloss._otel.logs import GlossLogProcessor  # noqa: PLC0415

        globals()[name] = GlossLogProcessor
        return GlossLogProcessor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class GlossSpanProcessor(SpanProcessor):
    """Write what a span's vendor codes mean into attributes `codegloss.*`.

    Wrap the processor that exports, which works on every SDK and in any order, and
    leaves other pipelines' spans alone::

        provider.add_span_processor(
            GlossSpanProcessor(BatchSpanProcessor(OTLPSpanExporter()))
        )

    Without a processor to wrap it stands alone in a provider that somebody else built,
    which is what `attach` is for. The SDK offers no public way to add attributes when a
    span ends, so it then puts a new attributes object into the span: from SDK 1.40 on
    in any order, before that only if it is registered before the exporting processor.

    Codes are looked for in attributes, in attributes of span events, and on the
    exception that ends the span. Attributes are only added, never changed, and only
    where the span's limits leave room. Spans that are not sampled are left alone.
    Never raises.

    Args:
        next_processor: The processor that gets the span afterwards, or None.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.
    """

    def __init__(
        self,
        next_processor: SpanProcessor | None = None,
        **options: Unpack[SignalOptions],
    ) -> None:
        self._next = next_processor
        self._ending = False
        if next_processor is None and type(self) is GlossSpanProcessor:
            _warn_of_phoenix()
        if next_processor is not None and type(self) is GlossSpanProcessor:
            # Nothing is done in these hooks, so the SDK may call the next one's own.
            for name in ("on_start", "_on_ending"):
                if hasattr(next_processor, name):
                    setattr(self, name, getattr(next_processor, name))
        self._glosser = Glosser(**options)
        self.enricher = self._glosser.enricher
        self._is_clear = self.enricher.is_clear
        if self._glosser.text:  # the span's name may hold a code
            self._is_clear = _never

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
        self._gloss_in_place(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Hand on the span, glossed if there is something to say."""
        if self._next is None:
            if not self._ending:
                self._gloss_in_place(span)
            return
        try:
            # The usual span, with nothing to look at: what the call would find.
            is_clear = self._is_clear
            clear = is_clear(span._attributes._dict)  # type: ignore[union-attr] # noqa: SLF001
            clear = clear and not span._events  # noqa: SLF001
        except Exception:  # not the SDK's own span, or changed by a thread just now
            clear = False
        if not clear:
            gloss = self._glosser.span(span)
            if gloss is not None:
                span = _glossed(self.enricher, span, gloss)
        self._next.on_end(span)

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

    def _gloss_in_place(self, span: Any) -> None:
        gloss = self._glosser.span(span)
        if gloss is not None:
            # An SDK that keeps a span writable in `_on_ending`, as the specification
            # says, gets its own method called; none did up to 1.45.
            _write(self.enricher, span, gloss)


class _Attached(GlossSpanProcessor):
    """A processor that stands alone in a provider which keeps its others."""


def attach(provider: TracerProvider, **options: Unpack[SignalOptions]) -> None:
    """Gloss the spans of a provider that somebody else built, and keep what it has.

    For providers that already have the processor that exports; Phoenix's
    `register()` returns one, which another processor would replace.

    Args:
        provider: The provider; before SDK 1.40 only processors that are added to it
            later see a gloss.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.

    Raises:
        ValueError: A scope or language is unknown; valid ones are listed.
    """
    kept = {_REPLACES: False} if _replaces(provider) else {}
    add: Any = provider.add_span_processor
    add(_Attached(**options), **kept)


# The argument of Phoenix's `add_span_processor`, which is True by default.
_REPLACES = "replace_default_processor"


def _replaces(provider: Any) -> bool:
    """Tell whether a provider lets a new processor replace the one that exports."""
    return _REPLACES in inspect.signature(provider.add_span_processor).parameters


def _warn_of_phoenix() -> None:
    """Warn where a processor that stands alone would cost every span."""
    if "phoenix.otel" not in sys.modules:
        return
    provider = trace_api.get_tracer_provider()
    if hasattr(provider, "add_span_processor") and _replaces(provider):
        warnings.warn(
            "Phoenix's provider replaces the processor that exports by one that is "
            "added, and GlossSpanProcessor() exports nothing: use "
            "codegloss.otel.attach(provider), or wrap a processor",
            stacklevel=3,
        )


class GlossSpanExporter(SpanExporter):
    """Write what spans' vendor codes mean into attributes `codegloss.*` at export.

    It does what `GlossSpanProcessor` does, on the thread that exports::

        BatchSpanProcessor(GlossSpanExporter(OTLPSpanExporter()))

    On a batch processor's thread the exception that ended a span is gone, and so is
    the scope of a block: codes must then stand in attributes, as `record_exception`
    writes them.

    Args:
        exporter: The exporter that gets the spans afterwards.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.
    """

    def __init__(
        self, exporter: SpanExporter, **options: Unpack[SignalOptions]
    ) -> None:
        self._exporter = exporter
        self._glosser = Glosser(**options)
        self.enricher = self._glosser.enricher

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand on the spans, glossed where there is something to say."""
        return self._exporter.export([self._glossed(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the wrapped exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the wrapped exporter, and return its answer.

        Args:
            timeout_millis: How long to wait, in milliseconds.
        """
        return self._exporter.force_flush(timeout_millis)

    def _glossed(self, span: ReadableSpan) -> ReadableSpan:
        gloss = self._glosser.span(span)
        return span if gloss is None else _glossed(self.enricher, span, gloss)


def _never(_: object) -> bool:
    return False


_recorders: dict[str, Glosser] = {}
_RESERVED = 32


def record_exception(
    span: AnySpan,
    exception: BaseException,
    *,
    scope: str | Iterable[str] | None = None,
    language: Literal["en", "zh"] = "en",
) -> None:
    """Record an exception on a span, and what its vendor code means.

    `span.record_exception` keeps the exception's class and text, but not its `code`,
    so a code that is only there is lost unless the exception also ends the span. The
    meaning becomes attributes of the span, or of the recorded event where the span's
    limit has no room for 32 attributes more. What is wrong with the arguments is
    counted by `codegloss.stats`, not raised.

    Args:
        span: The span in which the exception was caught.
        exception: The exception; its causes are looked at too.
        scope: The vendor or product that it comes from, when the caller knows.
        language: Language of the meaning; whatever is not `zh` is English.
    """
    if not span.is_recording():
        return
    known = "zh" if language == "zh" else "en"
    glosser = _recorders.get(known)
    if glosser is None:
        glosser = _recorders[known] = Glosser(language=known)
    gloss = glosser.span(span, exception, scope, fit=False)
    if gloss is None:
        span.record_exception(exception)
    elif _has_room(gloss):
        span.record_exception(exception)
        _write(glosser.enricher, span, gloss)
    else:
        span.record_exception(exception, attributes=gloss[2])


def _has_room(gloss: Gloss) -> bool:
    """Tell whether a live span has room for a gloss, and for much that may follow.

    Once it is full, the SDK makes room by dropping what the user wrote first.
    """
    bounded, attributes, added = gloss
    limit = getattr(bounded, "maxlen", None)
    return limit is None or len(attributes) + len(added) + _RESERVED <= limit


class _GlossedSpan(ReadableSpan):
    """A shallow copy of a span, with attributes added.

    The SDK asks users not to call the constructor of `ReadableSpan`, and a span that
    comes out of it has lost its counts of what was dropped.
    """

    def __init__(self, span: ReadableSpan, gloss: Gloss) -> None:
        bounded, attributes, added = gloss
        self.__dict__ = {
            **span.__dict__,
            "_attributes": {**attributes, **added},
            "_dropped": getattr(bounded, "dropped", 0),
        }

    @property
    def dropped_attributes(self) -> int:
        dropped: int = self.__dict__["_dropped"]
        return dropped


def _glossed(enricher: Enricher, span: ReadableSpan, gloss: Gloss) -> ReadableSpan:
    """Return a copy of a span with its gloss; the span itself if that fails."""
    try:
        return _GlossedSpan(span, gloss)
    except Exception as error:
        enricher.failed(gloss[1], error)
        return span


def _write(enricher: Enricher, span: Any, gloss: Gloss) -> None:
    """Write into a span itself: a live one by its method, an ended one as it can be."""
    try:
        is_recording = getattr(span, "is_recording", None)
        if is_recording is not None and is_recording():
            span.set_attributes(gloss[2])
        else:
            span._attributes = extended(gloss)  # noqa: SLF001
    except Exception as error:
        enricher.failed(gloss[1], error)

"""Datadog's tracer: tags that say what the vendor codes of a span mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegloss._core.config import SignalOptions
from codegloss._core.enricher import Enricher
from codegloss._core.needs import needs

try:
    from ddtrace.trace import TraceFilter
except ImportError as error:
    raise ImportError(
        f"codegloss.ddtrace needs ddtrace: pip install 'codegloss[ddtrace]' ({error})"
    ) from error

needs("ddtrace", "4", "ddtrace")

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["GlossTraceFilter"]

_PREFIX = "codegloss."
_FIELDS = ("vendor", "product", "code", "meaning", "category", "retryable")


class GlossTraceFilter(TraceFilter):
    """Write what a span's vendor codes mean into tags `codegloss.*`.

    ::

        tracer.configure(trace_processors=[GlossTraceFilter()])

    Codes are looked for in tags and metrics, when a whole trace is done. The exception
    that ended a span is gone by then, as the tracer keeps its class and text alone, and
    so is the scope of a block inside the trace. Every span is passed on. Never raises.

    Args:
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.

    Raises:
        ValueError: A scope or language is unknown; valid ones are listed.
    """

    def __init__(self, **options: Unpack[SignalOptions]) -> None:
        super().__init__()
        self.enricher = Enricher(**options, fields=_FIELDS, prefix=_PREFIX)

    def process_trace(self, trace: list[Any]) -> list[Any]:
        """Add the tags to the spans of a trace, and return all of them."""
        for span in trace:
            try:
                self._gloss(span)
            except Exception as error:
                self.enricher.failed({}, error)
        return trace

    def _gloss(self, span: Any) -> None:
        # A tag is text, and a number is a metric.
        metrics = {
            name: int(value) if float(value).is_integer() else value
            for name, value in span.get_metrics().items()
        }
        level = "error" if span.error else None
        fields = {"level": level, "event": span.resource, **metrics, **span.get_tags()}
        for key, value in self.enricher.enrich(fields).items():
            span.set_tag(key, _tag(value))


def _tag(value: Any) -> str:
    """Return a value as the text that a tag is."""
    if type(value) is list:
        return ",".join(map(str, value))
    return str(value).lower() if type(value) is bool else str(value)

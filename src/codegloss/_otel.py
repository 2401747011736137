"""What spans and log records of OpenTelemetry share: reading them, and writing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import StatusCode

from codegloss._enricher import Enricher
from codegloss._options import SignalOptions
from codegloss._surroundings import (
    BODY,
    LEVEL,
    LINE,
    LOGGER,
    NESTED,
    RAISED,
    items,
    lay,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

_PREFIX = "codegloss."
_FIELDS = ("vendor", "product", "code", "meaning", "category", "retryable")
# Attributes hold no lists of mappings on most SDKs, so there is no `glosses` here.
_KEYS = frozenset(f"{_PREFIX}{name}" for name in (*_FIELDS, "candidates"))
# What a resource may say about where codes come from. Its `service.name` is the
# application that talks to the vendor, and `cloud.provider` is where that runs.
_RESOURCE_KEYS = (
    "vendor", "product", "sdk", "sdk.name", "provider", "peer.service",
    "service.peer.name",
)  # fmt: skip
_MAX_EVENTS = 32
_MAX_TELLING = 8


class Glosser:
    """Say what the codes in telemetry mean, as attributes `codegloss.*`.

    Args:
        options: The arguments of `codegloss.Enricher`, but for the names of keys.
    """

    def __init__(self, **options: Unpack[SignalOptions]) -> None:
        self.enricher = Enricher(**options, fields=_FIELDS, prefix=_PREFIX)
        self._text = self.enricher.options.text
        self._resource: tuple[Any, tuple[tuple[str, Any], ...]] = (None, ())

    def span(
        self,
        span: Any,
        passing: BaseException | None,
        *,
        own: bool = False,
        scope: str | Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Return what to add to a span. Never raises.

        Args:
            span: A readable span, of the SDK or like it.
            passing: The exception that is passing through while the span ends.
            own: Whether that exception is known to be the span's. Otherwise the span
                must have recorded it: a clean span that is opened inside an `except`
                block sees that exception too.
            scope: The scope, instead of the configured one.
        """
        attributes: Mapping[str, Any] = {}
        try:
            attributes = copied(getattr(span, "attributes", None))
            if self._text:
                clear = self.enricher.is_clear({**attributes, "event": span.name})
            else:
                clear = self.enricher.is_clear(attributes)
            # The SDK's public `events` builds a tuple under a lock even when empty,
            # so the private list is asked first, where there is one.
            has_events = getattr(span, "_events", True)
            if clear and not own and not has_events:
                return {}
            telling: list[dict[str, Any]] = []
            if has_events:
                events = [each.attributes or {} for each in span.events[-_MAX_EVENTS:]]
                if not own and passing is not None and not _recorded(passing, events):
                    passing = None
                telling = [dict(each) for each in events if self._tells(each)]
                clear = clear and not any(map(self._has_code, telling))
            elif not own:
                passing = None
            if (clear and passing is None) or not _is_sampled(span):
                return {}
            event = dict(attributes)
            if telling:
                lay(event, NESTED, items(telling[-_MAX_TELLING:]))
            status = getattr(span, "status", None)
            failed = status is not None and status.status_code is StatusCode.ERROR
            self._lay(event, span, span.name, "error" if failed else None, passing)
            return self.enricher.enrich(event, scope=scope)
        except Exception as error:
            self.enricher.failed(attributes, error)
            return {}

    def log(self, data: Any, passing: BaseException | None) -> dict[str, Any]:
        """Return what to add to a log record. Never raises.

        Args:
            data: What a log record processor or exporter is given.
            passing: The exception that is being handled where the record is emitted.
        """
        attributes: Mapping[str, Any] = {}
        try:
            record = data.log_record
            attributes = copied(record.attributes)
            body = record.body
            raised = getattr(record, "exception", None)
            if raised is None and passing is not None:
                raised = passing if _recorded(passing, [attributes]) else None
            nested = isinstance(body, Mapping) or (
                isinstance(body, str) and body[:1] in ("{", "[")
            )
            if raised is None and not nested:
                event = {**attributes, "event": body} if self._text else attributes
                if self.enricher.is_clear(event):
                    return {}
            event = dict(attributes)
            if nested:
                lay(event, BODY, body)
            line = body if isinstance(body, str) and not nested else None
            line = line or getattr(record, "event_name", None)
            number = getattr(record.severity_number, "value", None)
            self._lay(event, data, line, number or record.severity_text, raised)
            return self.enricher.enrich(event)
        except Exception as error:
            self.enricher.failed(attributes, error)
            return {}

    def _lay(
        self,
        event: dict[str, Any],
        signal: Any,
        line: str | None,
        level: str | int | None,
        raised: BaseException | None,
    ) -> None:
        """Lay beside an event what its signal says about where its codes come from."""
        lay(event, LINE, line)
        lay(event, LEVEL, level)
        lay(event, RAISED, raised)
        scope = getattr(signal, "instrumentation_scope", None)
        if scope is not None:
            lay(event, LOGGER, scope.name)
        resource = getattr(signal, "resource", None)
        if resource is None:  # log records had their own before SDK 1.39
            resource = getattr(getattr(signal, "log_record", None), "resource", None)
        for key, value in self._marks_of(resource):
            event.setdefault(key, value)

    def _marks_of(self, resource: Any) -> tuple[tuple[str, Any], ...]:
        """Return what a resource says about vendors; a provider has one for all."""
        known, marks = self._resource
        if resource is not known:
            attributes = {} if resource is None else dict(resource.attributes)
            marks = tuple((k, attributes[k]) for k in _RESOURCE_KEYS if k in attributes)
            self._resource = resource, marks
        return marks

    def _has_code(self, attributes: Mapping[str, Any]) -> bool:
        return self._text or not self.enricher.is_clear(attributes)

    def _tells(self, attributes: Mapping[str, Any]) -> bool:
        """Tell whether a span event may hold a code, or evidence for one."""
        return "exception.type" in attributes or self._has_code(attributes)


def fitting(
    bounded: Any, attributes: Mapping[str, Any], added: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the limits of a span or log record leave room for, cut to length.

    The SDK itself would make room by dropping what is there longest.

    Args:
        bounded: The SDK's attributes, which know their limits.
        attributes: The same as a plain dictionary.
        added: What the enricher wants to add.
    """
    limit = getattr(bounded, "maxlen", None)
    length = getattr(bounded, "max_value_len", None)
    fits = {
        key: value if type(value) is bool else _cut(value, length)
        for key, value in added.items()
        if key in _KEYS and key not in attributes
    }
    if limit is not None and len(attributes) + len(fits) > limit:
        room = max(0, limit - len(attributes))
        return dict(itertools.islice(fits.items(), room))
    return fits


def extended(bounded: Any, added: Mapping[str, Any]) -> Any:
    """Return attributes with others added, as an object of their own.

    Limits and counts of dropped attributes are those of the old ones.
    """
    attributes = copied(bounded)
    more = fitting(bounded, attributes, added)
    if not more:
        return bounded
    if not isinstance(bounded, BoundedAttributes):
        return {**attributes, **more}
    options: dict[str, Any] = {"immutable": getattr(bounded, "_immutable", False)}
    if getattr(bounded, "_extended_attributes", False):
        # Before SDK 1.45 only log records could hold nested values.
        options["extended_attributes"] = True
    new = BoundedAttributes(
        bounded.maxlen,
        {**attributes, **more},
        max_value_len=bounded.max_value_len,
        **options,
    )
    new.dropped = bounded.dropped
    return new


def _cut(value: Any, length: int | None) -> Any:
    """Return a text, or several, no longer than the limit."""
    if isinstance(value, list):
        return tuple(text[:length] for text in value)
    return value[:length]


def copied(attributes: Any) -> Mapping[str, Any]:
    """Return attributes as a plain dictionary.

    One copy at C level is cheaper than single look-ups in the SDK's own mapping.
    """
    try:
        copied: Mapping[str, Any] = attributes.copy()
    except AttributeError:
        return dict(attributes or {})
    return copied


def _is_sampled(span: Any) -> bool:
    """Tell whether a span will be exported; some are only recorded."""
    context = getattr(span, "context", None)
    return context is None or context.trace_flags.sampled


def _recorded(error: BaseException, events: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether an exception is among those that telemetry recorded."""
    name = type(error).__qualname__
    for event in events:
        recorded = event.get("exception.type")
        if not isinstance(recorded, str):
            continue
        # Spans write the module too, the handler for standard logging the last part.
        if recorded in {name, type(error).__name__} or recorded.endswith(f".{name}"):
            message = event.get("exception.message")
            if message is None or _is_text(message, error):
                return True
    return False


def _is_text(message: Any, error: BaseException) -> bool:
    """Tell whether a text is what an exception says, perhaps cut by a limit."""
    texts = [str(error.args[0])] if error.args else []
    # Its own `__str__` may fail: then nothing recorded it either.
    with suppress(Exception):
        texts.append(str(error))
    return isinstance(message, str) and any(
        text == message or (message and text.startswith(message)) for text in texts
    )

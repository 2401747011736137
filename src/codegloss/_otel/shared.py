"""What spans and log records of OpenTelemetry share: reading them, and limits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import StatusCode, TraceFlags

from codegloss._catalog.load import Catalog
from codegloss._core.config import SignalOptions
from codegloss._core.engine import Engine
from codegloss._core.enricher import Enricher
from codegloss._events.classes import CLASSES
from codegloss._events.codes_in_text import has_number
from codegloss._events.context import Context, is_error_severity
from codegloss._otel.passing import passing

if TYPE_CHECKING:
    from typing_extensions import Unpack

_PREFIX = "codegloss."
_CODE = f"{_PREFIX}code"
_FIELDS = ("vendor", "product", "code", "meaning", "category", "retryable")
# What a resource may say about where codes come from. Its `service.name` is the
# application that talks to the vendor, and `cloud.provider` is where that runs.
_RESOURCE_KEYS = (
    "vendor", "product", "sdk", "sdk.name", "provider", "peer.service",
    "service.peer.name",
)  # fmt: skip
_ERROR = StatusCode.ERROR
_SAMPLED = int(TraceFlags.SAMPLED)
_MAX_EVENTS = 32
_MAX_TELLING = 8
_MAPPINGS = frozenset({"dict", "mapping"})


def _tells_of_error(record: Any) -> bool:
    """Tell whether a record of warning or above has a number in its text."""
    body, number = record.body, getattr(record.severity_number, "value", 0)
    return type(body) is str and is_error_severity(number) and has_number(body)


# What to add to a span or log record: the SDK's own attributes, which know their
# limits, the same as plain data, and what fits in beside them.
Gloss = tuple[Any, Mapping[str, Any], dict[str, Any]]


class _Enricher(Enricher):
    """An enricher that writes what attributes can hold."""

    def engine_for(self, catalog: Catalog) -> Engine:
        return Engine(catalog, self.config, flat=True)


class Glosser:
    """Say what the codes in telemetry mean, as attributes `codegloss.*`.

    Args:
        options: The arguments of `codegloss.Enricher`, but for the names of keys.

    Attributes:
        text: Whether texts are looked into, too.
    """

    def __init__(self, **options: Unpack[SignalOptions]) -> None:
        self.enricher = _Enricher(**options, fields=_FIELDS, prefix=_PREFIX)
        self.text = self.enricher.config.text
        self._resource: tuple[Any, tuple[tuple[str, Any], ...]] = (None, ())

    def span(
        self,
        span: Any,
        raised: BaseException | None = None,
        scope: str | Iterable[str] | None = None,
        *,
        fit: bool = True,
    ) -> Gloss | None:
        """Return what to add to a span, or None. Never raises.

        Args:
            span: A readable span, of the SDK or like it.
            raised: The exception that ended it, if that is known. Otherwise it is the
                one that is passing, if the span recorded it: a clean span that is
                opened inside an `except` block sees that exception too.
            scope: The scope, instead of the configured one.
            fit: Whether to add no more than the limits of its attributes allow.
        """
        attributes: Mapping[str, Any] = {}
        try:
            bounded, attributes, has_events = _parts(span)
            nested: list[tuple[str, Any]] = []
            if has_events:
                events = [each.attributes or {} for each in span.events[-_MAX_EVENTS:]]
                raised = raised or passing(events)
                telling = [dict(each) for each in events if self._tells(each)]
                if any(map(self._has_code, telling)) or raised is not None:
                    nested = [("details", each) for each in telling[-_MAX_TELLING:]]
            if raised is not None:
                nested.insert(0, ("exc_info", raised))
            context = getattr(span, "context", None)
            if not (nested or self._has_code(attributes)):
                return None
            if not (context is None or context.trace_flags & _SAMPLED):
                return None  # some are only recorded, and not exported
            around = self._around_span(span)._replace(nested=tuple(nested))
            return self._gloss(bounded, attributes, around, scope, fit=fit)
        except Exception as error:
            self.enricher.failed(attributes, error)
            return None

    def log(self, data: Any) -> Gloss | None:
        """Return what to add to a log record, or None. Never raises.

        Args:
            data: What a log record processor or exporter is given.
        """
        attributes: dict[str, Any] = {}
        try:
            record = data.log_record
            attributes = dict(record.attributes or {})
            body = record.body
            raised = getattr(record, "exception", None) or passing([attributes])
            nested: tuple[tuple[str, Any], ...] = ()
            if raised is not None:
                nested = (("exc_info", raised),)
            if CLASSES.of(type(body)).kind in _MAPPINGS and self._has_code(body):
                nested += (("body", body),)
            if not (nested or self._has_code(attributes) or _tells_of_error(record)):
                return None
            around = self._around_log(data)._replace(nested=nested)
            return self._gloss(record.attributes, attributes, around)
        except Exception as error:
            self.enricher.failed(attributes, error)
            return None

    def _has_code(self, attributes: Mapping[str, Any]) -> bool:
        return self.text or not self.enricher.is_clear(attributes)

    def _tells(self, attributes: Mapping[str, Any]) -> bool:
        """Tell whether a span event may hold a code, or evidence for one."""
        return "exception.type" in attributes or self._has_code(attributes)

    def _around_span(self, span: Any) -> Context:
        """Return what is known about a span beside its attributes."""
        scope = getattr(span, "instrumentation_scope", None)
        status = getattr(span, "status", None)
        failed = status is not None and status.status_code is _ERROR
        name = "" if scope is None else scope.name
        marks = self._marks(getattr(span, "resource", None))
        return Context(span.name, name, "error" if failed else "", marks)

    def _around_log(self, data: Any) -> Context:
        """Return what is known about a log record beside its attributes."""
        record = data.log_record
        body = record.body
        scope = data.instrumentation_scope
        level = record.severity_text or ""
        number = getattr(record.severity_number, "value", 0)
        if number:
            level = "error" if is_error_severity(number) else "info"
        # Up to SDK 1.38 the record holds the resource.
        holder = data if hasattr(data, "resource") else record
        line = body if isinstance(body, str) else getattr(record, "event_name", "")
        name = "" if scope is None else scope.name
        return Context(line or "", name, level, self._marks(holder.resource))

    def _marks(self, resource: Any) -> tuple[tuple[str, Any], ...]:
        """Return what a resource says about vendors; a provider has one for all."""
        known, marks = self._resource
        if resource is not known:
            attributes = {} if resource is None else dict(resource.attributes)
            marks = tuple((k, attributes[k]) for k in _RESOURCE_KEYS if k in attributes)
            self._resource = resource, marks
        return marks

    def _gloss(
        self,
        bounded: Any,
        attributes: Mapping[str, Any],
        context: Context,
        scope: str | Iterable[str] | None = None,
        *,
        fit: bool = True,
    ) -> Gloss | None:
        added: dict[str, Any] = {}
        scopes = self.enricher.engine.check(scope)
        self.enricher.gloss(attributes, added, context, scopes)
        if added and fit:
            added = _fitting(bounded, attributes, added)
        return (bounded, attributes, added) if added else None


def _fitting(
    bounded: Any, attributes: Mapping[str, Any], added: dict[str, Any]
) -> dict[str, Any]:
    """Return what limits leave room for, cut to length.

    The SDK itself would make room by dropping what is there longest. A code that is cut
    would be another one.
    """
    limit = getattr(bounded, "maxlen", None)
    if limit is not None and len(attributes) + len(added) > limit:
        room = max(0, limit - len(attributes))
        added = dict(itertools.islice(added.items(), room))
    length = getattr(bounded, "max_value_len", None)
    if length is not None:
        code = added.get(_CODE)
        if code is not None and len(code) > length:
            added = {key: value for key, value in added.items() if key != _CODE}
        added = {key: _cut(value, length) for key, value in added.items()}
    return added


def extended(gloss: Gloss) -> Any:
    """Return attributes with a gloss as the SDK keeps them, in an object of their own.

    Limits and counts of dropped attributes are those of the old ones.
    """
    old, attributes, added = gloss
    attributes = {**attributes, **added}
    if not isinstance(old, BoundedAttributes):
        return attributes
    options: dict[str, Any] = {"immutable": getattr(old, "_immutable", False)}
    if getattr(old, "_extended_attributes", False):
        # Before SDK 1.45 only log records could hold nested values.
        options["extended_attributes"] = True
    length = old.max_value_len
    new = BoundedAttributes(old.maxlen, attributes, max_value_len=length, **options)
    new.dropped = old.dropped
    return new


def _cut(value: Any, length: int) -> Any:
    """Return a text, or several, no longer than a limit."""
    if isinstance(value, tuple):
        return tuple(text[:length] for text in value)
    return value[:length] if isinstance(value, str) else value


def _parts(span: Any) -> tuple[Any, Mapping[str, Any], bool]:
    """Return the attributes of a span, the same as plain data, and if it has events.

    The public names lead through proxies, locks and copies, and none tells the limits:
    they are for spans that are not the SDK's.
    """
    try:
        bounded = span._attributes  # noqa: SLF001
        return bounded, bounded._dict, bool(span._events)  # noqa: SLF001
    except AttributeError:
        attributes = getattr(span, "attributes", None)
        return attributes, dict(attributes or {}), bool(getattr(span, "events", ()))

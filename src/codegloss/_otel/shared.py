"""What spans and log records of OpenTelemetry share: reading them, and limits."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import StatusCode, TraceFlags

from codegloss._catalog.load import Catalog
from codegloss._core.config import SignalOptions
from codegloss._core.engine import Engine
from codegloss._core.enricher import Enricher
from codegloss._events.context import BODY, NESTED, RAISED, Around, beside, items, lay
from codegloss._matching.messages import is_error_severity

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


# What to add to a span or log record: the SDK's own attributes, which know their
# limits, the same as plain data, and what fits in beside them.
Gloss = tuple[Any, Mapping[str, Any], dict[str, Any]]


class _Enricher(Enricher):
    """An enricher that writes what attributes can hold."""

    def engine_for(self, catalog: Catalog) -> Engine:
        return Engine(catalog, self.options, self._tallies, flat=True)


class Glosser:
    """Say what the codes in telemetry mean, as attributes `codegloss.*`.

    Args:
        options: The arguments of `codegloss.Enricher`, but for the names of keys.

    Attributes:
        text: Whether texts are looked into, too.
    """

    def __init__(self, **options: Unpack[SignalOptions]) -> None:
        self.enricher = _Enricher(**options, fields=_FIELDS, prefix=_PREFIX)
        self.text = self.enricher.options.text
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
            is_clear = self.enricher.is_clear
            read = {**attributes, "event": span.name} if self.text else attributes
            clear = raised is None and is_clear(read)
            telling: list[dict[str, Any]] = []
            if has_events:
                events = [each.attributes or {} for each in span.events[-_MAX_EVENTS:]]
                raised = raised or _passing(events)
                telling = [dict(each) for each in events if self._tells(each)]
                clear = (
                    clear and raised is None and not any(map(self._has_code, telling))
                )
            context = getattr(span, "context", None)
            if clear or not (context is None or context.trace_flags & _SAMPLED):
                return None  # some are only recorded, and not exported
            around = self._around_span(span)
            if raised is None and not telling:
                return self._gloss(
                    bounded, attributes, attributes, around, scope, fit=fit
                )
            event = beside(attributes, around)
            if raised is not None:
                lay(event, RAISED, raised)
            if telling:
                lay(event, NESTED, items(telling[-_MAX_TELLING:]))
            return self._gloss(bounded, attributes, event, None, scope, fit=fit)
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
            raised = getattr(record, "exception", None) or _passing([attributes])
            nested = isinstance(body, Mapping) and self._has_code(body)
            read = {**attributes, "event": body} if self.text else attributes
            if raised is None and not nested and self.enricher.is_clear(read):
                return None
            around = self._around_log(data)
            if raised is None and not nested:
                return self._gloss(record.attributes, attributes, attributes, around)
            event = beside(attributes, around)
            if raised is not None:
                lay(event, RAISED, raised)
            if nested:
                lay(event, BODY, body)
            return self._gloss(record.attributes, attributes, event, None)
        except Exception as error:
            self.enricher.failed(attributes, error)
            return None

    def _has_code(self, attributes: Mapping[str, Any]) -> bool:
        return self.text or not self.enricher.is_clear(attributes)

    def _tells(self, attributes: Mapping[str, Any]) -> bool:
        """Tell whether a span event may hold a code, or evidence for one."""
        return "exception.type" in attributes or self._has_code(attributes)

    def _around_span(self, span: Any) -> Around:
        """Return what is known about a span beside its attributes."""
        scope = getattr(span, "instrumentation_scope", None)
        status = getattr(span, "status", None)
        failed = status is not None and status.status_code is _ERROR
        name = "" if scope is None else scope.name
        marks = self._marks(getattr(span, "resource", None))
        return span.name, name, "error" if failed else "", marks

    def _around_log(self, data: Any) -> Around:
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
        return line or "", name, level, self._marks(holder.resource)

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
        event: Mapping[str, Any],
        around: Around | None,
        scope: str | Iterable[str] | None = None,
        *,
        fit: bool = True,
    ) -> Gloss | None:
        added: dict[str, Any] = {}
        engine = self.enricher._engine  # noqa: SLF001
        engine.enrich(event, added, around, engine.check(scope))
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


def _passing(events: Iterable[Mapping[str, Any]]) -> BaseException | None:
    """Return the exception that is passing, if telemetry recorded it."""
    error = sys.exc_info()[1]
    return error if error is not None and _recorded(error, events) else None


def _recorded(error: BaseException, events: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether an exception is among those that telemetry recorded."""
    names: tuple[str, ...] = ()
    for event in events:
        recorded = event.get("exception.type")
        if not isinstance(recorded, str) or not recorded:
            continue
        if not names:
            cls = type(error)
            # Spans write the module too; the handler of standard logging does not.
            full = f"{cls.__module__}.{cls.__qualname__}"
            names = (full, cls.__qualname__, cls.__name__)
        if (
            (recorded in names or _is_cut(recorded, names[0]))
            and _is_text(event.get("exception.message"), error)
            and _is_trace(event.get("exception.stacktrace"), error)
        ):
            return True
    return False


def _is_text(message: Any, error: BaseException) -> bool:
    """Tell whether a recorded message is what an exception says."""
    if message is None:  # there is none without arguments
        return True
    texts = []
    # Its own `__str__` may fail: then nothing recorded it either.
    with suppress(Exception):
        texts.append(str(error))
        texts += map(str, error.args[:1])
    return isinstance(message, str) and any(
        text == message or _is_cut(message, text) for text in texts
    )


def _is_trace(trace: Any, error: BaseException) -> bool:
    """Tell whether a recorded stack trace may be that of an exception.

    Two exceptions of one class often have one text, and differ in their code alone:
    then the line tells that raised them.
    """
    step = error.__traceback__
    # A trace that does not end with a line break has been cut by a limit.
    if step is None or not isinstance(trace, str) or not trace.endswith("\n"):
        return True
    while step.tb_next is not None:
        step = step.tb_next
    return f", line {step.tb_lineno}, in {step.tb_frame.f_code.co_name}" in trace


def _is_cut(text: str, whole: str) -> bool:
    """Tell whether a text is the beginning of another, as limits on length leave it."""
    return bool(text) and whole.startswith(text)

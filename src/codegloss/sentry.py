"""Sentry: hooks that add what vendor codes mean to events, transactions and logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from codegloss._core.config import SignalOptions
from codegloss._core.enricher import Enricher
from codegloss._core.needs import needs

if TYPE_CHECKING:
    from typing_extensions import Unpack

needs("sentry-sdk", "2.35", "sentry")

__all__ = ["GlossBeforeSend", "GlossBeforeSendLog"]

# What `sentry_sdk.init` takes as a hook: event or log, and hint.
Hook = Callable[[Any, Any], Any]

_PREFIX = "codegloss."
_FIELDS = (
    "vendor", "product", "code", "meaning", "remedy", "category", "retryable",
)  # fmt: skip
_TAGS = ("vendor", "product", "code", "retryable")
_PARAMETER = "sentry.message.parameter."
# As Sentry writes them for an event that nobody grouped.
_UNGROUPED: tuple[Any, ...] = (None, [], ["{{ default }}"], ["{{default}}"])


class GlossBeforeSend:
    """Gloss events and transactions just before they are sent.

    For `before_send`, and for `before_send_transaction` if traces are sampled; a hook
    of your own gets the event afterwards::

        sentry_sdk.init(
            before_send=GlossBeforeSend(mine),
            before_send_transaction=GlossBeforeSend(),
        )

    Codes are looked for in the exception, its causes, extras, tags and the message. An
    event gets the tags `codegloss.vendor`, `.product`, `.code` and `.retryable`, and a
    context `codegloss` with meaning, remedy and category. Breadcrumbs and the spans of
    a transaction get what their own data mean. Never raises.

    Args:
        before_send: The hook that is called with the event afterwards, or None.
        fingerprint: Group events by vendor, product and code instead of by stack trace,
            where one code is meant and nobody else has grouped them.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.

    Raises:
        ValueError: A scope or language is unknown; valid ones are listed.
    """

    def __init__(
        self,
        before_send: Hook | None = None,
        *,
        fingerprint: bool = False,
        **options: Unpack[SignalOptions],
    ) -> None:
        self._next = before_send
        self._fingerprint = fingerprint
        self.enricher = Enricher(**options, fields=_FIELDS, prefix=_PREFIX)
        # What led to an event, and what it is part of, is not what is counted.
        quiet: SignalOptions = {**options, "on_gloss": None, "count_unknown": False}
        self._beside = Enricher(**quiet, fields=_FIELDS, prefix=_PREFIX)

    def __call__(self, event: Any, hint: Any) -> Any:
        """Add to the event what its codes mean.

        Returns:
            The event, or what the user's own hook makes of it.
        """
        try:
            if event.get("type") == "transaction":
                self._transaction(event)
            else:
                self._event(event, hint)
        except Exception as error:
            self.enricher.failed(event, error)
        return event if self._next is None else self._next(event, hint)

    def _event(self, event: dict[str, Any], hint: Mapping[str, Any]) -> None:
        crumbs = event.get("breadcrumbs")
        for crumb in _mappings(_mapping(crumbs).get("values")):
            around = {"logger": crumb.get("category"), "level": crumb.get("level")}
            _add(self._beside, crumb.get("data"), around, crumb.get("message"))
        gloss = self.enricher.enrich(_read(event, hint or {}))
        if not gloss:
            return
        said = {key.removeprefix(_PREFIX): value for key, value in gloss.items()}
        tags = {_PREFIX + name: _tag(said[name]) for name in _TAGS if name in said}
        event["tags"] = {**tags, **_mapping(event.get("tags"))}
        event["contexts"] = {**_mapping(event.get("contexts")), "codegloss": said}
        if self._fingerprint and event.get("fingerprint") in _UNGROUPED:
            names = [said.get(name) for name in ("vendor", "product", "code")]
            if None not in names and "candidates" not in said:
                event["fingerprint"] = ["codegloss", *names]

    def _transaction(self, event: dict[str, Any]) -> None:
        trace = _mapping(_mapping(event.get("contexts")).get("trace"))
        for span in (trace, *_mappings(event.get("spans"))):
            level = "error" if span.get("status") not in (None, "ok") else None
            enricher = self.enricher
            _add(enricher, span.get("data"), {"level": level}, span.get("description"))


class GlossBeforeSendLog:
    """Gloss Sentry's structured logs, as `before_send_log`.

    A log gets attributes `codegloss.vendor`, `.product`, `.code`, `.meaning`,
    `.remedy`, `.category` and `.retryable`. Sentry keeps no exception in a log, only in
    the event beside it, so a code that is only there is not seen here. Never raises.

    Args:
        before_send_log: The hook that is called with the log afterwards, or None.
        options: The arguments of `codegloss.Enricher`, except `fields` and `prefix`.

    Raises:
        ValueError: A scope or language is unknown; valid ones are listed.
    """

    def __init__(
        self, before_send_log: Hook | None = None, **options: Unpack[SignalOptions]
    ) -> None:
        self._next = before_send_log
        self.enricher = Enricher(**options, fields=_FIELDS, prefix=_PREFIX)

    def __call__(self, log: Any, hint: Any) -> Any:
        """Add to the log what its codes mean.

        Returns:
            The log, or what the user's own hook makes of it.
        """
        try:
            attributes = log.get("attributes")
            around = {
                "logger": _mapping(attributes).get("logger.name"),
                "level": log.get("severity_text"),
            }
            _add(self.enricher, attributes, around, log.get("body"))
        except Exception as error:
            self.enricher.failed(log, error)
        return log if self._next is None else self._next(log, hint)


def _read(event: Mapping[str, Any], hint: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as loggers pass one: its fields, and the exception itself."""
    entry = _mapping(event.get("logentry"))
    extra = _mapping(event.get("extra"))
    fields = {
        "logger": event.get("logger"),
        "level": event.get("level"),
        "event": entry.get("formatted") or entry.get("message") or event.get("message"),
        **_plain(_mapping(event.get("tags"))),
        **_plain(extra),
        # loguru's extras, and the mapping that was formatted into a message.
        **_plain(_mapping(extra.get("extra"))),
        **_plain(_mapping(entry.get("params"))),
    }
    raised = hint.get("exc_info")
    if raised is not None:
        fields["exc_info"] = raised
    return fields


def _add(enricher: Enricher, data: Any, around: Mapping[str, Any], line: Any) -> None:
    """Write into data what its codes mean, beside what is there."""
    if type(data) is not dict:
        return
    fields = {
        **around,
        "event": line,
        **_plain(data),
        **_plain(_mapping(data.get("extra"))),
    }
    for key, value in enricher.enrich(fields).items():
        data.setdefault(key, value)


def _plain(fields: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return fields under the names they were logged with, without glosses."""
    named = {
        key.removeprefix(_PARAMETER) if type(key) is str else key: value
        for key, value in fields.items()
    }
    return {k: v for k, v in named.items() if not str(k).startswith(_PREFIX)}


def _mapping(value: Any) -> dict[Any, Any]:
    return value if type(value) is dict else {}


def _mappings(values: Any) -> Iterable[dict[Any, Any]]:
    return (
        [each for each in values if type(each) is dict] if type(values) is list else []
    )


def _tag(value: Any) -> str:
    """Return a value as the text that a tag is."""
    return str(value).lower() if type(value) is bool else str(value)

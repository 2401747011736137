"""Standard logging: a filter that adds what vendor codes mean to log records."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from codegloss._core.config import EnricherOptions
from codegloss._core.engine import Engine
from codegloss._core.enricher import Enricher
from codegloss._events.context import NESTED, RAISED, beside, items, lay

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["GlossFilter"]

_PLAIN = logging.LogRecord("", 0, "", 0, "", None, None).__dict__
# What every record has, and what formatters and newer Pythons add to it.
_STANDARD = frozenset(_PLAIN) | {"message", "asctime", "taskName"}
_COUNT = len(_PLAIN)
_MAX_ARGS = 8
_TELLING = (Mapping, BaseException)
# To ask the usual ones whether they are mappings takes far longer.
_SCALARS = frozenset({str, int, float, bool, type(None)})


class GlossFilter(logging.Filter):
    """Write what vendor codes mean into log records. It lets every record through.

    Add it to a handler, where records of all loggers pass; in front of a queue, to the
    `QueueHandler`, since the exception is gone behind it. In `dictConfig`::

        "filters": {"gloss": {"()": "codegloss.logging.GlossFilter"}},
        "handlers": {"console": {..., "filters": ["gloss"]}}

    Codes are looked for in `extra=`, in a mapping that is the message or an argument
    (`log.error("%(code)s", {"code": 1001})`), and on exceptions in `exc_info`, `extra`
    or the arguments; the logger's name, the level and the unformatted message are
    evidence. The keys become attributes of the record, so a JSON formatter writes them
    out, and `{meaning}` works in a format with `defaults={"meaning": ""}`. Never
    raises, and never replaces an attribute that a record has. A record that passes
    several handlers is glossed once.

    Args:
        options: The arguments of `codegloss.Enricher`.
    """

    def __init__(self, **options: Unpack[EnricherOptions]) -> None:
        super().__init__()
        self.enricher = _RecordEnricher(**options)

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the keys to the record, and return True."""
        enricher = self.enricher
        try:
            fields = record.__dict__
            if not (
                record.exc_info
                or enricher.options.text
                or type(record.msg) is not str
                or (record.args and _may_tell(record.args))
            ) and (len(fields) == _COUNT or enricher.is_clear_record(fields)):
                return True
            event = _event(record, text=enricher.options.text)
            if not enricher.is_clear(event):
                for key, value in enricher.enrich(event).items():
                    # A formatter would write its own `message` over ours.
                    name = f"codegloss_{key}" if key in _STANDARD else key
                    fields.setdefault(name, value)
        except Exception as error:
            enricher.failed({}, error)
        return True


class _RecordEnricher(Enricher):
    """An enricher that also knows which attributes of a record can hold a code."""

    def use(self, engine: Engine) -> None:
        super().use(engine)
        # `exc_info` can, but every record has one.
        names: frozenset[str] = engine.gate
        self.is_clear_record = (names - _STANDARD).isdisjoint


def _may_tell(args: object) -> bool:
    """Tell whether arguments hold more than values to format."""
    if type(args) is not tuple:
        return True
    for each in args[:_MAX_ARGS]:
        if type(each) not in _SCALARS and isinstance(each, _TELLING):
            return True
    return False


def _event(record: logging.LogRecord, *, text: bool) -> dict[str, Any]:
    """Return what a record says as one mapping; its own attributes come first."""
    message: Any = record.msg
    args: Any = record.args
    own = record.__dict__.items()
    fields = {key: value for key, value in own if key not in _STANDARD}
    inner: list[Any] = []
    if isinstance(args, Mapping):
        fields = {**args, **fields}
    elif args:
        inner += [each for each in args[:_MAX_ARGS] if isinstance(each, _TELLING)]
    line = None
    if type(message) is str:
        line = _formatted(record) if text else message
    elif isinstance(message, Mapping):
        fields = {**message, **fields}
    elif isinstance(message, BaseException):
        inner.insert(0, message)
    level = record.levelno or record.levelname
    event = beside(fields, (line or "", record.name, level, ()))
    raised = _raised(record.exc_info)
    if raised is not None:
        lay(event, RAISED, raised)
        inner = [each for each in inner if each is not raised]
    if inner:
        lay(event, NESTED, items(inner))
    return event


def _raised(exc_info: Any) -> BaseException | None:
    """Return the exception of a record; some make records with it alone."""
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        exc_info = exc_info[1]
    return exc_info if isinstance(exc_info, BaseException) else None


def _formatted(record: logging.LogRecord) -> str:
    """Return the message as it will be written, for the codes in it."""
    try:
        return record.getMessage()
    except Exception:  # logging reports it when the handler formats the record
        return str(record.msg)

"""Standard logging: a filter that adds what vendor codes mean to log records."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from codegloss._core.config import EnricherOptions
from codegloss._core.engine import Engine
from codegloss._core.enricher import Enricher, current_block
from codegloss._events.classes import CLASSES, is_error
from codegloss._events.context import Context, is_error_level

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["GlossFilter"]

_PLAIN = logging.LogRecord("", 0, "", 0, "", None, None).__dict__
# What every record has, and what formatters and newer Pythons add to it.
_STANDARD = frozenset(_PLAIN) | {"message", "asctime", "taskName"}
_COUNT = len(_PLAIN)
_MAX_ARGS = 8
_TELLING = frozenset({"dict", "mapping", "error"})
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
            told = enricher.config.text or is_error_level(record.levelno)
            told = told or current_block() is not None
            if not (
                record.exc_info
                or told
                or type(record.msg) is not str
                or (record.args and _may_tell(record.args))
            ) and (len(fields) == _COUNT or enricher.is_clear_record(fields)):
                return True
            event, context = _read(record, text=told)
            if context.nested or told or not enricher.is_clear(event):
                added: dict[str, Any] = {}
                enricher.gloss(event, added, context)
                for key, value in added.items():
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
    return type(args) is not tuple or any(map(_tells, args[:_MAX_ARGS]))


def _tells(value: object) -> bool:
    """Tell whether a value is a mapping or an exception, by its class alone."""
    # To ask the usual ones takes far longer.
    return type(value) not in _SCALARS and CLASSES.of(type(value)).kind in _TELLING


def _read(record: logging.LogRecord, *, text: bool) -> tuple[dict[str, Any], Context]:
    """Return what a record says: its own attributes, and what stands beside them."""
    message: Any = record.msg
    args: Any = record.args
    own = record.__dict__.items()
    fields = {key: value for key, value in own if key not in _STANDARD}
    nested: list[tuple[str, Any]] = []
    raised = _raised(record.exc_info)
    if raised is not None:
        nested.append(("exc_info", raised))
    if type(args) is dict:
        fields = {**args, **fields}
    elif type(args) is tuple:
        nested += [("details", each) for each in args[:_MAX_ARGS] if _tells(each)]
    elif args and _tells(args):
        nested.append(("details", args))
    line = ""
    if type(message) is str:
        line = _formatted(record) if text else message
    elif type(message) is dict:
        fields = {**message, **fields}
    elif _tells(message):
        nested.append(("details", message))
    level = record.levelno or record.levelname
    return fields, Context(line, record.name, level, nested=tuple(nested))


def _raised(exc_info: Any) -> BaseException | None:
    """Return the exception of a record; some make records with it alone."""
    if type(exc_info) is tuple and len(exc_info) == 3:
        exc_info = exc_info[1]
    error: Any = exc_info
    return error if is_error(error) else None


def _formatted(record: logging.LogRecord) -> str:
    """Return the message as it will be written, for the codes in it."""
    try:
        return record.getMessage()
    except Exception:  # logging reports it when the handler formats the record
        return str(record.msg)

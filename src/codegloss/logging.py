"""Standard logging: a filter that adds what vendor codes mean to log records."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from codegloss._core.config import EnricherOptions
from codegloss._core.engine import Engine
from codegloss._core.enricher import Enricher, current_block
from codegloss._events.classes import CLASSES, is_error
from codegloss._events.context import Context, is_error_level

if TYPE_CHECKING:
    from loguru import Logger
    from typing_extensions import Unpack

__all__ = ["GlossFilter", "LoguruHandler"]

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
        into: The attribute in which a handler expects what it writes out, as a dict:
            `json_fields` for Google Cloud. What stands there is read like `extra=`, and
            the keys are added to it, in a dict of their own.
        around: Returns fields that stand around every record and not in it, such as
            `Logger.get_current_keys` of AWS Powertools. They are only read.
        options: The arguments of `codegloss.Enricher`.
    """

    def __init__(
        self,
        *,
        into: str | None = None,
        around: Callable[[], Mapping[str, Any]] | None = None,
        **options: Unpack[EnricherOptions],
    ) -> None:
        super().__init__()
        self._into = into
        self._around = around
        self.enricher = _RecordEnricher(**options)

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the keys to the record, and return True."""
        enricher = self.enricher
        try:
            fields = record.__dict__
            around = None
            if self._into is not None or self._around is not None:
                around = self._fields_around(fields)
            told = enricher.config.text or is_error_level(record.levelno)
            told = told or current_block() is not None
            if not (
                record.exc_info
                or told
                or type(record.msg) is not str
                or (record.args and _may_tell(record.args))
                or not (around is None or enricher.is_clear(around))
            ) and (len(fields) == _COUNT or enricher.is_clear_record(fields)):
                return True
            event, context = _read(record, text=told)
            if around:
                event = {**around, **event}
            if context.nested or told or not enricher.is_clear(event):
                added: dict[str, Any] = {}
                enricher.gloss(event, added, context)
                if added:
                    self._write(fields, added)
        except Exception as error:
            enricher.failed({}, error)
        return True

    def _fields_around(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return what belongs to a record, but is none of its attributes."""
        around = {} if self._around is None else dict(self._around())
        if self._into is not None:
            held: Any = fields.get(self._into)
            if type(held) is dict:
                around.update(held)
        return around

    def _write(self, fields: dict[str, Any], added: dict[str, Any]) -> None:
        if self._into is not None:
            held: Any = fields.get(self._into)
            if held is None or type(held) is dict:
                fields[self._into] = {**added, **(held or {})}
                return
        for key, value in added.items():
            # A formatter would write its own `message` over ours.
            name = f"codegloss_{key}" if key in _STANDARD else key
            fields.setdefault(name, value)


class LoguruHandler(logging.Handler):
    """Hand records on to loguru with their fields, their exception and a gloss.

    loguru's own recipe hands on the text alone, so that a code in `extra=` is lost,
    and with it the name of the logger. With this, libraries that use standard logging
    end up where loguru's messages do::

        handler = LoguruHandler(loguru.logger)
        logging.basicConfig(handlers=[handler], level=0, force=True)

    Args:
        logger: loguru's logger.
        options: The arguments of `codegloss.Enricher`.
    """

    def __init__(self, logger: Logger, **options: Unpack[EnricherOptions]) -> None:
        super().__init__()
        self._logger = logger
        self.addFilter(GlossFilter(**options))

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record with loguru, as if its caller had."""
        level: str | int = record.levelno
        with contextlib.suppress(ValueError):  # a level that loguru does not know
            level = self._logger.level(record.levelname).name
        fields = vars(record).items()
        extra = {key: value for key, value in fields if key not in _STANDARD}
        logger = self._logger.bind(**extra)
        logger.opt(depth=_depth(record), exception=record.exc_info).log(
            level, record.getMessage()
        )


def _depth(record: logging.LogRecord) -> int:
    """Return how many calls above the handler a record was made; 0 if it was not."""
    frame, depth = sys._getframe().f_back, 0  # noqa: SLF001 - loguru's recipe does so
    while frame is not None:
        code = frame.f_code
        # By what the record says, as others wrap the calls of logging, too.
        if (code.co_filename, code.co_name) == (record.pathname, record.funcName):
            return depth
        frame, depth = frame.f_back, depth + 1
    return 0


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
    if not is_error(error):
        return None
    passing = sys.exc_info()[1]
    raised: BaseException = error
    if passing is not None and passing is not raised and _stands_for(raised, passing):
        raised = passing
    return raised


def _stands_for(error: BaseException, passing: BaseException) -> bool:
    """Tell whether an exception only names the one that is passing.

    Celery logs such a one in place of what cannot be pickled, while that is handled.
    """
    told = CLASSES.of(type(error)).attributes(error)
    names = told.get("exc_module"), told.get("exc_cls_name")
    if any(type(name) is not str for name in names):
        return False
    return names == (type(passing).__module__, type(passing).__name__)


def _formatted(record: logging.LogRecord) -> str:
    """Return the message as it will be written, for the codes in it."""
    try:
        return record.getMessage()
    except Exception:  # logging reports it when the handler formats the record
        return str(record.msg)

"""The log line of a retry: the attempt, the delay, and what the code means."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from codegloss._core.api import default
from codegloss._events.classes import is_error
from codegloss._retry.decide import consider

_EVENT = "retrying"
_STANDARD = (logging.Logger, logging.LoggerAdapter)
_LEVELS = ("trace", "debug", "info", "success", "warning", "error", "critical")


def checked_level(logger: Any, level: str | int) -> str | int:
    """Return a level as `log_retry` takes it, so that a mistake shows at once.

    Raises:
        ValueError: The name is none of a method to log with.
    """
    if type(level) is int:
        return level
    known: tuple[str, ...] = _LEVELS
    if isinstance(logger, _STANDARD):  # others bind what they are asked for
        known = tuple(name for name in _LEVELS if hasattr(logger, name))
    name = str(level).lower()
    if name not in known:
        raise ValueError(f"unknown level {level!r}; known: {', '.join(known)}")
    return name


def log_retry(
    logger: Any,
    level: str | int,
    thing: object,
    *,
    function: str,
    attempt: int,
    delay_s: float,
    scope: Any,
) -> None:
    """Log that something will be tried again.

    Loggers of the standard library get a sentence and the facts in `extra`; those of
    structlog and loguru get the facts as keywords.
    """
    error = is_error(thing)
    event = {"exc_info" if error else "error": thing}
    gloss = default().enrich(event, scope=scope)
    advice, _ = consider(thing, scope)
    facts: dict[str, Any] = {
        "function": function,
        "attempt": attempt,
        "delay_s": round(delay_s, 3),
        "error": type(thing).__name__,
    }
    if gloss and advice.resolution is not None:
        facts["code"] = advice.resolution.code
    facts.update((k, v) for k, v in gloss.items() if k not in facts)
    log: Callable[..., None]
    if isinstance(level, str):
        log = getattr(logger, level)
    else:
        log = partial(logger.log, level)
    if isinstance(logger, _STANDARD):
        text = "%s %s in %.3g s after attempt %d: %s"
        log(text, _EVENT, function, delay_s, attempt, advice.reason, extra=facts)
    else:
        log(_EVENT, **facts)

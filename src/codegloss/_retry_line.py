"""The log line of a retry: the attempt, the delay, and what the code means."""

from __future__ import annotations

import logging
from typing import Any

from codegloss import _adviser
from codegloss._recall import enricher

_EVENT = "retrying"


def log_retry(
    logger: Any,
    level: str,
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
    error = isinstance(thing, BaseException)
    event = {"exc_info" if error else "error": thing}
    gloss = enricher.enrich(event, scope=scope)
    advice = _adviser.consider(thing, scope)
    facts: dict[str, Any] = {
        "function": function,
        "attempt": attempt,
        "delay_s": round(delay_s, 3),
        "error": type(thing).__name__,
    }
    if gloss and advice.resolution is not None:
        facts["code"] = advice.resolution.code
    facts.update((k, v) for k, v in gloss.items() if k not in facts)
    log = getattr(logger, level)
    if isinstance(logger, (logging.Logger, logging.LoggerAdapter)):
        text = "%s %s in %.3g s after attempt %d: %s"
        log(text, _EVENT, function, delay_s, attempt, advice.reason, extra=facts)
    else:
        log(_EVENT, **facts)

"""When a server asks to be tried again: `Retry-After` and kin, as seconds."""

from __future__ import annotations

import datetime as dt
import re

from codegloss._events.walker import Walk
from codegloss._retry.advice import seconds

_MAX_VALUE = 64
_NUMBER = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) *s?")


def asked_delay(walk: Walk) -> float | None:
    """Return the longest delay in seconds that anything in a walk asks for."""
    longest: float | None = None
    walk.rest(delays=True)
    for node in walk.nodes:
        for name, unit in node.shape.delays:
            delay = to_delay(node.values.get(name), unit)
            if delay is not None:
                longest = max(delay, longest or 0.0)
    return longest


def to_delay(value: object, unit: float = 1.0) -> float | None:
    """Return a number, its text or an HTTP date (RFC 9110, 10.2.3) as seconds."""
    if type(value) is dt.timedelta:
        return seconds(value.total_seconds())
    if type(value) is str and len(value) <= _MAX_VALUE:
        number = _NUMBER.fullmatch(value.strip())
        if number is None:
            return _until(value)
        return float(number[1]) * unit
    delay = seconds(value)
    return None if delay is None else delay * unit


def _until(date: str) -> float | None:
    """Return the seconds until an HTTP date, 0 when it is over."""
    # Takes longer to import than codegloss, and few servers send dates.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        when = parsedate_to_datetime(date)
        left = (when - dt.datetime.now(dt.timezone.utc)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, left)

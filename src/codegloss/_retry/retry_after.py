"""What a server says at run time about when to try again: `Retry-After` and kin."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from types import GetSetDescriptorType
from typing import Any

from codegloss._retry.advice import seconds
from codegloss._retry.recall import mro

_MAX_PLACES = 16
_MAX_KEYS = 64
_MAX_NAME = 40
_MAX_VALUE = 64

# Names as lowercase letters only. The first is RFC 9110's, `retrydelay` is that of
# google.rpc.RetryInfo, the others are spelled by APIs that name the unit.
_UNITS = {
    "retryafter": 1.0,
    "retryafters": 1.0,
    "retryaftersec": 1.0,
    "retryaftersecs": 1.0,
    "retryafterseconds": 1.0,
    "retrydelay": 1.0,
    "retryafterms": 0.001,
    "retryaftermillis": 0.001,
    "retryaftermilliseconds": 0.001,
}
_CONTAINERS = frozenset(
    "headers hdrs httpheaders responseheaders responsemetadata response resp error err"
    " exception exc excinfo body data detail details result".split()
)
_OWN_DICT = (type(None), GetSetDescriptorType)
_LETTERS = re.compile(r"[^a-z]+")
_NUMBER = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) *s?")


def asked_delay(thing: object) -> float | None:
    """Return the longest delay in seconds that anything in a thing asks for.

    Looks at fields of mappings and at the data of objects, never at properties; what
    is no delay says nothing. It raises whatever reading a hostile mapping raises.
    """
    longest: float | None = None
    places = [thing]
    for place in places:  # grows while it is walked, up to a limit
        for name, value in _fields(place):
            plain = _plain(name)
            if plain in _UNITS:
                delay = to_delay(value, _UNITS[plain])
                if delay is not None:
                    longest = max(delay, longest or 0.0)
            elif plain in _CONTAINERS and len(places) < _MAX_PLACES:
                places.append(value)
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


def _fields(thing: object) -> list[tuple[Any, Any]]:
    if issubclass(type(thing), Mapping):
        mapping: Any = thing
        names = itertools.islice(mapping, _MAX_KEYS)
        return [(name, mapping[name]) for name in names]
    readers = [vars(base).get("__dict__") for base in mro(type(thing))]
    if not all(type(each) in _OWN_DICT for each in readers):
        return []  # a class of which reading the fields would run code
    try:
        fields = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return []
    found = list(itertools.islice(fields.items(), _MAX_KEYS))
    # http.client and email keep headers as a list of pairs.
    pairs = fields.get("_headers")
    if type(pairs) is list:
        found += [p for p in pairs[:_MAX_KEYS] if type(p) is tuple and len(p) == 2]
    return found


def _plain(name: object) -> str:
    if type(name) is not str or len(name) > _MAX_NAME:
        return ""
    return _LETTERS.sub("", name.lower())


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

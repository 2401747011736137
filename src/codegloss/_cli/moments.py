"""When an event happened, whoever wrote the time down and how."""

from __future__ import annotations

import calendar
import math
import re
from collections import Counter
from datetime import datetime, timezone
from typing import Any

_KEYS = ("timestamp", "time", "ts", "@timestamp", "asctime", "datetime", "date")
_TEXT = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s?(?:Z|([+-])(\d\d):?(\d\d))?"
)
_NUMBER = re.compile(r"\d{9,19}(?:\.\d{1,9})?")
# A number of seconds, milli-, micro- or nanoseconds since 1970, by its size.
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))
_LATEST = 253_402_300_799.0
_MAX_SLOTS = 2_048


def moment_of(event: dict[str, Any]) -> float | None:
    """Return when an event happened in seconds since 1970; None where it is not said.

    What names no zone is taken for UTC.
    """
    for key in _KEYS:
        value = event.get(key)
        if value is not None:
            moment = _moment(value)
            if moment is not None:
                return moment
    return None


def _moment(value: Any) -> float | None:
    if type(value) is str:
        text = value[:64].strip()
        found = _TEXT.match(text)
        if found is not None:
            return _of_parts(found)
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text)
    if type(value) not in (int, float) or not math.isfinite(value):
        return None
    unit = next((unit for least, unit in _UNITS if value >= least), None)
    seconds = None if unit is None else value / unit
    return seconds if seconds is not None and seconds <= _LATEST else None


def _of_parts(found: re.Match[str]) -> float | None:
    parts = tuple(map(int, found.group(1, 2, 3, 4, 5, 6)))
    if not (parts[0] >= 1970 and 1 <= parts[1] <= 12 and 1 <= parts[2] <= 31):
        return None
    seconds = calendar.timegm((*parts, 0, 0, 0)) + float(f"0.{found[7] or 0}")
    if found[8]:
        offset = int(found[9]) * 3_600 + int(found[10]) * 60
        seconds -= offset if found[8] == "+" else -offset
    return seconds if 0 <= seconds <= _LATEST else None


def shown(moment: float | None) -> str | None:
    """Return a moment as people and programs read it, None for none."""
    if moment is None:
        return None
    when = datetime.fromtimestamp(moment, timezone.utc)
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


class Timeline:
    """Counts over time in a bounded number of slots, which widen with the time seen."""

    def __init__(self) -> None:
        self._width = 1
        self._slots: Counter[int] = Counter()

    def add(self, moment: float) -> None:
        """Count one moment."""
        self._slots[int(moment // self._width)] += 1
        while len(self._slots) > _MAX_SLOTS:
            self._width *= 2
            merged: Counter[int] = Counter()
            for slot, count in self._slots.items():
                merged[slot // 2] += count
            self._slots = merged

    def bars(self, most: int) -> list[tuple[float, int]]:
        """Return the start and the count of equal stretches, at most so many."""
        if not self._slots:
            return []
        first, last = min(self._slots), max(self._slots)
        number = min(most, last - first + 1)
        counts = [0] * number
        for slot, count in self._slots.items():
            counts[(slot - first) * number // (last - first + 1)] += count
        step = (last - first + 1) * self._width / number
        start = first * self._width
        return [(start + at * step, count) for at, count in enumerate(counts)]

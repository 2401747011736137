"""Count what log lines hold: vendor errors, and codes that nobody knows.

However long a log is, what is kept is bounded: distinct codes, loggers, spans of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from codegloss import Enricher, Entry
from codegloss._cli.facts import catalog_in_force
from codegloss._cli.lines import event_of
from codegloss._cli.moments import Timeline, moment_of, shown
from codegloss._cli.words import spoken
from codegloss._events.context import LEVEL_KEYS, is_error_level

_MAX_UNKNOWN = 10_000
_MAX_LOGGERS = 1_000
_MAX_EXAMPLE = 300
_MAX_NAME = 120
_LOGGER_KEYS = ("logger", "logger_name", "name", "logger.name", "module")
OTHERS = "…"
# Rules that leave a code alone though nothing says that it is somebody else's.
_OPEN = frozenset({"needs-evidence", "chosen-by-app"})


class Row:
    """One code with one answer, and where it was seen.

    Attributes:
        code: The code.
        entries: The entry that answers, or all that may.
        retryable: What they agree on.
        field: Where it first stood.
        example: The line in which it first stood.
        count: In how many events it stands.
        first: When the first of them happened, as far as known.
        last: When the last of them happened.
        loggers: How many came from which logger.
    """

    __slots__ = (
        "code", "count", "entries", "example", "field", "first", "last", "loggers",
        "retryable",
    )  # fmt: skip

    def __init__(self, code: int | str, field: str, example: str) -> None:
        self.code = code
        self.field = field
        self.example = example
        self.entries: tuple[Entry, ...] = ()
        self.retryable: bool | None = None
        self.count = 0
        self.first: float | None = None
        self.last: float | None = None
        self.loggers: Counter[str] = Counter()

    def add(self, moment: float | None, logger: str) -> None:
        """Count one event."""
        self.count += 1
        _count(self.loggers, logger)
        if moment is not None:
            self.first = moment if self.first is None else min(self.first, moment)
            self.last = moment if self.last is None else max(self.last, moment)

    def meanings(self, lang: str) -> dict[str, list[str]]:
        """Return what the code may mean, each with the products that say so."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            scopes = found.setdefault(spoken(entry.meaning, lang), [])
            if entry.scope not in scopes:
                scopes.append(entry.scope)
        return found


class Tally:
    """What was found in the lines of logs.

    Args:
        scopes: Vendors or products that lines come from unless they say otherwise.
        lang: The language of meanings.

    Attributes:
        lines: How many lines were read.
        events: How many of them hold a vendor's error.
        failed: How many could not be looked at.
        left_alone: How many codes look like one of ours, and nothing says they are.
        retryable: The events by whether they may be sent again; None: nobody knows.
        loggers: The events by logger.
        timeline: The events by time.
        resolved: The codes with one meaning.
        ambiguous: The codes that may be one of several things.
        unknown: The codes of errors that no product has.
        unclear: The codes of errors that a product has, where nothing says that they
            are that product's: they may be the program's own.
        unknown_left_out: How many of both were one too many to list.
    """

    def __init__(self, scopes: tuple[str, ...] = (), lang: str = "en") -> None:
        self.lang = lang
        self.lines = self.events = self.failed = self.left_alone = 0
        self.unknown_left_out = 0
        self.retryable: Counter[bool | None] = Counter()
        self.loggers: Counter[str] = Counter()
        self.timeline = Timeline()
        self.resolved: dict[Any, Row] = {}
        self.ambiguous: dict[Any, Row] = {}
        self.unknown: dict[Any, Row] = {}
        self.unclear: dict[Any, Row] = {}
        catalog = catalog_in_force()
        products = catalog.products.values()
        self._success = {code for each in products for code in each.get("success", ())}
        self._index = catalog.index
        self._examine = Enricher(scope=scopes or None, language=lang).examine

    def add(self, lines: Iterable[bytes]) -> list[tuple[bytes, Row]]:
        """Count lines, and return those with a vendor's error and the row of each."""
        examine = self._examine
        told: list[tuple[bytes, Row]] = []
        for line in lines:
            self.lines += 1
            event = event_of(line)
            if event is None:
                continue
            try:
                found = examine(event)
                row = self._take(event, line, found) if found else None
            except Exception:
                # Whatever a line holds, the next ones are read.
                self.failed += 1
                continue
            if row is not None:
                told.append((line, row))
        return told

    def _take(self, event: dict[str, Any], line: bytes, found: list[Any]) -> Row | None:
        """Count the codes of one event; return the row of its cause."""
        rows: dict[int, Row] = {}
        unexplained: list[Row] = []
        for site, _rank, _query, decision in found:
            if decision.emit:
                row = self._row_of(decision.resolution, site.field, line)
                rows.setdefault(id(row), row)
            elif site.code not in self._success:
                unexplained += self._unexplained(event, site, decision, line)
        if not rows and not unexplained:
            return None
        moment, logger = moment_of(event), _logger_of(event)
        for row in (*rows.values(), *unexplained):
            row.add(moment, logger)
        cause = next(iter(rows.values()), None)
        if cause is not None:
            self.events += 1
            self.retryable[cause.retryable] += 1
            _count(self.loggers, logger)
            if moment is not None:
                self.timeline.add(moment)
        return cause

    def _row_of(self, resolution: Any, field: str, line: bytes) -> Row:
        entry = resolution.entry
        rows = self.ambiguous if entry is None else self.resolved
        key = (resolution.code, entry or resolution.candidates)
        row = rows.get(key)
        if row is None:
            row = rows[key] = Row(resolution.code, field, _example(line))
            row.entries = resolution.candidates if entry is None else (entry,)
            row.retryable = resolution.retryable
        return row

    def _unexplained(
        self, event: dict[str, Any], site: Any, decision: Any, line: bytes
    ) -> list[Row]:
        """Return the row of an error's code that is not explained, if it has one."""
        entries = self._index.get(site.code, ())
        is_known = bool(entries)
        self.left_alone += is_known
        if is_known and decision.rule not in _OPEN:
            return []
        if site.in_text or not _is_error(event, site):
            return []
        rows = self.unclear if is_known else self.unknown
        key = (site.code, site.field[:_MAX_NAME])
        row = rows.get(key)
        if row is None:
            if len(rows) >= _MAX_UNKNOWN:
                self.unknown_left_out += 1
                return []
            row = rows[key] = Row(*key, _example(line))
            row.entries = entries
        return [row]

    def facts(self) -> dict[str, Any]:
        """Return everything as JSON holds it, the most frequent first."""
        return {
            "lines": self.lines,
            "events": self.events,
            "failed": self.failed,
            "left_alone": self.left_alone,
            "retryable": {
                "yes": self.retryable[True],
                "no": self.retryable[False],
                "unknown": self.retryable[None],
            },
            "resolved": [self._fact(row) for row in ranked(self.resolved)],
            "ambiguous": [self._fact(row) for row in ranked(self.ambiguous)],
            "unknown": [self._fact(row) for row in ranked(self.unknown)],
            "unclear": [self._fact(row) for row in ranked(self.unclear)],
            "unknown_left_out": self.unknown_left_out,
            "loggers": dict(self.loggers.most_common()),
            "over_time": [
                {"start": shown(start), "count": count}
                for start, count in self.timeline.bars(60)
            ],
        }

    def _fact(self, row: Row) -> dict[str, Any]:
        meanings = list(row.meanings(self.lang))
        one = row.entries[0] if len(row.entries) == 1 else None
        return {
            "code": row.code,
            "count": row.count,
            "vendor": one and one.vendor,
            "product": one and one.product,
            "meaning": meanings[0] if len(meanings) == 1 else None,
            "candidates": sorted({entry.scope for entry in row.entries}),
            "retryable": row.retryable,
            "field": row.field,
            "example": row.example,
            "first": shown(row.first),
            "last": shown(row.last),
            "loggers": dict(row.loggers.most_common()),
        }


def ranked(rows: dict[Any, Row]) -> list[Row]:
    """Return rows, the most frequent first."""
    return sorted(rows.values(), key=lambda row: (-row.count, str(row.code)))


def _count(counter: Counter[str], name: str) -> None:
    counter[name if name in counter or len(counter) < _MAX_LOGGERS else OTHERS] += 1


def _logger_of(event: dict[str, Any]) -> str:
    names = map(event.get, _LOGGER_KEYS)
    return next((name[:_MAX_NAME] for name in names if type(name) is str), "")


def _is_error(event: dict[str, Any], site: Any) -> bool:
    """Tell whether a number that no product has is the code of an error."""
    if type(site.code) is int and 0 <= site.code < 600 and site.node.shape.is_http:
        return False
    if site.role.error or site.node.is_error:
        return True
    # Names only: 30 is a warning in Python, and not worth a line elsewhere.
    levels = map(event.get, LEVEL_KEYS)
    return any(type(each) is str and is_error_level(each) for each in levels)


def _example(line: bytes) -> str:
    return line[: 4 * _MAX_EXAMPLE].decode("utf-8", "replace")[:_MAX_EXAMPLE].strip()

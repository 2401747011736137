"""The engine: one way through from an event to the keys that explain it."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from codegloss import _catalog, _scope
from codegloss._catalog import Catalog
from codegloss._detect import Detector, Reading, split_words
from codegloss._evidence import Claim, Markers
from codegloss._model import Resolution
from codegloss._render import ALL_FIELDS, DEFAULT_FIELDS, Renderer
from codegloss._resolve import Question, Resolver
from codegloss._survey import Place, Survey

_MAX_REMEMBERED = 1024
_MAX_REMEMBERED_TEXT = 2_000
_OUTCOMES = ("resolved", "ambiguous", "silent", "unreadable", "errors")
_current_block = _scope.current.get
# Our own tests set this, so that what production swallows fails them.
raise_errors = False
_LANGUAGES = ("en", "zh")


class Answer:
    """What to add to every event with the same reading.

    Attributes:
        add: The keys to add, empty for nothing.
        outcome: Name of the counter that counts such an event.
        copied: Whether a value is a list, which every event needs its own copy of.
    """

    __slots__ = ("add", "copied", "outcome")

    def __init__(self, add: dict[str, Any], outcome: str) -> None:
        self.add = add
        self.outcome = outcome
        self.copied = any(type(value) is list for value in add.values())

    def keys(self) -> dict[str, Any]:
        """Return the keys to add, as the event's own."""
        if not self.copied:
            return self.add.copy()
        return {key: _copied(value) for key, value in self.add.items()}


_SILENT = Answer({}, "silent")


class Enricher:
    """Find vendor codes in events and say what they mean.

    One enricher holds one configuration; every integration owns one. It is safe to
    use from many threads.

    Args:
        scope: The vendor or product that events come from unless they say otherwise:
            `"tencent"`, `"netease.nim"`, or several. None asks every event for
            evidence of its own.
        language: Language of meanings and remedies: `"en"` or `"zh"`.
        fields: Facts to write, by default vendor, product, meaning and retryable. More:
            category, remedy, symbol, message, fault, match, retry_after (seconds) and
            catalog_version, and code (as text, for spans).
        prefix: Put before every key that is written.
        catalog: A catalog of your own; by default the running one (`load_catalog`).
        strict: Never gloss a number without evidence, however distinctive it is.

    Raises:
        ValueError: A scope, language or field is unknown; valid ones are listed.
    """

    def __init__(
        self,
        *,
        scope: str | Iterable[str] | None = None,
        language: str = "en",
        fields: Sequence[str] = DEFAULT_FIELDS,
        prefix: str = "",
        catalog: Catalog | None = None,
        strict: bool = False,
    ) -> None:
        if language not in _LANGUAGES:
            raise ValueError(f"unknown language {language!r}; known: en, zh")
        for field in fields:
            if field not in ALL_FIELDS:
                known = ", ".join(ALL_FIELDS)
                raise ValueError(f"unknown field {field!r}; known: {known}")
        self._options: dict[str, Any] = {
            "scope": scope if scope is None or isinstance(scope, str) else tuple(scope),
            "language": language,
            "fields": tuple(fields),
            "prefix": prefix,
            "catalog": catalog,
            "strict": strict,
        }
        self._counts: dict[str, int] = dict.fromkeys(_OUTCOMES, 0)
        self._last_error: str | None = None
        self._use(catalog or running())
        _enrichers.add(self)

    def enrich(
        self,
        event: Mapping[Any, Any],
        *,
        scope: str | Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Return the keys to add to an event; it is not touched. Never raises.

        Args:
            event: A mapping as loggers pass it; anything else gives an empty result.
            scope: The scope of this event, instead of the configured one.

        Returns:
            The keys to add, empty when there is nothing to say. A key that the event
            has is never among them: ours is then named `codegloss_<key>`.
        """
        try:
            if self.is_clear(event):
                return {}
            scopes = self._scopes if scope is None else self._valid(scope)
            return self._answer(event, scopes).keys()
        except Exception as error:
            self.failed(event, error)
            return {}

    def add_to(self, event: Any) -> None:
        """Write the keys into an event that is ours to change. Never raises.

        Ask `is_clear` first: it is the cheap way out for the usual event.
        """
        try:
            answer = self._answer(event, self._scopes)
            if answer.add:
                event.update(answer.keys() if answer.copied else answer.add)
        except Exception as error:
            self.failed(event, error)

    def resolve(
        self,
        code: Any,
        *,
        scope: str | Iterable[str] | None = None,
        message: str | None = None,
        symbol: str | None = None,
        table: str | None = None,
    ) -> Resolution:
        """Look one code up, with whatever is known about where it comes from.

        Args:
            code: A number or a string; digits in a string are read as a number.
            scope: Vendor or product, one or several; default: the configured scope.
            message: The message that came with the code.
            symbol: The constant or class name that came with it.
            table: The product's own table that it stands in, such as `serverCode`.

        Returns:
            What the code means; status `unknown` for anything that is no known code.

        Raises:
            ValueError: The scope is unknown.
        """
        scopes = self._scopes if scope is None else self._valid(scope)
        question = Question(
            code,
            table,
            self._scope_claim(_scope_or(scopes)),
            (message,) if isinstance(message, str) else (),
            names=(symbol,) if isinstance(symbol, str) else (),
        )
        return self._resolver.resolve(question)

    def stats(self) -> dict[str, Any]:
        """Return the counters: resolved, ambiguous, silent, unreadable, errors."""
        return {**self._counts, "last_error": self._last_error}

    def _answer(self, event: Mapping[Any, Any], scopes: _scope.Scopes | None) -> Answer:
        """Return what to add to an event that passed the gate; counts the outcome."""
        block = _current_block()
        if block is not None:
            scopes = block.scopes
        shape, values = self._detector.read(event)
        try:
            answer = shape.answers.get((values, scopes))
        except Exception:  # a value cannot be hashed or compared
            answer = None
        if answer is None:
            answer = self._work_out(self._detector.read(event, plain=True), scopes)
        self._counts[answer.outcome] += 1
        return answer

    def _use(self, catalog: Catalog) -> None:
        """Compile everything for a catalog, then switch to it."""
        options = self._options
        markers = Markers(catalog)
        prefixes = {
            split_words(prefix): scope
            for scope, marks in (*catalog.vendors.items(), *catalog.products.items())
            for prefix in marks.get("prefixes", ())
        }
        tables = {
            split_words(field): name
            for marks in catalog.products.values()
            for name, table in marks.get("tables", {}).items()
            for field in table["fields"]
        }
        renderer = Renderer(options["fields"], options["prefix"], catalog.version)
        scopes = _scope.check(options["scope"], catalog.scopes())
        self._explaining = frozenset(
            name
            for marks in catalog.products.values()
            for name, table in marks.get("tables", {}).items()
            if table.get("explains")
        )
        self._catalog = catalog
        self._scopes = scopes
        self._markers = markers
        self._renderer = renderer
        self._resolver = Resolver(
            catalog, markers, options["language"], strict=options["strict"]
        )
        self._remembered = 0
        self._detector = Detector(prefixes, tables, renderer.keys)
        # True for an event that cannot hold a code: nothing is paid for it but this.
        self.is_clear: Callable[[Iterable[Any]], bool] = self._detector.gate.isdisjoint

    def _valid(self, scope: str | Iterable[str]) -> _scope.Scopes | None:
        return _scope.check(scope, self._catalog.scopes())

    def _scope_claim(self, scopes: _scope.Scopes | None) -> tuple[Claim, ...]:
        if scopes is None:
            return ()
        products: frozenset[str] = frozenset()
        for scope in scopes:
            products |= self._markers.products_of[scope]
        return (Claim("scope", products, " ".join(scopes)),)

    def _work_out(self, reading: Reading, scopes: _scope.Scopes | None) -> Answer:
        """Return the answer for a plain reading, and remember it if it is small."""
        shape, values = reading
        key = (values, scopes)
        answer: Answer | None = shape.answers.get(key)
        if answer is None:
            answer = self._decide(reading, scopes)
            if _size(values) <= _MAX_REMEMBERED_TEXT:
                self._remembered += 1
                if self._remembered > _MAX_REMEMBERED:
                    self._detector.shapes.clear()
                    self._remembered = 0
                shape.answers[key] = answer
        return answer

    def _decide(self, reading: Reading, scopes: _scope.Scopes | None) -> Answer:
        shape, values = reading
        if not shape.taken:
            return self._render(self._glosses(reading, scopes), {})
        taken = {
            name: value
            for (name, _), value in zip(shape.fields, values, strict=False)
            if name in shape.taken
        }
        # Glossed before? What codegloss wrote itself is no evidence for more.
        before = self._render(self._glosses(reading, scopes, shape.taken), taken)
        if not before.add:
            return _SILENT
        return self._render(self._glosses(reading, scopes), taken)

    def _glosses(
        self,
        reading: Reading,
        scopes: _scope.Scopes | None,
        ignored: frozenset[str] = frozenset(),
    ) -> list[tuple[str, Resolution]]:
        """Return what may be said, by field: the cause first, each fact once."""
        found: list[tuple[int, str, Resolution]] = []
        beside: dict[Place, frozenset[str]] = {}
        survey = Survey(self._markers, self._explaining)
        survey.look(reading, ignored)
        for finding in survey.findings(self._scope_claim(scopes)):
            question = finding.question
            if finding.explains and finding.place in beside:
                claim = Claim("code", beside[finding.place], "the code beside it")
                question = question._replace(claims=(*question.claims, claim))
            decision = self._resolver.decide(question)
            if decision.say:
                resolution = decision.resolution
                found.append((finding.rank, finding.field, resolution))
                products = frozenset(e.scope for e in resolution.candidates)
                beside[finding.place] = products
        found.sort(key=lambda each: (-each[0], each[2].entry is None, each[1]))
        distinct: dict[Any, tuple[str, Resolution]] = {}
        for _, field, resolution in found:
            fact = (resolution.code, resolution.entry, resolution.candidates)
            distinct.setdefault(fact, (field, resolution))
        return list(distinct.values())

    def _render(
        self, glosses: list[tuple[str, Resolution]], taken: dict[str, Any]
    ) -> Answer:
        if not glosses:
            return _SILENT
        return Answer(self._renderer.render(glosses, taken), glosses[0][1].status)

    def failed(self, event: Any, error: Exception) -> None:
        """Count what must not reach the log call; our own tests want to see it."""
        if not isinstance(event, Mapping):
            # Placed after a renderer: the event is text or bytes by now.
            self._counts["unreadable"] += 1
            return
        self._counts["errors"] += 1
        # Not the exception: it would keep the frames of the user's log call alive.
        self._last_error = f"{type(error).__module__}.{type(error).__qualname__}"
        if raise_errors:
            raise error

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self._options)


def _scope_or(scopes: _scope.Scopes | None) -> _scope.Scopes | None:
    block = _current_block()
    return scopes if block is None else block.scopes


def _size(value: Any) -> int:
    """Return about how many characters a plain value holds."""
    if type(value) is str:
        return len(value)
    return sum(map(_size, value)) if isinstance(value, tuple) else 0


def _copied(value: Any) -> Any:
    if type(value) is list:
        return [_copied(item) for item in value]
    return dict(value) if type(value) is dict else value


def _restore(cls: type[Enricher], options: dict[str, Any]) -> Enricher:
    return cls(**options)


_enrichers: weakref.WeakSet[Enricher] = weakref.WeakSet()
_shipped = _running = _catalog.read_shipped()
_default: Enricher | None = None


def shipped() -> Catalog:
    """Return the catalog that comes with the package."""
    return _shipped


def running() -> Catalog:
    """Return the catalog of every enricher that was given none."""
    return _running


def load_catalog(*paths: str | os.PathLike[str]) -> Catalog:
    """Add catalog files of your own to the shipped one, for every enricher.

    Args:
        paths: JSON files in the format of the shipped `catalog.json`. None at all goes
            back to the shipped catalog.

    Returns:
        The catalog that is in force from now on.

    Raises:
        CatalogError: A file is broken; names file, place and fault. Nothing changes.
        ValueError: A scope configured before is unknown to the new catalog.
    """
    global _running  # noqa: PLW0603
    catalog = _catalog.load(paths, _shipped) if paths else _shipped
    followers = [e for e in _enrichers if e._options["catalog"] is None]  # noqa: SLF001
    for enricher in followers:
        _scope.check(enricher._options["scope"], catalog.scopes())  # noqa: SLF001
    _running = catalog
    for enricher in followers:
        enricher._use(catalog)  # noqa: SLF001
    return catalog


def default() -> Enricher:
    """Return the enricher behind `codegloss.enrich` and `codegloss.resolve`."""
    global _default  # noqa: PLW0603
    if _default is None:
        _default = Enricher()
    return _default


def stats() -> dict[str, Any]:
    """Return the counters of all enrichers together.

    Returns:
        `resolved`, `ambiguous` and `silent` count events that held a candidate field;
        `unreadable` counts events that were no mapping, `errors` what went wrong inside
        codegloss and was swallowed, `last_error` its class name or None.
    """
    total: dict[str, Any] = {**dict.fromkeys(_OUTCOMES, 0), "last_error": None}
    for enricher in list(_enrichers):
        counted = enricher.stats()
        total["last_error"] = counted.pop("last_error") or total["last_error"]
        for name, count in counted.items():
            total[name] += count
    return total

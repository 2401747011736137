"""The engine: one way through from an event to the keys that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from codegloss import _scope
from codegloss._catalog import Catalog
from codegloss._detect import Detector, Reading, split_words
from codegloss._evidence import Claim, Markers
from codegloss._model import Resolution
from codegloss._render import Renderer
from codegloss._resolve import Question, Resolver
from codegloss._survey import Place, Survey

_MAX_REMEMBERED = 1_024
_MAX_REMEMBERED_TEXT = 2_000
_current_block = _scope.current.get


class Options(NamedTuple):
    """The configuration of an enricher, as its constructor documents it."""

    scope: str | tuple[str, ...] | None
    language: str
    fields: tuple[str, ...]
    prefix: str
    catalog: Catalog | None
    strict: bool


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


class Engine:
    """Detect, resolve and render, compiled for one catalog and one configuration.

    Nothing in it changes but what it remembers, so a thread that still uses an engine
    after another has taken its place gets whole answers, only of the old catalog.

    Args:
        catalog: The entries and markers.
        options: The configuration.

    Raises:
        ValueError: The configured scope is unknown to the catalog.
    """

    def __init__(self, catalog: Catalog, options: Options) -> None:
        self._catalog = catalog
        self._markers = Markers(catalog)
        self._renderer = Renderer(options.fields, options.prefix, catalog.version)
        self._resolver = Resolver(
            catalog, self._markers, options.language, strict=options.strict
        )
        self._explaining = frozenset(
            name for name, table in _tables(catalog) if table.get("explains")
        )
        prefixes = {
            split_words(prefix): scope
            for scope, marks in (*catalog.vendors.items(), *catalog.products.items())
            for prefix in marks.get("prefixes", ())
        }
        tables = {
            split_words(field): name
            for name, table in _tables(catalog)
            for field in table["fields"]
        }
        self._detector = Detector(prefixes, tables, self._renderer.keys)
        self._remembered = 0
        self.scopes = self.check(options.scope)
        # True for an event that cannot hold a code: nothing is paid for it but this.
        self.is_clear: Callable[[Iterable[Any]], bool] = self._detector.gate.isdisjoint

    def check(self, scope: str | Iterable[str] | None) -> _scope.Scopes | None:
        """Return one or several scopes as a tuple.

        Raises:
            ValueError: A scope is unknown.
        """
        return _scope.check(scope, self._catalog.scopes())

    def answer(self, event: Mapping[Any, Any], scopes: _scope.Scopes | None) -> Answer:
        """Return what to add to an event that is not clear."""
        block = _current_block()
        if block is not None:
            scopes = block.scopes
        shape, values = self._detector.read(event)
        try:
            answer: Answer | None = shape.answers.get((values, scopes))
        except Exception:  # a value cannot be hashed or compared
            answer = None
        if answer is None:
            answer = self._work_out(self._detector.read(event, plain=True), scopes)
        return answer

    def resolve(self, question: Question, scopes: _scope.Scopes | None) -> Resolution:
        """Answer a question that was asked outright, in the scope of the block."""
        block = _current_block()
        if block is not None and scopes is self.scopes:
            scopes = block.scopes
        claims = (*self._scope_claim(scopes), *question.claims)
        return self._resolver.decide(question._replace(claims=claims)).resolution

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
        if before is not _SILENT and not before.add:
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


def _tables(catalog: Catalog) -> list[tuple[str, dict[str, Any]]]:
    return [
        each
        for marks in catalog.products.values()
        for each in marks.get("tables", {}).items()
    ]


def _size(value: Any) -> int:
    """Return about how many characters a plain value holds."""
    if type(value) is str:
        return len(value)
    return sum(map(_size, value)) if isinstance(value, tuple) else 0


def _copied(value: Any) -> Any:
    if type(value) is list:
        return [_copied(item) for item in value]
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return value

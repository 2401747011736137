"""The engine: one way through from an event to the keys that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Resolution
from codegloss._core import scope as _scope
from codegloss._core.answers import Answer, Tally, is_small
from codegloss._events.codes_in_text import codes_in
from codegloss._events.context import Around, beside
from codegloss._events.fields import Role, split_words
from codegloss._events.reading import MAX_EXCEPTIONS, Reading
from codegloss._events.snapshot import Detector
from codegloss._matching.collect import Finding, Place, Survey
from codegloss._matching.names import Claim, markers_of
from codegloss._matching.render import Renderer
from codegloss._matching.resolve import Decision, Question, Resolver

if TYPE_CHECKING:
    from codegloss._matching.explain import Explanation

_MAX_REMEMBERED = 1_024
_MAX_BEHIND = MAX_EXCEPTIONS - 1
_current_block = _scope.current.get


class Options(NamedTuple):
    """The configuration of an enricher, as its constructor documents it."""

    scope: tuple[str, ...] | None
    language: str
    fields: tuple[str, ...]
    prefix: str
    catalog: Catalog | None
    strict: bool
    text: bool
    scopes: tuple[tuple[str, str], ...]
    code_fields: tuple[str, ...]
    ignored_fields: tuple[str, ...]
    only: tuple[str, ...]
    never: tuple[str, ...]


# In the key of an answer that was given under scopes of the event's own; nothing in a
# reading is equal to it.
_OTHER = object()
# The same for one that is remembered by its reading.
_READ = object()


class Engine:
    """Detect, resolve and render, compiled for one catalog and one configuration.

    Nothing in it changes but what it remembers, so a thread that still uses an engine
    after another has taken its place gets whole answers, only of the old catalog.

    Args:
        catalog: The entries and markers.
        options: The configuration.
        tallies: By the outcome of an event, what counts it.
        flat: Whether to write what OpenTelemetry's attributes can hold.

    Raises:
        ValueError: The configured scope is unknown to the catalog.
    """

    def __init__(
        self,
        catalog: Catalog,
        options: Options,
        tallies: Mapping[str, Tally],
        *,
        flat: bool = False,
    ) -> None:
        self._catalog = catalog
        self._tallies = tallies
        self._silent = Answer({}, tallies["silent"])
        self._markers = markers_of(catalog)
        self._renderer = Renderer(
            options.fields, options.prefix, catalog.version, flat=flat
        )
        self._resolver = Resolver(
            catalog,
            self._markers,
            options.language,
            strict=options.strict,
            products=self._products(options),
        )
        self._logger_scopes = dict(options.scopes)
        self.check(self._logger_scopes.values())
        self._explaining = frozenset(
            name for name, table in _tables(catalog) if table.get("explains")
        )
        prefixes = {
            split_words(prefix): scope
            for scope, marks in (*catalog.vendors.items(), *catalog.products.items())
            for prefix in marks.get("prefixes", ())
        }
        prefixes.update((scope, scope) for scope in catalog.products)
        tables = {
            split_words(field): name
            for name, table in _tables(catalog)
            for field in table["fields"]
        }
        self._detector = Detector(
            prefixes,
            tables,
            self._renderer.keys,
            telling=self._markers.telling,
            more=options.code_fields,
            ignored=options.ignored_fields,
            text=options.text,
        )
        # Collecting the symbols reads every entry, which costs some milliseconds.
        entries = catalog.entries if options.text else ()
        symbols = frozenset(s for entry in entries for s in entry.symbols)
        self._codes_in: Callable[[str], Iterable[tuple[str, Role]]]
        self._codes_in = partial(codes_in, roles=self._detector.roles, symbols=symbols)
        self._text = options.text
        self._remembered = 0
        self._scopes = self.check(options.scope)
        self._shapes = self._detector.shapes
        # An event with none of these keys cannot hold a code.
        self.gate = self._detector.gate
        # For `codegloss._retry.recall`, whose answers must not outlive the catalog.
        self.layouts: dict[type, Any] = {}

    def check(self, scope: str | Iterable[str] | None) -> _scope.Scopes | None:
        """Return one or several scopes as a tuple.

        Raises:
            ValueError: A scope is unknown.
        """
        return None if scope is None else _scope.check(scope, self._catalog.scopes())

    def enrich(
        self,
        event: Mapping[Any, Any],
        into: MutableMapping[Any, Any],
        around: Around | None,
        scopes: _scope.Scopes | None,
    ) -> None:
        """Write what the codes of an event mean into a mapping, and count it.

        Args:
            event: An event that is not clear.
            into: Where to write: the event itself if it is ours to change.
            around: What a framework knows about it, as `beside` lays it into the event.
            scopes: The scopes of this event, instead of those of the block it is in
                and the configured ones.

        Raises:
            Exception: The event is no mapping, or a hostile one.
        """
        if scopes is None:
            block = _current_block()
            if block is not None:
                scopes = block.scopes
        answer: Answer | None = None
        try:
            shape = self._shapes[tuple(event)]
            if shape.code < 0:
                form = self._detector.recognise(shape, event, 0, _MAX_BEHIND)
            else:
                # The usual event: what the call would do, without it.
                pick = shape.pick
                form = pick(event)
                kind = type(form[shape.code])
                if kind is not int and kind is not str:
                    form = self._detector.recognise(shape, event, 0, _MAX_BEHIND)
            if around is not None:
                form += around
            if scopes is not None:
                form = (_OTHER, scopes, form)
            answer = shape.answers[form]
        except Exception:  # noqa: S110 - not seen before, or nothing to be remembered
            pass
        if answer is None:
            # Not in the `except` clause, where its exception would be the passing one.
            answer = self._work_out(event, around, scopes)
        answer.tally.count += 1
        add = answer.add
        if add:
            if type(into) is dict:  # which not every mapping can, but far faster
                into |= add
            else:
                into.update(add)
            if answer.copied is not None:
                answer.copy_lists(into)

    def explain(
        self, event: Mapping[Any, Any], scopes: _scope.Scopes | None
    ) -> Explanation:
        """Return why the codes of an event are glossed or left alone."""
        # For a person, not for the log path: so it is imported when it is asked for.
        from codegloss._matching.explain import Explanation, reason  # noqa: PLC0415

        scopes = scopes or _scopes_of_block()
        reading = self.read(event)
        decisions = self._decisions(reading, scopes, whole=True)
        reasons = (reason(*each) for each in decisions)
        found = sorted(reasons, key=lambda each: each.field)
        added = dict(self._decide(reading, scopes).add)
        return Explanation(added, tuple(found))

    def _products(self, options: Options) -> frozenset[str] | None:
        """Return the products that `only` and `never` leave; None for all."""
        self.check(options.only)
        self.check(options.never)
        if not options.only and not options.never:
            return None
        products_of = self._markers.products_of
        kept = frozenset(self._catalog.products)
        if options.only:
            kept = frozenset().union(*(products_of[each] for each in options.only))
        return kept.difference(*(products_of[each] for each in options.never))

    def resolve(self, question: Question, scopes: _scope.Scopes | None) -> Resolution:
        """Answer a question that was asked outright, in the scope of the block."""
        scopes = scopes or _scopes_of_block() or self._scopes
        claims = (*self._scope_claim(scopes, configured=False), *question.claims)
        return self._resolver.decide(question._replace(claims=claims)).resolution

    def read(self, event: Mapping[Any, Any]) -> Reading:
        """Return what an event says as plain data, fit to be a dictionary key."""
        return self._detector.read(event)

    def decide(
        self, reading: Reading, scopes: _scope.Scopes | None
    ) -> list[tuple[Finding, Decision]]:
        """Return every code of a plain reading with its decision, the cause first.

        What an event would be told comes before what it would not be told.
        """
        decided = list(self._decisions(reading, scopes))
        decided.sort(
            key=lambda each: (
                not each[1].say,
                -each[0].rank,
                each[1].resolution.entry is None,
                each[0].field,
            )
        )
        return decided

    def _scope_claim(
        self, scopes: _scope.Scopes | None, *, configured: bool
    ) -> tuple[Claim, ...]:
        if scopes is None:
            return ()
        products: frozenset[str] = frozenset()
        for scope in scopes:
            # A block may be older than the catalog.
            products |= self._markers.products_of.get(scope, frozenset())
        return (Claim("scope", products, " ".join(scopes), configured),)

    def _work_out(
        self,
        event: Mapping[Any, Any],
        around: Around | None,
        scopes: _scope.Scopes | None,
    ) -> Answer:
        """Work the answer out, and remember it if what it depends on is small."""
        shape, values = reading = self._detector.read(event)
        key: tuple[Any, ...] = ()
        with suppress(Exception):
            key = self._detector.recognise(shape, event, 0, _MAX_BEHIND)
            key += around or ()
        small = bool(key) and is_small(key)
        if not small:
            # What cannot be recognised is at least not worked out twice.
            small = is_small((around, values))
            key = (_READ, around, values)
        if scopes is not None:
            key = (_OTHER, scopes, key)
        answer: Answer | None = shape.answers.get(key) if small else None
        if answer is not None:
            return answer
        if around is not None:
            reading = self._detector.read(beside(event, around))
        answer = self._decide(reading, scopes)
        if small:
            self._remembered += 1
            if self._remembered > _MAX_REMEMBERED:
                self._shapes.clear()
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
        if before is not self._silent and not before.add:
            return self._silent
        return self._render(self._glosses(reading, scopes), taken)

    def _glosses(
        self,
        reading: Reading,
        scopes: _scope.Scopes | None,
        ignored: frozenset[str] = frozenset(),
    ) -> list[tuple[str, Resolution]]:
        """Return what may be said, by field: the cause first, each fact once."""
        found: list[tuple[int, str, Resolution]] = []
        for finding, decision in self._decisions(reading, scopes, ignored):
            if decision.say:
                found.append((finding.rank, finding.field, decision.resolution))
        found.sort(key=lambda each: (-each[0], each[2].entry is None, each[1]))
        distinct: dict[Any, tuple[str, Resolution]] = {}
        for _, field, resolution in found:
            fact = (resolution.code, resolution.entry, resolution.candidates)
            distinct.setdefault(fact, (field, resolution))
        return list(distinct.values())

    def _decisions(
        self,
        reading: Reading,
        scopes: _scope.Scopes | None,
        ignored: frozenset[str] = frozenset(),
        *,
        whole: bool = False,
    ) -> Iterator[tuple[Finding, Decision]]:
        """Yield every code of a reading with what is decided about it."""
        survey = Survey(
            self._markers,
            self._explaining,
            self._logger_scopes,
            self._codes_in,
            self._resolver.knows,
            text=self._text,
        )
        survey.look(reading, ignored, whole=whole)
        configured = scopes is None
        if configured:
            scopes = (survey.logger_scope,) if survey.logger_scope else self._scopes
        beside: dict[Place, frozenset[str]] = {}
        claim = self._scope_claim(scopes, configured=configured)
        for finding in survey.findings(claim):
            question = finding.question
            if finding.explains and finding.place in beside:
                other = Claim("code", beside[finding.place], "the code beside it")
                question = question._replace(claims=(*question.claims, other))
            decision = self._resolver.decide(question)
            if decision.say:
                products = {e.scope for e in decision.resolution.candidates}
                beside[finding.place] = frozenset(products)
            yield finding._replace(question=question), decision

    def _render(
        self, glosses: list[tuple[str, Resolution]], taken: dict[str, Any]
    ) -> Answer:
        if not glosses:
            return self._silent
        tally = self._tallies[glosses[0][1].status]
        return Answer(self._renderer.render(glosses, taken), tally)


def _scopes_of_block() -> _scope.Scopes | None:
    block = _current_block()
    return None if block is None else block.scopes


def _tables(catalog: Catalog) -> list[tuple[str, dict[str, Any]]]:
    return [
        each
        for marks in catalog.products.values()
        for each in marks.get("tables", {}).items()
    ]

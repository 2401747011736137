"""The engine: one way through from an event to the keys that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Resolution
from codegloss._core import scope as _scope
from codegloss._core.config import Config
from codegloss._core.unknown import count
from codegloss._events.context import Context
from codegloss._events.fields import Fields, fields_of, split_words
from codegloss._events.limits import MAX_EXCEPTIONS
from codegloss._events.walker import Site, Walk
from codegloss._matching.collect import Surroundings, glance
from codegloss._matching.evidence import Evidence, Weighed
from codegloss._matching.names import NameIndex, names_of
from codegloss._matching.render import Renderer
from codegloss._matching.resolve import Resolver
from codegloss._matching.rules import FINAL, is_status
from codegloss._matching.types import Decision, Found, Gloss, Query

if TYPE_CHECKING:
    from codegloss._matching.explain import Explanation

# Ranks: the code with the highest is taken for the cause. A code of a table that
# explains the code beside it (`serverCode`) gets this much more; a code out of a text
# ranks below every field.
_EXPLAINS = 50
_IN_TEXT = -1
_current_block = _scope.current.get
_IDLE = Decision(
    Resolution("unknown", None),
    emit=False,
    rule="idle",
    reason="an HTTP status or a success code, and no witness",
)


class Engine:
    """Everything compiled for one catalog and one configuration. It never changes.

    So a thread that still uses an engine after another has taken its place gets whole
    answers, only of the old catalog.

    Args:
        catalog: The entries and markers.
        config: The configuration.
        flat: Whether to write what OpenTelemetry's attributes can hold.

    Attributes:
        gate: An event with none of these keys cannot hold a code.
        roles: What every field name is read for.

    Raises:
        ValueError: The configured scope is unknown to the catalog.
    """

    def __init__(self, catalog: Catalog, config: Config, *, flat: bool = False) -> None:
        self._catalog = catalog
        self._valid = catalog.scopes()
        self._checked: dict[str, _scope.Scopes | None] = {}
        self._names = names_of(catalog)
        self._renderer = Renderer(
            config.fields,
            config.prefix,
            catalog.version,
            names=catalog.spellings_of,
            flat=flat,
        )
        self.outputs = frozenset(self._renderer.keys)
        self._resolver = Resolver(
            catalog,
            self._names,
            config.language,
            guess=config.guess,
            products=self._products(config),
        )
        self._guess = config.guess
        names = [name for name, _ in config.scopes]
        whole = self.check(scope for _, scope in config.scopes) or ()
        self._logger_scopes = dict(zip(names, whole, strict=True))
        self._scopes = self.check(config.scope)
        self._explaining = frozenset(
            name for name, table in _tables(catalog) if table.get("explains")
        )
        fields = _fields(catalog, self._names, config)
        self.gate = fields.gate
        self.roles = fields.roles
        self._fields = fields
        self._all_texts = config.text

    def check(self, scope: str | Iterable[str] | None) -> _scope.Scopes | None:
        """Return one or several scopes as a tuple.

        Raises:
            ValueError: A scope is unknown.
        """
        if scope is None:
            return None
        if type(scope) is not str:
            return _scope.check(scope, self._valid)
        checked = self._checked.get(scope)
        if checked is None:  # valid ones are few
            checked = self._checked[scope] = _scope.check(scope, self._valid)
        return checked

    def enrich(
        self,
        event: Mapping[Any, Any],
        into: MutableMapping[Any, Any],
        context: Context | None,
        scopes: _scope.Scopes | None,
    ) -> list[Resolution]:
        """Write what the codes of an event mean into a mapping.

        Args:
            event: An event that is not clear.
            into: Where to write: the event itself if it is ours to change.
            context: What a framework knows about it.
            scopes: The scopes of this event, instead of those of the block it is in
                and the configured ones.

        Returns:
            What was said of each code, the cause first; nothing if it stays silent.

        Raises:
            Exception: The event is no mapping, or a hostile one.
        """
        scopes = scopes or _scopes_of_block()
        walk = self._walked(event, context, scopes)
        if not walk.sites or self._is_idle(walk, context, scopes):
            return []
        found = self._emitted(walk, context, scopes)
        if not found:
            return []
        taken: dict[str, Any] = {}
        if not self.outputs.isdisjoint(event):
            taken = {name: event[name] for name in self.outputs if name in event}
            # Glossed before? What codegloss wrote itself is no evidence for more.
            walk = self._walked(event, context, scopes)
            before = self._emitted(walk, context, scopes, frozenset(taken))
            if before and not self._renderer.render(before, taken):
                return []
        for name in self._renderer.code_keys:
            if name in event:
                taken[name] = event[name]
        added = self._renderer.render(found, taken)
        if added:
            into.update(added)
        return [each.resolution for each in found]

    def _walked(
        self,
        event: Mapping[Any, Any],
        context: Context | None,
        scopes: _scope.Scopes | None,
        *,
        every: bool = False,
    ) -> Walk:
        # In a given scope all texts of an event matter.
        all_texts = self._all_texts or scopes is not None
        walk = Walk(self._fields, self._resolver.known, all_texts, every)
        walk.event(event, context)
        return walk

    def _is_idle(
        self, walk: Walk, context: Context | None, scopes: _scope.Scopes | None
    ) -> bool:
        """Tell whether every code is a status or a success, and no witness is there."""
        if scopes is not None or self._logger_scopes:
            return False
        partly = self._resolver.partly_success
        failing: frozenset[str] = frozenset()
        has_status = False
        for site in walk.sites:
            if site.prefix:
                return False
            if site.code in partly:
                failing |= partly[site.code]
            elif site.node.shape.is_http and is_status(site.code):
                has_status = True
            else:
                return False
        named, hosted = glance(self._names, walk, context)
        if self._scopes is not None:
            hosted |= self._of_scopes(self._scopes, configured=True)[0].products
        if has_status and (named or hosted):
            return False
        return failing.isdisjoint(hosted)

    def explain(
        self, event: Mapping[Any, Any], scopes: _scope.Scopes | None
    ) -> Explanation:
        """Return why the codes of an event are glossed or left alone."""
        # For a person, not for the log path: so it is imported when it is asked for.
        from codegloss._matching.explain import Explanation, reason  # noqa: PLC0415

        scopes = scopes or _scopes_of_block()
        walk = self._walked(event, None, scopes, every=True)
        found = self.decide(walk, None, scopes)
        reasons = sorted(map(reason, found), key=lambda each: each.field)
        added: dict[str, Any] = {}
        self.enrich(event, added, None, scopes)
        return Explanation(added, tuple(reasons))

    def examine(
        self, event: Mapping[Any, Any], scopes: _scope.Scopes | None
    ) -> list[Found]:
        """Return every code of an event, known or not, with its decision.

        For reports: the cause comes first, and what cannot be told of any code at a
        cheap glance has the rule `idle`.
        """
        scopes = scopes or _scopes_of_block()
        walk = self._walked(event, None, scopes, every=True)
        if not walk.sites:
            return []
        if self._is_idle(walk, None, scopes):
            return [Found(site, 0, Query(site.code), _IDLE) for site in walk.sites]
        found = self.decide(walk, None, scopes)
        return sorted(found, key=lambda each: -each.rank)

    def count_unknown(
        self,
        event: Mapping[Any, Any],
        context: Context | None,
        scopes: _scope.Scopes | None,
    ) -> None:
        """Count the codes of an event that the product it names does not have."""
        scopes = scopes or _scopes_of_block()
        walk = self._walked(event, context, scopes, every=True)
        if walk.sites:
            count(self.decide(walk, context, scopes), self._catalog)

    def judge(self, query: Query, scopes: _scope.Scopes | None) -> Decision:
        """Answer a query that was asked outright, in the scope of the block."""
        given = scopes or _scopes_of_block()
        scope = self._of_scopes(given or self._scopes, configured=given is None)
        evidence = (*scope, *query.evidence)
        return self._resolver.decide(query._replace(evidence=evidence))

    def walk(
        self, thing: Any, name: str = "error", links: int = MAX_EXCEPTIONS
    ) -> Walk:
        """Walk through something that failed, for every code in it.

        The arguments are those of `Walk.thing`.
        """
        known = self._resolver.known
        walk = Walk(self._fields, known, self._all_texts, every=True)
        walk.thing(thing, name, links)
        return walk

    def decide(
        self,
        walk: Walk,
        context: Context | None,
        scopes: _scope.Scopes | None,
        ignored: frozenset[str] = frozenset(),
    ) -> list[Found]:
        """Return the codes of a walk with their decisions, what explains others last.

        Where the walk is not for every code, those are left out of which nothing could
        be said.
        """
        around = Surroundings(self._names, self._logger_scopes, walk, context, ignored)
        scope = self._scope_of(around, scopes)
        sites = walk.sites
        if len(sites) > 1:
            sites = sorted(sites, key=lambda each: each.role.table in self._explaining)
        evidence = scope + around.evidence()
        weighed = self._resolver.weigh(evidence)
        has_any = scope or around.has_evidence
        strong = weighed.is_strong
        if has_any and all(self._may_settle(site, strong=strong) for site in sites):
            found = self._decided(sites, around, evidence, weighed)
            if all(map(self._is_settled, found)):
                return found
        around.read_texts()
        bare = not (walk.every or scope or around.may_speak)
        if bare and not any(self._needs_names(site, around) for site in sites):
            return []
        around.weigh_texts()
        told = scope + around.evidence()
        if told != evidence:
            weighed = self._resolver.weigh(told)
        return self._decided(sites, around, told, weighed, every=walk.every)

    def _decided(
        self,
        sites: list[Site],
        around: Surroundings,
        evidence: tuple[Evidence, ...],
        weighed: Weighed,
        *,
        every: bool = True,
    ) -> list[Found]:
        found: list[Found] = []
        beside: dict[int, frozenset[str]] = {}
        for site in sites:
            query = around.query(site, evidence, guess=self._guess)
            rank, place = site.node.rank, id(site.node)
            if site.role.table in self._explaining:
                rank += _EXPLAINS
                if place in beside:
                    other = Evidence("code", beside[place], "the code beside it")
                    query = query._replace(evidence=(*query.evidence, other))
            if not (every or query.evidence or self._resolver.needs_none(query)):
                continue
            same = query.evidence is evidence
            decision = self._resolver.decide(query, weighed if same else None)
            if decision.emit and self._explaining and len(sites) > 1:
                products = {e.scope for e in decision.resolution.candidates}
                beside[place] = frozenset(products)
            found.append(
                Found(site, _IN_TEXT if site.in_text else rank, query, decision)
            )
        return found

    def _needs_names(self, site: Site, around: Surroundings) -> bool:
        """Tell whether names in texts may matter to a code without other evidence.

        Not to a small number that nothing calls an error's: see `needs-evidence`.
        """
        if not is_status(site.code) or site.prefix or site.is_named:
            return True
        return self._resolver.needs_none(around.query(site, (), guess=self._guess))

    def _may_settle(self, site: Site, *, strong: bool) -> bool:
        """Tell whether fields may settle a code, so that no text needs to be read.

        What speaks strongly for a product settles any number but one that HTTP has,
        too; without it, that very number may be settled, and a success.
        """
        if site.node.vetoes or self._resolver.may_be_success(site.code):
            return True
        return is_status(site.code) != strong or site.prefix is not None

    def _is_settled(self, found: Found) -> bool:
        """Tell whether no text could change what is said of a code."""
        decision = found.decision
        if decision.emit:
            # A text may still show that a small number is an HTTP status.
            one = len(decision.resolution.candidates) == 1
            plain = one and decision.resolution.category != "UNKNOWN"
            return decision.is_strong and plain and not is_status(found.site.code)
        if decision.rule == "unknown":  # a text may speak for another product
            return decision.is_strong and not self._resolver.has_doors(found.site.code)
        if decision.rule == "http-status":
            return not decision.is_strong
        return decision.rule in FINAL

    def _scope_of(
        self, around: Surroundings, scopes: _scope.Scopes | None
    ) -> tuple[Evidence, ...]:
        """Return the evidence of a scope: given, the logger's own, or configured."""
        scopes = scopes or _scopes_of_block()
        if scopes is None and around.logger_scope is not None:
            scopes = (around.logger_scope,)
        if scopes is not None:
            return self._of_scopes(scopes, configured=False)
        return self._of_scopes(self._scopes, configured=True)

    def _of_scopes(
        self, scopes: _scope.Scopes | None, *, configured: bool
    ) -> tuple[Evidence, ...]:
        if scopes is None:
            return ()
        products: frozenset[str] = frozenset()
        for scope in scopes:
            # A block may be older than the catalog.
            products |= self._names.products_of.get(scope, frozenset())
        return (Evidence("scope", products, " ".join(scopes), configured),)

    def _emitted(
        self,
        walk: Walk,
        context: Context | None,
        scopes: _scope.Scopes | None,
        ignored: frozenset[str] = frozenset(),
    ) -> list[Gloss]:
        """Return what may be said: the cause first, each fact once."""
        found = [
            (rank, site, decision.resolution)
            for site, rank, _, decision in self.decide(walk, context, scopes, ignored)
            if decision.emit
        ]
        if len(found) > 1:
            found.sort(key=_nearest)
        distinct: dict[Any, Gloss] = {}
        said: set[int] = set()
        for _, site, resolution in found:
            # Of a catalog each entry is one object, whose hash would cost more.
            entries = tuple(map(id, resolution.candidates))
            if resolution.entry is None and not said.isdisjoint(entries):
                continue  # a symbol of several numbers, beside its own
            said.add(id(resolution.entry))
            fact = (resolution.code, resolution.status, entries)
            is_plain = site.node.parent is None and not site.in_text
            distinct.setdefault(fact, Gloss(site.field, resolution, is_plain))
        return list(distinct.values())

    def _products(self, config: Config) -> frozenset[str] | None:
        """Return the products that `only` and `never` leave; None for all."""
        only, never = self.check(config.only), self.check(config.never)
        if not only and not never:
            return None
        products_of = self._names.products_of
        kept = frozenset(self._catalog.products)
        if only:
            kept = frozenset().union(*(products_of[each] for each in only))
        return kept.difference(*(products_of[each] for each in never or ()))


def _fields(catalog: Catalog, names: NameIndex, config: Config) -> Fields:
    """Return what field names are read for under a catalog and a configuration."""
    prefixes = {
        split_words(prefix): scope
        for scope, marks in (*catalog.vendors.items(), *catalog.products.items())
        for prefix in marks.get("prefixes", ())
    }
    prefixes.update((scope, scope) for scope in catalog.products)
    tables = {
        split_words(field): name
        for name, table in _tables(catalog)
        for field in table.get("fields", ())
    }
    return fields_of(
        tuple(prefixes.items()),
        tuple(tables.items()),
        tuple(sorted(names.telling)),
        config.code_fields,
        config.ignored_fields,
    )


def _nearest(said: tuple[int, Site, Resolution]) -> tuple[Any, ...]:
    rank, site, resolution = said
    return -rank, resolution.entry is None, site.field


def _scopes_of_block() -> _scope.Scopes | None:
    block = _current_block()
    return None if block is None else block.scopes


def _tables(catalog: Catalog) -> list[tuple[str, dict[str, Any]]]:
    return [
        each
        for marks in catalog.products.values()
        for each in marks.get("tables", {}).items()
    ]

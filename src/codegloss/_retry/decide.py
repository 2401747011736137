"""Find the advice for a thing: an exception, a response, a code or a resolution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from codegloss._catalog.model import Resolution
from codegloss._core.api import default
from codegloss._core.registry import running
from codegloss._events.classes import CLASSES, is_error, members_of
from codegloss._events.fields import Role
from codegloss._events.limits import MAX_EXCEPTIONS, MAX_ITEMS
from codegloss._events.walker import Walk
from codegloss._matching.types import Decision, Found, Query
from codegloss._retry import advice as _advice
from codegloss._retry.advice import RetryAdvice
from codegloss._retry.retry_after import asked_delay

Scope = str | Iterable[str] | None

_MAX_DEPTH = 3
_NUMBERS = re.compile(r"\[\d+\]")
_NO_CODE = _advice.unknown("no vendor code was found")
_OPAQUE = _advice.unknown("an exception that computes its own fields is not read")
_TOO_MANY = _advice.unknown("it holds more errors than are read")
_ADVICE = "advice"


class Judged(NamedTuple):
    """What is advised for a thing, and the delay that its server asks for."""

    advice: RetryAdvice
    delay_s: float | None = None


class Failure(NamedTuple):
    """The error that a response body reports, and the field that its code stands in."""

    advice: RetryAdvice
    field: str
    code: Any
    delay_s: float | None


class Case:
    """One question about a retry, under one catalog and scope.

    Args:
        scope: The scope that the caller gives; None takes that of the block.
        delays: Whether to look for when to try again, too.

    Attributes:
        delay_s: The longest delay that anything asked for, None for none.

    Raises:
        ValueError: The scope is unknown.
    """

    def __init__(self, scope: Scope, *, delays: bool = False) -> None:
        self._engine = default().engine
        self._scopes = self._engine.check(scope)
        self._delays = delays
        self.delay_s: float | None = None

    def advise(self, thing: Any) -> RetryAdvice:
        """Return the advice for a thing of any type."""
        cls = type(thing)
        if cls is RetryAdvice:
            return thing  # type: ignore[no-any-return]
        if cls is Resolution:
            return _advice.of_resolution(thing)
        if is_error(thing):
            return self._error(thing, 0)
        if issubclass(cls, (int, str)):
            return _of_decision(self._engine.judge(Query(thing), self._scopes))
        # As `sys.exc_info()` returns it.
        if cls is tuple and len(thing) == 3 and is_error(thing[1]):
            return self._error(thing[1], 0)
        # Whoever asks about something says with it that it failed.
        return advice_for(self._decided(self._engine.walk(thing)))

    def failure(self, body: Mapping[Any, Any]) -> Failure | None:
        """Return the error that a response body reports, None when it reports none."""
        walk = self._engine.walk(body)
        success = self._success()
        own = [each.code for each in walk.sites if each.field.count(".") == 1]
        if own and success.issuperset(own):
            return None
        roles = self._engine.roles
        decided = [
            found
            for found in self._decided(walk)
            if found.site.code not in success
            # Without a code of its own, a body fails by an error in it. What else is in
            # it may be the answer: the code of a room, say.
            and (own or found.decision.emit or _in_error(found.site.field, roles))
        ]
        if not decided:
            return None
        site, _, _, decision = decided[0]
        # The code of a table is another than the same number in a plain field.
        entry = decision.resolution.entry
        in_table = entry is not None and entry.table is not None
        field = site.field.rpartition(".")[2] if in_table else "code"
        advice = advice_for(decided)
        return Failure(advice, field, decision.resolution.code, self.delay_s)

    def _decided(self, walk: Walk) -> list[Found]:
        """Return every code of a walk with its decision, the cause first.

        What an event would be told comes before what it would not be told.
        """
        if self._delays:
            self._ask(walk)
        if not walk.sites:
            return []
        decided = self._engine.decide(walk, None, self._scopes)
        if len(decided) > 1:
            decided.sort(key=_order)
        return decided

    def _ask(self, walk: Walk) -> None:
        delay = asked_delay(walk)
        if delay is not None:
            self.delay_s = max(delay, self.delay_s or 0.0)

    def _success(self) -> frozenset[Any]:
        """Return the codes that some product in question counts as success."""
        return frozenset(
            code
            for scope, marks in running().products.items()
            if self._scopes is None
            or not {scope, scope.partition(".")[0]}.isdisjoint(self._scopes)
            for code in marks.get("success", ())
        )

    def _error(self, error: BaseException, depth: int) -> RetryAdvice:
        """Return what an exception and what it was raised from say."""
        if not issubclass(type(error), Exception):
            name = type(error).__name__
            return _advice.never(f"{name} stops the program: no request failed")
        links: list[BaseException] = []
        link: BaseException | None = error
        while link is not None and len(links) < MAX_EXCEPTIONS:
            if CLASSES.of(type(link)).is_opaque:
                return _OPAQUE
            members = members_of(link)
            if members is not None:
                return self._group(members, depth)
            links.append(link)
            link = link.__cause__
        for link in reversed(links):
            advice = dict.get(link.__dict__, _ADVICE)
            if type(advice) is RetryAdvice:
                if self._delays:
                    self._ask(self._engine.walk(error, "exc_info"))
                return advice
        return self._chain(error, links)

    def _chain(self, error: BaseException, links: list[BaseException]) -> RetryAdvice:
        walk = self._engine.walk(error, "exc_info", links=len(links))
        decided = self._decided(walk)
        advice = advice_for(decided)
        last = links[-1]
        behind = None if last.__suppress_context__ else last.__context__
        if behind is None or last.__cause__ is not None:
            return _OPAQUE if walk.is_opaque else advice
        # A code that says nothing itself, as "joining failed", may be explained by what
        # was being handled; one that nobody knows may not.
        emits = bool(decided) and decided[0].decision.emit
        if decided and not (emits and advice.retryable is None) and not self._delays:
            return advice
        whole = self._engine.walk(error, "exc_info")
        with_context = self._decided(whole)
        if whole.is_opaque:
            return _OPAQUE
        if decided and not (emits and advice.retryable is None):
            return advice
        # That something failed meanwhile does not show that the request was rejected.
        if with_context and with_context[0].decision.emit:
            return _advice.doubted(advice_for(with_context))
        return advice

    def _group(self, members: Sequence[Any], depth: int) -> RetryAdvice:
        if depth >= _MAX_DEPTH:
            return _TOO_MANY
        advices = [self._error(each, depth + 1) for each in members[:MAX_ITEMS]]
        if len(members) > MAX_ITEMS:
            advices.append(_TOO_MANY)
        return _advice.together(advices)


def checked(scope: Scope) -> str | tuple[str, ...] | None:
    """Return a scope that a configuration names, as decisions take it.

    Raises:
        ValueError: The scope is unknown.
    """
    scopes = default().engine.check(scope)
    return scope if isinstance(scope, str) else scopes


def consider(thing: object, scope: Scope, *, delays: bool = False) -> Judged:
    """Return what the catalog advises for anything. Never raises."""
    try:
        try:
            case = Case(scope, delays=delays)
        except ValueError as error:
            return Judged(_advice.unknown(str(error)))
        return Judged(case.advise(thing), case.delay_s)
    except Exception as error:
        default().failed({}, error)
        return Judged(_advice.unknown(f"codegloss failed with {type(error).__name__}"))


def _order(found: Found) -> tuple[Any, ...]:
    site, rank, _, decision = found
    return not decision.emit, -rank, decision.resolution.entry is None, site.field


def advice_for(decided: Sequence[Found]) -> RetryAdvice:
    """Return the advice for all codes of one reading: the cause, and what is beside."""
    if not decided:
        return _NO_CODE
    (site, rank, _, decision), *others = decided
    if not decision.emit:
        outer, _, _, about = min(decided, key=lambda each: each.rank)
        if about.resolution.category == "OK":
            return _advice.of_resolution(about.resolution)
        field = outer.field.partition(".")[2]  # without the place we put it in
        reason = f"{_advice.shown(outer.found)} in {field}: {about.reason}"
        return _advice.unknown(reason, about.resolution)
    if not others:
        return _of_decision(decision)
    place = _NUMBERS.sub("", site.field)
    advices = {_fact(decision): _of_decision(decision)}
    # Codes in one list or one mapping report failures of equal standing: all of them
    # count for the advice, also those whose meaning is not known.
    for each, beside, _, other in others:
        if beside == rank and other.emit:
            advices[_fact(other)] = _of_decision(other)
        elif beside == rank and _NUMBERS.sub("", each.field) == place:
            advices[each.field] = _advice.unknown(other.reason, other.resolution)
    return _advice.together(list(advices.values()))


def _of_decision(decision: Decision) -> RetryAdvice:
    """Return the advice for one code: a number or a vendor's name decides nothing."""
    advice = _advice.of_resolution(decision.resolution)
    if decision.decides or not decision.resolution.candidates:
        return advice
    reason = f"{advice.reason}, but nothing speaks for the product: name it by a scope"
    return _advice.unknown(reason, decision.resolution)


def _in_error(field: str, roles: Mapping[Any, Role]) -> bool:
    """Tell whether a field stands in a container that speaks of an error."""
    container = _NUMBERS.sub("", field.split(".")[1])
    return container in roles and roles[container].error


def _fact(decision: Decision) -> Any:
    resolution = decision.resolution
    return resolution.code, resolution.candidates

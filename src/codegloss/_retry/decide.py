"""Find the advice for a thing: an exception, a response, a code or a resolution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from codegloss._catalog.model import Resolution
from codegloss._core.answers import is_small
from codegloss._core.registry import running
from codegloss._events.classes import members_of, next_link
from codegloss._events.fields import Role
from codegloss._events.reading import (
    MAX_EXCEPTIONS,
    MAX_ITEMS,
    Raised,
    Reading,
    to_code,
)
from codegloss._matching.collect import Finding
from codegloss._matching.resolve import Decision, Question
from codegloss._retry import advice as _advice
from codegloss._retry import retry_after as _hints
from codegloss._retry.advice import RetryAdvice
from codegloss._retry.recall import (
    Memo,
    carried,
    current_block,
    current_memo,
    enricher,
    is_opaque,
)

Scope = str | Iterable[str] | None
Decided = Sequence[tuple[Finding, Decision]]

_MAX_DEPTH = 3
_MAX_ERRORS = 32
_MAX_JUDGED = 256
_NUMBERS = re.compile(r"\[\d+\]")
_NO_CODE = _advice.unknown("no vendor code was found")
_OPAQUE = _advice.unknown("an exception that computes its own fields is not read")
_TOO_MANY = _advice.unknown("it holds more errors than are read")


class Judged(NamedTuple):
    """What one reading says: the advice, and whether it has codes and tells them."""

    advice: RetryAdvice
    has_codes: bool
    says: bool


class Failure(NamedTuple):
    """The error that a response body reports, and the field that its code stands in."""

    advice: RetryAdvice
    field: str
    code: Any


class Case:
    """One question about a retry, under one catalog and scope.

    Args:
        memo: What is remembered of the engine in force.
        scope: The scope that the caller gives; None takes that of the block.

    Raises:
        ValueError: The scope is unknown.
    """

    def __init__(self, memo: Memo, scope: Scope) -> None:
        self._memo = memo
        self._engine = memo.engine
        self._scopes = self._engine.check(scope)
        block = current_block()
        if self._scopes is None and block is not None:
            self._scopes = block.scopes
        # As `codegloss.is_retryable` has it at hand.
        self._key = scope if type(scope) is str else self._scopes

    def advise(self, thing: Any) -> RetryAdvice:
        """Return the advice for a thing of any type."""
        cls = type(thing)
        if cls is RetryAdvice:
            return thing  # type: ignore[no-any-return]
        if cls is Resolution:
            return _advice.of_resolution(thing)
        if _is_error(thing):
            return self._error(thing, 0)
        if issubclass(cls, (int, str)):
            resolution = self._engine.resolve(Question(thing), self._scopes)
            return _advice.of_resolution(resolution)
        # As `sys.exc_info()` returns it.
        if cls is tuple and len(thing) == 3 and _is_error(thing[1]):
            return self._error(thing[1], 0)
        return self._judge(self._read(thing)).advice

    def failure(self, body: Mapping[Any, Any]) -> Failure | None:
        """Return the error that a response body reports, None when it reports none."""
        reading = self._read(body)
        shape, values = reading[1][0]
        success = self._success()
        codes = [values[number] for number in shape.codes]
        codes = [code for code in map(to_code, codes) if code is not None]
        if codes and success.issuperset(codes):
            return None
        roles = dict(shape.fields)
        decided = [
            (finding, decision)
            for finding, decision in self._engine.decide(reading, self._scopes)
            if to_code(finding.question.code) not in success
            # Without a code of its own, a body fails by an error in it. What else is in
            # it may be the answer: the code of a room, say.
            and (codes or decision.say or _in_error(finding.field, roles))
        ]
        if not decided:
            return None
        finding, decision = decided[0]
        # The code of a table is another than the same number in a plain field.
        entry = decision.resolution.entry
        in_table = entry is not None and entry.table is not None
        field = finding.field.rpartition(".")[2] if in_table else "code"
        return Failure(advice_for(decided), field, decision.resolution.code)

    def _read(self, body: Any) -> Reading:
        # Whoever asks about something says with it that it failed.
        return self._engine.read({"error": body})

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
        if not issubclass(type(error), Exception):
            name = type(error).__name__
            return _advice.never(f"{name} stops the program: no request failed")
        try:
            return self._memo.recall(error, self._key)[2]
        except Exception:
            advice = self._chain(error, depth)
            self._memo.remember(error, self._key, advice)
            return advice

    def _chain(self, error: BaseException, depth: int) -> RetryAdvice:
        """Return what an exception and what it was raised from say."""
        if any(is_opaque(type(each)) for each in _all_errors(error)):
            return _OPAQUE
        links: list[BaseException] = []
        link: BaseException | None = error
        while link is not None and len(links) < MAX_EXCEPTIONS:
            members = members_of(link)
            if members is not None:
                return self._group(members, depth)
            links.append(link)
            link = link.__cause__
        for link in reversed(links):
            advice = carried(link)
            if advice is not None:
                return advice
        reading = self._engine.read({"exc_info": error})
        judged = self._judge(_first(reading, len(links)))
        # A code that says nothing itself, as "joining failed", may be explained by what
        # was being handled; one that nobody knows may not.
        if judged.has_codes and not (judged.says and judged.advice.retryable is None):
            return judged.advice
        return self._context(links[-1], reading) or judged.advice

    def _context(self, last: BaseException, reading: Reading) -> RetryAdvice | None:
        """Return what was being handled when an exception was raised, if it helps.

        That something failed meanwhile does not show that the request was rejected.
        """
        if last.__suppress_context__ or last.__cause__ is not None:
            return None
        judged = self._judge(reading)
        return _advice.doubted(judged.advice) if judged.says else None

    def _group(self, members: Sequence[Any], depth: int) -> RetryAdvice:
        if depth >= _MAX_DEPTH:
            return _TOO_MANY
        advices = [self._error(each, depth + 1) for each in members[:MAX_ITEMS]]
        if len(members) > MAX_ITEMS:
            advices.append(_TOO_MANY)
        return _advice.together(advices)

    def _judge(self, reading: Reading) -> Judged:
        """Return the advice for all codes of one reading, and remember it."""
        shape, values = reading
        key = (shape, values, self._scopes)
        judged: Judged | None = self._memo.judged.get(key)
        if judged is None:
            decided = self._engine.decide(reading, self._scopes)
            says = bool(decided) and decided[0][1].say
            judged = Judged(advice_for(decided), bool(decided), says)
            if is_small(values):
                if len(self._memo.judged) >= _MAX_JUDGED:
                    self._memo.judged.clear()
                self._memo.judged[key] = judged
        return judged


def checked(scope: Scope) -> str | tuple[str, ...] | None:
    """Return a scope that a configuration names, as decisions take it.

    Raises:
        ValueError: The scope is unknown.
    """
    scopes = current_memo().engine.check(scope)
    return scope if isinstance(scope, str) else scopes


def consider(thing: object, scope: Scope) -> RetryAdvice:
    """Return what the catalog advises for anything. Never raises."""
    try:
        try:
            block = current_block() if scope is None else None
            where = scope if block is None else block.scopes
            return current_memo().recall(thing, where)[2]  # type: ignore[arg-type]
        except Exception:  # noqa: S110 - it is new, or no exception at all
            pass
        try:
            case = Case(current_memo(), scope)
        except ValueError as error:
            return _advice.unknown(str(error))
        return case.advise(thing)
    except Exception as error:
        enricher.failed({}, error)
        return _advice.unknown(f"codegloss failed with {type(error).__name__}")


def asked_delay(thing: Any) -> float | None:
    """Return the longest delay in seconds that a thing asks for. Never raises."""
    try:
        places = _all_errors(thing) if _is_error(thing) else [thing]
        delays = [_hints.asked_delay(place) for place in places]
        return max((delay for delay in delays if delay is not None), default=None)
    except Exception as error:
        enricher.failed({}, error)
        return None


def advice_for(decided: Decided) -> RetryAdvice:
    """Return the advice for all codes of one reading: the cause, and what is beside."""
    if not decided:
        return _NO_CODE
    (finding, decision), *others = decided
    if not decision.say:
        outer, about = min(decided, key=lambda each: each[0].rank)
        if about.resolution.category == "OK":
            return _advice.of_resolution(about.resolution)
        code = repr(outer.question.code)[:80]
        field = outer.field.partition(".")[2]  # without the place we put it in
        reason = f"{code} in {field}: {about.reason}"
        return _advice.unknown(reason, about.resolution)
    place = _NUMBERS.sub("", finding.field)
    advices = {_fact(decision): _advice.of_resolution(decision.resolution)}
    # In one list, or in one mapping, each failed as much as the first.
    for each, other in others:
        if each.rank == finding.rank and other.say:
            advices[_fact(other)] = _advice.of_resolution(other.resolution)
        elif each.rank == finding.rank and _NUMBERS.sub("", each.field) == place:
            advices[each.field] = _advice.unknown(other.reason, other.resolution)
    return _advice.together(list(advices.values()))


def _in_error(field: str, roles: Mapping[Any, Role]) -> bool:
    """Tell whether a field stands in a container that speaks of an error."""
    container = _NUMBERS.sub("", field.split(".")[1])
    return container in roles and roles[container].error


def _fact(decision: Decision) -> Any:
    resolution = decision.resolution
    return resolution.code, resolution.candidates


def _first(reading: Reading, count: int) -> Reading:
    """Return a reading with only the first links of a chain of exceptions."""
    shape, values = reading
    return shape, tuple(
        value.first(count) if type(value) is Raised else value for value in values
    )


def _is_error(thing: object) -> bool:
    # Not `isinstance`, which asks an object's own `__class__` too.
    return issubclass(type(thing), BaseException)


def _all_errors(error: BaseException) -> list[BaseException]:
    """Return an exception, those behind it and those in it, as far as is read."""
    errors = [error]
    seen = {id(error)}
    for each in errors:  # grows while it is walked, up to a limit
        if len(errors) < _MAX_ERRORS and not is_opaque(type(each)):
            for inner in (next_link(each), *(members_of(each) or ())[:MAX_ITEMS]):
                if inner is not None and id(inner) not in seen:
                    seen.add(id(inner))
                    errors.append(inner)
    return errors

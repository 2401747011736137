"""Find the advice for a thing: an exception, a response, a code or a resolution."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codegloss import _advice, _hints, _recall, _scope
from codegloss._advice import RetryAdvice
from codegloss._detect import MAX_EXCEPTIONS, MAX_ITEMS, Raised, Reading
from codegloss._enricher import default
from codegloss._model import Resolution
from codegloss._resolve import Decision, Question
from codegloss._survey import Finding

Scope = str | Iterable[str] | None
Decided = Sequence[tuple[Finding, Decision]]

_MAX_GROUPS = 3
_GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())
_NO_CODE = _advice.unknown("no vendor code was found")
_OPAQUE = _advice.unknown("its class computes its fields, which are not asked for")
_TOO_MANY = _advice.unknown("it holds more errors than are read")


def consider(thing: object, scope: Scope) -> RetryAdvice:
    """Return the advice of the catalog for anything. Never raises."""
    enricher = default()
    try:
        engine = enricher._engine  # noqa: SLF001
        try:
            scopes = engine.check(scope)
        except ValueError as error:
            return _advice.unknown(str(error))
        block = _scope.current.get()
        if scopes is None and block is not None:
            scopes = block.scopes
        return Considering(_recall.memo_of(engine), scopes).thing(thing)
    except Exception as error:
        enricher.failed({}, error)
        return _advice.unknown(f"codegloss failed: {type(error).__name__}")


def asked_delay(thing: object) -> float | None:
    """Return the longest delay in seconds that a thing asks for. Never raises."""
    try:
        if not isinstance(thing, BaseException):
            return _hints.asked_delay(thing)
        delays = [_hints.asked_delay(error) for error in _tree(thing, _MAX_GROUPS)]
        return max((each for each in delays if each is not None), default=None)
    except Exception as error:
        default().failed({}, error)
        return None


def advice_for(decided: Decided) -> RetryAdvice:
    """Return the advice for all codes of one reading; the first of them decides."""
    if not decided:
        return _NO_CODE
    finding, decision = decided[0]
    if not decision.say:
        if decision.resolution.status == "success":
            return _advice.of_resolution(decision.resolution)
        return _advice.unknown(
            f"{finding.field} {finding.question.code!r}: {decision.reason}",
            decision.resolution,
        )
    # What stands beside the first, in one list or one mapping, failed as well.
    place = _recall.without_numbers(finding.field)
    return _advice.together(
        [
            _advice.of_resolution(other.resolution)
            if other.say
            else _advice.unknown(other.reason, other.resolution)
            for each, other in decided
            if each.rank == finding.rank
            and (other.say or _recall.without_numbers(each.field) == place)
        ]
    )

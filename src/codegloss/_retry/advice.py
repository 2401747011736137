"""What a resolution means for sending a request again: facts, and where they end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from codegloss._catalog.model import Entry, Resolution
from codegloss._events.limits import MAX_INT

Kind = Literal["throttling", "transient", "timeout", "conflict", "none", "unknown"]
How = Literal[
    "same_request", "after_auth_refresh", "higher_level", "after_change", "never"
]
Needs = Literal["none", "idempotent"]
Source = Literal["documented", "derived"]

# What a server may ask for at most: the longest delay that any vendor's page names is
# five minutes (tencent.live 60020).
MAX_DELAY_S = 300.0
_KINDS = frozenset(get_args(Kind)[:4])
_NEEDS = frozenset(get_args(Needs))
_SOURCES = frozenset(get_args(Source))
# Nothing to repeat, or nothing that a change of the request would help.
_NEVER = frozenset({"OK", "UNIMPLEMENTED", "DATA_LOSS"})
_HOW = {
    "same_request": "it may be sent again",
    "higher_level": "repeat the whole operation, reading its state anew",
    "after_auth_refresh": "it needs fresh credentials first",
    "after_change": "something must change first",
    "never": "sending it again cannot help",
    None: "nobody knows whether a later try may succeed",
}
_SAFE = {
    "none": ", as it was rejected before it acted",
    "idempotent": " if it is idempotent, as it may have been applied",
    None: " if that is known to be safe",
}


class RetryAdvice(NamedTuple):
    """Say whether and how a failed request may be sent again.

    Always true as a condition: ask `is_retryable`, or look at the fields.

    Attributes:
        retryable: Whether the same request, unchanged, may succeed later; None when
            nobody knows. It never claims that sending it twice is safe: see `needs`.
        kind: Why a later try may succeed: `throttling` (go slower), `transient` (back
            off), `timeout`, `conflict`; `none` when it may not, else `unknown`.
        how: What to repeat: `same_request`, `higher_level` (the whole operation, from
            reading its state), `after_auth_refresh`, `after_change`, `never`; None when
            nobody knows.
        needs: `none` when the request was rejected before it acted, `idempotent` when
            it may have been applied; None when nobody knows, or it is not retryable.
        delay_s: Seconds to wait at least: what the server asked for (`Retry-After`),
            else the documented floor, else None.
        per: What a documented floor counts by: `room`, `user` or `app`.
        reason: One sentence for a log line or a person.
        source: `documented` when the vendor says so, `derived` when it follows from
            the category, else None.
        resolution: The resolution that decided, or None when there was no code.
    """

    retryable: bool | None
    kind: Kind
    how: How | None
    needs: Needs | None
    delay_s: float | None
    per: str | None
    reason: str
    source: Source | None
    resolution: Resolution | None


def unknown(reason: str, resolution: Resolution | None = None) -> RetryAdvice:
    """Return the advice when nobody knows."""
    return RetryAdvice(
        None, "unknown", None, None, None, None, reason, None, resolution
    )


def never(reason: str) -> RetryAdvice:
    """Return the advice for what is no failure of a request."""
    return RetryAdvice(False, "none", "never", None, None, None, reason, None, None)  # noqa: FBT003


def of_resolution(resolution: Resolution) -> RetryAdvice:
    """Return what a resolution means for a retry: only what its candidates agree on."""
    if not resolution.candidates:
        return unknown(f"{shown(resolution.code)} is no known code", resolution)
    # The resolution's own fields leave out what the vendor's SDK contradicts, too.
    entries = resolution.candidates
    if resolution.entry is not None:
        entries = (resolution.entry,)
    elif any(entry.sdk_code is None for entry in entries):
        entries = tuple(entry for entry in entries if entry.sdk_code is None)
    facts = agreed([_of_entry(entry) for entry in entries])
    reason = _reason(facts, resolution)
    return RetryAdvice(*facts[:6], reason, facts.source, resolution)


def agreed(advices: Sequence[RetryAdvice]) -> RetryAdvice:
    """Return only what all of several advices say: one of them is true."""
    first, *others = advices
    if not others:
        return first

    def same(field: str) -> Any:
        value = getattr(first, field)
        return value if all(getattr(o, field) == value for o in others) else None

    retryable = same("retryable")
    if retryable is None:
        return unknown(first.reason, first.resolution)
    return first._replace(
        kind=same("kind") or "unknown",
        how=same("how"),
        needs=same("needs"),
        delay_s=same("delay_s"),
        per=same("per"),
        source=same("source"),
    )


def together(advices: Sequence[RetryAdvice]) -> RetryAdvice:
    """Return the advice for several failures at once: all of them are true.

    One that is permanent makes the whole permanent, one that is unknown makes it
    unknown: Kleene's "and".
    """
    if len(advices) == 1:
        return advices[0]
    for retryable in (False, None):
        for each in advices:
            if each.retryable is retryable:
                return each._replace(reason=f"of {len(advices)} errors: {each.reason}")
    needs: set[Needs | None] = {each.needs for each in advices}
    slowest = max(advices, key=lambda each: each.delay_s or 0.0)
    return agreed(advices)._replace(
        needs=next(n for n in ("idempotent", None, "none") if n in needs),
        delay_s=slowest.delay_s,
        per=slowest.per,
        reason=f"of {len(advices)} errors: {slowest.reason}",
        resolution=slowest.resolution,
    )


def doubted(advice: RetryAdvice) -> RetryAdvice:
    """Return the advice of a failure that was only being handled by something else."""
    resolution = advice.resolution
    if not advice.retryable or resolution is None:
        return advice
    advice = advice._replace(needs="idempotent")
    reason = _reason(advice, resolution)
    return advice._replace(reason=f"{reason} (something failed while handling it)")


def settled(advice: RetryAdvice, idempotent: bool | None) -> RetryAdvice:  # noqa: FBT001
    """Return the advice for a request that is known to be idempotent or not.

    RFC 9110 (9.2.2) wants no automatic retry of what is not idempotent unless it was
    never applied; to find that out is gRPC's "retry at a higher level" (ABORTED).
    """
    if idempotent is False and advice.retryable and advice.needs != "none":
        reason = f"{advice.reason}; it is not, so look first whether it took effect"
        return advice._replace(how="higher_level", reason=reason)
    return advice


def is_safe(advice: RetryAdvice, idempotent: bool | None) -> bool:  # noqa: FBT001
    """Tell whether the same request may succeed and may be sent twice."""
    return advice.retryable is True and (advice.needs == "none" or idempotent is True)


def _of_entry(entry: Entry) -> RetryAdvice:
    retry = entry.retry or {}
    source = retry.get("source")
    source = source if source in _SOURCES else None
    if entry.retryable is None:
        return unknown("")
    if not entry.retryable:
        how: How = "after_change"
        if entry.category in _NEVER:
            how = "never"
        elif entry.category == "UNAUTHENTICATED" and entry.fault == "caller":
            # The program's own token or signature, which it can renew by itself; a
            # person's password and the operator's key it cannot.
            how = "after_auth_refresh"
        return RetryAdvice(False, "none", how, None, None, None, "", source, None)  # noqa: FBT003
    kind: Any = retry.get("kind")
    how = "same_request"
    if kind == "conflict" and source != "documented":
        # google.rpc.Code of ABORTED: retry at a higher level, from reading the state.
        # Where the vendor's own page asks for the request again, that stands.
        how = "higher_level"
    needs = retry.get("needs")
    return RetryAdvice(
        True,  # noqa: FBT003
        kind if kind in _KINDS else "unknown",
        how,
        needs if needs in _NEEDS else None,
        seconds(retry.get("min_delay_s")),
        retry.get("per"),
        "",
        source,
        None,
    )


def seconds(value: Any) -> float | None:
    """Return a number as seconds to wait, None when it is no such number."""
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        return None
    return float(value)


def shown(code: object) -> str:
    """Return a code for a reason; Python refuses to print numbers of any length."""
    if type(code) is int and abs(code) >= MAX_INT:
        return "a number of very many digits"
    return repr(code)[:80]


def _reason(advice: RetryAdvice, resolution: Resolution) -> str:
    # In English whatever language the resolution is in.
    entry = resolution.entry
    if entry is not None:
        what = f"{entry.scope} {resolution.code}"
        meanings = {entry.meaning.get("en", "")}
    else:
        scopes = dict.fromkeys(each.scope for each in resolution.candidates)
        what = f"{resolution.code} of {' or '.join(scopes)}"
        meanings = {each.meaning.get("en", "") for each in resolution.candidates}
    meaning = f": {meanings.pop()}" if len(meanings) == 1 else ""
    todo = _HOW[advice.how]
    if advice.retryable:
        todo = _HOW[advice.how or "same_request"] + _SAFE[advice.needs]
    if advice.delay_s:
        per = f" per {advice.per}" if advice.per else ""
        todo += f", {advice.delay_s:g} s later at the earliest{per}"
    return f"{what}{meaning}; {todo}"

"""Turn vendor codes into retry decisions: is it worth trying again, when, and how.

`is_retryable` is a predicate for any retry engine, `advise` says everything that is
known, and `raise_for_code` makes exceptions of error codes in answers that HTTP calls
a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from codegloss._catalog.model import Resolution
from codegloss._retry.advice import MAX_DELAY_S, RetryAdvice, is_safe, seconds, settled
from codegloss._retry.decide import Case, consider
from codegloss._retry.retry_after import to_delay

__all__ = [
    "PermanentVendorError",
    "RetryAdvice",
    "RetryableVendorError",
    "UnknownVendorError",
    "advise",
    "is_retryable",
    "raise_for_code",
]

_T = TypeVar("_T")
_ASKED = "; the server asks for "


def is_retryable(
    thing: Any,
    *,
    scope: str | Iterable[str] | None = None,
    unknown: bool = False,
    idempotent: bool | None = None,
) -> bool:
    """Tell whether to send a failed request again, as it is. Never raises.

    True only if the same request may succeed later and may safely be sent twice: it was
    rejected before it acted, or `idempotent` is True. Fits as it is wherever a retry
    engine wants a predicate on exceptions.

    Args:
        thing: An exception (with what it was raised from, or a group), a response body,
            a code or a Resolution.
        scope: The vendor or product it comes from, when the caller knows.
        unknown: The answer when nobody knows whether a later try may succeed.
        idempotent: Whether the operation may be applied twice; None: nobody knows.

    Returns:
        Always a bool. False for what ends the program, such as KeyboardInterrupt.
    """
    advice, _ = consider(thing, scope)
    if advice.retryable is None:
        return bool(unknown)
    return is_safe(advice, idempotent)


def advise(
    thing: Any,
    *,
    scope: str | Iterable[str] | None = None,
    idempotent: bool | None = None,
    max_delay_s: float = MAX_DELAY_S,
) -> RetryAdvice:
    """Say whether, when and how a failed request may be sent again. Never raises.

    An ambiguous code gets the advice on which all its meanings agree. What an exception
    was raised `from` explains it; what was merely being handled only does when it has
    no code of its own, and then proves no rejection: `needs` is `idempotent`. A group
    is retryable only if all errors in it are.

    Args:
        thing: An exception (with what it was raised from, or a group), a response body,
            a code or a Resolution.
        scope: The vendor or product it comes from, when the caller knows.
        idempotent: Whether the operation may be applied twice. False turns `how` into
            `higher_level` where it may have been applied; None: nobody knows.
        max_delay_s: The longest delay that a server may ask for. What it asks for in a
            `Retry-After` header or a `retry_after` field beats the documented floor.

    Returns:
        The advice; all unknown for anything that carries no known code.
    """
    advice, asked = consider(thing, scope, delays=True)
    return settled(_delayed(advice, asked, max_delay_s), idempotent)


class _VendorError(Exception):
    """What `raise_for_code` raises: the code, what it means, and what to do.

    Attributes:
        code: The code that the vendor answered, or None.
        vendor: The vendor's id, or None.
        product: The product's id without its vendor, or None.
        resolution: What the code means, or None.
        advice: Whether, when and how to try again, or None.
        retry_after: The seconds that the server asked for, or None.
    """

    vendor: str | None = None
    product: str | None = None
    resolution: Resolution | None = None
    advice: RetryAdvice | None = None
    retry_after: float | None = None

    @classmethod
    def _of(cls, advice: RetryAdvice, field: str, code: Any) -> _VendorError:
        error = cls(advice.reason)
        resolution = advice.resolution or Resolution("unknown", code)
        # The code stands under its own field, as `serverCode` is not `code`: a log or a
        # span that shows the error then says the same as the decision.
        facts = {
            field: code,
            "vendor": resolution.vendor,
            "product": resolution.product,
            "resolution": resolution,
            "advice": advice,
        }
        vars(error).update({k: v for k, v in facts.items() if v is not None})
        return error

    @property
    def code(self) -> Any:
        """The code that the vendor answered, or None."""
        return None if self.resolution is None else self.resolution.code

    def __setstate__(self, state: dict[str, Any] | None) -> None:
        vars(self).update(state or {})


class RetryableVendorError(_VendorError):
    """A vendor's code says that the same request may safely be sent again."""


class PermanentVendorError(_VendorError):
    """A vendor's code says that the same request will go on failing."""


class UnknownVendorError(_VendorError):
    """Nobody knows whether the request may be sent again, or whether that is safe.

    Also for a code that may succeed later but was perhaps applied already, unless the
    operation is said to be idempotent.
    """


def raise_for_code(
    body: _T,
    *,
    scope: str | Iterable[str] | None = None,
    idempotent: bool | None = None,
    retry_after: Any = None,
) -> _T:
    """Raise when the body of an answer holds an error code, whatever HTTP says.

    Vendors answer HTTP 200 and put the code in the body, where no retry engine looks:
    `raise_for_code(response.json(), scope="netease.nim")`.

    Args:
        body: The decoded body; anything but a mapping is returned as it is.
        scope: The vendor or product that answered. Name the product: a number that any
            product in question counts as success is taken as success.
        idempotent: Whether the operation may be applied twice; None: nobody knows.
        retry_after: The answer's `Retry-After` header, if it has one.

    Returns:
        The body, when it holds no code or a success code.

    Raises:
        RetryableVendorError: The same request may safely be sent again.
        PermanentVendorError: The same request will go on failing.
        UnknownVendorError: Nobody knows, or nobody knows whether it is safe.
        ValueError: The scope is unknown.
    """
    failure = None
    if isinstance(body, Mapping):
        failure = Case(scope, delays=True).failure(body)
    if failure is None:
        return body
    delays = (failure.delay_s, to_delay(retry_after))
    asked = max((each for each in delays if each is not None), default=None)
    advice = settled(_delayed(failure.advice, asked, MAX_DELAY_S), idempotent)
    kind: type[_VendorError] = UnknownVendorError
    if is_safe(advice, idempotent):
        kind = RetryableVendorError
    elif advice.retryable is False:
        kind = PermanentVendorError
    error = kind._of(advice, failure.field, failure.code)  # noqa: SLF001
    if asked is not None:
        vars(error)["retry_after"] = asked
    raise error


def _delayed(
    advice: RetryAdvice, asked: float | None, max_delay_s: float
) -> RetryAdvice:
    """Return the advice with what the server asked for, which beats what is written.

    Smithy's `retryAfter` is a floor: waiting longer is allowed, waiting less is not. It
    is capped all the same, as a wrong header must not stop a program for a day.
    """
    if asked is None or advice.retryable is False:
        return advice
    limit = seconds(max_delay_s)
    delay = min(asked, MAX_DELAY_S if limit is None else limit)
    # The advice that an error carries has said so already, with its own limit.
    reason = advice.reason.partition(_ASKED)[0]
    return advice._replace(delay_s=delay, reason=f"{reason}{_ASKED}{delay:g} s")

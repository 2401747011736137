"""Celery: task options, a task class and a countdown that follow vendor codes.

Celery chooses by the class of an exception, which does not show a code. So a task lets
`raise_for_code` raise one of three classes, or asks `is_retryable` by itself::

    @app.task(bind=True)
    def join(self, room):
        try:
            sdk.join(room)
        except SdkError as error:
            if not is_retryable(error):
                raise
            seconds = countdown(error, self.request.retries)
            raise self.retry(exc=error, countdown=seconds)
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from codegloss._core.needs import needs
from codegloss._retry.decide import checked
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    UnknownVendorError,
    advise,
    raise_for_code,
)

try:
    from celery import Task  # type: ignore[import-untyped]
except ImportError as error:
    raise ImportError(
        "codegloss.celery needs Celery: pip install 'codegloss[celery]'"
    ) from error

needs("celery", "5.4", "celery")

__all__ = [
    "GlossTask",
    "PermanentVendorError",
    "RetryableVendorError",
    "UnknownVendorError",
    "countdown",
    "raise_for_code",
    "task_options",
]

# Celery's own limit (`retry_backoff_max`).
_MAX_BACKOFF_S = 600.0
_MAX_DOUBLINGS = 30


class GlossTask(Task):  # type: ignore[misc]
    """A task whose retries never come sooner than the vendor asks for.

    `autoretry_for` draws its countdown from zero upwards and cannot see an exception's
    own delay; both it and `self.retry(exc=...)` pass through here.

    Attributes:
        gloss_scope: The vendor or product that the task calls, or None.
    """

    gloss_scope: str | tuple[str, ...] | None = None

    def retry(
        self,
        args: Any = None,
        kwargs: Any = None,
        exc: Any = None,
        throw: Any = True,  # noqa: FBT002 - the signature is Celery's
        eta: Any = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Any:
        """Retry the task as `celery.Task.retry` does, but not too soon."""
        floor = (
            None if exc is None or eta else advise(exc, scope=self.gloss_scope).delay_s
        )
        if floor:
            usual = self.default_retry_delay if countdown is None else countdown
            countdown = max(floor, usual)
        return super().retry(
            args, kwargs, exc, throw, eta, countdown, max_retries, **options
        )


def task_options(*, scope: str | Iterable[str] | None = None) -> dict[str, Any]:
    """Return options for `@app.task(**task_options())`.

    The task is retried for `RetryableVendorError` only, with exponential back-off and
    jitter, and not sooner than the vendor asks for.

    Args:
        scope: The vendor or product that the task calls.

    Raises:
        ValueError: The scope is unknown.
    """
    return {
        "base": GlossTask,
        "gloss_scope": checked(scope),
        "autoretry_for": (RetryableVendorError,),
        "dont_autoretry_for": (PermanentVendorError, UnknownVendorError),
        "retry_backoff": 1,
        "retry_backoff_max": int(_MAX_BACKOFF_S),
        "retry_jitter": True,
    }


def countdown(
    thing: Any,
    retries: int = 0,
    *,
    scope: str | Iterable[str] | None = None,
    max_backoff_s: float = _MAX_BACKOFF_S,
) -> float:
    """Return the seconds until the next try, for `self.retry(countdown=...)`.

    Args:
        thing: What `codegloss.advise` takes, such as the exception.
        retries: How often it was tried again already: `self.request.retries`.
        scope: The vendor or product that is called.
        max_backoff_s: Where the exponential back-off ends.

    Returns:
        What the vendor asks for, or the back-off with jitter where that is longer.
    """
    longest = min(max_backoff_s, 2.0 ** min(max(retries, 0), _MAX_DOUBLINGS))
    back_off = random.uniform(longest / 2, longest)  # noqa: S311 - spreads load
    return max(advise(thing, scope=scope).delay_s or 0.0, back_off)

"""stamina: a backoff hook and a retry hook that know what vendor codes mean."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from codegloss._core.needs import needs
from codegloss._retry.advice import MAX_DELAY_S
from codegloss._retry.decide import checked
from codegloss._retry.log import checked_level, log_retry
from codegloss.retry import advise, is_retryable

needs("stamina", "25.2", "stamina")

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

__all__ = ["backoff_hook", "log_hook"]

_JITTER = 0.25


def backoff_hook(
    *,
    scope: str | Iterable[str] | None = None,
    unknown: bool = False,
    idempotent: bool | None = None,
    max_delay_s: float = MAX_DELAY_S,
) -> Callable[[BaseException], bool | float]:
    """Return a hook for stamina's `on=`, which decides by `codegloss.is_retryable`.

    It returns the seconds to wait where the vendor asks for a delay: that much, and up
    to a quarter more, so that many clients do not all come back at once. stamina takes
    every float for "retry", even 0.0, and warns of None; the hook returns neither.

    Args:
        scope: The vendor or product that is called.
        unknown: Whether to retry what nobody knows, such as an error without a code.
        idempotent: Whether the operation may be applied twice.
        max_delay_s: The longest delay that a server may ask for at run time.

    Raises:
        ValueError: The scope is unknown.
    """
    where = checked(scope)
    may_retry = partial(
        is_retryable, scope=where, unknown=unknown, idempotent=idempotent
    )

    def hook(error: BaseException) -> bool | float:
        if not may_retry(error):
            return False
        delay = advise(error, scope=where, max_delay_s=max_delay_s).delay_s
        if not delay:
            return True
        return delay * random.uniform(1, 1 + _JITTER)  # noqa: S311 - spreads load

    return hook


def log_hook(
    logger: Any,
    level: str | int = "warning",
    *,
    scope: str | Iterable[str] | None = None,
) -> Callable[[RetryDetails], None]:
    """Return a retry hook that logs the gloss, the attempt and the delay.

    For `stamina.instrumentation.set_on_retry_hooks([log_hook(logger)])`.

    Args:
        logger: A logger of structlog, loguru or the standard library.
        level: Name or number of a level.
        scope: The vendor or product that is called.

    Raises:
        ValueError: The level or the scope is unknown.
    """
    return partial(_log, logger, checked_level(logger, level), checked(scope))


def _log(logger: Any, level: str | int, scope: Any, details: RetryDetails) -> None:
    log_retry(
        logger,
        level,
        details.caused_by,
        function=details.name,
        attempt=details.retry_num,
        delay_s=details.wait_for,
        scope=scope,
    )

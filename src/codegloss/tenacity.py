"""tenacity: retry, wait and log by what vendor codes mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from codegloss._core.needs import needs
from codegloss._retry.advice import MAX_DELAY_S
from codegloss._retry.decide import checked
from codegloss._retry.log import checked_level, log_retry
from codegloss.retry import advise, is_retryable

try:
    from tenacity import RetryCallState, retry_if_exception, wait_random_exponential
    from tenacity.wait import wait_base
except ImportError as error:
    raise ImportError(
        "codegloss.tenacity needs tenacity: pip install 'codegloss[tenacity]'"
    ) from error

needs("tenacity", "8.2.3", "tenacity")

__all__ = ["before_sleep_log", "retry_if_retryable", "wait_advised"]


def retry_if_retryable(
    *,
    scope: str | Iterable[str] | None = None,
    unknown: bool = False,
    idempotent: bool | None = None,
) -> retry_if_exception:
    """Return a retry strategy that asks `codegloss.is_retryable`, for `retry=`.

    It combines with others by `|` and `&`.

    Args:
        scope: The vendor or product that is called.
        unknown: Whether to retry what nobody knows, such as an error without a code.
        idempotent: Whether the operation may be applied twice.

    Raises:
        ValueError: The scope is unknown.
    """
    return retry_if_exception(
        partial(
            is_retryable, scope=checked(scope), unknown=unknown, idempotent=idempotent
        )
    )


def wait_advised(
    fallback: Callable[[RetryCallState], float] | None = None,
    *,
    scope: str | Iterable[str] | None = None,
    max_delay_s: float = MAX_DELAY_S,
) -> wait_base:
    """Return a wait strategy that never waits less than the vendor asks for.

    Args:
        fallback: The strategy to follow as long as it waits longer; by default
            exponential with full jitter, up to a minute. Add jitter to the vendor's own
            delay by `wait_advised(...) + wait_random(0, 1)`.
        scope: The vendor or product that is called.
        max_delay_s: The longest delay that a server may ask for at run time.

    Raises:
        ValueError: The scope is unknown.
    """
    back_off = fallback or wait_random_exponential(max=60)
    return _WaitAdvised(back_off, checked(scope), max_delay_s)


def before_sleep_log(
    logger: Any,
    level: str | int = "warning",
    *,
    scope: str | Iterable[str] | None = None,
) -> Callable[[RetryCallState], None]:
    """Return a hook for `before_sleep=` that logs the gloss, attempt and delay.

    Args:
        logger: A logger of structlog, loguru or the standard library.
        level: Name or number of a level.
        scope: The vendor or product that is called.

    Raises:
        ValueError: The level or the scope is unknown.
    """
    return partial(_log, logger, checked_level(logger, level), checked(scope))


class _WaitAdvised(wait_base):
    def __init__(
        self,
        fallback: Callable[[RetryCallState], float],
        scope: str | tuple[str, ...] | None,
        max_delay_s: float,
    ) -> None:
        self._fallback = fallback
        self._advise = partial(advise, scope=scope, max_delay_s=max_delay_s)

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait, always a number."""
        floor = self._advise(_failure(retry_state)).delay_s or 0.0
        return max(floor, float(self._fallback(retry_state)))


def _failure(state: RetryCallState) -> Any:
    """Return what failed: the exception, or the result that is not accepted."""
    outcome = state.outcome
    if outcome is None:
        return None
    return outcome.exception() if outcome.failed else outcome.result()


def _log(logger: Any, level: str | int, scope: Any, state: RetryCallState) -> None:
    action = state.next_action
    log_retry(
        logger,
        level,
        _failure(state),
        function=getattr(state.fn, "__qualname__", "a block"),
        attempt=state.attempt_number,
        delay_s=0.0 if action is None else action.sleep,
        scope=scope,
    )

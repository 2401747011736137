"""The stamina hooks in real retry loops."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time

import pytest

stamina = pytest.importorskip("stamina")

from stamina.instrumentation import set_on_retry_hooks

from codegloss import is_retryable
from codegloss.retry import raise_for_code
from codegloss.stamina import backoff_hook, log_hook
from raising import LiveError, SdkError, Service

NIM = "netease.nim"
LIVE = "tencent.live"


@pytest.fixture(autouse=True)
def _hooks():
    set_on_retry_hooks([])
    yield
    set_on_retry_hooks(None)


def call(service, on, **options):
    options = {"wait_initial": 0, "wait_jitter": 0, "attempts": 5, **options}
    for attempt in stamina.retry_context(on=on, **options):
        with attempt:
            return service()
    return None


class TestDecisions:
    def test_transient_ends_in_success(self):
        service = Service(416, 503, 416)
        assert call(service, backoff_hook(scope=NIM)) == "ok"
        assert service.calls == 4

    @pytest.mark.parametrize("code", [102302, 190001, 191005, 99999, None])
    def test_permanent_unknown_and_unsafe_are_called_once(self, code):
        """None from a hook would be a warning, which fails this test."""
        service = Service(code)
        with pytest.raises(SdkError):
            call(service, backoff_hook(scope=NIM))
        assert service.calls == 1

    def test_policy_for_unknown_and_idempotent(self):
        assert call(Service(190001), backoff_hook(scope=NIM, unknown=True)) == "ok"
        assert call(Service(191005), backoff_hook(scope=NIM, idempotent=True)) == "ok"

    def test_is_retryable_is_a_hook_as_it_is(self):
        assert call(Service(100012), is_retryable) == "ok"

    def test_async(self):
        @stamina.retry(
            on=backoff_hook(scope=NIM), attempts=3, wait_initial=0, wait_jitter=0
        )
        async def join():
            return service()

        service = Service(416, 416)
        assert asyncio.run(join()) == "ok"
        assert service.calls == 3


class TestValues:
    """stamina takes every float for "retry", even 0.0, and warns of None."""

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (SdkError(416), True),
            (SdkError(102302), False),
            (SdkError(99999), False),
            (ValueError(), False),
            (KeyboardInterrupt(), False),
        ],
        ids="throttled permanent unknown no-code interrupt".split(),
    )
    def test_bools(self, error, expected):
        assert backoff_hook(scope=NIM)(error) is expected

    def test_a_delay_is_the_floor_and_up_to_a_quarter_more(self):
        hook = backoff_hook(scope=LIVE)
        delays = [hook(SdkError(100012)) for _ in range(100)]
        assert all(type(delay) is float for delay in delays)
        assert 1.0 <= min(delays) < max(delays) <= 1.25

    @pytest.mark.parametrize(
        ("asked", "lowest", "highest"),
        [(7, 7, 8.75), (86_400, 300, 375), (0.01, 0.01, 1)],
    )
    def test_what_the_server_asks_for(self, asked, lowest, highest):
        with pytest.raises(Exception, match="netease.nim 416") as caught:
            raise_for_code({"code": 416}, scope=NIM, retry_after=asked)
        assert lowest <= backoff_hook()(caught.value) <= highest

    def test_no_delay_asked_for_is_no_float(self):
        error = LiveError(100012)
        error.retry_after = 0
        assert backoff_hook()(error) is True
        error.retry_after = 99
        assert 5 <= backoff_hook(max_delay_s=5)(error) <= 6.25

    def test_a_wrong_scope_is_refused_at_once(self):
        with pytest.raises(ValueError, match="unknown scope"):
            backoff_hook(scope="nimm")
        with pytest.raises(ValueError, match="unknown scope"):
            log_hook(None, scope="nimm")


def test_the_floor_is_waited_for_even_where_the_usual_wait_is_shorter():
    started = time.monotonic()
    assert call(Service(100012), backoff_hook(), wait_max=0.01) == "ok"
    assert time.monotonic() - started >= 1.0


def test_log(caplog):
    set_on_retry_hooks([log_hook(logging.getLogger("rooms"), "info", scope=NIM)])
    caplog.set_level("INFO")
    with codegloss_scope():
        call(Service(416), backoff_hook())
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "retrying <context block> in 0 s after attempt 1: netease.nim 416: Requests"
    )
    assert (record.attempt, record.product, record.retryable) == (1, "nim", True)


def codegloss_scope():
    import codegloss

    return codegloss.scope(NIM)


def test_it_imports_without_stamina():
    script = (
        "import sys; sys.modules['stamina'] = None; sys.modules['tenacity'] = None\n"
        "from codegloss.stamina import backoff_hook\n"
        "print(backoff_hook()(ValueError()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"

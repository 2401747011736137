"""The tenacity strategies in real retry loops."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import warnings

import pytest

tenacity = pytest.importorskip("tenacity")

from codegloss import advise, is_retryable
from codegloss.retry import RetryableVendorError, raise_for_code
from codegloss.tenacity import (
    before_sleep_log,
    retry_if_retryable,
    wait_advised,
)
from raising import SdkError, Service

NIM = "netease.nim"
LIVE = "tencent.live"


@pytest.fixture
def slept():
    return []


@pytest.fixture
def run(slept):
    """Call something in a loop that does not really sleep."""

    def run(function, **options):
        options.setdefault("wait", wait_advised(tenacity.wait_none(), scope=LIVE))
        options.setdefault("stop", tenacity.stop_after_attempt(5))
        return tenacity.Retrying(sleep=slept.append, reraise=True, **options)(function)

    return run


class TestRetry:
    def test_transient_ends_in_success(self, run):
        service = Service(416, 503, 416)
        assert run(service, retry=retry_if_retryable(scope=NIM)) == "ok"
        assert service.calls == 4

    @pytest.mark.parametrize("code", [102302, 190001, 191005, 99999, None])
    def test_permanent_unknown_and_unsafe_are_called_once(self, run, code):
        service = Service(code)
        with pytest.raises(SdkError):
            run(service, retry=retry_if_retryable(scope=NIM))
        assert service.calls == 1

    def test_policy_for_unknown_and_idempotent(self, run):
        service = Service(190001, 99999)
        assert run(service, retry=retry_if_retryable(scope=NIM, unknown=True)) == "ok"
        service = Service(191005, 500)
        strategy = retry_if_retryable(scope=NIM, idempotent=True)
        assert run(service, retry=strategy) == "ok"

    def test_is_retryable_is_a_predicate_as_it_is(self, run):
        service = Service(100012)
        strategy = tenacity.retry_if_exception(is_retryable)
        assert run(service, retry=strategy) == "ok"

    def test_strategies_combine(self, run):
        service = Service(416, 99999)
        either = retry_if_retryable(scope=NIM) | tenacity.retry_if_exception_type(
            OSError
        )
        with pytest.raises(SdkError):
            run(service, retry=either)
        assert service.calls == 2
        both = tenacity.retry_if_exception_type(SdkError) & retry_if_retryable(
            scope=NIM
        )
        assert run(Service(416), retry=both) == "ok"

    def test_keyboard_interrupt_ends_the_loop(self, run):
        def interrupted():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(interrupted, retry=retry_if_retryable(unknown=True, idempotent=True))

    def test_async_and_context_managers(self, slept):
        async def sleep(seconds):
            slept.append(seconds)

        async def main():
            service = Service(416, 416)
            retrying = tenacity.AsyncRetrying(
                sleep=sleep,
                retry=retry_if_retryable(scope=NIM),
                wait=wait_advised(tenacity.wait_fixed(0.5)),
                before_sleep=before_sleep_log(logging.getLogger("quiet"), "debug"),
            )
            assert await retrying(service.later) == "ok"
            async for attempt in retrying:
                with attempt:
                    assert service() == "ok"

        asyncio.run(main())
        assert slept == [0.5, 0.5]

    def test_results_that_are_bodies(self, slept):
        bodies = [{"code": 416, "retry_after": 2}, {"code": 200, "data": {"code": 3}}]
        retrying = tenacity.Retrying(
            sleep=slept.append,
            retry=tenacity.retry_if_result(
                lambda body: is_retryable(body, scope=NIM, unknown=True)
            ),
            wait=wait_advised(tenacity.wait_none(), scope=NIM),
        )
        assert retrying(lambda: bodies.pop(0))["code"] == 200
        assert slept == [2.0]


class TestWait:
    def test_never_less_than_the_floor(self, run, slept):
        assert run(Service(100012, 100012), retry=retry_if_retryable()) == "ok"
        assert slept == [1.0, 1.0]

    def test_the_fallback_where_it_waits_longer(self, run, slept):
        wait = wait_advised(tenacity.wait_exponential(multiplier=0.6))
        run(Service(100012, 100012, 100012), wait=wait, retry=retry_if_retryable())
        assert slept == [1.0, 1.2, 2.4]

    def test_a_number_whatever_happens(self, run, slept):
        """tenacity takes None for no retry, or fails with a TypeError."""
        wait = wait_advised(tenacity.wait_fixed(1))
        anything = tenacity.retry_if_exception_type(Exception)
        run(Service(99999, None, 190001), wait=wait, retry=anything)
        assert slept == [1, 1, 1]
        assert all(isinstance(each, float) for each in slept)
        assert wait(tenacity.RetryCallState(None, None, (), {})) == 1.0

    def test_what_the_server_asks_for_is_capped(self, slept):
        def busy():
            raise_for_code({"code": 416}, scope=NIM, retry_after="3600")

        for longest, expected in ((None, 300.0), (10, 10.0)):
            options = {} if longest is None else {"max_delay_s": longest}
            retrying = tenacity.Retrying(
                sleep=slept.append,
                retry=retry_if_retryable(),
                wait=wait_advised(tenacity.wait_none(), **options),
                stop=tenacity.stop_after_attempt(2),
            )
            with pytest.raises(tenacity.RetryError):
                retrying(busy)
            assert slept.pop() == expected

    def test_jitter_is_added_on_top(self, run, slept):
        wait = wait_advised(tenacity.wait_none()) + tenacity.wait_random(0, 0.5)
        run(Service(*[100012] * 4), wait=wait, retry=retry_if_retryable())
        assert all(1.0 <= seconds <= 1.5 for seconds in slept)
        assert len(set(slept)) > 1

    def test_the_default_fallback_is_exponential_with_full_jitter(self):
        wait = wait_advised()
        state = tenacity.RetryCallState(None, None, (), {})
        state.attempt_number = 10
        waits = [wait(state) for _ in range(50)]
        assert len(set(waits)) > 1
        assert 0 <= min(waits) <= max(waits) <= 60


@pytest.mark.parametrize(
    "make",
    [retry_if_retryable, wait_advised, lambda scope: before_sleep_log(0, scope=scope)],
)
def test_a_wrong_scope_is_refused_at_once(make):
    with pytest.raises(ValueError, match="unknown scope"):
        make(scope="tencent.lives")


def test_a_wrong_level_is_refused_at_once():
    for level in ("warn!", "success", True):
        with pytest.raises(ValueError, match=f"unknown level {level!r}; known: debug,"):
            before_sleep_log(logging.getLogger("rooms"), level)
    with pytest.raises(ValueError, match="known: trace, debug"):
        before_sleep_log(object(), "warn!")
    assert before_sleep_log(object(), "success")


class TestLog:
    @pytest.mark.parametrize("level", [logging.ERROR, "ERROR", "error"])
    def test_levels(self, run, caplog, level):
        """tenacity's own hook of this name takes a number."""
        hook = before_sleep_log(logging.getLogger("rooms"), level, scope=LIVE)
        run(Service(100012), retry=retry_if_retryable(), before_sleep=hook)
        (record,) = caplog.records
        assert record.levelname == "ERROR"
        assert record.product == "live"

    def test_standard_library(self, run, caplog):
        log = logging.getLogger("rooms")
        run(
            Service(100012),
            retry=retry_if_retryable(),
            before_sleep=before_sleep_log(log, scope=LIVE),
        )
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert record.getMessage() == (
            "retrying a block in 1 s after attempt 1: "
            "tencent.live 100012: Calls such as room creation exceed the rate limit; "
            "it may be sent again, as it was rejected before it acted, 1 s later at "
            "the earliest per room"
        )
        said = (record.code, record.product, record.retryable, record.delay_s)
        assert said == (100012, "live", True, 1.0)

    def test_structlog(self, slept):
        structlog = pytest.importorskip("structlog")
        stream = io.StringIO()
        log = structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[structlog.processors.add_log_level, _gloss(), _json()],
        )

        @tenacity.retry(
            sleep=slept.append,
            retry=retry_if_retryable(scope=NIM),
            wait=wait_advised(tenacity.wait_fixed(0.25)),
            before_sleep=before_sleep_log(log, "info", scope=NIM),
        )
        def join_room():
            return service()

        service = Service(416)
        join_room()
        assert json.loads(stream.getvalue()) == {
            "event": "retrying",
            "level": "info",
            "function": "TestLog.test_structlog.<locals>.join_room",
            "attempt": 1,
            "delay_s": 0.25,
            "error": "SdkError",
            "code": 416,
            "vendor": "netease",
            "product": "nim",
            "meaning": "Requests arrive faster than the rate limit allows",
            "retryable": True,
        }

    def test_loguru(self, run):
        loguru = pytest.importorskip("loguru")
        records = []
        loguru.logger.remove()
        number = loguru.logger.add(lambda message: records.append(message.record))
        hook = before_sleep_log(loguru.logger)
        run(Service(100012), retry=retry_if_retryable(), before_sleep=hook)
        loguru.logger.remove(number)
        assert records[0]["extra"]["attempt"] == 1
        assert records[0]["extra"]["product"] == "live"

    def test_errors_and_results_without_a_gloss(self, run, caplog):
        log = logging.getLogger("rooms")
        anything = tenacity.retry_if_exception_type(Exception)
        hook = before_sleep_log(log)
        run(Service(None), retry=anything, before_sleep=hook)
        assert caplog.records[0].error == "SdkError"
        assert not hasattr(caplog.records[0], "code")
        bodies = [{"code": 416}, None]
        again = tenacity.retry_if_result(bool)
        hook = before_sleep_log(log, scope=NIM)
        run(lambda: bodies.pop(0), retry=again, before_sleep=hook)
        assert caplog.records[1].code == 416
        hook(tenacity.RetryCallState(None, None, (), {}))
        assert caplog.records[2].delay_s == 0


def test_log_span_and_decision_come_from_one_resolution(slept):
    """One failure, seen by the loop, its log line, the log of the error and a span."""
    structlog = pytest.importorskip("structlog")
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
        InMemorySpanExporter,
    )

    from codegloss.otel import GlossSpanProcessor

    lines = []
    log = structlog.wrap_logger(
        None,
        processors=[_gloss(), lambda _, __, event: lines.append(event) or _drop()],
    )
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(GlossSpanProcessor(SimpleSpanProcessor(exporter)))
    tracer = provider.get_tracer("rooms")
    bodies = [{"code": 109449}, {"code": 200}]
    errors = []

    @tenacity.retry(
        sleep=slept.append,
        retry=retry_if_retryable(),
        wait=wait_advised(tenacity.wait_fixed(0.25)),
        before_sleep=before_sleep_log(log),
    )
    def add_member():
        with tracer.start_as_current_span("add member"):
            try:
                return raise_for_code(bodies.pop(0), scope=NIM)
            except RetryableVendorError as error:
                errors.append(error)
                log.error("failed", exc_info=error)
                raise

    assert add_member() == {"code": 200}
    (error,) = errors
    failed, retrying = lines
    span = exporter.get_finished_spans()[0].attributes
    advice = advise(error)
    assert advice == error.advice
    assert advice.kind == "conflict"
    for name in ("vendor", "product", "meaning", "retryable"):
        fact = getattr(advice.resolution, name)
        assert failed[name] == retrying[name] == fact
        assert span[f"codegloss.{name}"] == fact
    assert retrying["code"] == int(span["codegloss.code"]) == error.code
    assert (retrying["attempt"], retrying["delay_s"]) == (1, 0.25)


def _gloss():
    from codegloss.structlog import GlossProcessor

    return GlossProcessor()


def _json():
    import structlog

    return structlog.processors.JSONRenderer()


def _drop():
    import structlog

    raise structlog.DropEvent


def test_import_without_tenacity_names_the_extra():
    script = (
        "import sys; sys.modules['tenacity'] = None\n"
        "try:\n    import codegloss.tenacity\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "pip install 'codegloss[tenacity]'" in done.stdout


def test_none_from_a_predicate_is_what_tenacity_takes_for_no(slept):
    """The trap: a three-valued answer handed over as it is turns unknown into no."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        strategy = retry_if_retryable(unknown=True)
        state = tenacity.RetryCallState(None, None, (), {})
        state.set_exception((SdkError, SdkError(99999), None))
        assert strategy(state) is True

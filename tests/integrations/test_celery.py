"""The Celery options, task class and countdown in a real application."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

celery = pytest.importorskip("celery")

from celery.exceptions import MaxRetriesExceededError, Retry

from codegloss import is_retryable
from codegloss.celery import (
    GlossTask,
    PermanentVendorError,
    RetryableVendorError,
    UnknownVendorError,
    countdown,
    raise_for_code,
    task_options,
)
from raising import LiveError, SdkError

NIM = "netease.nim"
LIVE = "tencent.live"


@pytest.fixture
def app():
    app = celery.Celery("rooms", broker="memory://", backend="cache+memory://")
    yield app
    app.close()


@pytest.fixture
def vendor(app):
    """Make a task of a vendor that answers with one body after another."""

    def vendor(*bodies, scope=NIM, retry_after=None, **options):
        left = list(bodies)
        calls = []

        def ask():
            calls.append(1)
            return raise_for_code(left.pop(0), scope=scope, retry_after=retry_after)

        task = app.task(ask, name=f"ask-{id(left)}", **{**task_options(), **options})
        return task, calls

    return vendor


@pytest.fixture
def when():
    """Run a task as a worker does, and return the seconds after which it comes back."""

    def when(task, retries=0):
        # As a worker has it, where a retry goes to the broker.
        task.push_request(
            id="1", args=(), kwargs={}, retries=retries, called_directly=False,
            is_eager=False, delivery_info={},
        )  # fmt: skip
        try:
            with pytest.raises(Retry) as caught:
                task.run()
        finally:
            task.pop_request()
        return caught.value.when

    return when


class TestTasks:
    def test_retryable_ends_in_success(self, vendor):
        task, calls = vendor({"code": 416}, {"code": 503}, {"code": 200})
        assert task.apply().get() == {"code": 200}
        assert len(calls) == 3

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (102302, PermanentVendorError),
            (190001, UnknownVendorError),
            (191005, UnknownVendorError),
            (99999, UnknownVendorError),
        ],
    )
    def test_others_are_called_once(self, vendor, code, kind):
        task, calls = vendor({"code": code}, {"code": 200})
        with pytest.raises(kind):
            task.apply().get()
        assert len(calls) == 1

    def test_others_are_called_once_even_if_everything_is_retried(self, vendor):
        task, calls = vendor({"code": 102302}, autoretry_for=(Exception,))
        with pytest.raises(PermanentVendorError):
            task.apply().get()
        assert len(calls) == 1

    def test_retries_end(self, vendor):
        task, calls = vendor(*[{"code": 416}] * 5, max_retries=2)
        with pytest.raises(RetryableVendorError, match="netease.nim 416"):
            task.apply().get()
        assert len(calls) == 3

    def test_never_sooner_than_the_vendor_asks(self, vendor, when):
        """Celery's own countdown has full jitter: it starts at zero."""
        task, _ = vendor(*[{"code": 100012}] * 30, scope=LIVE)
        waits = [when(task) for _ in range(30)]
        assert set(waits) == {1.0}
        task, _ = vendor(*[{"code": 416}] * 3, retry_after=9)
        assert {when(task) for _ in range(3)} == {9.0}
        task, _ = vendor(*[{"code": 416}] * 30)
        assert {when(task) for _ in range(30)} == {0, 1}

    def test_the_usual_countdown_where_it_is_longer(self, vendor, when):
        task, _ = vendor({"code": 100012}, scope=LIVE, retry_jitter=False)
        assert when(task, retries=2) == 4
        task, _ = vendor({"code": 100012}, scope=LIVE, retry_backoff=False)
        assert when(task) == task.default_retry_delay == 180

    def test_other_ways_to_retry_stay_as_they_are(self, app, when):
        @app.task(bind=True, base=GlossTask)
        def plain(self):
            raise self.retry(countdown=0.5)

        @app.task(bind=True, base=GlossTask)
        def fixed(self):
            raise self.retry(exc=SdkError(100012), eta=eta)

        @app.task(bind=True, base=GlossTask)
        def last(self):
            raise self.retry(max_retries=0)

        import datetime as dt

        eta = dt.datetime.now(dt.timezone.utc)
        assert when(plain) == 0.5
        assert when(fixed) == eta
        with pytest.raises(MaxRetriesExceededError):
            last.apply().get()

    def test_the_scope_of_a_task(self, app, when):
        @app.task(bind=True, **task_options(scope=LIVE))
        def join(self):
            raise self.retry(exc=SdkError(100012), countdown=0)

        @app.task(bind=True, **task_options(scope=NIM))
        def send(self):
            raise self.retry(exc=SdkError(100012), countdown=0)

        assert when(join) == 1.0
        assert when(send) == 0
        with pytest.raises(ValueError, match="unknown scope"):
            task_options(scope="tencent.lives")

    def test_a_raw_error_of_an_sdk(self, app, when):
        @app.task(bind=True)
        def join(self):
            error = LiveError(code)
            if not is_retryable(error):
                raise error
            raise self.retry(
                exc=error, countdown=countdown(error, self.request.retries)
            )

        code = 100012
        assert 1.0 <= when(join) <= 1.5
        assert 2.0 <= when(join, retries=2) <= 4.0
        code = 100018
        with pytest.raises(SdkError):
            join.apply().get()


class TestCountdown:
    def test_floor_back_off_and_cap(self):
        assert all(0.5 <= countdown(SdkError(1)) <= 1 for _ in range(50))
        assert 8 <= countdown(SdkError(1), 4) <= 16
        assert all(countdown(LiveError(100012)) == 1.0 for _ in range(50))
        assert 300 <= countdown(SdkError(1), 10_000) <= 600
        assert 10 <= countdown(SdkError(1), 9, max_backoff_s=20) <= 20
        assert countdown({"code": 416, "retry_after": 9}, scope=NIM) == 9.0
        assert countdown(None, -5) <= 1

    def test_jitter(self):
        assert len({countdown(None, 3) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    "kind", [RetryableVendorError, PermanentVendorError, UnknownVendorError]
)
def test_errors_survive_the_result_backend(kind):
    """Backends pickle an error, or make it again from its class and arguments."""
    from celery.utils.serialization import get_pickleable_exception

    codes = {RetryableVendorError: 416, PermanentVendorError: 102302}
    with pytest.raises(kind) as caught:
        raise_for_code({"code": codes.get(kind, 99999)}, scope=NIM)
    error = caught.value
    assert get_pickleable_exception(error) is error
    assert pickle.loads(pickle.dumps(error)).resolution[:8] == error.resolution[:8]
    assert str(kind(*json.loads(json.dumps(error.args)))) == str(error)


def test_import_without_celery_names_the_extra():
    script = (
        "import sys; sys.modules['celery'] = None\n"
        "try:\n    import codegloss.celery\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "pip install 'codegloss[celery]'" in done.stdout

"""The recipes for engines that need no module of their own, with the real packages."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from codegloss import advise, is_retryable
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    UnknownVendorError,
    raise_for_code,
)
from raising import SdkError, Service

NIM = "netease.nim"


@pytest.fixture
def vendor():
    """Serve bodies one after another on this machine, as HTTP 200 with a header."""
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            vendor.calls += 1
            content = json.dumps(bodies.pop(0)).encode()
            self.send_response(200)
            self.send_header("Retry-After", "0.01")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    class Vendor(ThreadingHTTPServer):
        calls = 0

        def then(self, *codes):
            bodies.extend({"code": code} for code in codes)
            return f"http://127.0.0.1:{self.server_address[1]}/join"

    with Vendor(("127.0.0.1", 0), Handler) as vendor:
        thread = threading.Thread(target=vendor.serve_forever, args=(0.02,))
        thread.start()
        yield vendor
        vendor.shutdown()
        thread.join()


class TestBackoff:
    """`giveup` has the opposite sense, and full jitter undercuts every floor."""

    @pytest.fixture
    def slept(self, monkeypatch):
        slept = []
        monkeypatch.setattr("time.sleep", slept.append)
        return slept

    @pytest.fixture
    def backoff(self):
        return pytest.importorskip("backoff")

    def call(self, backoff, service, scope):
        @backoff.on_exception(
            backoff.runtime,
            SdkError,
            value=lambda error: advise(error, scope=scope).delay_s or 0.5,
            jitter=lambda seconds: seconds + random.uniform(0, 0.5),  # noqa: S311
            giveup=lambda error: not is_retryable(error, scope=scope),
            max_tries=5,
        )
        def join():
            return service()

        return join()

    def test_transient_ends_in_success(self, backoff, slept):
        assert self.call(backoff, Service(416, 503), NIM) == "ok"
        assert len(slept) == 2

    def test_permanent_and_unknown_are_called_once(self, backoff, slept):
        for code in (102302, 99999, None):
            service = Service(code)
            with pytest.raises(SdkError):
                self.call(backoff, service, NIM)
            assert service.calls == 1
        assert slept == []

    def test_the_floor(self, backoff, slept):
        assert self.call(backoff, Service(*[100012] * 4), "tencent.live") == "ok"
        assert all(1.0 <= seconds <= 1.5 for seconds in slept)


def join_by_requests(session, url):
    response = session.post(url, json={"room": "r-77"}, timeout=3)
    wait = response.headers.get("Retry-After")
    return raise_for_code(response.json(), scope=NIM, retry_after=wait)


class TestRequests:
    """urllib3 retries by HTTP status, so an error in the body passes unseen."""

    @pytest.fixture
    def session(self):
        requests = pytest.importorskip("requests")
        from urllib3.util import Retry

        with requests.Session() as session:
            retries = Retry(5, status_forcelist=[429, 500, 502, 503, 504])
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
            yield session

    def test_urllib3_alone_sees_nothing(self, session, vendor):
        assert session.post(vendor.then(416, 200), timeout=3).json() == {"code": 416}
        assert vendor.calls == 1

    def test_the_body_decides(self, session, vendor):
        url = vendor.then(416, 102302, 99999, 200)
        with pytest.raises(RetryableVendorError) as caught:
            join_by_requests(session, url)
        assert advise(caught.value).delay_s == 0.01
        with pytest.raises(PermanentVendorError):
            join_by_requests(session, url)
        with pytest.raises(UnknownVendorError):
            join_by_requests(session, url)
        assert join_by_requests(session, url) == {"code": 200}

    def test_in_a_loop(self, session, vendor):
        tenacity = pytest.importorskip("tenacity")
        from codegloss.tenacity import retry_if_retryable, wait_advised

        url = vendor.then(416, 503, 200)
        retrying = tenacity.Retrying(
            retry=retry_if_retryable(), wait=wait_advised(tenacity.wait_none())
        )
        assert retrying(join_by_requests, session, url) == {"code": 200}
        assert vendor.calls == 3

    def test_errors_of_requests_have_no_code(self, session, vendor):
        import requests

        with pytest.raises(requests.JSONDecodeError) as broken:
            requests.models.Response().json()
        response = requests.models.Response()
        response.status_code = 416
        with pytest.raises(requests.HTTPError) as http:
            response.raise_for_status()
        for caught in (broken, http):
            assert advise(caught.value, scope=NIM).retryable is None


class TestHttpx:
    @pytest.fixture
    def httpx(self):
        return pytest.importorskip("httpx")

    def test_an_event_hook_raises_for_every_answer(self, httpx):
        def check(response):
            response.read()
            header = response.headers.get("Retry-After")
            raise_for_code(response.json(), scope=NIM, retry_after=header)

        codes = [416, 102302, 200]
        answer = {"Retry-After": "7"}
        client = httpx.Client(
            event_hooks={"response": [check]},
            transport=httpx.MockTransport(
                lambda _: httpx.Response(
                    200, json={"code": codes.pop(0)}, headers=answer
                )
            ),
        )
        with pytest.raises(RetryableVendorError) as caught:
            client.post("https://api.netease.im/join")
        assert advise(caught.value).delay_s == 7.0
        with pytest.raises(PermanentVendorError):
            client.post("https://api.netease.im/join")
        assert client.post("https://api.netease.im/join").json() == {"code": 200}

    def test_the_header_of_an_http_error_counts(self, httpx):
        response = httpx.Response(
            503,
            headers={"Retry-After": "7"},
            request=httpx.Request("POST", "https://x"),
        )
        with pytest.raises(httpx.HTTPStatusError) as caught:
            response.raise_for_status()
        advice = advise(caught.value)
        assert (advice.retryable, advice.delay_s) == (None, 7.0)


class TestAsyncio:
    """Without any library."""

    async def call(self, operation, *, scope, attempts=5):
        for attempt in range(1, attempts + 1):
            try:
                return await operation()
            except SdkError as error:
                if attempt == attempts or not is_retryable(error, scope=scope):
                    raise
                floor = advise(error, scope=scope).delay_s or 0.0
            # Outside of `except`: what comes next is not raised while handling this.
            jitter = random.uniform(0, 0.01 * 2**attempt)  # noqa: S311
            await asyncio.sleep(max(floor, jitter))
        return None

    def test_it_ends_in_success_or_at_once(self):
        async def main(*codes):
            async def operation():
                return service()

            service = Service(*codes)
            try:
                return await self.call(operation, scope=NIM), service.calls
            except SdkError as error:
                return error.code, service.calls

        assert asyncio.run(main(416, 503)) == ("ok", 3)
        assert asyncio.run(main(416, 102302)) == (102302, 2)
        assert asyncio.run(main(99999)) == (99999, 1)
        assert asyncio.run(main(*[416] * 9)) == (416, 5)

    def test_a_task_group(self):
        async def fail(code):
            raise SdkError(code)

        async def main(*codes):
            async with asyncio.TaskGroup() as group:
                for code in codes:
                    group.create_task(fail(code))

        if not hasattr(asyncio, "TaskGroup"):
            pytest.skip("new in Python 3.11")
        for codes, expected in (((416, 503), True), ((416, 102302), False)):
            with pytest.raises(Exception, match="unhandled errors") as caught:
                asyncio.run(main(*codes))
            assert is_retryable(caught.value, scope=NIM) is expected

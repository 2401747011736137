"""Retry against a server that answers as the vendors do, in four ways.

The server stands in for NIM and Tencent Live on this machine: most errors come as HTTP
200 with a code in the body, one action is applied although its answer never comes, and
the creation of a room is limited to one per second. The table at the end compares what
four clients make of it, each with a server of its own, all at once.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import stamina
import tenacity

from codegloss import advise
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    UnknownVendorError,
    raise_for_code,
)
from codegloss.stamina import backoff_hook, log_hook
from codegloss.tenacity import before_sleep_log, retry_if_retryable, wait_advised

log = logging.getLogger("client")
TIMEOUT_S = 0.4
ATTEMPTS = 6
BACK_OFF = tenacity.wait_exponential(multiplier=0.1, max=1.05)


class Operation(NamedTuple):
    """One thing to do, and what its server has in store."""

    path: str
    scope: str
    trouble: str
    idempotent: bool = False


OPERATIONS = (
    Operation("login", "netease.nim", "416 twice: rate limit"),
    Operation("login_with_old_token", "netease.nim", "102302: invalid token"),
    Operation("send_message", "netease.nim", "503: busy, by HTTP too"),
    Operation(
        "rename_room", "netease.nim", "191005: timeout, applied", idempotent=True
    ),
    Operation("create_room", "tencent.live", "100012: one room a second"),
    Operation("create_live", "tencent.live", "no answer, but applied"),
)


# --- the vendor ----------------------------------------------------------------------


class Vendor:
    """A server on this machine, and what it has seen and done."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float]] = []
        self.done: list[str] = []
        self.too_soon = 0
        self.closing = threading.Event()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = vendor.answer(self.path.strip("/"))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the client did not wait
                    super().handle()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self) -> Vendor:  # noqa: PYI034 - Self is new in Python 3.11
        threading.Thread(target=self.server.serve_forever, args=(0.05,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        now = time.monotonic()
        before = [at for name, at in self.calls if name == path]
        self.calls.append((path, now))
        if path == "login" and len(before) < 2:
            return 200, {"code": 416, "desc": "rate limit exceeded"}
        if path == "login_with_old_token":
            return 200, {"code": 102302, "desc": "invalid token"}
        if path == "send_message" and not before:
            return 503, {"code": 503, "desc": "server busy"}
        # When it is asked first, somebody else has just created a room of that name.
        if path == "create_room" and (not before or now - before[-1] < 1):
            self.too_soon += bool(before)
            return 200, {"code": 100012, "message": "频率超过限制"}
        self.done.append(path)
        if path == "rename_room" and not before:
            return 200, {"code": 191005, "desc": "timeout"}
        if path == "create_live" and not before:
            self.closing.wait(3 * TIMEOUT_S)
        return 200, {"code": 0 if path.startswith("create") else 200}


class HttpError(Exception):
    """The server says by HTTP that it failed."""


def post(vendor: Vendor, path: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", vendor.port, TIMEOUT_S)
    try:
        connection.request("POST", f"/{path}", json.dumps({"room": "r-1"}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


# --- four clients: each returns whether it takes the operation for done --------------


def retry_everything(vendor: Vendor, operation: Operation) -> bool:
    @tenacity.retry(wait=BACK_OFF, stop=tenacity.stop_after_attempt(ATTEMPTS))
    def call() -> None:
        status, body = post(vendor, operation.path)
        if status != 200 or body["code"] not in {0, 200}:
            raise HttpError(status)

    try:
        call()
    except tenacity.RetryError:
        return False
    return True


def retry_http_5xx(vendor: Vendor, operation: Operation) -> bool:
    @tenacity.retry(
        wait=BACK_OFF,
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        retry=tenacity.retry_if_exception_type(HttpError),
        reraise=True,
    )
    def call() -> None:
        status, _ = post(vendor, operation.path)
        if status >= 500:
            raise HttpError(status)

    try:
        call()
    except (HttpError, TimeoutError):
        return False
    return True


def ask(vendor: Vendor, operation: Operation) -> None:
    _, body = post(vendor, operation.path)
    raise_for_code(body, scope=operation.scope, idempotent=operation.idempotent)


def with_tenacity(vendor: Vendor, operation: Operation) -> bool:
    retrying = tenacity.Retrying(
        retry=retry_if_retryable(idempotent=operation.idempotent),
        wait=wait_advised(BACK_OFF),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        before_sleep=before_sleep_log(log),
        reraise=True,
    )
    return settle(vendor, operation, lambda: retrying(ask, vendor, operation))


def with_stamina(vendor: Vendor, operation: Operation) -> bool:
    hook = backoff_hook(idempotent=operation.idempotent)
    caller = stamina.RetryingCaller(ATTEMPTS, wait_initial=0.1, wait_jitter=0.1)
    return settle(vendor, operation, lambda: caller(hook, ask, vendor, operation))


def settle(vendor: Vendor, operation: Operation, run: Callable[[], object]) -> bool:
    try:
        run()
    except PermanentVendorError as error:
        log.warning("given up: %s", error)
        return False
    except (RetryableVendorError, UnknownVendorError, TimeoutError) as error:
        # Perhaps it was applied, and to apply it twice would harm: so look first, which
        # a real client asks its vendor for.
        applied = operation.path in vendor.done
        reason = advise(error, idempotent=operation.idempotent).reason
        found = "done" if applied else "not done"
        log.warning("%s, %s: looked up, it is %s", type(error).__name__, reason, found)
        return applied
    return True


CLIENTS = {
    "retry everything": retry_everything,
    "retry HTTP 5xx only": retry_http_5xx,
    "codegloss with tenacity": with_tenacity,
    "codegloss with stamina": with_stamina,
}


# --- the comparison ------------------------------------------------------------------


class Row(NamedTuple):
    calls: int
    permanent_retried: int
    done_twice: int
    too_soon: int
    right: int
    seconds: float


def compare(name: str) -> Row:
    """Let one client do all operations, and count what its server saw."""
    started = time.monotonic()
    right = 0
    with Vendor() as vendor:
        for operation in OPERATIONS:
            log.info("%s (%s)", operation.path, operation.trouble)
            believed = CLIENTS[name](vendor, operation)
            times = vendor.done.count(operation.path)
            right += believed is (times > 0) and (times <= 1 or operation.idempotent)
        paths = [path for path, _ in vendor.calls]
        once = [each.path for each in OPERATIONS if not each.idempotent]
        return Row(
            calls=len(paths),
            permanent_retried=paths.count("login_with_old_token") - 1,
            done_twice=sum(vendor.done.count(path) > 1 for path in once),
            too_soon=vendor.too_soon,
            right=right,
            seconds=time.monotonic() - started,
        )


def compared(name: str) -> Row:
    threading.current_thread().name = name  # for the log
    return compare(name)


def main() -> None:
    line = "  %(threadName)-25s %(message)s"
    logging.basicConfig(level="INFO", stream=sys.stdout, format=line)
    stamina.instrumentation.set_on_retry_hooks([log_hook(log)])
    with ThreadPoolExecutor(len(CLIENTS)) as pool:
        rows = dict(zip(CLIENTS, pool.map(compared, CLIENTS), strict=True))
    heads = "calls", "permanent retried", "done twice", "too soon", "right", "seconds"
    print("\n" + " " * 25 + "".join(f"{head:>19}" for head in heads))
    for name, row in rows.items():
        cells = [*row[:4], f"{row.right} of {len(OPERATIONS)}", f"{row.seconds:.1f}"]
        print(f"{name:<25}" + "".join(f"{cell:>19}" for cell in cells))


if __name__ == "__main__":
    main()

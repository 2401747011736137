"""Streams of events as programs log them, in which nothing is ever seen twice.

Each function makes the n-th event of a stream: its texts, urls, ids and bodies hold n.
What kind of event it is repeats every `PERIOD` events, so the n-th and the one a period
later are alike and have no text in common.
"""

from __future__ import annotations

import json

PERIOD = 3_600


class RoomError(Exception):
    """What an SDK raises."""

    def __init__(self, code, text="join failed"):
        super().__init__(text)
        self.code = code


def web_line(n):
    """A web server's request lines, the HTTP status in `code`."""
    line = {"request_id": f"{n:x}-{n * 7:x}", "user_id": n, "level": "info"}
    line |= {"request": f"GET /api/rooms/{n}", "event": "request_finished"}
    return {**line, "logger": "web.request", "code": (200, 200, 201, 404, 500)[n % 5]}


def vendor_call(n):
    """A worker's calls of two vendors, bodies as dict and as JSON text, 5 % fail."""
    fails = n % 20 == 7
    if n % 2:
        body = {"code": 416 if fails else 200, "desc": f"call {n}", "data": {"tid": n}}
        url = f"https://api.yunxinapi.com/nimserver/team/query.action?tid={n}"
    else:
        body = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Id": n}
        if fails or n % 40 == 8:
            body |= {"ActionStatus": "FAIL", "ErrorCode": 100004, "ErrorInfo": f"r{n}"}
        url = f"https://console.tim.qq.com/v4/live_engine_http_srv/x?random={n}"
    level = "error" if fails else "info"
    event = {"event": "vendor call", "level": level, "logger": "app.calls", "url": url}
    return {**event, "response": json.dumps(body) if n // 2 % 2 else body, "n": n}


def vendor_error(n):
    """Calls of a vendor that all fail: each event holds a code to explain."""
    text = f"room r-{n} not exist"
    body = {"ActionStatus": "FAIL", "ErrorCode": 100004, "ErrorInfo": text, "Id": n}
    url = f"https://console.tim.qq.com/v4/live_engine_http_srv/x?random={n}"
    event = {"event": f"call {n} failed", "level": "error", "logger": "app.calls"}
    return {**event, "url": url, "response": json.dumps(body) if n % 2 else body}


def job_error(n):
    """Exceptions with messages of their own, half with a cause, 10 % with a code."""
    error = ValueError(f"no session {n:x} for user {n}")
    if n % 10 == 3:
        error = RoomError(100018, f"join of room r-{n} failed")
    if n % 2:
        error.__cause__ = ConnectionError(f"10.0.0.7:{n % 65536} reset, request {n}")
    event = {"event": "job failed", "level": "error", "logger": "worker.jobs"}
    return {**event, "job_id": n, "exc_info": error}


def plain_line(n):
    """A service's own log: 90 % without any field that can hold a code."""
    event = {"event": f"order {n} moved", "level": "info", "logger": "shop.orders"}
    event |= {"request_id": f"{n:x}", "user_id": n}
    if n % 16 == 1:
        event["data"] = {"id": n, "name": f"item {n}"}
    elif n % 25 == 2:
        event["code"] = (200, 404, 3, n)[n % 4]
    return event


def keyword_call(n):
    """Message, keywords and exception of a loguru call; 5 % hold a vendor's code."""
    kind = n % 20
    if kind == 13:
        keywords = {"code": 100018, "sdk": "TUILiveKit"}
        return f"join of room r-{n} failed for user {n}", keywords, None
    if kind in (3, 8):
        keywords = {"code": (200, 404, 500, 201)[n % 4], "path": f"/rooms/{n}"}
        return f"GET /rooms/{n} done in {n % 90} ms", keywords, None
    if kind in (5, 15):
        return f"saved {n} for {n:x}", {"data": {"id": n, "hash": f"{n:x}"}}, None
    if kind == 11:
        return f"cannot save {n:x}", {"job": n}, ValueError(f"bad row {n}")
    return f"user {n} joined room r-{n}", {"user_id": n, "took": n % 77}, None


def span_attributes(n):
    """The attributes of a span; 5 % hold a vendor's code."""
    if n % 20 == 13:
        return {
            "http.request.method": "POST", "http.response.status_code": 200,
            "url.full": f"https://console.tim.qq.com/v4/live_engine_http_srv/x?r={n}",
            "server.address": "console.tim.qq.com", "room.id": f"r-{n}", "user.id": n,
            "error.code": 100004, "error.message": f"room r-{n} not exist",
        }  # fmt: skip
    if n % 10 == 4:
        return {"job.id": f"{n:x}", "code": n % 7, "result": f"{n} rows", "user.id": n}
    return {
        "http.request.method": "GET", "http.response.status_code": 200,
        "url.path": f"/rooms/{n}", "http.route": "/rooms/{id}", "user.id": n,
        "client.address": f"10.0.0.{n % 256}", "server.address": "app.local",
    }  # fmt: skip


def mixed(n):
    """All streams of events in turn."""
    return (web_line, vendor_call, job_error, plain_line)[n % 4](n // 4)

"""HTTP and WebSocket clients, servers and frameworks, on loopback."""

import asyncio
import contextlib
import logging
import os
import socket
import threading
import types
import urllib.error
import urllib.request

import structlog
from library_shapes import (
    Raised,
    acaught,
    access,
    base_url,
    capture,
    caught,
    from_record,
    http_attributes,
    source,
    throw,
)

# HTTP clients ----------------------------------------------------------------------


@source("CPython urllib", "an HTTP status, on urllib.error.HTTPError")
def urllib_errors():
    for status in (401, 403, 404, 416, 503):
        error = caught(urllib.request.urlopen, f"{base_url()}/{status}")
        yield Raised(error, error.code, http_attributes(status))
    error = caught(urllib.request.urlopen, "http://127.0.0.1:1/x")
    yield Raised(error, error.reason.errno)


@source("requests", "an HTTP status, on requests.HTTPError")
def requests_errors():
    import requests

    for status in (404, 409, 414, 429, 500):
        response = requests.get(f"{base_url()}/{status}", timeout=5)
        error = caught(response.raise_for_status)
        yield Raised(error, error.response.status_code, http_attributes(status))
    yield Raised(caught(requests.get, "http://127.0.0.1:1/x", timeout=5))


@source("httpx", "an HTTP status, on httpx.HTTPStatusError")
def httpx_errors():
    import httpx

    for status in (400, 403, 417, 500, 503):
        error = caught(httpx.get(f"{base_url()}/{status}").raise_for_status)
        yield Raised(error, error.response.status_code, http_attributes(status))


@source("aiohttp", "an HTTP status or a close code, of aiohttp")
def aiohttp_events():
    return asyncio.run(aiohttp_run())


async def aiohttp_run():
    from aiohttp import ClientSession, web

    async def answer(request):
        if "close" in request.match_info:
            socket_ = web.WebSocketResponse()
            await socket_.prepare(request)
            await socket_.close(code=int(request.match_info["close"]), message=b"bye")
            return socket_
        return throw(http[int(request.match_info["status"])]())

    http = {404: web.HTTPNotFound, 416: web.HTTPRequestRangeNotSatisfiable}
    http |= {429: web.HTTPTooManyRequests, 503: web.HTTPServiceUnavailable}
    app = web.Application()
    app.router.add_get("/status/{status}", answer)
    app.router.add_get("/ws/{close}", answer)
    found = []
    runner = web.AppRunner(app)
    with capture("aiohttp.access") as (_, records):
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession(headers={"User-Agent": "probe/1"}) as session:
            for status in http:
                async with session.get(f"{url}/status/{status}") as response:
                    error = caught(response.raise_for_status)
                found.append(Raised(error, error.status, http_attributes(status)))
            error = await acaught(session.ws_connect(f"{url}/status/503"))
            found.append(Raised(error, error.status))
            for code in (1000, 1003, 1008, 1011, 1012):
                async with session.ws_connect(f"{url}/ws/{code}") as ws:
                    message = await ws.receive()
                event = {"event": "ws closed", "logger": "aiohttp.client"}
                found.append(event | {"code": message.data, "reason": message.extra})
                found.append(event | {"level": "error", "close_code": ws.close_code})
        await runner.cleanup()
    for entry in records:
        path = entry.first_request_line.split()[1]
        found += access(entry, "GET", path, entry.response_status)
        found.append(from_record(entry, "first_request_line", "response_status"))
    return found


# Servers and frameworks ------------------------------------------------------------


@source("uvicorn", "an HTTP access record of uvicorn")
def uvicorn_access():
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def answer(request):
        return PlainTextResponse("no", request.path_params["status"])

    app = Starlette(routes=[Route("/api/rooms/{status:int}", answer)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/rooms"
    with capture("uvicorn.access") as (_, records):
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        for status in (401, 403, 404, 409, 417, 500, 503):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"{url}/{status}")
        server.should_exit = True
        thread.join()
    for entry in records:
        _, method, path, _, status = entry.args
        yield from access(entry, method, path, status)


@source("starlette", "an HTTP status or a close code, of starlette")
def starlette_errors():
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import WebSocketRoute
    from starlette.testclient import TestClient

    async def close(websocket):
        await websocket.accept()
        await websocket.close(websocket.path_params["code"], "bye")

    client = TestClient(Starlette(routes=[WebSocketRoute("/{code:int}", close)]))
    for code in (1000, 1008, 1011, 3000):
        with client.websocket_connect(f"/{code}") as websocket:
            error = caught(websocket.receive_text)
        yield Raised(error, error.code)
    for status in (404, 422, 503):
        yield Raised(caught(throw, HTTPException(status)), status)


@source("gunicorn", "an HTTP access record of gunicorn")
def gunicorn_access():
    from datetime import timedelta

    from gunicorn.config import Config
    from gunicorn.glogging import Logger

    config = Config()
    config.set("accesslog", os.devnull)
    logger = Logger(config)
    request = types.SimpleNamespace(headers=[])
    for status, reason in ((403, "Forbidden"), (404, "Not Found"), (416, "Range")):
        environ = {"REQUEST_METHOD": "GET", "RAW_URI": "/live", "PATH_INFO": "/live"}
        environ |= {"SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1"}
        response = types.SimpleNamespace(
            status=f"{status} {reason}", sent=2, headers=[]
        )
        with capture("gunicorn.access") as (_, records):
            logger.access(response, request, environ, timedelta(milliseconds=3))
        yield from access(records[0], "GET", "/live", status)
        atoms = logger.atoms(response, request, environ, timedelta(milliseconds=3))
        event = {"event": atoms["r"], "logger": "gunicorn.access", "level": "info"}
        yield event | {"code": atoms["s"], "bytes": atoms["b"]}


@source("flask", "an HTTP status, on a werkzeug exception under flask")
def flask_events():
    from flask import Flask, abort
    from werkzeug.serving import make_server

    app = Flask("shop")
    app.add_url_rule("/items/<int:code>", view_func=abort)
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with capture("werkzeug") as (_, records):
        for status in (404, 409, 416, 503):
            url = f"http://127.0.0.1:{server.server_port}/items/{status}"
            caught(urllib.request.urlopen, url)
    server.shutdown()
    for entry, status in zip(records, (404, 409, 416, 503), strict=True):
        yield from access(entry, "GET", f"/items/{status}", status)
        error = caught(abort, status)
        yield Raised(error, error.code)
        event = {"event": "http exception", "level": "warning", "code": error.code}
        yield event | {"name": error.name, "description": error.description}


@source("tornado", "an HTTP status of tornado, 599 stands for no answer")
def tornado_events():
    return asyncio.run(tornado_run())


async def tornado_run():
    from tornado import httpserver, testing, web
    from tornado.httpclient import AsyncHTTPClient

    class Answer(web.RequestHandler):
        async def get(self, status):
            if status == "599":
                await asyncio.sleep(1)
            raise web.HTTPError(int(status))

    server = httpserver.HTTPServer(web.Application([(r"/items/(\d+)", Answer)]))
    listener, port = testing.bind_unused_port()
    server.add_sockets([listener])
    found, statuses = [], (403, 404, 416, 503)
    with capture("tornado.access") as (_, records), capture("tornado.general"):
        client = AsyncHTTPClient()
        for status in (*statuses, 599):
            url = f"http://127.0.0.1:{port}/items/{status}"
            error = await acaught(client.fetch(url, request_timeout=0.2))
            found.append(Raised(error, error.code, http_attributes(status)))
    server.stop()
    for entry, status in zip(records, statuses, strict=False):
        found += access(entry, "GET", f"/items/{status}", status)
    error = caught(throw, web.HTTPError(409, "%s is taken", "room"))
    return [*found, Raised(error, error.status_code)]


@source("django-structlog", "django-structlog logs the HTTP status as code")
def django_events():
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path

    def answer(_request, status):
        return throw(KeyError("room")) if status == 599 else HttpResponse(status=status)

    structlog_middleware = "django_structlog.middlewares.RequestMiddleware"
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=(path("rooms/<int:status>", answer),),
        MIDDLEWARE=[structlog_middleware],
        INSTALLED_APPS=["django_structlog"],
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.test import Client

    found = []

    def keep(_logger, _method, event):
        found.append(dict(sorted(event.items())))
        raise structlog.DropEvent

    steps = [structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level]
    steps += [structlog.processors.dict_tracebacks, keep]
    steps.insert(0, structlog.contextvars.merge_contextvars)
    structlog.configure(steps, logger_factory=structlog.stdlib.LoggerFactory())
    logging.getLogger("django_structlog").setLevel(logging.INFO)
    client = Client(raise_request_exception=False)
    with capture("django.request") as (_, records):
        for status in (401, 403, 404, 409, 414, 416, 429, 500, 503, 599):
            client.post(f"/rooms/{status}")
    structlog.reset_defaults()
    for event in found:
        for frames in event.get("exception", ()):
            frames["frames"] = [
                {key: frame[key] for key in ("filename", "lineno", "name")}
                for frame in frames["frames"][-2:]
            ]
    yield from found
    for entry in records:
        event = from_record(entry, "request", "status_code")
        yield event | {"code": entry.status_code}


@source("websockets", "a WebSocket close code, on websockets.ConnectionClosed")
def websockets_errors():
    from websockets.sync.client import connect
    from websockets.sync.server import serve

    def close(connection):
        connection.close(int(connection.request.path[1:]), "bye")

    with serve(close, "127.0.0.1", 0) as server, capture("websockets.server"):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        for code in (1000, 1001, 1003, 1008, 1011, 1012, 3000, 3404):
            with connect(f"{url}/{code}") as connection:
                error = caught(connection.recv)
            yield Raised(error, error.rcvd.code)
            event = {"event": "connection closed", "logger": "websockets.client"}
            yield event | {"code": error.rcvd.code, "reason": error.rcvd.reason}
        server.shutdown()

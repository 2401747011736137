"""Frameworks that log, and in which programs do: web servers and workers."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import socket
import sys
import threading
import time
import types
import urllib.request

import codegloss
from codegloss.logging import GlossFilter
from destinations import destination, fail, play, play_logging


def json_handler(**options):
    """Return a handler that writes JSON lines, and what it writes to."""
    from pythonjsonlogger.json import JsonFormatter

    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(GlossFilter(**options))
    handler.setFormatter(JsonFormatter("%(message)s %(levelname)s %(name)s"))
    return handler, out


@destination(
    "Celery, the task's logger", "celery.md", "celery", "pythonjsonlogger.json"
)
def celery_logger(case):
    from celery import Celery
    from celery.utils.log import get_task_logger

    handler, out = json_handler()
    app = Celery("rooms", broker="memory://", set_as_current=False)
    name = "app.tasks"

    @app.task(name="join")
    def join():
        get_task_logger(name)
        play_logging(case, handler, name)

    join.apply(throw=True)
    app.close()
    return json.loads(out.getvalue())


@destination(
    "Celery, a task that fails",
    "celery.md",
    "celery",
    "pythonjsonlogger.json",
    **dict.fromkeys(
        ("field", "nested", "text", "scope"),
        "A task that fails has an exception, and nothing else; the block of a scope in "
        "it has ended.",
    ),
)
def celery_failure(case):
    from celery import Celery

    handler, out = json_handler()
    app = Celery("rooms", broker="memory://", set_as_current=False)

    @app.task(name="join")
    def join():
        fail() if case.raises else sys.exit("no exception of a vendor")

    logger = logging.getLogger("celery.app.trace")
    logger.addHandler(handler)
    if case.raises:
        join.apply()
    logger.removeHandler(handler)
    app.close()
    return out.getvalue() or "{}"


@destination("FastAPI under uvicorn", "fastapi.md", "fastapi", "uvicorn")
def fastapi_logs(case):
    from fastapi import FastAPI

    handler, out = json_handler()
    app = FastAPI()

    if case.scope:

        @app.middleware("http")
        async def in_scope(request, call_next):
            with codegloss.scope(case.scope):
                return await call_next(request)

    @app.get("/rooms")
    def rooms() -> str:
        play_logging(case._replace(scope=None), handler)
        return "done"

    with served(app) as url, urllib.request.urlopen(f"{url}/rooms") as response:
        assert response.status == 200
    return json.loads(out.getvalue())


@contextlib.contextmanager
def served(app):
    """Serve an application on loopback with uvicorn, and yield its URL."""
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@destination("gunicorn", "gunicorn.md", "gunicorn", "pythonjsonlogger.json")
def gunicorn_logs(case):
    from gunicorn.config import Config
    from gunicorn.glogging import Logger

    out = io.StringIO()
    stream = types.ModuleType("gunicorn_stream")
    stream.out = out
    sys.modules[stream.__name__] = stream
    config = Config()
    config.set("logconfig_dict", gunicorn_config("ext://gunicorn_stream.out"))
    log = Logger(config)
    play(
        case,
        lambda text, fields, error: log.error(text, extra=fields, exc_info=error),
    )
    for name in ("gunicorn.error", None):
        logging.getLogger(name).handlers.clear()
    return json.loads(out.getvalue().splitlines()[-1])


def gunicorn_config(stream):
    """Return what the page has in its gunicorn.conf.py."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"gloss": {"()": "codegloss.logging.GlossFilter"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(message)s %(levelname)s %(name)s",
            }
        },
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": stream,
                "filters": ["gloss"],
                "formatter": "json",
            }
        },
        "loggers": {
            "gunicorn.error": {"handlers": ["out"], "level": "INFO", "propagate": False}
        },
        "root": {"handlers": ["out"], "level": "INFO"},
    }


@destination("django-structlog", "django-structlog.md", "django_structlog", "structlog")
def django(case):
    import structlog
    from django.test import Client

    from codegloss.structlog import GlossProcessor

    site = _django_site()
    out = io.StringIO()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            GlossProcessor(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )

    def view(request):
        log = structlog.get_logger()
        play(
            case, lambda text, fields, error: log.error(text, exc_info=error, **fields)
        )

    site.view = view
    try:
        assert Client().get("/rooms").status_code == 200
    finally:
        structlog.reset_defaults()
    (line,) = [each for each in out.getvalue().splitlines() if case.text in each]
    return json.loads(line)


@functools.cache
def _django_site():
    """Set Django up, which can be done once a process."""
    import django as package
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path

    site = types.ModuleType("site_with_rooms")

    def view(request):
        site.view(request)
        return HttpResponse("done")

    site.urlpatterns = [path("rooms", view)]
    sys.modules[site.__name__] = site
    settings.configure(
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["django_structlog"],
        MIDDLEWARE=["django_structlog.middlewares.RequestMiddleware"],
        ROOT_URLCONF=site.__name__,
        SECRET_KEY="for tests alone",  # noqa: S106
        LOGGING_CONFIG=None,
    )
    package.setup()
    return site

"""Loggers and the handlers of standard logging."""

from __future__ import annotations

import io
import json
import logging
import logging.handlers
import queue

from codegloss.logging import GlossFilter, LoguruHandler
from destinations import destination, play, play_logging


def lines(buffer):
    return [json.loads(line) for line in buffer.getvalue().splitlines()]


@destination("structlog", "structlog.md", "structlog")
def structlog_json(case):
    import structlog

    from codegloss.structlog import GlossProcessor

    out = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[
            structlog.processors.add_log_level,
            GlossProcessor(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    play(case, lambda text, fields, error: log.error(text, exc_info=error, **fields))
    return lines(out)[0]


@destination("structlog behind a queue", "queues.md", "structlog")
def structlog_queue(case):
    import structlog

    from codegloss.structlog import GlossProcessor

    out, records = io.StringIO(), queue.Queue()
    handler = logging.handlers.QueueHandler(records)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                GlossProcessor(),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    listener = logging.handlers.QueueListener(records, logging.StreamHandler(out))
    logger = logging.getLogger("app.queued")
    logger.handlers[:], logger.propagate = [handler], False
    log = structlog.wrap_logger(
        logger,
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    listener.start()
    play(case, lambda text, fields, error: log.error(text, exc_info=error, **fields))
    listener.stop()
    return lines(out)[0]


@destination("loguru", "loguru.md", "loguru")
def loguru_json(case):
    from loguru import logger

    from codegloss.loguru import GlossPatcher

    out = io.StringIO()
    logger.remove()
    number = logger.add(out, serialize=True)
    patched = logger.patch(GlossPatcher())
    play(
        case,
        lambda text, fields, error: (
            patched.bind(**fields).opt(exception=error).error(text)
        ),
    )
    logger.remove(number)
    return lines(out)[0]


@destination("standard logging into loguru", "loguru.md", "loguru")
def loguru_intercepts(case):
    from loguru import logger

    out = io.StringIO()
    logger.remove()
    number = logger.add(out, serialize=True)
    play_logging(case, LoguruHandler(logger))
    logger.remove(number)
    return lines(out)[0]


@destination("python-json-logger", "python-json-logger.md", "pythonjsonlogger.json")
def json_logger(case):
    from pythonjsonlogger.json import JsonFormatter

    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(GlossFilter())
    handler.setFormatter(JsonFormatter("%(message)s %(levelname)s %(name)s"))
    play_logging(case, handler)
    return lines(out)[0]


@destination("python-json-logger behind a queue", "queues.md", "pythonjsonlogger.json")
def json_logger_queue(case):
    from pythonjsonlogger.json import JsonFormatter

    out, records = io.StringIO(), queue.Queue()
    handler = logging.handlers.QueueHandler(records)
    handler.addFilter(GlossFilter())
    behind = logging.StreamHandler(out)
    behind.setFormatter(JsonFormatter("%(message)s %(levelname)s %(name)s"))
    listener = logging.handlers.QueueListener(records, behind)
    listener.start()
    play_logging(case, handler)
    listener.stop()
    return lines(out)[0]


@destination("ecs-logging", "ecs-logging.md", "ecs_logging")
def ecs(case):
    import ecs_logging

    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(GlossFilter(prefix="codegloss."))
    handler.setFormatter(ecs_logging.StdlibFormatter())
    play_logging(case, handler)
    return lines(out)[0]


@destination(
    "Google Cloud Logging", "google-cloud-logging.md", "google.cloud.logging_v2"
)
def google(case):
    from google.cloud.logging_v2.handlers import StructuredLogHandler

    out = io.StringIO()
    handler = StructuredLogHandler(stream=out, project_id="rooms")
    handler.addFilter(GlossFilter(into="json_fields"))
    fields = {"json_fields": case.fields} if case.fields else {}
    play_logging(case._replace(fields=fields), handler)
    return lines(out)[-1]


@destination("AWS Powertools", "aws-powertools.md", "aws_lambda_powertools")
def powertools(case):
    from aws_lambda_powertools import Logger

    out = io.StringIO()
    # A logger of the same service would keep the output of the one before.
    log = Logger(service=f"rooms-{id(out)}", stream=out)
    log.registered_handler.addFilter(GlossFilter(around=log.get_current_keys))
    given = dict(case.fields)
    with log.append_context_keys(**{k: given.pop(k) for k in ("sdk",) if k in given}):
        play(
            case._replace(fields=given),
            lambda text, fields, error: log.error(text, extra=fields, exc_info=error),
        )
    return lines(out)[0]

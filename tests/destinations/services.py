"""Services that collect errors: Sentry, Datadog."""

from __future__ import annotations

import io
import json
import logging

from destinations import destination, play

_IN_EVENTS = "Sentry keeps no exception in a log, only in the event beside it."


@destination("Sentry, events", "sentry.md", "sentry_sdk")
def sentry_events(case):
    sent = _sentry(case)
    return {"contexts": sent["event"][0]["contexts"]}


@destination("Sentry, logs", "sentry.md", "sentry_sdk", exception=_IN_EVENTS)
def sentry_logs(case):
    log = _sentry(case)["log"][0]["items"][0]
    return {key: value["value"] for key, value in log["attributes"].items()}


def _sentry(case):
    import sentry_sdk
    from sentry_sdk.transport import Transport

    from codegloss.sentry import GlossBeforeSend, GlossBeforeSendLog

    sent = {}

    class Kept(Transport):
        def capture_envelope(self, envelope):
            for item in envelope.items:
                sent.setdefault(item.type, []).append(item.payload.json)

    sentry_sdk.init(
        dsn="http://key@127.0.0.1:9/1",
        transport=Kept,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        enable_logs=True,
        before_send=GlossBeforeSend(),
        before_send_log=GlossBeforeSendLog(),
    )
    logger = logging.getLogger("app.sentry")
    logger.handlers[:] = [logging.NullHandler()]
    with sentry_sdk.isolation_scope() as scope:
        scope.clear()
        play(
            case,
            lambda text, fields, error: logger.error(
                text, extra=fields, exc_info=error
            ),
        )
        sentry_sdk.flush()
    sentry_sdk.get_client().close()
    sentry_sdk.init(auto_enabling_integrations=False, default_integrations=False)
    return sent


@destination("Datadog, logs", "datadog.md", "ddtrace", "structlog")
def datadog_logs(case):
    import structlog
    from ddtrace.trace import tracer

    from codegloss.structlog import GlossProcessor

    out = io.StringIO()

    def correlated(_logger, _name, event_dict):
        return {**event_dict, **tracer.get_log_correlation_context()}

    log = structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[
            structlog.processors.add_log_level,
            GlossProcessor(),
            correlated,
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(),
        ],
    )
    play(case, lambda text, fields, error: log.error(text, exc_info=error, **fields))
    return json.loads(out.getvalue())

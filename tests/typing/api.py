"""What a type checker must accept and refuse; checked, never run."""

from __future__ import annotations

import sentry_sdk
import structlog
from loguru import logger
from opentelemetry.sdk.trace import TracerProvider
from structlog.typing import Processor

import codegloss
from codegloss.logging import GlossFilter, LoguruHandler
from codegloss.loguru import GlossPatcher, compose
from codegloss.otel import GlossCounter, GlossSpanProcessor, attach
from codegloss.sentry import GlossBeforeSend, GlossBeforeSendLog
from codegloss.structlog import GlossProcessor

answer: codegloss.Resolution = codegloss.resolve(416, scope="netease.nim")
retryable: bool | None = answer.retryable
added: dict[str, object] = codegloss.enrich({"code": 416}, scope=["netease.nim"])

processor: Processor = GlossProcessor(scope="tencent", fields=("vendor", "remedy"))
structlog.configure(processors=[GlossProcessor(), structlog.processors.JSONRenderer()])

logger.configure(patcher=GlossPatcher())
logger.patch(compose(GlossPatcher(), lambda record: None))

TracerProvider().add_span_processor(GlossSpanProcessor(GlossSpanProcessor()))

attach(TracerProvider(), scope="tencent")

sentry_sdk.init(
    before_send=GlossBeforeSend(lambda event, hint: event, fingerprint=True),
    before_send_transaction=GlossBeforeSend(),
    before_send_log=GlossBeforeSendLog(language="zh"),
)
GlossFilter(into="json_fields", around=dict, on_gloss=GlossCounter())
LoguruHandler(logger, on_gloss=print)
unknown: list[int] = [each.times for each in codegloss.unknown_codes()]

with codegloss.scope("netease.nim"):
    pass


@codegloss.scope("netease.nim")
def decorated(number: int) -> str:
    return str(number)


@codegloss.scope("netease.nim")
async def decorated_async(number: int) -> str:
    return str(number)


text: str = decorated(1)

codegloss.resolve(416, "netease.nim")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
codegloss.Enricher(language=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
decorated("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

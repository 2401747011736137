"""structlog: one more processor, before exceptions become text."""

from __future__ import annotations

import structlog

from codegloss.structlog import GlossProcessor

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        GlossProcessor(),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
)
log = structlog.get_logger().bind(logger="rtc.tencent")
log.error("join failed", code=100018)
log.info("joined", room="r-77")

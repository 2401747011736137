"""Send realistic log events through structlog, loguru and a traced call.

For every event the line as it was logged, and under it what codegloss adds.
"""

from __future__ import annotations

import json
from pathlib import Path

import structlog
from loguru import logger
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from codegloss.loguru import GlossPatcher
from codegloss.otel import GlossSpanProcessor
from codegloss.structlog import GlossProcessor

EVENTS = Path(__file__).with_name("events.jsonl")


class RoomError(Exception):
    """An error as a vendor's SDK raises it: the number is all it says."""

    def __init__(self, code: int) -> None:
        super().__init__(f"join room failed: {code}")
        self.code = code


def show(before: dict, after: dict) -> None:
    added = {key: value for key, value in after.items() if key not in before}
    print("  " + "  ".join(f"{k}={json.dumps(v)}" for k, v in before.items()))
    if not added:
        print("      left alone")
    for key, value in added.items():
        if key != "glosses":
            print(f"    + {key:<11} {json.dumps(value, ensure_ascii=False)}")
    for gloss in added.get("glosses", [])[1:]:
        print(f"      {gloss['field']} {gloss['code']}: {gloss['meaning']}")
    print()


def with_structlog() -> None:
    print("structlog, one line more: processors=[..., GlossProcessor(), ...]\n")
    after: list[dict] = []
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            GlossProcessor(),
            lambda _, __, event: after.append(dict(event)) or str(event),
        ],
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    log = structlog.get_logger()
    for line in EVENTS.read_text(encoding="utf-8").splitlines():
        before = json.loads(line)
        fields = {k: v for k, v in before.items() if k not in {"event", "level"}}
        getattr(log, before["level"])(before["event"], **fields)
        show(before, after[-1])


def with_loguru() -> None:
    print("loguru, one line more: logger.configure(patcher=GlossPatcher())\n")
    logger.remove()
    after: list[dict] = []
    logger.add(lambda message: after.append(message.record["extra"]))
    logger.configure(patcher=GlossPatcher(language="zh"))
    logger.bind(sdk="NIM").error("login failed", code=102422)
    show({"event": "login failed", "sdk": "NIM", "code": 102422}, after[-1])


class Printer:
    """An exporter that prints what a tracing backend would receive."""

    def export(self, spans) -> SpanExportResult:
        for span in spans:
            before = {"span": span.name, "exception": "RoomError.code = 100012"}
            show(before, dict(span.attributes))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        pass


def with_opentelemetry() -> None:
    print("OpenTelemetry, the exporting processor wrapped: GlossSpanProcessor(...)\n")
    provider = TracerProvider()
    provider.add_span_processor(GlossSpanProcessor(SimpleSpanProcessor(Printer())))
    tracer = provider.get_tracer("rtc.tencent.live")
    try:
        with tracer.start_as_current_span("create room"):
            raise RoomError(100012)
    except RoomError:
        pass


if __name__ == "__main__":
    with_structlog()
    with_loguru()
    with_opentelemetry()

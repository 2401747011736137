"""loguru: a patcher that writes into `extra`."""

from __future__ import annotations

import sys

from loguru import logger

from codegloss.loguru import GlossPatcher, compose


def add_service(record) -> None:
    record["extra"]["service"] = "rooms"


logger.remove()
logger.add(sys.stdout, format="{level} {message} {extra}")
# loguru has room for one patcher; compose() runs several, in order.
logger.configure(patcher=compose(add_service, GlossPatcher()))
logger.error("send failed", sdk="NIM", code=416)
logger.info("sent", message_id="m-1")

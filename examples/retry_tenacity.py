"""tenacity: retry what is worth it, wait as long as the vendor asks for."""

from __future__ import annotations

import logging
import sys

import tenacity

from codegloss.retry import PermanentVendorError, raise_for_code
from codegloss.tenacity import before_sleep_log, retry_if_retryable, wait_advised

logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
# What the vendor answers, with HTTP 200 each time.
answers = [{"code": 100012}, {"code": 0, "data": {"roomId": "r-77"}}, {"code": 100018}]


@tenacity.retry(
    retry=retry_if_retryable(),
    wait=wait_advised(fallback=tenacity.wait_random_exponential(max=30)),
    stop=tenacity.stop_after_attempt(5),
    before_sleep=before_sleep_log(logging.getLogger("rooms")),
    reraise=True,
)
def create_room() -> dict:
    return raise_for_code(answers.pop(0), scope="tencent.live")


print("created", create_room()["data"])
try:
    create_room()
except PermanentVendorError as error:
    print("not retried:", error)

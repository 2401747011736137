"""An event with a vendor's code, what is said of it, and errors as SDKs raise them."""

from __future__ import annotations

import codegloss

JOIN = {"event": "join failed", "code": 100018, "logger": "rtc.tencent"}

NEED_PASSWORD = {
    "vendor": "tencent",
    "product": "live",
    "meaning": "The room requires a password",
    "retryable": False,
}


class RoomError(Exception):
    def __init__(self, code, message="join failed"):
        super().__init__(message)
        self.code = code


class V2NIMError(Exception):
    def __init__(self, code):
        super().__init__("call failed")
        self.code = code


class Failure(Exception):
    def __init__(self, text="x", **fields):
        super().__init__(text)
        vars(self).update(fields)


def product(event, scope=None, **options):
    # What is tested here is not whether a number alone is enough.
    options.setdefault("guess", True)
    return codegloss.Enricher(**options).enrich(event, scope=scope).get("product")

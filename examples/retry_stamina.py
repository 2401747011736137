"""stamina: a hook that decides by what a vendor's code means."""

from __future__ import annotations

import stamina

from codegloss.stamina import backoff_hook


class SdkError(Exception):
    """An error as a vendor's SDK raises it: the number is all it says."""

    def __init__(self, code: int) -> None:
        super().__init__(f"login failed: {code}")
        self.code = code


codes = [416, 503, None, 102302]


@stamina.retry(on=backoff_hook(scope="netease.nim"), attempts=4, wait_max=0.5)
def login() -> str:
    code = codes.pop(0)
    print("login:", code or "ok")
    if code:
        raise SdkError(code)
    return "session"


login()
try:
    login()
except SdkError as error:
    print("not retried:", error)

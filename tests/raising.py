"""Exceptions as vendors' SDKs raise them, and how they come about."""

from __future__ import annotations


class SdkError(Exception):
    """An error as a vendor's SDK raises it: the number is all it says."""

    def __init__(self, code, text="it failed"):
        super().__init__(text)
        self.code = code


class MessageError(SdkError):
    """An SDK's error with more fields, of which one says nothing."""

    def __init__(self, code, message="", request_id=None):
        super().__init__(code)
        self.message = message
        self.request_id = request_id


class LiveError(SdkError):
    """An error whose class says whose it is."""

    __module__ = "tuilivekit.errors"


LIVE_CODES = frozenset({100004, 100012, 100018})


class Service:
    """A service that fails with one code after another, then succeeds."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.codes:
            code = self.codes.pop(0)
            raise (LiveError if code in LIVE_CODES else SdkError)(code)
        return "ok"

    async def later(self):
        return self()


def raised(error, cause=None):
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def while_handling(outer, inner):
    """Return an exception raised while another was handled, not from it."""
    try:
        try:
            raise inner
        except BaseException:
            raise outer  # noqa: B904 - that is what is tested
    except BaseException as caught:
        return caught


def facts(advice):
    return advice[:6]

"""What the tests of all integrations share: the golden events, and exceptions."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


class RoomError(Exception):
    """An exception as vendors' SDKs raise it: the code is an attribute."""

    def __init__(self, code, room="r-77"):
        super().__init__("join failed", room)
        self.code = code


@pytest.fixture
def room_error():
    return RoomError


@pytest.fixture
def case(golden):
    """Return one golden event, taken apart.

    Attributes:
        message: The text of the event.
        fields: Its fields.
        level: The level to log it at.
        error: The exception to log it with, which has been raised, or None.
        adds: What codegloss adds to a log line.
        attributes: What it adds to a span or an OpenTelemetry log record.
    """
    fields = dict(golden["event"])
    return SimpleNamespace(
        message=fields.pop("event"),
        fields=fields,
        level=golden.get("level", "warning"),
        error=_raised(golden.get("raises")),
        adds=golden["adds"],
        attributes={
            f"codegloss.{key}": tuple(value) if isinstance(value, list) else value
            for key, value in golden["attributes"].items()
        },
    )


def _raised(attributes):
    if attributes is None:
        return None
    attributes = dict(attributes)
    cause = _raised(attributes.pop("cause", None))
    error = RuntimeError("it did not work")
    vars(error).update(attributes)
    try:
        raise error from cause
    except RuntimeError as caught:
        return caught

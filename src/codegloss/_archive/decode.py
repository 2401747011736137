"""Decode one event of JSON text: with orjson where it is installed, else without."""

from __future__ import annotations

import json
from typing import Any

try:
    import orjson
except ImportError:  # `cli` and `archive` bring it; it takes a quarter of the time
    orjson = None  # type: ignore[assignment]


def decoded(text: str | bytes) -> Any:
    """Return what JSON text holds: for every reader of logs the same.

    A byte order mark before it is skipped, and a byte that is no UTF-8 is read as
    U+FFFD: one broken text does not hide the code beside it. What orjson does not take
    and Python does (NaN, lone surrogates) is decoded by Python, so that both ways say
    the same of every event.

    Raises:
        ValueError: It is no JSON, or nested too deeply.
    """
    if orjson is not None:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error

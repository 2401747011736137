"""What a line of a log says, whoever wrote it: JSON, logfmt or plain text.

An event comes out as a logger would have passed it. Plain text has no fields, so what
stands around its message is read from its form: time, level, and the logger's name.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from codegloss._archive.decode import decoded
from codegloss._events.context import ERROR_LEVELS, LEVEL_KEYS, QUIET_LEVELS

# Without one of these a line of plain text tells of no error, and its text is not read.
_LOUD = (
    b"err", b"warn", b"crit", b"fail", b"fatal", b"exception", b"severe", b"panic",
    "错".encode(), "失败".encode(), "异常".encode(),
)  # fmt: skip
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_STAMP = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
_CAPITALS = "|".join(sorted(ERROR_LEVELS | QUIET_LEVELS)).upper()
# In lower case the others are words of sentences: `no success: …`.
_LEVEL = re.compile(
    rf"\b({_CAPITALS})\b|[\[<\s](trace|debug|info|notice|warning|warn|error"
    r"|critical|fatal)\s*[\]>:|]"
)
# Before the level a name stands between separators, behind it before one.
_NAME_BEFORE = re.compile(r"(?:^|[\s\[])([A-Za-z_][\w.\-]{0,119})[\s\]:-]*$")
_NAME_BEHIND = re.compile(
    r"[\s:|\]\[>-]*(?:([A-Za-z_][\w.\-]{0,119})(?::[\w<>]+:\d+|\[\d+\])?"
    r"(?:\]|:|\s-|\s\|)|([A-Za-z_]\w*(?:\.\w+)+)\s)"
)
_PAIR = re.compile(
    r"(?:^|(?<=\s))([A-Za-z_@][\w.@-]{0,99})=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*)"
)
_LEVEL_WITHIN = 160
_MAX_PAIRS = 64
# A container's runtime writes this before the line of the program.
_RUNTIME = re.compile(rb"\S{20,35} (?:stdout|stderr) [FP] ")


def event_of(line: bytes, *, every: bool = False) -> dict[str, Any] | None:
    """Return what a line says as an event; None when it tells of no error.

    Args:
        line: The line, without its end.
        every: Whether to return what tells of no error, too.
    """
    line = line.removeprefix(codecs.BOM_UTF8)
    if line[:1] == b"{":
        event = _json_event(line)
        if event is not None:
            return event
    elif line[30:80].find(b" std") >= 0 or line[20:36].find(b" std") >= 0:
        runtime = _RUNTIME.match(line)
        if runtime is not None:
            return event_of(line[runtime.end() :], every=every)
    if not every:
        lowered = line.lower()
        for word in _LOUD:  # twice as fast as `any`, for nearly every line
            if word in lowered:
                break
        else:
            return None
    return _text_event(line.decode("utf-8", "replace"), every=every)


def _json_event(line: bytes) -> dict[str, Any] | None:
    """Return the object that a line of JSON holds, as an event; None if it is none."""
    try:
        event = decoded(line)
    except ValueError:
        return None
    if type(event) is not dict:
        return None
    if "record" in event and "text" in event:
        return _of_loguru(event)
    if "log" in event and "stream" in event and type(event["log"]) is str:
        inner = event["log"].rstrip("\n")
        return event_of(inner.encode("utf-8", "replace"), every=True)
    return event


def _of_loguru(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event in a record that loguru serialised."""
    record = event["record"]
    extra = record.get("extra") if type(record) is dict else None
    if type(extra) is not dict:
        return event
    found = {
        **extra,
        "event": record.get("message"),
        "logger": record.get("name"),
        "level": _inner(record.get("level"), "name"),
        "timestamp": _inner(record.get("time"), "timestamp"),
    }
    raised = record.get("exception")
    if type(raised) is dict:
        text = raised.get("value")
        found["exception"] = {"type": raised.get("type"), "message": text}
    return found


def _inner(value: Any, name: str) -> Any:
    return value.get(name) if type(value) is dict else None


def _text_event(text: str, *, every: bool) -> dict[str, Any] | None:
    """Return what a line of plain text says; None where its level is a quiet one."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    pairs = _pairs(text) if "=" in text else {}
    levels = (pairs[key] for key in LEVEL_KEYS if key in pairs)
    spoken_level = next(levels, None)
    head = text[:_LEVEL_WITHIN]
    found = _LEVEL.search(head)
    level = spoken_level or (found and (found[1] or found[2])) or "error"
    if not every and level.lower() in QUIET_LEVELS:
        return None
    event: dict[str, Any] = {"event": text, **pairs, "level": level}
    stamp = _STAMP.search(head)
    if stamp is not None:
        event.setdefault("timestamp", stamp[0])
    if found is not None and spoken_level is None:
        start = stamp.end() if stamp is not None and stamp.end() <= found.start() else 0
        name = _NAME_BEFORE.search(text[start : found.start()])
        behind = text[found.end() :]
        if name is None:
            name = _NAME_BEHIND.match(behind)
            behind = behind[name.end() :] if name is not None else behind
        if name is not None:
            event.setdefault("logger", name[1] or name[2])
        event["event"] = behind.strip(" :|]-") or text
    return event


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, value in _PAIR.findall(text)[:_MAX_PAIRS]:
        if value[:1] in "\"'" and len(value) > 1:
            value = value[1:-1].replace('\\"', '"')  # noqa: PLW2901
        pairs.setdefault(name, value.rstrip(",;"))
    # Others put the text under `msg`, and Go's logfmt the level under `lvl`.
    return pairs

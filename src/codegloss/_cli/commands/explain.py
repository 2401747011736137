"""`codegloss explain`: what a code, a symbol or a whole log line means, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from codegloss import Enricher
from codegloss._cli.explained import (
    bold,
    encodable,
    entry_lines,
    explain_code,
    is_plain,
)
from codegloss._cli.facts import catalog_in_force, fact, found
from codegloss._cli.group import common, scoped, tell_of_waiting
from codegloss._cli.lines import event_of
from codegloss._cli.words import say

_FIELDS = ("vendor", "product", "meaning", "remedy", "category", "retryable")
_LONGEST = 1_048_576


@click.command(
    short_help="Say what a code or a log line means, and why.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("what", nargs=-1)
@scoped
@common
def command(
    what: tuple[str, ...], scopes: tuple[str, ...], lang: str, *, as_json: bool
) -> int:
    """Say what a code, a symbol or a log line means, and why.

    WHAT is codes (416, -3, 0x4004), symbols (ERR_ROOM_ID_OCCUPIED) or a log line, JSON
    or text; without it, lines are read from standard input. All meanings stand side by
    side. For a log line every rule that decided is named.

    \b
      codegloss explain 416 --scope netease.nim
      codegloss explain '{"logger": "rtc.tencent", "code": 100018}'
      tail -1 app.log | codegloss explain
    """
    given: Iterable[str] = what
    if not what or what == ("-",):
        tell_of_waiting()
        given = _lines_of(sys.stdin.buffer)
    elif not all(is_plain(word) or found(catalog_in_force(), word) for word in what):
        # A log line that was pasted without quotes.
        given = (" ".join(what),)
    statuses = [_explain(each.strip(), scopes, lang, as_json) for each in given]
    return min(statuses, default=1)


def _lines_of(stream: Any) -> Iterator[str]:
    while line := stream.readline(_LONGEST):
        text = line.decode("utf-8", "replace")
        if text.strip():
            yield text


def _explain(text: str, scopes: tuple[str, ...], lang: str, as_json: bool) -> int:  # noqa: FBT001
    if is_plain(text) or found(catalog_in_force(), text):
        return explain_code(text, scopes, lang, as_json)
    event = event_of(text.encode("utf-8", "replace"), every=True) or {"event": text}
    enricher = Enricher(language=lang, fields=_FIELDS)
    explanation = _once(enricher.explain(event, scope=scopes or None), event)
    codes = _entries(explanation)
    if as_json:
        answer = {
            "query": text,
            "event": event,
            "added": explanation.added,
            "reasons": [each._asdict() for each in explanation.reasons],
            "candidates": [fact(catalog_in_force(), each, lang) for each in codes],
        }
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        lines = [f"{key}: {value}" for key, value in explanation.added.items()]
        lines += ["", bold(say("why", lang)), str(explanation)]
        for entry in codes:
            lines += ["", *entry_lines(catalog_in_force(), entry, lang)]
        click.echo(encodable("\n".join(lines).strip()))
    return 0 if explanation.added else 1


def _once(explanation: Any, event: dict[str, Any]) -> Any:
    """Leave out what is said of a pair, `code=416`, again as of the text it stands in.

    A pair was read out of the text by us: whoever wrote it has written one code.
    """
    told: set[tuple[str, bool]] = set()
    kept = []
    for each in explanation.reasons:
        named = (str(each.code), each.glossed)
        if each.field != "event" or named not in told:
            kept.append(each)
        if f"{each.field}={each.code}" in str(event.get("event")):
            told.add(named)
    return explanation._replace(reasons=tuple(kept))


def _entries(explanation: Any) -> list[Any]:
    """Return the entries of every code that is glossed."""
    index = catalog_in_force().index
    told = [
        candidate
        for reason in explanation.reasons
        if reason.glossed
        for candidate in reason.candidates
    ]
    return [
        entry
        for scope, code, meaning in dict.fromkeys(told)
        for entry in index.get(code, ())
        if entry.scope == scope and entry.meaning.get("en") == meaning
    ]

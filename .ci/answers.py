"""What is said of the n-th hostile event: the same in every process that asks."""

from __future__ import annotations

import json
import random

import hostile_events as hostile
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor
from opentelemetry.trace import Status, StatusCode

import codegloss
from codegloss.otel import GlossSpanProcessor

ENRICHERS = [
    codegloss.Enricher(),
    codegloss.Enricher(scope="netease", text=True, language="zh"),
    codegloss.Enricher(scope=["tencent.live"], fields=("category", "match")),
]
# One in so many is of the dearest kinds.
DEAR = 1_000


class _Taken(SpanProcessor):
    """Keep what comes out of a processor."""

    def on_end(self, span):
        self.span = span


TAKEN = _Taken()
SPANS = GlossSpanProcessor(TAKEN)


def made(seed, n):
    """Return the n-th event: its kind, and what is logged or decided about."""
    if n % DEAR == DEAR - 1:
        kinds = list(hostile.KINDS.values())
        return "event", kinds[n // DEAR % len(kinds)](n)
    rng = random.Random((seed << 40) + n)  # noqa: S311
    pick = rng.random()
    if pick < 0.6:
        return "event", hostile.event(rng)
    if pick < 0.7:
        text = json.dumps(hostile.body(rng))
        return "event", {"level": "error", "response": text, **hostile.event(rng, 1)}
    if pick < 0.8:
        return "event", {"event": "x", "exc_info": hostile.error(rng)}
    if pick < 0.9:
        either = hostile.error(rng), hostile.event(rng), hostile.body(rng)
        return "decision", rng.choice(either)
    return "span", _span(hostile.attributes(rng), hostile.attributes(rng))


def _span(attributes, more):
    events = [Event("exception", {"exception.type": "RoomError", **more})]
    return ReadableSpan(
        "join",
        attributes=BoundedAttributes(attributes=attributes),
        events=events if more else [],
        status=Status(StatusCode.ERROR if len(attributes) % 2 else StatusCode.UNSET),
    )


def said(kind, thing, n):
    """Return what is said of an event, in words that can be compared."""
    if kind == "event":
        added = ENRICHERS[n % len(ENRICHERS)].enrich(thing)
        return repr(added) if added else ""
    if kind == "decision":
        advice = codegloss.advise(thing)
        codegloss.is_retryable(thing)
        return repr(advice._replace(resolution=None))
    SPANS.on_end(thing)
    attributes = dict(TAKEN.span.attributes)
    own = {name: each for name, each in attributes.items() if "codegloss" in name}
    return repr(own) if own else ""


def parts(thing, depth=8):
    """Return what a thing is made of, without asking any object about itself."""
    if type(thing) is ReadableSpan:
        return parts(
            [dict(thing.attributes), [dict(e.attributes) for e in thing.events]]
        )
    if depth and type(thing) is dict:
        return [(key, parts(each, depth - 1)) for key, each in thing.items()]
    if depth and type(thing) is list:
        return [parts(each, depth - 1) for each in thing]
    if type(thing) is hostile.CodedError:
        return id(thing), parts(BaseException.__getattribute__(thing, "__dict__"), 2)
    return id(thing)


def fresh(seed, n):
    """Answer one event; for a process that has seen no other."""
    return said(*made(seed, n), n)

"""For tests of one's own logging: strictness, a small catalog, what was glossed.

In a `conftest.py`, so that no test of a project swallows what goes wrong::

    @pytest.fixture(autouse=True)
    def strict_gloss():
        with codegloss.testing.strict():
            yield

There is no pytest plugin: one that is found by its entry point is imported in every run
of everybody who has codegloss installed.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from codegloss._catalog import load
from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Resolution
from codegloss._core import enricher, registry
from codegloss._matching.render import ALL_FIELDS

__all__ = [
    "ACME",
    "active_catalog",
    "assert_glossed",
    "assert_not_glossed",
    "captured",
    "gloss_in",
    "small_catalog",
    "strict",
]

_FACTS = (*ALL_FIELDS, "candidates", "glosses")
_NAMES = ("vendors", "products", "documents", "foreign", "http_texts")
_MAX_DEPTH = 8

# A catalog of a company that does not exist, with one of each: a code that may be sent
# again, one that may not, one of which nobody knows, and one that two products have.
ACME: dict[str, Any] = {
    "schema": 1,
    "vendors": {"acme": {"names": {"en": "Acme"}, "aliases": ["acme"]}},
    "products": {
        "acme.im": {"names": {"en": "Acme IM"}, "aliases": ["acmeim"], "success": [0]},
        "acme.rtc": {"names": {"en": "Acme RTC"}, "aliases": ["acmertc"]},
    },
    "entries": [
        {
            "product": "acme.im", "code": 70001, "symbols": ["ACME_TOO_FAST"],
            "category": "RESOURCE_EXHAUSTED", "retryable": True,
            "meaning": {"en": "Too many messages a second"},
            "remedy": {"en": "Send at most ten a second"},
            "retry": {"kind": "throttling", "needs": "none", "min_delay_s": 1},
        },
        {
            "product": "acme.im", "code": 70002,
            "category": "PERMISSION_DENIED", "retryable": False,
            "meaning": {"en": "The account is muted"},
            "remedy": {"en": "Wait until an administrator lifts the mute"},
        },
        {
            "product": "acme.im", "code": 70003,
            "category": "NOT_FOUND", "retryable": False,
            "meaning": {"en": "The conversation does not exist"},
            "remedy": {"en": "Check the conversation"},
        },
        {
            "product": "acme.rtc", "code": 70003,
            "category": "UNKNOWN", "retryable": None,
            "meaning": {"en": "The call ended for no known reason"},
            "remedy": {"en": "Look into the device's log"},
        },
    ],
}  # fmt: skip


@contextmanager
def strict(on: bool = True) -> Generator[None]:  # noqa: FBT001, FBT002
    """Raise what goes wrong inside codegloss, which production swallows and counts.

    What an `on_gloss` of yours raises is part of that.

    Args:
        on: False brings production's way back for a block inside a strict one.
    """
    before = enricher.raise_errors
    enricher.raise_errors = on
    try:
        yield
    finally:
        enricher.raise_errors = before


def active_catalog() -> Catalog:
    """Return the catalog of every enricher that was given none."""
    return registry.running()


@contextmanager
def small_catalog(data: Mapping[str, Any] | None = None) -> Generator[Catalog]:
    """Put a few entries in force for a block, instead of those of the shipped catalog.

    Sentences of the shipped catalog are corrected now and then, so a test that quotes
    them breaks with an update; these do not change. The names of vendors, products and
    strangers stay as they are, and so do scopes that are configured.

    Args:
        data: A catalog as `codegloss.load_catalog` reads it from a file; by default
            `ACME`.

    Raises:
        CatalogError: The data are no valid catalog.
    """
    header = {name: getattr(load.SHIPPED, name) for name in _NAMES}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "catalog.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(ACME if data is None else data, file)
        catalog = load.load((path,), Catalog(header, []))
    before = registry.running()
    registry.put_in_force(catalog)
    try:
        yield catalog
    finally:
        registry.put_in_force(before)


@contextmanager
def captured() -> Generator[list[Resolution]]:
    """Collect the resolution of every code that anything glosses in a block.

    Whatever is configured works as it does, on all threads; the list grows meanwhile::

        with captured() as glosses:
            join_room("r-77")
        assert [each.code for each in glosses] == [100018]
    """
    found: list[Resolution] = []
    tell = found.append
    enricher.listeners = (*enricher.listeners, tell)
    try:
        yield found
    finally:
        left = list(enricher.listeners)
        # By identity: two lists that hold the same are equal, and so are their methods.
        left.pop(next(at for at, each in enumerate(left) if each is tell))
        enricher.listeners = tuple(left)


def gloss_in(event: Any, *, prefix: str = "") -> dict[str, Any]:
    """Return the gloss that stands in what a logger or tracer put out.

    Args:
        event: A mapping, however deep the gloss stands in it; a line of JSON; a
            `logging.LogRecord`; a span or log record of OpenTelemetry.
        prefix: The `prefix=` of the integration. `codegloss.` is always looked for.

    Returns:
        The facts by their own names, without prefix; empty if there is no gloss.
    """
    for mapping in _mappings(_opened(event)):
        for start in dict.fromkeys((prefix, "codegloss.", "")):
            gloss = _facts_in(mapping, start)
            if "meaning" in gloss or "candidates" in gloss:
                return gloss
    return {}


def _facts_in(mapping: Mapping[Any, Any], start: str) -> dict[str, Any]:
    """Return the facts that stand in a mapping under names with one beginning."""
    gloss = {}
    for fact in _FACTS:
        # Where the name is taken, ours has another.
        own, plain = f"codegloss_{start}{fact}", start + fact
        if own in mapping:
            gloss[fact] = mapping[own]
        elif plain in mapping and plain != "message":
            gloss[fact] = mapping[plain]
    return gloss


def assert_glossed(event: Any, *, prefix: str = "", **facts: Any) -> dict[str, Any]:
    """Check that what a logger or tracer put out has a gloss.

    Args:
        event: What `gloss_in` takes.
        prefix: The `prefix=` of the integration.
        facts: What the gloss must say: `product="nim"`, `retryable=True`. None stands
            for a fact that must not be there.

    Returns:
        The gloss.

    Raises:
        AssertionError: There is none, or it says something else; tells why.
    """
    gloss = gloss_in(event, prefix=prefix)
    if not gloss:
        raise AssertionError(f"no gloss in {event!r}\n{_why_not(event)}".rstrip())
    wrong = {name: gloss.get(name) for name in facts if gloss.get(name) != facts[name]}
    if wrong:
        lines = [f"  {k}: {v!r} instead of {facts[k]!r}" for k, v in wrong.items()]
        raise AssertionError("the gloss says\n" + "\n".join(lines))
    return gloss


def assert_not_glossed(event: Any, *, prefix: str = "") -> None:
    """Check that what a logger or tracer put out has no gloss.

    Args:
        event: What `gloss_in` takes.
        prefix: The `prefix=` of the integration.

    Raises:
        AssertionError: There is one.
    """
    gloss = gloss_in(event, prefix=prefix)
    if gloss:
        raise AssertionError(f"there is a gloss: {gloss!r}")


def _opened(event: Any) -> Any:
    """Return what an event holds, as mappings and lists."""
    if isinstance(event, logging.LogRecord):
        return vars(event)
    if isinstance(event, (str, bytes)):
        try:
            return json.loads(event)
        except ValueError:
            return {}
    record = getattr(event, "log_record", event)
    return getattr(record, "attributes", event)


def _mappings(value: Any, depth: int = 0) -> Iterator[Mapping[Any, Any]]:
    """Yield every mapping in a value, outer ones first."""
    if depth > _MAX_DEPTH:
        return
    inner: Any = ()
    if isinstance(value, Mapping):
        yield value
        inner = value.values()
    elif isinstance(value, (list, tuple)):
        inner = value
    for each in inner:
        yield from _mappings(each, depth + 1)


def _why_not(event: Any) -> str:
    """Return why nothing was said of what came out, as far as that still tells."""
    if isinstance(event, Mapping):
        return str(enricher.Enricher().explain(event))
    return ""

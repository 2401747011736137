"""The options of an enricher: the only list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Resolution
from codegloss._matching.render import ALL_FIELDS, DEFAULT_FIELDS

_LANGUAGES = ("en", "zh")
# What is told of every code that something was said of.
OnGloss = Callable[[Resolution], object]


class SignalOptions(TypedDict, total=False):
    """What can be chosen where the names of the keys are fixed: spans, log records."""

    scope: str | Iterable[str] | None
    language: str
    catalog: Catalog | None
    guess: bool
    text: bool
    scopes: Mapping[str, str] | None
    code_fields: Sequence[str]
    ignored_fields: Sequence[str]
    only: Sequence[str]
    never: Sequence[str]
    on_gloss: OnGloss | None
    count_unknown: bool


class EnricherOptions(SignalOptions, total=False):
    """Everything that can be chosen; `codegloss.Enricher` says what it means."""

    fields: Sequence[str]
    prefix: str


class Config(NamedTuple):
    """The options as an engine takes them, checked as far as no catalog is needed."""

    scope: tuple[str, ...] | None = None
    language: str = "en"
    fields: tuple[str, ...] = DEFAULT_FIELDS
    prefix: str = ""
    catalog: Catalog | None = None
    guess: bool = False
    text: bool = False
    scopes: tuple[tuple[str, str], ...] = ()
    code_fields: tuple[str, ...] = ()
    ignored_fields: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    on_gloss: OnGloss | None = None
    count_unknown: bool = False

    def options(self) -> dict[str, Any]:
        """Return the options as `codegloss.Enricher` takes them."""
        return {**self._asdict(), "scopes": dict(self.scopes)}


def configured(**options: Any) -> Config:
    """Return a configuration.

    Args:
        options: The arguments of `codegloss.Enricher`.

    Raises:
        ValueError: The language or a field is unknown; valid ones are listed.
    """
    scopes = tuple((options.pop("scopes", None) or {}).items())
    scope = options.pop("scope", None)
    for name in ("fields", "code_fields", "ignored_fields", "only", "never"):
        if name in options:
            options[name] = several(options[name])
    config = Config(None if scope is None else several(scope), scopes=scopes, **options)
    if config.language not in _LANGUAGES:
        raise ValueError(f"unknown language {config.language!r}; known: en, zh")
    for field in config.fields:
        if field not in ALL_FIELDS:
            known = ", ".join(ALL_FIELDS)
            raise ValueError(f"unknown field {field!r}; known: {known}")
    return config


def several(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    return (names,) if isinstance(names, str) else tuple(names)

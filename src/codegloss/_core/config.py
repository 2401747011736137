"""The arguments of `codegloss.Enricher`, as integrations hand them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from codegloss._catalog.load import Catalog


class SignalOptions(TypedDict, total=False):
    """What can be chosen where the names of the keys are fixed: spans, log records."""

    scope: str | Iterable[str] | None
    language: str
    catalog: Catalog | None
    strict: bool
    text: bool
    scopes: Mapping[str, str] | None
    code_fields: Sequence[str]
    ignored_fields: Sequence[str]
    only: Sequence[str]
    never: Sequence[str]


class EnricherOptions(SignalOptions, total=False):
    """Everything that can be chosen; `codegloss.Enricher` says what it means."""

    fields: Sequence[str]
    prefix: str

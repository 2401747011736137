"""What passes between the stages of matching."""

from __future__ import annotations

from typing import Any, NamedTuple

from codegloss._catalog.model import Resolution
from codegloss._events.walker import Site
from codegloss._matching.evidence import CounterEvidence, Evidence
from codegloss._matching.wording import content, normal


class Text:
    """A text, and what is worked out of it once, whoever asks.

    Attributes:
        raw: The text.
        plain: The same in the form that messages are compared in.
        content: The words in it that say what it is about.
    """

    __slots__ = ("_content", "_plain", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._plain: str | None = None
        self._content: frozenset[str] | None = None

    @property
    def plain(self) -> str:
        if self._plain is None:
            self._plain = normal(self.raw)
        return self._plain

    @property
    def content(self) -> frozenset[str]:
        if self._content is None:
            self._content = content(self.raw)
        return self._content


class Query(NamedTuple):
    """One code, with everything known around it.

    Attributes:
        code: The code as found.
        table: The product's own table that the field names; empty for a plain field,
            None when no field is known.
        evidence: What speaks for products.
        counter: What points to somebody else.
        vetoes: Whose the code is if it can be theirs.
        texts: Messages and texts beside the code, its own first.
        near: Those of them that stand in the same mapping or exception.
        said: The message that came with the code, not the program's own text.
        names: Names beside the code that may be symbols.
        http: Whether a request of HTTP stands beside it.
        statuses: The HTTP statuses that the event gives.
        error: Whether it stands in an error context.
        named: Whether its field, its container or a text calls it an error's code.
        page: Whether the answer was a page of HTML.
        calm: Whether the event has a level below warning, and nothing else tells of an
            error.
    """

    code: Any
    table: str | None = None
    evidence: tuple[Evidence, ...] = ()
    counter: tuple[CounterEvidence, ...] = ()
    vetoes: tuple[CounterEvidence, ...] = ()
    texts: tuple[Text, ...] = ()
    near: tuple[Text, ...] = ()
    said: tuple[Text, ...] = ()
    names: tuple[str, ...] = ()
    http: bool = False
    statuses: tuple[int, ...] = ()
    error: bool = False
    named: bool = False
    page: bool = False
    calm: bool = False


class Decision(NamedTuple):
    """What a code means, and whether an event may be told so.

    Attributes:
        resolution: The answer.
        emit: Whether it may be said.
        rule: The name of the rule that keeps it unsaid, or `evidence`.
        reason: The same in words.
        is_strong: Whether anything outweighs signs that point to somebody else.
        decides: Whether a retry may rest on it: on a given scope, on evidence for the
            product, or on words that fit; a vendor's name is not enough.
    """

    resolution: Resolution
    emit: bool
    rule: str
    reason: str
    is_strong: bool = False
    decides: bool = False


class Found(NamedTuple):
    """One code of an event with its decision."""

    site: Site
    rank: int
    query: Query
    decision: Decision


class Gloss(NamedTuple):
    """What is said of one code of an event.

    Attributes:
        field: Where the code stands, as a path.
        resolution: What it means.
        is_plain: Whether it stands in a field of the event itself.
    """

    field: str
    resolution: Resolution
    is_plain: bool

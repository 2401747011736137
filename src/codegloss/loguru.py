"""loguru: a patcher that adds what vendor codes mean to `record["extra"]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from string import Formatter
from typing import TYPE_CHECKING

from codegloss._core.config import EnricherOptions
from codegloss._core.enricher import Enricher, current_block
from codegloss._events.context import Context

if TYPE_CHECKING:
    from loguru import Record
    from typing_extensions import Unpack

__all__ = ["GlossFormat", "GlossPatcher", "compose"]

_MAX_MADE = 64
_WARNING = 30


def GlossPatcher(  # noqa: N802
    **options: Unpack[EnricherOptions],
) -> Callable[[Record], None]:
    """Return a patcher that writes what vendor codes mean into a record's `extra`.

    `logger.configure(patcher=GlossPatcher())`, or `logger.patch(GlossPatcher())`.
    Codes are looked for in `extra` (keyword arguments, `bind`, `contextualize`) and on
    the record's exception; the logger's name, level and message are evidence. Only
    `extra` is written to, since `serialize=True` drops everything else. Never raises;
    can be pickled.

    Args:
        options: The arguments of `codegloss.Enricher`.

    Raises:
        ValueError: A scope, language or field is unknown; valid ones are listed.
    """
    # A method, not an object with `__call__`: Python's way to the latter costs more
    # than the whole look at a record without a code.
    return _Enricher(**options).patch


class _Enricher(Enricher):
    def patch(self, record: Record, /) -> None:
        extra = record["extra"]
        raised = record["exception"]
        try:
            # In two steps: Python finds a method faster than what is called as one.
            is_clear = self.is_clear
            level = record["level"].no
            quiet = level < _WARNING and not self.config.text
            if raised is None and quiet and is_clear(extra) and current_block() is None:
                return
            context = Context(
                record["message"],
                record["name"] or "",
                level,
                nested=() if raised is None else (("exc_info", raised.value),),
            )
            self.gloss(extra, extra, context)
        except Exception as error:  # a hostile `extra`
            self.failed(extra, error)


class GlossFormat:
    """Format records of which only some have a gloss.

    loguru fails on `{extra[meaning]}` where a record has no such key. With this, such
    a field is left empty instead::

        logger.add(sys.stderr, format=GlossFormat("{message} {extra[meaning]}"))

    Args:
        template: What `logger.add(format=...)` takes as text, markup included. As for
            text, a line break and the exception are put after it.
        default: Stands in for a field of `extra` that a record does not have.
    """

    def __init__(self, template: str, *, default: str = "") -> None:
        self._default = default
        self._parts = _parts(f"{template}\n{{exception}}")
        self._names = frozenset(name for _, name, _ in self._parts if name)
        self._made: dict[frozenset[str], str] = {}

    def __call__(self, record: Record, /) -> str:
        """Return the template without the fields that the record lacks."""
        missing = self._names.difference(record["extra"])
        made = self._made.get(missing)
        if made is None:
            if len(self._made) >= _MAX_MADE:
                self._made.clear()
            made = self._made[missing] = self._make(missing)
        return made

    def _make(self, missing: frozenset[str]) -> str:
        made = ""
        for text, name, spec in self._parts:
            made += self._padded(spec) if name in missing else text
        return made

    def _padded(self, spec: str) -> str:
        """Return the default, as wide as the field would be."""
        try:
            text = format(self._default, spec)
        except ValueError:  # a format for numbers or times, or one with fields in it
            text = self._default
        # loguru takes what stands in angle brackets for markup.
        text = re.sub(r"<[^<>]*>", r"\\\g<0>", text)
        return text.replace("{", "{{").replace("}", "}}")


def compose(*patchers: Callable[[Record], None]) -> Callable[[Record], None]:
    """Return one patcher that calls several in order: loguru has room for one.

    Args:
        patchers: What `logger.configure(patcher=...)` would take, first to last.
    """
    return partial(_patch_all, patchers)


def _patch_all(patchers: Iterable[Callable[[Record], None]], record: Record) -> None:
    for patcher in patchers:
        patcher(record)


def _parts(template: str) -> list[tuple[str, str | None, str]]:
    """Split a template into its texts and fields.

    Returns:
        For each part its text in the template, the key if it is a field of `extra`,
        and its format.
    """
    parts: list[tuple[str, str | None, str]] = []
    for literal, field, spec, conversion in Formatter().parse(template):
        parts.append((literal.replace("{", "{{").replace("}", "}}"), None, ""))
        if field is not None:
            text = field + (f"!{conversion}" if conversion else "")
            text += f":{spec}" if spec else ""
            key = re.match(r"extra\[([^\]]+)\]", field)
            parts.append((f"{{{text}}}", key.group(1) if key else None, spec or ""))
    return parts

"""loguru: a patcher that adds what vendor codes mean to `record["extra"]`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from codegloss._catalog import Catalog
from codegloss._enricher import Enricher
from codegloss._render import DEFAULT_FIELDS

if TYPE_CHECKING:
    from loguru import Record

__all__ = ["GlossPatcher", "compose"]


class GlossPatcher:
    """Write beside every vendor code in a record's `extra` what it means.

    `logger.configure(patcher=GlossPatcher())`, or `logger.patch(GlossPatcher())`.
    Codes are looked for in `extra` (keyword arguments, `bind`, `contextualize`) and on
    the record's exception; the logger's name, level and message are evidence. Only
    `extra` is written to, since `serialize=True` drops everything else. Never raises.
    The arguments are those of `codegloss.Enricher`.
    """

    def __init__(
        self,
        *,
        scope: str | Iterable[str] | None = None,
        language: str = "en",
        fields: Sequence[str] = DEFAULT_FIELDS,
        prefix: str = "",
        catalog: Catalog | None = None,
        strict: bool = False,
    ) -> None:
        self.enricher = Enricher(
            scope=scope,
            language=language,
            fields=fields,
            prefix=prefix,
            catalog=catalog,
            strict=strict,
        )

    def __call__(self, record: Record, /) -> None:
        """Add the keys to the record's `extra`."""
        extra = record["extra"]
        raised = record["exception"]
        enricher = self.enricher
        try:
            if raised is None and enricher.is_clear(extra):
                return
            about: dict[str, Any] = {
                "event": record["message"],
                "logger": record["name"],
                "level": record["level"].name,
            }
            if raised is not None:
                about["exc_info"] = raised.value
            extra.update(enricher.enrich({**about, **extra}))
        except Exception:  # noqa: S110 - a hostile `extra`; the enricher counts its own
            pass


def compose(*patchers: Callable[[Record], None]) -> Callable[[Record], None]:
    """Return one patcher that calls several in order: loguru has room for one.

    Args:
        patchers: What `logger.configure(patcher=...)` would take, first to last.
    """

    def patch_all(record: Record) -> None:
        for patcher in patchers:
            patcher(record)

    return patch_all

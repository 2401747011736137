"""Codes of a named product that the catalog lacks: what to look up and report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._matching.types import Found

# Beyond that the codes of a product are only counted together.
_MAX_CODES = 512
_MAX_FIELD = 64
_MAX_CODE = 32
_ITEM = re.compile(r"\[\d+\]")
# What names a product outright; a text may speak of anything.
_NAMES = frozenset({"scope", "prefix", "field", "host", "logger", "exception"})


class UnknownCode(NamedTuple):
    """A code that the catalog lacks, of a product that the event names.

    Attributes:
        product: The product's scope, or its vendor where no more is known.
        field: Where the code stood, for example `error.code`.
        code: The code; None for those that were too many to tell apart.
        times: How often it was seen.
    """

    product: str
    field: str
    code: int | str | None
    times: int


_counts: Counter[tuple[str, str, int | str | None]] = Counter()


def unknown_codes() -> list[UnknownCode]:
    """Return codes of a named product that the catalog lacks, most frequent first.

    They are counted by every integration that was made with `count_unknown=True`, for
    as long as the process lives. No more than a few hundred are told apart; of further
    ones only their number is kept, by product, with `code` None.
    """
    return [UnknownCode(*key, times) for key, times in _counts.copy().most_common()]


def count(found: Iterable[Found], catalog: Catalog) -> None:
    """Count the codes among those found that the named product does not have."""
    for each in found:
        product = _named(each, catalog)
        if product is None:
            continue
        code = each.site.code
        field = _ITEM.sub("[]", each.site.field)[:_MAX_FIELD]
        key: tuple[str, str, int | str | None] = product, field, code
        if key not in _counts and (
            len(_counts) >= _MAX_CODES or (type(code) is str and len(code) > _MAX_CODE)
        ):
            key = product, "", None
        _counts[key] += 1


def _named(found: Found, catalog: Catalog) -> str | None:
    """Return whose unknown code it is: a product, its vendor, or None for nobody's."""
    query, decision = found.query, found.decision
    if found.site.in_text or decision.rule != "unknown":
        return None
    if query.counter or query.vetoes or query.http or query.statuses:
        return None
    products = [
        each.products
        for each in query.evidence
        if each.kind in _NAMES and not each.configured
    ]
    left = frozenset.intersection(*products) if products else frozenset()
    successes = (catalog.products[each].get("success", ()) for each in left)
    if any(found.site.code in success for success in successes):
        return None
    if len(left) == 1:
        return next(iter(left))
    vendors = {each.partition(".")[0] for each in left}
    return vendors.pop() if len(vendors) == 1 else None

"""Words of texts, and regular expressions, compiled when they are first needed."""

from __future__ import annotations

import functools
import re
import string

# Punctuation, ASCII's and Chinese.
_BREAKS = (
    string.punctuation + "\u3001\u3002\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
    "\u300a\u300b\u3010\u3011\u201c\u201d\u2018\u2019\u2026"
)


@functools.cache
def compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Compile a pattern once; not at import, which every program pays for."""
    return re.compile(pattern, flags)


def words_of(lowered: str, *, keep: str = "") -> list[str]:
    """Split a text in lowercase where it has punctuation.

    Args:
        lowered: The text.
        keep: Punctuation that belongs to words.
    """
    return _word(keep).findall(lowered)


@functools.cache
def _word(keep: str) -> re.Pattern[str]:
    breaks = "".join(sign for sign in _BREAKS if sign not in keep)
    return re.compile(rf"[^\s{re.escape(breaks)}]+")

"""Regular expressions, compiled when they are first needed."""

from __future__ import annotations

import functools
import re


@functools.cache
def compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Compile a pattern once; not at import, which every program pays for."""
    return re.compile(pattern, flags)

"""A hook of MkDocs: links from pages to files elsewhere in the repository.

They are written as relative paths, so that they work in a checkout and where the
repository is browsed; on the site they lead to the repository.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(\]\()((?:\.\./)+[^)#:]+)")


def on_page_markdown(text: str, *, page: Any, config: Any, **_: Any) -> str:
    """Return a page with its links out of the documentation made absolute."""
    folder = posixpath.dirname(page.file.src_uri)

    def absolute(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", folder, found[2]))
        if path.startswith("docs/") or not (TOP / path).exists():
            return found[0]  # MkDocs checks it, and says so if it is broken
        return f"{found[1]}{config.repo_url}/blob/main/{path}"

    return LINK.sub(absolute, text)

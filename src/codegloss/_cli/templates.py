"""HTML pages out of templates: whatever they show is text, never HTML."""

from __future__ import annotations

from typing import Any

import jinja2

from codegloss._cli.words import counted, say


def rendered(folder: str, lang: str, **values: Any) -> str:
    """Return what the template `page.html.j2` makes of some values.

    Args:
        folder: Where the template stands.
        lang: The language of its labels, which it asks `say` and `counted` for.
        values: What else it shows.
    """
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(folder),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text: str = environment.get_template("page.html.j2").render(
        lang=lang,
        say=lambda label: say(label, lang),
        counted=lambda count, label: counted(count, label, lang),
        **values,
    )
    # Halves of characters cannot be written down.
    return text.encode("utf-8", "replace").decode("utf-8")

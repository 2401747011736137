"""Write the table into the documentation: `PYTHONPATH=tests python -m destinations`."""

from __future__ import annotations

import re
from pathlib import Path

from destinations import DESTINATIONS, table

PAGE = Path(__file__).parents[2] / "docs" / "destinations" / "README.md"
BETWEEN = re.compile(r"(?<=<!-- table -->\n\n).*(?=\n\n<!-- end -->)", re.DOTALL)


def main() -> None:
    """Run every destination, and put what came out between the page's marks."""
    missing = [each.name for each in DESTINATIONS.values() if not each.is_installed()]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}")
    page = PAGE.read_text(encoding="utf-8")
    written = "\n".join(table())
    PAGE.write_text(BETWEEN.sub(lambda _: written, page), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Put a compact form of catalog.json beside it into a wheel: a build hook of hatch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompactCatalog(BuildHookInterface):
    """Write the compact form, which is no file of the repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add it to a wheel; an editable install reads the file that is edited."""
        if version == "editable":
            return
        top = Path(self.root)
        sys.path.insert(0, str(top / "src"))
        from codegloss._catalog.compact import compacted

        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "catalog.packed"
        path.write_bytes(compacted((top / "catalog.json").read_bytes()))
        build_data["force_include"][str(path)] = "codegloss/catalog.packed"

    def finalize(self, version: str, build_data: dict[str, Any], artifact: str) -> None:
        """Remove the file, which the wheel holds by now."""
        if version != "editable":
            self.folder.cleanup()

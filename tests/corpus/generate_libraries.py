"""Write libraries.jsonl: what real libraries raise and log, none of it ours.

Every exception is raised by the library that owns it, against a server on loopback or
by the library's own error-raising function, and logged in the shapes of
library_shapes. Every access line comes out of the server's own access logger. Ports,
addresses, times and paths are replaced: one set of versions gives one file.

    python tests/corpus/generate_libraries.py
"""

import itertools
import json
import sys
from importlib import metadata

import library_clients  # noqa: F401 - registers its sources
import library_servers  # noqa: F401 - registers its sources
from library_shapes import HERE, SOURCES, Raised, scrub, shapes


def label(distribution):
    """Return the name and version that go into the field `library`."""
    if distribution.startswith("CPython"):
        version = ".".join(map(str, sys.version_info[:2]))
        return distribution.replace("CPython", f"CPython {version}")
    return f"{distribution} {metadata.version(distribution)}"


def main():
    """Run every source and write the corpus."""
    seen, rows, turns = set(), [], itertools.count()
    for distribution, reason, function in SOURCES:
        for found in function():
            raised = isinstance(found, Raised)
            for event in shapes(found, next(turns)) if raised else [found]:
                clean = scrub(event)
                key = json.dumps(clean, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    rows.append((clean, label(distribution), reason))
    with (HERE / "libraries.jsonl").open("w", encoding="utf-8") as out:
        for number, (event, library, reason) in enumerate(rows, 1):
            row = {"id": f"l{number:03}", "event": event, "expect": "silent"}
            row |= {"library": library, "reason": reason}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{len(rows)} events\n")


if __name__ == "__main__":
    main()

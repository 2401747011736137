#!/usr/bin/env python3
"""Keep the figures of `bench.py`, and write the page and the chart that show them.

    python .ci/costs.py     write docs/costs.md and docs/costs.svg from .ci/costs.json

`python .ci/bench.py --write` measures first. The table stands in docs/costs.md between
`<!-- costs -->` and `<!-- /costs -->`.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
KEPT = TOP / ".ci" / "costs.json"
PAGE = TOP / "docs" / "costs.md"
CHART = TOP / "docs" / "costs.svg"
COLUMNS = ("mean", "p50", "p99", "worst")


def keep(costs, rows):
    """Keep the figures of the Python that runs this, in place of its last ones."""
    every = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    sections: dict[str, dict] = {}
    for section, name, figure, goal in rows:
        sections.setdefault(section, {})[name] = [goal, round(figure, 3)]
    every[".".join(platform.python_version_tuple()[:2])] = {
        "version": platform.python_version(),
        "streams": {
            name: [goal, *(round(each, 3) for each in figures)]
            for name, goal, *figures in costs
        },
        "sections": sections,
    }
    text = json.dumps(every, ensure_ascii=False, indent=1, sort_keys=False)
    # One list a line, so that a difference can be read.
    text = re.sub(r"\[[^\[\]]*\]", lambda found: " ".join(found[0].split()), text)
    KEPT.write_text(text + "\n", "utf-8")


def kept():
    """Return what is kept, the Pythons in order."""
    every = json.loads(KEPT.read_text("utf-8"))
    return dict(sorted(every.items(), key=lambda each: int(each[0].split(".")[1])))


def table(every):
    """Return the tables of the page: a figure of each Python in each cell."""
    pythons = list(every.values())
    versions = " / ".join(each["version"] for each in pythons)
    lines = [f"CPython {versions}, in this order in each cell.", ""]
    head = ("a stream, in TimeStampers an event", *COLUMNS, "goal")
    lines += _rows(head, [each["streams"] for each in pythons])
    for section in pythons[-1]["sections"]:
        lines.append("")
        figures = [each["sections"].get(section, {}) for each in pythons]
        lines += _rows((section, "", "goal"), figures)
    return "\n".join(lines)


def _rows(head, pythons):
    """Yield the rows of a table: what the newest Python has, a dash where one lacks."""
    yield f"| {' | '.join(head)} |"
    yield "|--" * len(head) + "|"
    for name, (goal, *figures) in pythons[-1].items():
        others = [each.get(name, [goal, *("-" for _ in figures)]) for each in pythons]
        columns = zip(*(each[1:] for each in others), strict=True)
        cells = (" / ".join(map(_cell, column)) for column in columns)
        yield f"| {' | '.join((name, *cells, goal))} |"


def _cell(figure):
    if isinstance(figure, str):
        return figure
    return f"{figure:.2f}" if figure < 10 else f"{figure:.0f}"


def filled(text):
    """Return the page with the tables in their place."""
    new = table(kept())
    place = re.compile(r"(<!-- costs -->\n).*?(\n<!-- /costs -->)", re.DOTALL)
    return place.sub(lambda found: found[1] + new + found[2], text)


def draw(every):
    """Draw what an event of each stream costs, and what the dearest ones do."""
    import matplotlib as mpl

    # The same figures give the same file, and text that can be searched.
    mpl.rcParams |= {"svg.hashsalt": "costs", "svg.fonttype": "none"}
    from matplotlib.figure import Figure

    figure = Figure((8.4, 4.2), layout="constrained")
    axes = figure.subplots()
    names = list(next(iter(every.values()))["streams"])
    for at, (python, figures) in enumerate(every.items()):
        shift = 0.3 * (at - (len(every) - 1) / 2)
        places = [number + shift for number in range(len(names))]
        _, mean, p50, p99, worst = zip(*figures["streams"].values(), strict=True)
        color = f"C{at}"
        axes.hlines(places, p50, p99, color=color, linewidth=4, alpha=0.35)
        axes.plot(worst, places, "|", color=color, markersize=9)
        axes.plot(
            mean, places, "o", color=color, markersize=5, label=f"CPython {python}"
        )
    axes.set_yticks(range(len(names)), [name.replace("`", "") for name in names])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g} x")
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.grid(axis="x", alpha=0.3)
    figure.supxlabel(
        "TimeStampers an event: mean (dot), median to 99th percentile (bar),"
        " worst event (tick)",
        fontsize="medium",
    )
    axes.legend(loc="upper right")
    figure.savefig(CHART, metadata={"Date": None})


def write():
    """Write the page and its chart from the figures that are kept."""
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
    draw(kept())


if __name__ == "__main__":
    sys.exit(write())

"""Precision and recall on the corpus: events, what to say of each, and why."""

from __future__ import annotations

import collections
import json
from pathlib import Path
from typing import Any

import pytest

import codegloss

CORPUS = Path(__file__).with_name("corpus")


def read(name: str) -> list[dict[str, Any]]:
    text = (CORPUS / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def outcome(case: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return what was said of a case's event: right, missed, wrong or silent."""
    enricher = codegloss.Enricher(**case.get("options", {}))
    added = enricher.enrich(case["event"])
    expected = case["expect"]
    if not added:
        return ("right" if expected == "silent" else "missed"), added
    if expected == "silent":
        return "wrong", added
    vendor = added.get("codegloss_vendor", added.get("vendor", case["event"].get("vendor")))
    product = added.get("codegloss_product", added.get("product", case["event"].get("product")))
    said = "ambiguous" if "candidates" in added else "resolved"
    if said == "resolved":
        right = f"{vendor}.{product}" == case["product"]
        # What is left of an ambiguity may be one meaning, if it is the vendor's.
        if expected == "ambiguous":
            return ("right" if case["vendor"] == vendor else "wrong"), added
        return ("right" if right else "wrong"), added
    if expected == "resolved":
        right = case["product"] in added["candidates"]
        return ("missed" if right else "wrong"), added
    return "right", added

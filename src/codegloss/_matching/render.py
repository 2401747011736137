"""Turn decisions into the keys that are written into an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from codegloss._catalog.model import Entry, Resolution
from codegloss._matching.types import Gloss

DEFAULT_FIELDS = ("vendor", "product", "meaning", "retryable")
ALL_FIELDS = (
    *DEFAULT_FIELDS, "category", "remedy", "symbol", "message", "fault", "match",
    "retry_after", "catalog_version", "code",
)  # fmt: skip
_ALWAYS = ("candidates", "match", "glosses")
_PLAIN = frozenset({str, int, bool, float})


class Renderer:
    """Write resolutions as flat keys.

    Args:
        fields: Which facts to write.
        prefix: Put before every key.
        version: The catalog's version, for the field `catalog_version`.
        names: Returns what a vendor or product goes by: ids, names, aliases.
        flat: Write what OpenTelemetry's attributes can hold: tuples for lists, and only
            the fields and candidates of one code.
    """

    def __init__(
        self,
        fields: Sequence[str],
        prefix: str,
        version: str,
        *,
        names: Callable[[str], frozenset[str]],
        flat: bool = False,
    ) -> None:
        self.fields = tuple(fields)
        self.prefix = prefix
        self.version = version
        self._names = names
        self._flat = flat
        # The keys of a code that stands in no field of the event itself.
        self.code_keys = f"{prefix}code", f"codegloss_{prefix}code"

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that may be written, with its name for when it is taken."""
        names = dict.fromkeys((*self.fields, *_ALWAYS))
        keys = [self.prefix + name for name in names]
        return (*keys, *(f"codegloss_{key}" for key in keys))

    def facts(self, resolution: Resolution) -> dict[str, Any]:
        """Return what there is to say of one resolution, without prefix."""
        said: dict[str, Any] = {}
        for field in self.fields:
            value: Any
            if field in DEFAULT_FIELDS:
                value = getattr(resolution, field)
            elif field in {"symbol", "message", "fault", "retry_after"}:
                value = _of_entries(field, resolution)
            elif field == "match":
                value = resolution.matched_by[0] if resolution.matched_by else None
            elif field == "catalog_version":
                value = self.version
            elif field == "code":
                # Text, as OpenTelemetry's own conventions have status codes.
                value = str(resolution.code)
            else:
                value = getattr(resolution, field)
            if value is not None:
                said[field] = value
        guessed = resolution.matched_by == ("number",)
        if resolution.entry is None or guessed:
            names = candidates(resolution)
            if guessed or len(names) > 1:
                said["candidates"] = names
        if guessed:  # nothing to act on
            said["match"] = "number"
            said.pop("retryable", None)
        return said

    def render(
        self,
        found: Sequence[Gloss],
        taken: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the keys to add.

        Args:
            found: What is said of each code, the cause first.
            taken: Keys of ours that the event already has, with their values as read.
        """
        said = self.facts(found[0].resolution)
        if self._flat:
            return self._attributes(said, taken)
        if not found[0].is_plain:
            said.setdefault("code", found[0].resolution.code)
        if len(found) > 1:
            said["glosses"] = [
                {"field": field, "code": each.code, **self.facts(each)}
                for field, each, _ in found
            ]
        if not self.prefix and taken.keys().isdisjoint(said):
            return said
        added: dict[str, Any] = {}
        for name, value in said.items():
            key = self.prefix + name
            if key in taken:
                if _is_same(taken[key], value) or self._is_name(taken[key], name, said):
                    continue
                key = f"codegloss_{key}"
                if key in taken:
                    continue
            added[key] = value
        return added

    def _is_name(self, value: Any, field: str, said: Mapping[str, Any]) -> bool:
        """Tell whether a value names the vendor or product in another spelling."""
        if type(value) is not str or field not in {"vendor", "product"}:
            return False
        scope: str = said.get("vendor") or ""
        if field == "product":
            scope += f".{said[field]}"
        return value.strip().lower() in self._names(scope)

    def _attributes(
        self, said: Mapping[str, Any], taken: Mapping[str, Any]
    ) -> dict[str, Any]:
        attributes = {
            self.prefix + name: tuple(value) if isinstance(value, list) else value
            for name, value in said.items()
            if name in self.fields or name == "candidates"
        }
        # Attributes, unlike log keys, are never renamed to `codegloss_<key>`. If the
        # span already has some of them with other values, write none: two codes' facts
        # would be mixed.
        if any(not _is_same(taken[key], attributes.get(key)) for key in taken):
            return {}
        return {key: attributes[key] for key in attributes if key not in taken}


def candidates(resolution: Resolution) -> list[str]:
    """Return the scopes that remain, each once."""
    return list(dict.fromkeys(entry.scope for entry in resolution.candidates))


def _of_entries(field: str, resolution: Resolution) -> Any:
    """Return what the entry says, or what all candidates agree on."""
    entry = resolution.entry
    entries = resolution.candidates if entry is None else (entry,)
    said = {_of_entry(field, each) for each in entries}
    return said.pop() if len(said) == 1 else None


def _of_entry(field: str, entry: Entry) -> Any:
    if field == "symbol":
        return entry.symbols[0] if entry.symbols else None
    if field == "retry_after":
        return (entry.retry or {}).get("min_delay_s")
    return getattr(entry, field)


def _is_same(value: Any, ours: Any) -> bool:
    """Tell whether a value of the user's says what ours says, running no code of it."""
    kind = type(value)
    if kind in (list, tuple) and type(ours) in (list, tuple):
        return len(value) == len(ours) and all(map(_is_same, value, ours))
    if kind is dict and type(ours) is dict:
        return len(value) == len(ours) and all(
            name in value and _is_same(value[name], each) for name, each in ours.items()
        )
    return kind in _PLAIN and type(ours) in _PLAIN and bool(value == ours)

"""Find aliases in names and texts: one's own name, or that of somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegloss._events.patterns import compiled, words_of
from codegloss._matching.wording import chinese_of

# A short alias (`nim`, `aws`) must stand as a word of its own, in a name. A longer one
# is distinctive enough to count inside a longer name and in free text.
_LONG = 5
# So much of a word tells whether a long alias may begin with it: no more, or it would
# not tell of the shortest of them.
BEGIN = _LONG
# An alias of more words is looked for as it is, and as one.
_MAX_SPLIT = 4
SQUASH = r"[\W_]+"


class Aliases:
    """Find aliases in names and texts, the longest first.

    Args:
        aliases: Every alias, with the scopes or companies that it names.
        spoken: Those that count in free text although they are short.
        others: Names of somebody else, inside of which there is no alias.
    """

    def __init__(
        self,
        aliases: dict[str, set[str]],
        spoken: Iterable[str] = (),
        others: Iterable[str] = (),
    ) -> None:
        self._spoken = frozenset(spoken)
        self._scopes: dict[str, set[str]] = {}
        # The words of a long alias are no aliases of their own inside of it.
        self._parts: dict[str, list[str]] = {}
        spelled: dict[str, list[str]] = {}
        for alias, scopes in aliases.items():
            squashed = squash(alias)
            self._scopes.setdefault(squashed, set()).update(scopes)
            spelled[squashed] = self._parts[squashed] = spaced(alias).split()
        # Nor is any inside of a name of somebody else's: "OpenIMSDK".
        for other in others:
            squashed = squash(other)
            inside = [alias for alias in self._scopes if alias in squashed]
            if inside and squashed not in self._scopes:
                self._scopes[squashed] = set()
                self._parts[squashed] = inside
                spelled[squashed] = spaced(other).split()
        # What is looked for in a value, by how one of its words begins: the alias as
        # one word, or else the longest of its own; by the first sign of one in Chinese.
        self._spelled: dict[str, list[tuple[str, str]]] = {}
        for each, words in spelled.items():
            forms = [(form, each) for form in _forms(words)]
            signs = chinese_of(each)
            if signs:
                begins = {signs[0]}
            elif len(each) >= _LONG:
                begins = {each[:BEGIN], max(words, key=len)[:BEGIN]}
            else:
                continue
            for begin in begins:
                self._spelled.setdefault(begin, []).extend(forms)
        self._begins = frozenset(self._spelled)
        self._names = frozenset(self._scopes)

    def may_find(self, value: str, words: set[str], begins: set[str]) -> bool:
        """Tell at a cheap look whether there may be an alias: see `find`."""
        return not (
            self._begins.isdisjoint(begins)
            and self._names.isdisjoint(words)
            and (value.isascii() or self._begins.isdisjoint(value))
        )

    def find(
        self,
        value: str,
        words: set[str],
        begins: set[str],
        *,
        in_text: bool = False,
    ) -> tuple[set[str], str]:
        """Find aliases, in free text only those short ones that count there.

        Args:
            value: The words of a name or a text in lowercase, with spaces between.
            words: What may be a short alias.
            begins: How its words begin, and humps in camel case. A long alias begins
                where one of them does; in Chinese it may begin anywhere.
            in_text: Whether it is free text.

        Returns:
            The scopes found, and what is left of the value without long names.
        """
        found: set[str] = set()
        inside: set[str] = set()
        rest = value
        hits = self._begins.intersection(begins)
        if not value.isascii():
            hits |= self._begins.intersection(value)
        if hits:
            pieces: list[str] = []
            at = 0
            for start, end, alias in self._long_in(value, hits):
                found |= self._scopes[alias]
                inside.update(self._parts[alias])
                if self._scopes[alias]:  # of ours nothing is left
                    pieces += (value[at:start], " ")
                    at = end
            rest = "".join((*pieces, value[at:]))
        short = (self._spoken if in_text else self._names).intersection(words)
        for word in short - inside if short else ():
            found |= self._scopes[word]
        return found, rest

    def _long_in(
        self, value: str, begins: Iterable[str]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield where long aliases stand, of those that overlap the first and longest.

        Args:
            value: The words of a name or a text in lowercase, with spaces between.
            begins: How words of it begin with which a long alias may.
        """
        matches = []
        for begin in begins:
            for form, alias in self._spelled[begin]:
                start = value.find(form)
                while start >= 0:
                    end = start + len(form)
                    matches.append((start, -len(alias), end, alias))
                    start = value.find(form, end)
        at = 0
        for start, _, end, alias in sorted(matches):
            if start >= at:
                at = end
                yield start, end, alias


def _forms(words: list[str]) -> list[str]:
    """Return how an alias may be spelled: each of its words alone, or some as one."""
    if len(words) > _MAX_SPLIT:
        return [" ".join(words), "".join(words)]
    forms = words[:1]
    for word in words[1:]:
        forms = [form + sign + word for form in forms for sign in (" ", "")]
    return forms


def spaced(text: str) -> str:
    """Return a text as lowercase words, split where it has no letters or digits."""
    return " ".join(words_of(text.lower()))


def squash(text: str) -> str:
    """Return a text in lowercase without what is no letter or digit."""
    return compiled(SQUASH).sub("", text.lower())

"""Rank entries by how well they answer a search, in both languages, typos allowed."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from codegloss import Entry

# How near a word must be to count as the same, in percent.
_NEAR = 75.0
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_CJK = re.compile(r"[\u3400-\u9fff]+")
# A word of Chinese has two characters, mostly.
_PAIR = 2


def ranked(
    entries: Iterable[Entry], query: str, most: int | None = None
) -> list[tuple[Entry, float]]:
    """Return the entries that answer a query, the best first, with 0 < score ≤ 100.

    A word counts by how rare it is. One that is near to no word of any entry leaves
    nothing, as whoever types three words wants all of them.

    Args:
        entries: Where to look: in codes, symbols, messages, meanings and remedies.
        query: Words of any language; a typo in one costs a few places.
        most: How many to return; None for all.
    """
    listed = list(entries)
    places: dict[str, set[int]] = defaultdict(set)
    for number, entry in enumerate(listed):
        for text in _texts(entry):
            for word in words_of(text):
                places[word].add(number)
    vocabulary = list(places)
    total: dict[int, float] = defaultdict(float)
    possible = 0.0
    for word in dict.fromkeys(words_of(query)):
        best: dict[int, float] = {}
        for near, score in _near(word, vocabulary):
            for number in places[near]:
                best[number] = max(best.get(number, 0.0), score)
        weight = math.log(1 + len(listed) / (1 + len(best))) + 0.1
        possible += weight
        for number, score in best.items():
            total[number] += weight * score
    found = [(listed[at], score / possible) for at, score in total.items()]
    found = [each for each in found if each[1] > _NEAR * 0.6]
    # Of those with the same words, what reads like the query comes first.
    found = [(e, 0.8 * score + 0.2 * _likeness(query, e)) for e, score in found]
    found.sort(key=lambda each: (-round(each[1], 1), len(each[0].meaning["en"])))
    return found[:most]


def _likeness(query: str, entry: Entry) -> float:
    texts = (text.lower() for text in _texts(entry) if text)
    return max(fuzz.token_sort_ratio(query.lower(), text) for text in texts)


def _near(word: str, vocabulary: list[str]) -> list[tuple[str, float]]:
    """Return the words that are the same, begin with it, or differ by a typo."""
    if word.isdigit() or _CJK.fullmatch(word):
        return [(word, 100.0)] if word in vocabulary else []
    near = process.extract(
        word, vocabulary, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=None
    )
    found = [(other, score) for other, score, _ in near if not other.isdigit()]
    found += [(other, 95.0) for other in vocabulary if other.startswith(word)]
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a text in lowercase; of Chinese every pair of characters."""
    words: list[str] = []
    for word in _WORDS.findall(text):
        if _CJK.fullmatch(word) and len(word) > _PAIR:
            words += [word[at : at + _PAIR] for at in range(len(word) - 1)]
        else:
            words.append(word.lower())
    return words


def _texts(entry: Entry) -> Iterable[str]:
    yield str(entry.code)
    yield entry.scope
    yield entry.message or ""
    yield from entry.symbols
    yield from entry.texts
    yield from entry.meaning.values()

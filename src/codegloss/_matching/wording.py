"""Whether a text says the same as the catalog, something that fits, or something else.

Which words a vendor uses for one another, and what nearly all of its messages are
about, is data: `words` of vendors and products.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from codegloss._events.fields import parts_of
from codegloss._events.patterns import compiled, words_of

# A known text of this length may be recognised inside a longer one.
_PHRASE = 8
_PHRASE_CJK = 4
_MAX_SAYING = 300
# Texts of the catalog whose forms are kept, so that only what an event says is new.
_MAX_KNOWN = 4_096
_PLACEHOLDER = r"%s|\{\w+\}"
PATTERNS = (_PLACEHOLDER,)
# Words that say nothing of what an error is about: little words, words of logging,
# what was being done, and what can be wrong with anything.
_STOP_WORDS = (
    "the and for are was not with from this that has have does did could can should"
    " please check try again error err failed fail failure code msg message request"
    " call api server response result true false null none your you"
    " join create send login log enter exit leave open close start stop get set"
    " update delete query list fetch add remove invite publish subscribe push pull"
    " sync exist found invalid exceed limit missing wrong incorrect required allowed"
    " supported unknown already many too number denied refused rejected aborted"
)
# Enough stemming for "exists" and "exist", "password" and "passwords" to meet.
_STEM = 5
_SHORT = 2
# So many words or pairs of signs make a text one's own.
_TELLING = 2
_STOP_STEMS = frozenset(word[:_STEM] for word in _STOP_WORDS.split())
# Words that mean the same wherever they are logged.
_SAME_STEMS = {
    "argum": "param", "disab": "ban", "banne": "ban", "block": "ban", "forbi": "ban",
    "black": "ban", "muted": "mute", "frequ": "rate", "freq": "rate", "throt": "rate",
    "sensi": "antis", "spam": "antis",
}  # fmt: skip
_STOP_PAIRS = frozenset(
    "失败 错误 异常 请求 出错 调用 接口 返回 进房 加入 登录 发送 创建 进入 获取 操作"
    " 不足 存在 不存 已存 已经 超过 超限 上限 不能 无法 不允 允许 支持 不支 重复 无效"
    " 非法 没有 缺少 不正 正确 过期 限制 超时 请稍 稍后 后重 重试".split()
)


def normal(text: str) -> str:
    """Return a text in the form that messages are compared in."""
    return " ".join(words_of(text.lower(), keep="_%{}"))


def says(plain: str, known: Iterable[Phrase]) -> tuple[str, str] | None:
    """Find the known text that a text is, begins with or quotes.

    Args:
        plain: What an event says, in normal form.
        known: The vendor's wordings of one fact.

    Returns:
        How well it fits, `same` or `part`, and the known text in normal form.
    """
    quoted = None
    for other, filled, is_phrase, is_chinese in known:
        if plain == other != "" or (filled is not None and filled.fullmatch(plain)):
            return "same", other
        if is_phrase and other in plain:
            if plain.startswith(f"{other} "):
                return "same", other
            if is_chinese or f" {other} " in f" {plain} ":
                quoted = "part", other
    return quoted


class Phrase(NamedTuple):
    """A text of the catalog in normal form, and how it may be recognised.

    In it, `%s` and `{name}` stand for anything.

    Attributes:
        text: The text.
        filled: What matches it with its placeholders filled in, None without any.
        is_phrase: Whether it may be recognised inside a longer one.
        is_chinese: Whether it needs no spaces around it there.
    """

    text: str
    filled: re.Pattern[str] | None
    is_phrase: bool
    is_chinese: bool


def phrase(text: str) -> Phrase:
    """Return a text of the catalog as `says` takes it."""
    other = normal(text)
    chinese = len(chinese_of(other))
    is_phrase = len(other) >= _PHRASE and " " in other
    filled = None
    if "%s" in other or "{" in other:
        parts = compiled(_PLACEHOLDER).split(other)
        filled = re.compile(".+".join(map(re.escape, parts)))
    return Phrase(other, filled, is_phrase or chinese >= _PHRASE_CJK, chinese > 0)


def chinese_of(text: str) -> list[str]:
    """Return the Chinese signs of a text."""
    # An expression for so many signs takes a millisecond to compile.
    if text.isascii():
        return []
    return [sign for sign in text if "\u4e00" <= sign <= "\u9fff"]


class Words:
    """What words mean in the texts of some products.

    Args:
        marks: The `words` of vendors and products in question.
    """

    __slots__ = ("_same", "_subjects")

    def __init__(self, marks: Iterable[Mapping[str, Any]]) -> None:
        self._same: dict[str, str] = {}
        subjects: set[str] = set()
        for each in marks:
            same = each.get("same", {}).items()
            self._same.update((_stem(word), _stem(other)) for word, other in same)
            subjects.update(map(_stem, each.get("subjects", ())))
        self._subjects = frozenset(subjects)

    def of(self, text: str) -> frozenset[str]:
        """Return the words that say what a known text is about."""
        return self.about(_known_content(text))

    def about(self, said: frozenset[str]) -> frozenset[str]:
        """Return words with those in place of others that mean the same here."""
        if self._same.keys().isdisjoint(said):
            return said
        return frozenset([self._same.get(word, word) for word in said])

    def own(self, said: frozenset[str]) -> frozenset[str]:
        """Return those words that not nearly every message has."""
        return self.about(said) - self._subjects

    def contradict(self, said: frozenset[str], known: Iterable[frozenset[str]]) -> bool:
        """Tell whether a message plainly says something else than the known texts.

        It does when it says something of its own and shares no word with any of them.

        Args:
            said: What the message is about: see `content`.
            known: What the vendor's and our own wordings are about.
        """
        # That both speak of a room is no agreement, unless that is all that is said.
        own = self.own(said) or self.about(said)
        return bool(own) and all(map(own.isdisjoint, known))

    def fit(self, said: frozenset[str], known: Iterable[frozenset[str]]) -> bool:
        """Tell whether a message speaks of what one of the known texts speaks of.

        The arguments are those of `contradict`.
        """
        return not all(map(self.own(said).isdisjoint, known))

    def is_telling(self, text: str) -> bool:
        """Tell whether a text says enough for hardly anybody else to say the same."""
        return len(self.own(_known_content(text))) >= _TELLING


@functools.lru_cache(maxsize=_MAX_KNOWN)
def _known_content(text: str) -> frozenset[str]:
    return content(text)


def content(text: str) -> frozenset[str]:
    """Return the words that say what a text is about, as stems and pairs of signs.

    A traceback or a page of HTML says too much to say one thing.
    """
    if len(text) > _MAX_SAYING:
        return frozenset()
    words = {
        word[:_STEM] for word in parts_of(text) if len(word) > _SHORT and word.isalpha()
    }
    words = {_SAME_STEMS.get(word, word) for word in words - _STOP_STEMS}
    if text.isascii():
        return frozenset(words)
    chinese = chinese_of(text)
    pairs = {a + b for a, b in itertools.pairwise(chinese)}
    return frozenset(words | (pairs - _STOP_PAIRS))


def _stem(word: str) -> str:
    """Return a word as `content` has it."""
    return word[:_STEM].lower()

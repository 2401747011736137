"""What a text says: a failure, a line of HTTP, the same as another text or not."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable
from typing import NamedTuple

from codegloss._events.fields import split_words
from codegloss._events.patterns import compiled, words_of

# A known text of this length may be recognised inside a longer one.
_PHRASE = 8
_PHRASE_CJK = 4
_MAX_SAYING = 300
# Texts of the catalog whose forms are kept, so that only what an event says is new.
_MAX_KNOWN = 1_024
# It has no case; to look for one in so many signs takes as long as all the rest.
CJK = r"(?-i:[\u4e00-\u9fff])"
_URL_IN_TEXT = r"https?://[^\s\"'<>),;]+"
_PLACEHOLDER = r"%s|\{\w+\}"
_METHOD = r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+"
_CALL = rf"{_METHOD}(?:https?://|/\S*\s+HTTP/)"
_REQUEST = rf"\bHTTP[ /]\d|{_METHOD}/"
# As protocols write it, and the exceptions of httpx, requests and aiohttp.
_STATUS = (
    r"\bHTTP(?:/[\d.]+)?[ :\"]+([1-5]\d\d)\b|\b(?:client|server) error '([45]\d\d)\b"
    r"|(?:^|: )([45]\d\d) (?:client|server) error:|^([45]\d\d), message="
)
# In lowercase, and no part begins with a condition: either would make it far slower.
_FAILURE = (
    r"(?-i:fail(?!over)(?<!without fail)(?<!no fail)(?<!\b0 fail)"
    r"|error(?<!without error)(?<!no error)(?<!\b0 error)"
    r"|exception|reject|denied|refus|timed? ?out|abort|cannot|can't|could not"
    r"|unable|invalid|unexpected|lost|broken|crash|disconnect|kicked"
    r"|失败|错误|异常|出错|报错|超时|拒绝|无法|未能|断开|中断|故障|被踢)"
)
_STATE = r"\bno\b|\bnot\b|n't\b|[无不没过已未]|重复"
PATTERNS = (
    _STATE,
    CJK, _URL_IN_TEXT, _PLACEHOLDER, _CALL, _REQUEST, _STATUS, _FAILURE,
)  # fmt: skip
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
# What nearly every message is about, and words that vendors use for one another.
_SUBJECTS = frozenset(
    "room user accou messa file datab param seat team 用户 房间 账号 消息 群组".split()
)
_SAME_STEMS = {
    "group": "team", "chatr": "room", "argum": "param", "membe": "user",
    "disab": "ban", "banne": "ban", "block": "ban", "forbi": "ban", "black": "ban",
    "muted": "mute", "frequ": "rate", "freq": "rate", "throt": "rate",
    "sensi": "antis", "spam": "antis",
}  # fmt: skip
_STOP_PAIRS = frozenset(
    "失败 错误 异常 请求 出错 调用 接口 返回 进房 加入 登录 发送 创建 进入 获取 操作"
    " 不足 存在 不存 已存 已经 超过 超限 上限 不能 无法 不允 允许 支持 不支 重复 无效"
    " 非法 没有 缺少 不正 正确 过期 限制 超时 请稍 稍后 后重 重试".split()
)


def is_failure(text: str) -> bool:
    """Tell whether a text speaks of a failure, in English or Chinese."""
    return compiled(_FAILURE).search(text.lower()) is not None


def tells(text: str) -> bool:
    """Tell whether a text says what went wrong, and not only what was being done."""
    return is_failure(text) or compiled(_STATE).search(text) is not None


def urls_in(text: str) -> list[str]:
    """Return the first URLs in a text."""
    return compiled(_URL_IN_TEXT).findall(text)[:2]


def is_call(text: str) -> bool:
    """Tell whether a text shows a request: `GET https://…`, `GET /… HTTP/1.1`."""
    return compiled(_CALL).search(text) is not None


def is_request(text: str) -> bool:
    """Tell whether a text may speak of a request: `GET /…`, `over HTTP/2`."""
    return compiled(_REQUEST).search(text) is not None


def statuses_in(text: str) -> list[int]:
    """Return the HTTP statuses that a text shows as such: `HTTP/1.1 403 Forbidden`."""
    return [int("".join(found)) for found in compiled(_STATUS).findall(text)]


def is_page(text: str) -> bool:
    """Tell whether a text is a page of HTML, which no vendor's API answers with."""
    return text.lstrip()[:9].lower().startswith(("<html", "<!doctype", "<head"))


def normal(text: str) -> str:
    """Return a text in the form that messages are compared in."""
    return " ".join(words_of(text.lower(), keep="_%{}"))


def says(plain: str, known: Iterable[str]) -> tuple[str, str] | None:
    """Find the known text that a text is, begins with or quotes.

    Args:
        plain: What an event says, in normal form.
        known: The vendor's wordings of one fact; `%s` and `{name}` stand for anything.

    Returns:
        How well it fits, `same` or `part`, and the known text in normal form.
    """
    quoted = None
    for each in known:
        other, has_gaps, is_phrase, is_chinese = _known(each)
        if plain == other != "" or (has_gaps and _fills(plain, other)):
            return "same", other
        if is_phrase and other in plain:
            if plain.startswith(f"{other} "):
                return "same", other
            if is_chinese or f" {other} " in f" {plain} ":
                quoted = "part", other
    return quoted


class _Known(NamedTuple):
    """A text of the catalog in normal form, and how it may be recognised.

    Attributes:
        text: The text.
        has_gaps: Whether it has placeholders.
        is_phrase: Whether it may be recognised inside a longer one.
        is_chinese: Whether it needs no spaces around it there.
    """

    text: str
    has_gaps: bool
    is_phrase: bool
    is_chinese: bool


@functools.lru_cache(maxsize=_MAX_KNOWN)
def _known(text: str) -> _Known:
    other = normal(text)
    chinese = len(compiled(CJK).findall(other))
    is_phrase = len(other) >= _PHRASE and " " in other
    return _Known(
        other,
        "%s" in other or "{" in other,
        is_phrase or chinese >= _PHRASE_CJK,
        chinese > 0,
    )


def _fills(plain: str, pattern: str) -> bool:
    """Tell whether a text is a pattern with its placeholders filled in."""
    parts = compiled(_PLACEHOLDER).split(pattern)
    return re.fullmatch(".+".join(map(re.escape, parts)), plain) is not None


def contradicts(said: frozenset[str], known: Iterable[str]) -> bool:
    """Tell whether a message plainly says something else than the known texts.

    It does when it says something of its own and shares no word with any of them.

    Args:
        said: What the message is about: see `content`.
        known: The vendor's and our own wordings.
    """
    # That both speak of a room is no agreement, unless that is all that is said.
    said = said - _SUBJECTS or said
    return bool(said) and all(said.isdisjoint(_known_content(each)) for each in known)


def fits(said: frozenset[str], known: Iterable[str]) -> bool:
    """Tell whether a message speaks of what one of the known texts speaks of.

    Args:
        said: What the message is about: see `content`.
        known: The vendor's and our own wordings.
    """
    said = said - _SUBJECTS
    return any(not said.isdisjoint(_known_content(each)) for each in known)


@functools.lru_cache(maxsize=_MAX_KNOWN)
def is_telling(text: str) -> bool:
    """Tell whether a text says enough for hardly anybody else to say the same."""
    return len(content(text) - _SUBJECTS) >= _TELLING


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
        word[:_STEM]
        for word in split_words(text).split()
        if len(word) > _SHORT and word.isalpha()
    }
    words = {_SAME_STEMS.get(word, word) for word in words - _STOP_STEMS}
    if text.isascii():
        return frozenset(words)
    chinese = compiled(CJK).findall(text)
    pairs = {a + b for a, b in itertools.pairwise(chinese)}
    return frozenset(words | (pairs - _STOP_PAIRS))

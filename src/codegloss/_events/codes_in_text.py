"""Find codes in free text: `code=100205`, `<SERVER_AUTH_ERROR 10119>`, `(109404)`.

Numbers come first: of those that are looked for, what stands before tells whether a
text calls one a code. So a text without such a number costs one look for digits. A long
symbol is a code without any number: `ERR_ROOM_ID_OCCUPIED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from codegloss._events.fields import Role
from codegloss._events.limits import MAX_NUMBERS_IN_TEXT, MAX_TEXT

# A number that may be a code, at the end of a sentence or with a word right behind it:
# `failed: 416.`, `416timeout`. No part of a fraction, an IP address, a percentage, an
# id or a number with a unit: `4.16`, `416%`, `x416`, `r-416`, `416ms`. What may not
# stand before the number is checked behind its first digit, because a pattern that
# starts with a digit is searched far faster.
_NUMBER = re.compile(
    r"\d(?<![A-Za-z0-9_.].)(?<![A-Za-z0-9_.]-.)(?:(?<=0)x[0-9A-Fa-f]{2,8}|\d{0,9})"
    r"(?![0-9_%]|\.\d|[A-Za-z](?![a-z]{3}))"
)
_DIGITS = re.compile(r"\d(?:\d\d|\b)")
_LONG_WORD = re.compile(r"\b[\w.]{16}")
_SYMBOL = re.compile(r"\b[A-Za-z]\w{15,79}\b", re.ASCII)
# A text as a code: `code:AuthFailure.SignatureFailure`.
_WORD = re.compile(
    r"(?:[Cc]ode[\"']?\s?[:=]|失败[:\uff1a])\s?[\"']?([A-Za-z][\w.]{3,63})", re.ASCII
)
# One of a kind says so itself: `failed: InvalidParameter.Name`.
_DOTTED = re.compile(r"\b[A-Z][A-Za-z]{5,40}\.[A-Z]\w{2,60}", re.ASCII)
# The number first, then what the class says: `PlatformException(10004, ...)`; or behind
# a name: `PlatformException(Sdk_Not_Login, 6014, ...)`.
_RAISED = re.compile(r"(?:Exception|Error)\((?:[A-Za-z]\w*, ?)?$")
_BACKWARDS = re.compile(r"[A-Za-z0-9_.-]*")
_BEFORE = 64
_AFTER = 2
_OPENING = " \"'[("
_CLOSING = " \"']"
_SEPARATORS = "=:\uff1a"
_VERBS = (" is", " was", "\u4e3a", "\u662f", "->", "=>")
_PARENTHESES = {"(": ")", "\uff08": "\uff09"}
_BRACKETS = {**_PARENTHESES, "[": "]", "": ""}
_CODE = Role(code=True)
_ERROR = Role(code=True, error=True)
# "status code 404" is one field name, although its last word alone is another.
_OTHER_CODES = frozenset(
    "http status exit return response close zip area postal country currency lang"
    " language source color bar qr auth verification verify sms otp promo coupon invite"
    " discount product item stock error_correction"
    " exited terminated finished ended died quit closed".split()
)
_PARTINGS = frozenset({"disconnect", "disconnected", "ondisconnect"})
_ERROR_NAMES = ("error", "err", "failed", "failure", "reason")
_CALLBACKS = frozenset(
    {"onerror", "onwarning", "onfail", "onfailed", "onfailure", "onsdkerror"}
)
_RETURNS = frozenset({"return", "returns", "returned"})
_CHINESE_NAMES = ("错误码", "错误代码", "返回码", "业务码")
# These say so only of a number that stands directly behind: 失败414, but 失败 3 次.
_CHINESE_VERBS = (
    "失败", "返回", "返回了", "报错", "出错", "错误", "异常", "报", "报了",
    "提示", "提示了",
)  # fmt: skip
# What calls the number before it an error's: `提示1016错误`.
_CHINESE_NOUNS = ("错误", "报错", "异常")
_CHINESE_COUNTS = frozenset("次个条秒天人分毫")
_COUNT = 100
_MAX_STATUS = 599
# Spaces and quotes between a name and its number, where nothing joins them.
_GAP = 3
# The size of a number that needs no more than an error's name, or parentheses.
_LARGE = 10_000
_LARGE_BELOW_ZERO = -1_000


class Known(NamedTuple):
    """The codes that are looked for.

    Attributes:
        codes: All of them, long symbols included.
        failing: Those that no product counts as a success.
        sizes: Those that are numbers, without sign.
        symbols: Every symbol: beside one, a number needs no other name.
    """

    codes: frozenset[int | str]
    failing: frozenset[int | str]
    sizes: frozenset[int]
    symbols: frozenset[str]

    def above(self, code: Any) -> str | None:
        """Return the code that stands for all of a kind, `Name.*`; None for none."""
        if type(code) is not str or "." not in code:
            return None
        kind = f"{code.partition('.')[0]}.*"
        return kind if kind in self.codes else None


def has_number(text: str) -> bool:
    """Tell whether what is read of a text holds anything that could be a code."""
    text = text[:MAX_TEXT]
    return bool(_DIGITS.search(text) or _LONG_WORD.search(text))


def codes_in(
    text: str, known: Known, roles: Mapping[str, Role]
) -> list[tuple[int | str, Role]]:
    """Return every number in a text that is named as a code, and every long symbol.

    Args:
        text: A log message or the text of an exception.
        known: The codes that are looked for.
        roles: What field names stand for.
    """
    found: list[tuple[int | str, Role]] = []
    numbers = _NUMBER.findall(text)
    if "0x" in text or not known.sizes.isdisjoint(map(int, numbers)):
        found += _numbers_in(text, known, roles)
    names = _WORD.findall(text) if "ode" in text or "失败" in text else []
    if "." in text:
        names += [each for each in _DOTTED.findall(text) if each not in names]
    # A code that is a word says so only behind `code:`; a symbol needs nothing.
    names += filter(known.symbols.__contains__, _SYMBOL.findall(text))
    if names:
        found += [
            (name, _ERROR) for name in names if name in known.codes or known.above(name)
        ]
    return found


def _numbers_in(
    text: str, known: Known, roles: Mapping[str, Role]
) -> Iterator[tuple[int, Role]]:
    named: set[int] = set()
    left = MAX_NUMBERS_IN_TEXT
    for match in _NUMBER.finditer(text):
        code = int(match[0], 0) if "x" in match[0] else int(match[0])
        if code not in known.sizes:
            continue
        left -= 1
        if left < 0:
            return
        start, end = match.span()
        before = text[max(0, start - _BEFORE) : start]
        after = text[end : end + _AFTER]
        if before[-1:] == "-":
            before, code = before[:-1], -code
        if code in known.codes and code not in named:
            role = _role(before, after, code, roles, known.symbols)
            if role is not None:
                named.add(code)
                yield code, role


def is_long(symbol: str) -> bool:
    """Tell whether a symbol says enough without a number."""
    return _SYMBOL.fullmatch(symbol) is not None


def _role(
    before: str,
    behind: str,
    code: int,
    roles: Mapping[str, Role],
    symbols: frozenset[str],
) -> Role | None:
    """Return the role of a number by what stands around it; None if it is no code."""
    after = behind[:1]
    if _PARENTHESES.get(before[-1:]) == after and _is_large(code):
        return _CODE
    if after == "," and _RAISED.search(before):
        return _ERROR
    head, is_joined = _named_by(before)
    gap = len(before) - len(head)
    # `失败 802: …`, where 400 is rather the status of somebody's answer.
    is_joined = is_joined or (after == ":" and code > _MAX_STATUS)
    direct = is_joined or _is_large(code) or not gap
    if _is_chinese(head, behind, code, direct=direct):
        return _ERROR
    name = _last_word(head) if is_joined or 0 < gap <= _GAP else ""
    if not name:
        return None
    if after == ">" and head[: -len(name)].endswith("<") and name.isupper():
        return _CODE
    is_symbol = name in symbols and not (name.islower() or name.istitle())
    is_closed = _BRACKETS.get(before[-1:]) == after
    if (
        is_symbol
        or head.endswith("Domain error")  # as Apple's systems print it
        or _is_error(name, code, after, is_joined=is_joined, is_closed=is_closed)
    ):
        return _ERROR
    return _role_of_name(name, head, roles)


def _is_large(code: int) -> bool:
    """Tell whether a number needs no more than an error's name, or parentheses."""
    return code >= _LARGE or code <= _LARGE_BELOW_ZERO


def _is_chinese(head: str, behind: str, code: int, *, direct: bool) -> bool:
    """Tell whether Chinese around a number calls it a code.

    Args:
        head: What stands before it.
        behind: The two signs behind it.
        code: The number.
        direct: Whether a verb right before may mean it.
    """
    if head.endswith(_CHINESE_NAMES):
        return True
    if direct and head.endswith(_CHINESE_VERBS):
        is_count = 0 <= code < _COUNT or behind.strip()[:1] in _CHINESE_COUNTS
        return not is_count
    return behind in _CHINESE_NOUNS and abs(code) > _MAX_STATUS


def _is_error(
    name: str, code: int, after: str, *, is_joined: bool, is_closed: bool
) -> bool:
    """Tell whether the word before a number calls it an error's.

    Args:
        name: The word.
        code: The number.
        after: The sign behind it.
        is_joined: Whether a sign or a verb stands between them.
        is_closed: Whether the number stands in brackets right behind the word.
    """
    told = name.lower()
    is_large = _is_large(code)
    # `[error: 100205, message: …]`, `failed 100205`; a small number is rather a count,
    # as is one that words follow: `failed 20000 times`. No counts are what is below
    # zero, as in `login failed -5`, `failed[-3301]` and `failed: 417`.
    is_last = is_joined or is_closed or not after or code < 0
    if is_large or code < 0 or (is_joined and code >= _COUNT):
        if told.endswith(_ERROR_NAMES if is_last else _ERROR_NAMES[:2]):
            return True
        if told in _RETURNS and (is_large or code < 0):
            return True
    # `GROUP_ADMINS_UPPER_LIMIT(815)`, `Err_Something[70398]`, `NIMLocalErrorDomain 12`.
    is_constant = name.isupper() and "_" in name
    if is_closed and (is_constant or (is_large and told.startswith("err_"))):
        return True
    if told.endswith("errordomain"):
        return True
    # Callbacks: `onError->2011`, `onFailed 414`, `disconnected: 417`.
    if told in _CALLBACKS:
        return is_joined or abs(code) >= _COUNT
    return told in _PARTINGS and is_joined and abs(code) >= _COUNT


def _named_by(before: str) -> tuple[str, bool]:
    """Return what names a number, and whether a sign or a verb joins the two."""
    head = before.rstrip(_OPENING)
    if head[-1:] in _SEPARATORS:
        return head[:-1].rstrip(_CLOSING), True
    if head.endswith(_VERBS):
        verb = next(verb for verb in _VERBS if head.endswith(verb))
        return head[: -len(verb)].rstrip(f"{_CLOSING}-="), True
    return head, False


def _role_of_name(name: str, head: str, roles: Mapping[str, Role]) -> Role | None:
    """Return the role of a field's name; None where it is another kind of code."""
    first, _, short = name.rpartition(".")
    role = roles.get(name) or roles.get(short)
    # Behind `error:` a small number is rather a count.
    if role is None or not role.code or (role.nested and role.error):
        return None
    before = head[: -len(name)].rstrip(" -_")
    word = _last_word(before).lower()
    if word == "with":  # `exited with code 1`
        word = _last_word(before[: -len(word)].rstrip()).lower()
    return role if _OTHER_CODES.isdisjoint({first.lower(), word}) else None


def _last_word(text: str) -> str:
    """Return the name that a text ends with: letters, digits, `_`, `.` and `-`."""
    found = _BACKWARDS.match(text[::-1])
    return "" if found is None else found[0][::-1].lstrip("0123456789.-")

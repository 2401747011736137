"""Find codes in free text: `code=100205`, `<SERVER_AUTH_ERROR 10119>`, `(109404)`.

Numbers come first: of those that are looked for, what stands before tells whether a
text calls one a code. So a text without such a number costs one look for digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from codegloss._events.fields import Role

# A sentence may end behind a number; a fraction, an address or a percentage may not.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])-?(?:0x[0-9A-Fa-f]{2,8}|\d{1,10})(?![A-Za-z0-9_%]|\.\d)"
)
_NUMBER_OR_NOT = re.compile(r"\d{3}|\d\b")
_BEFORE = 64
_OPENING = " \"'[("
_CLOSING = " \"']"
_SEPARATORS = "=:\uff1a"
_VERBS = (" is", " was", "\u4e3a", "\u662f")
_PARENTHESES = {"(": ")", "\uff08": "\uff09"}
_CODE = Role(code=True)
_ERROR = Role(code=True, error=True)
# "status code 404" is one field name, although its last word alone is another.
_OTHER_CODES = frozenset(
    "http status exit return response close zip area postal country currency lang"
    " language source color bar qr auth verification verify sms otp promo coupon invite"
    " discount product item stock error_correction".split()
)
_ERROR_NAMES = frozenset({"error", "err", "failed", "failure"})
_CHINESE_NAMES = ("错误码", "错误代码", "返回码", "业务码")
# These say so only of a number that stands directly behind: 失败414, but 失败 3 次.
_CHINESE_VERBS = ("失败", "返回", "报错", "错误", "异常")
_CHINESE_COUNTS = frozenset("次个条秒天人分毫")
_COUNT = 100
# The size of a number that needs no more than an error's name, or parentheses.
_LARGE = 10_000
_LARGE_BELOW_ZERO = -1_000


def has_number(text: str) -> bool:
    """Tell whether a text holds anything that could be a code."""
    return _NUMBER_OR_NOT.search(text) is not None


def codes_in(
    text: str,
    digits: frozenset[str],
    roles: Mapping[str, Role],
    symbols: frozenset[str],
) -> Iterator[tuple[int, Role]]:
    """Yield every number in a text that is named as a code, with its role.

    Args:
        text: A log message or the text of an exception.
        digits: The numbers that are looked for, without sign.
        roles: What field names stand for.
        symbols: Every symbol of the catalog: beside one, a number needs no other name.
    """
    for match in _NUMBER.finditer(text):
        found = match[0]
        code = int(found, 0) if "x" in found else int(found)
        if str(abs(code)) in digits:
            start, end = match.span()
            before, after = text[max(0, start - _BEFORE) : start], text[end : end + 1]
            role = _role(before, after, code, roles, symbols)
            if role is not None:
                yield code, role


def _role(
    before: str,
    after: str,
    code: int,
    roles: Mapping[str, Role],
    symbols: frozenset[str],
) -> Role | None:
    """Return the role of a number by what stands around it; None if it is no code."""
    last = before[-1:]
    if _PARENTHESES.get(last) == after and (
        code >= _LARGE or code <= _LARGE_BELOW_ZERO
    ):
        return _CODE
    head = before.rstrip(_OPENING)
    if head[-1:] in _SEPARATORS:
        head = head[:-1].rstrip(_CLOSING)
    elif head.endswith(_VERBS):
        head = head[: -len(next(v for v in _VERBS if head.endswith(v)))].rstrip(
            _CLOSING
        )
    elif head == before or len(before) - len(head) > 3:
        if head.endswith(_CHINESE_VERBS) and head == before and abs(code) >= _COUNT:
            return None if after and after in _CHINESE_COUNTS else _ERROR
        return _ERROR if head.endswith(_CHINESE_NAMES) else None
    if head.endswith(_CHINESE_NAMES):
        return _ERROR
    if head.endswith(_CHINESE_VERBS) and abs(code) >= _COUNT:
        return None if after in _CHINESE_COUNTS else _ERROR
    name = _last_word(head)
    if not name:
        return None
    if after == ">" and head[: -len(name)].endswith("<") and name.isupper():
        return _CODE
    # `[error: 100205, message: ...]`; a small number is rather a count.
    if name in symbols or (name.lower() in _ERROR_NAMES and abs(code) >= _LARGE):
        return _ERROR
    first, _, short = name.rpartition(".")
    words = {first.lower(), _last_word(head[: -len(name)].rstrip(" -_")).lower()}
    if not _OTHER_CODES.isdisjoint(words):
        return None
    role = roles.get(name) or roles.get(short)
    return role if role is not None and role.code else None


def _last_word(text: str) -> str:
    """Return the name that a text ends with: letters, digits, `_`, `.` and `-`."""
    start = len(text)
    while start and (
        (text[start - 1].isalnum() and text[start - 1].isascii())
        or text[start - 1] in "_.-"
    ):
        start -= 1
    return text[start:].lstrip("0123456789.-")

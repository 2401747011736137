"""Find codes in free text: `code=100205`, `<SERVER_AUTH_ERROR 10119>`, `(109404)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from codegloss._events.fields import Role
from codegloss._events.patterns import compiled

_HAS_NUMBER = r"\d{3}|\d\b"
_NUMBER = r"(?P<code>-?\d{1,10})(?![\w.%])"
_COLON = "[=:\uff1a]"
_NAMED = (
    # The names are bounded, or their search would take quadratic time.
    r"(?<![\w.])(?:(?P<before>[A-Za-z]{1,40})[ _-])?"
    r"(?P<name>[A-Za-z_][\w.-]{0,40}|错误码|错误代码|返回码|业务码)"
    rf"[\"'\]]?\s{{0,2}}(?:{_COLON}|is|was|为|是)?\s{{0,2}}[\"'\[(]?{_NUMBER}"
)
_LISTED = rf"<[A-Z][A-Z0-9_]{{3,}}[ :]{_NUMBER}>"
_IN_PARENTHESES = r"[(\uff08](?P<code>-\d{4,10}|\d{5,10})[)\uff09]"
_PLAIN = Role(code=True)
_ERROR = Role(code=True, error=True)
# "status code 404" is one field name, although its last word alone is another.
_OTHER_CODES = frozenset(
    "http status exit return response close zip area postal country currency lang"
    " language source color bar qr auth verification verify sms otp promo coupon invite"
    " discount product item stock error_correction".split()
)
_ERROR_NAMES = frozenset({"error", "err", "failed", "failure"})
_DISTINCTIVE = 10_000


_re = partial(compiled, flags=0)


def has_number(text: str) -> bool:
    """Tell whether a text holds anything that could be a code."""
    return _re(_HAS_NUMBER).search(text) is not None


def codes_in(
    text: str, roles: Mapping[str, Role], symbols: frozenset[str]
) -> Iterator[tuple[str, Role]]:
    """Yield every number in a text that is named as a code, as digits with its role.

    Args:
        text: A log message or the text of an exception.
        roles: What field names stand for.
        symbols: Every symbol of the catalog: beside one, a number needs no other name.
    """
    if not has_number(text):
        return
    for match in _re(_NAMED).finditer(text):
        name = match["name"]
        role = _role(name, match["before"], roles)
        # `[error: 100205, message: ...]`; a small number is rather a count.
        error = name.lower() in _ERROR_NAMES
        if name in symbols or (error and abs(int(match["code"])) >= _DISTINCTIVE):
            role = _ERROR
        if role is not None:
            yield match["code"], role
    for pattern in (_LISTED, _IN_PARENTHESES):
        for match in _re(pattern).finditer(text):
            yield match["code"], _PLAIN


def _role(name: str, before: str | None, roles: Mapping[str, Role]) -> Role | None:
    """Return the role of a name as a field that can hold a code, or None."""
    if not name.isascii():
        return _ERROR
    first, _, last = name.rpartition(".")
    if not _OTHER_CODES.isdisjoint({(before or "").lower(), first.lower()}):
        return None
    role = roles.get(name) or roles.get(last)
    return role if role is not None and role.code else None

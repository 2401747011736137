"""What kind of text it is: one of a failure, a line of HTTP, a page."""

from __future__ import annotations

from codegloss._events.patterns import compiled

_URL_IN_TEXT = r"https?://[^\s\"'<>),;]+"
# A host and a path without what goes before: `console.tim.qq.com/v4/openim/…`.
_ADDRESS_IN_TEXT = r"(?<![\w./@:-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s\"'<>),;]+"
_PATH_OF_HOST = r"\.[a-z]{2,}/"
_METHOD = r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+"
_CALL = rf"{_METHOD}(?:https?://|/\S*\s+HTTP/)"
_REQUEST = rf"\bHTTP[ /]\d|{_METHOD}/"
# As protocols write it, and the exceptions of httpx, requests and aiohttp.
_STATUS = (
    r"\bHTTP(?:/[\d.]+)?[ :\"]+([1-5]\d\d)\b|\b(?:client|server) error '([45]\d\d)\b"
    r"|(?:^|: )([45]\d\d) (?:client|server) error:|^([45]\d\d), message="
)
_OF_STATUS = ("http", "client error", "server error", "message=")
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
    _URL_IN_TEXT, _PATH_OF_HOST, _ADDRESS_IN_TEXT, _CALL, _REQUEST, _STATUS, _FAILURE,
)  # fmt: skip


def is_failure(text: str) -> bool:
    """Tell whether a text speaks of a failure, in English or Chinese."""
    return compiled(_FAILURE).search(text.lower()) is not None


def tells(text: str) -> bool:
    """Tell whether a text says what went wrong, and not only what was being done."""
    return is_failure(text) or compiled(_STATE).search(text) is not None


def urls_in(text: str) -> list[str]:
    """Return the first URLs in a text."""
    return compiled(_URL_IN_TEXT).findall(text)[:2]


def addresses_in(text: str) -> list[str]:
    """Return the first hosts with a path that stand in a text without a scheme."""
    if compiled(_PATH_OF_HOST).search(text) is None:
        return []  # far faster than the expression
    return compiled(_ADDRESS_IN_TEXT).findall(text)[:2]


def is_call(text: str) -> bool:
    """Tell whether a text shows a request: `GET https://…`, `GET /… HTTP/1.1`."""
    return compiled(_CALL).search(text) is not None


def is_request(text: str) -> bool:
    """Tell whether a text may speak of a request: `GET /…`, `over HTTP/2`."""
    return compiled(_REQUEST).search(text) is not None


def statuses_in(text: str) -> list[int]:
    """Return the HTTP statuses that a text shows as such: `HTTP/1.1 403 Forbidden`."""
    if "HTTP" not in text and "rror" not in text and "message=" not in text:
        return []  # far faster than the expression
    lowered = text.lower()  # `error` alone is in most texts that are read
    if not any(map(lowered.__contains__, _OF_STATUS)):
        return []
    return [int("".join(found)) for found in compiled(_STATUS).findall(text)]


def is_page(text: str) -> bool:
    """Tell whether a text is a page of HTML, which no vendor's API answers with."""
    return text.lstrip()[:9].lower().startswith(("<html", "<!doctype", "<head"))

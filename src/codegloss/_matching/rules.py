"""The reasons to say nothing of a code, in order: the first that applies counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from codegloss._catalog.model import Entry, Resolution
from codegloss._matching.evidence import Weighed
from codegloss._matching.messages import tells
from codegloss._matching.names import NameIndex
from codegloss._matching.types import Query, Text
from codegloss._matching.wording import Words, content, normal

_OK = 200
# Numbers that hardly anybody else uses, by their size.
_DISTINCTIVE = 10_000
_DISTINCTIVE_BELOW_ZERO = -1_000
_MAX_STATUS = 599
_ANYBODYS = range(-99, 100)
_TEXT = frozenset({"text"})
_WORDS = frozenset({"symbol", "message"})
# What only the code in question has beside it.
OWN_WORDS = _WORDS | {"code"}
# So long a text of the catalog is quoted on purpose.
_PHRASE = 16
# Below this, a number under the scope of a whole process wants words that fit.
_COMMON = 1_000


class Answer:
    """A resolution, and what the rules ask of its candidates, worked out once.

    Attributes:
        resolution: The resolution.
        is_success: Whether a candidate is a success code.
        is_vague: Whether all candidates say no more than that the cause is not known.
        is_one: Whether all candidates state the same, as rows that products share do.
        wordings: The vendor's texts of the candidates, in normal form.
        names: The words of the candidates' scopes, which say nothing of a failure.
        words: What words mean in the texts of the candidates' products.
    """

    __slots__ = (
        "_known",
        "is_one",
        "is_success",
        "is_vague",
        "kinds",
        "names",
        "resolution",
        "wordings",
        "words",
    )  # fmt: skip

    def __init__(self, resolution: Resolution, words: Words) -> None:
        candidates = resolution.candidates
        self.resolution = resolution
        self.words = words
        self.kinds = frozenset(resolution.matched_by)
        self.is_success = any(entry.category == "OK" for entry in candidates)
        self.is_vague = all(entry.category == "UNKNOWN" for entry in candidates)
        stated = {(e.meaning["en"], e.message, e.texts) for e in candidates}
        self.is_one = len(stated) == 1
        self.wordings = frozenset(normal(w) for e in candidates for w in wordings(e))
        self.names = content(" ".join(dict.fromkeys(e.scope for e in candidates)))
        self._known: tuple[frozenset[str], ...] | None = None

    @property
    def known(self) -> tuple[frozenset[str], ...]:
        """What each text is about whose words may turn up beside a candidate."""
        if self._known is None:
            self._known = tuple(map(self.words.of, self._texts()))
        return self._known

    def quotes(self, text: Text) -> bool:
        """Tell whether a text quotes a longer one of the catalog about a candidate."""
        return any(
            normal(each) in text.plain for each in self._texts() if len(each) >= _PHRASE
        )

    def _texts(self) -> Iterator[str]:
        for entry in self.resolution.candidates:
            yield from (*wordings(entry), *entry.symbols, *entry.meaning.values())


class Case(NamedTuple):
    """One code, with the answer that is about to be given.

    Attributes:
        code: The code, as a number where it is digits.
        query: Everything known around it.
        answer: The answer.
        weighed: What the evidence comes to.
        names: The catalog's names.
        http_texts: What any server says of an HTTP status with this number.
        guess: Whether a number alone may be enough.
        is_mixed: Whether the code is a success of some product, and not of all.
    """

    code: Any
    query: Query
    answer: Answer
    weighed: Weighed
    names: NameIndex
    http_texts: frozenset[str]
    guess: bool
    is_mixed: bool

    @property
    def products(self) -> frozenset[str]:
        """The products that the evidence and the code allow; none without evidence."""
        scopes = [entry.scope for entry in self.answer.resolution.candidates]
        return (self.weighed.products or frozenset()).intersection(scopes)

    @property
    def is_http(self) -> bool:
        """Whether it could be an HTTP status."""
        return is_status(self.code)


def is_status(code: Any) -> bool:
    """Tell whether a code could be an HTTP status, or a small enumeration's value."""
    return type(code) is int and 0 <= code <= _MAX_STATUS


def is_large(code: Any) -> bool:
    """Tell whether few others use a code: a number by its size, a text by its form."""
    if type(code) is int:
        return not _DISTINCTIVE_BELOW_ZERO < code < _DISTINCTIVE
    return type(code) is str and "_" in code


class Rule(NamedTuple):
    """A reason to say nothing.

    Attributes:
        name: What `explain` calls it.
        applies: Returns why, in words; empty where it does not apply.
    """

    name: str
    applies: Callable[[Case], str]


def silence(case: Case) -> tuple[str, str]:
    """Return the name and the words of the first rule that applies to a case.

    The name is empty, and the words say so, where there is evidence enough.
    """
    for name, applies in RULES:
        why = applies(case)
        if why:
            return name, why
    return "", "evidence"


def _veto(case: Case) -> str:
    for sign in case.query.vetoes:
        if not sign.owner or case.names.could_be(sign.owner, case.code):
            return sign.why
    return ""


def _success(case: Case) -> str:
    if case.answer.is_success:
        return "a success code of a product in question"
    if case.is_mixed and case.query.calm:
        return "a success code of some product, and the line tells of no error"
    return ""


def _same_as_status(case: Case) -> str:
    if case.code in case.query.statuses:
        return "the same number stands beside it as HTTP status"
    return ""


def _http_status(case: Case) -> str:
    query = case.query
    shown = False
    if case.is_http:
        shown = query.page
        if query.http and not shown:
            shown = not case.weighed.speaks and (
                not case.weighed.is_strong or _is_what_it_answers(case)
            )
        elif not case.weighed.is_strong and case.http_texts and not shown:
            shown = not _common(case) <= case.answer.wordings or _is_spelled_out(case)
    return "what stands beside it shows an HTTP status" if shown else ""


def _is_what_it_answers(case: Case) -> bool:
    """Tell whether a number is what the server of a request answers by HTTP itself."""
    told = bool(_common(case)) or not case.query.said
    return told and _OK not in case.query.statuses


def _is_spelled_out(case: Case) -> bool:
    """Tell whether a text spells a status as HTTP does: `404 Not Found`."""
    english = filter(str.isascii, case.http_texts)
    spelled = [f"{case.code} {each}" for each in english]
    return any(each in text.plain for text in case.query.near for each in spelled)


def _common(case: Case) -> frozenset[str]:
    """Return what stands beside a number and is said of the HTTP status by anybody."""
    return case.http_texts.intersection([text.plain for text in case.query.texts])


def _points_elsewhere(case: Case) -> str:
    for sign in case.query.counter if not case.weighed.is_strong else ():
        weak = (sign.faint and case.query.evidence) or (
            sign.spoken and not case.weighed.is_broad
        )
        if weak or case.names.is_namesake(sign.owner, case.products):
            continue
        if case.names.could_be(sign.owner, case.code):
            return f"points to {sign.why}"
    return ""


def _chosen_by_app(case: Case) -> str:
    products = case.weighed.products
    is_open = products is None or products in case.names.vendor_sets
    if is_open and case.names.is_of_app(case.code, products):
        return "a number that the app itself may have chosen"
    return ""


def _says_something_else(case: Case) -> str:
    weighed, query = case.weighed, case.query
    # No message denies an unclassified error; but -1 or 3 may be anybody's.
    vague = case.answer.is_vague and case.code in _ANYBODYS
    if not (weighed.is_broad or vague) or not case.answer.kinds.isdisjoint(_WORDS):
        return ""
    texts = query.said
    if weighed.is_prior:  # the program's own text counts, too, if it tells of a failure
        texts = tuple(text for text in query.near if tells(text.raw)) + texts
    answer = case.answer
    for text in texts:
        own = text.content - answer.names
        if answer.words.contradict(own, answer.known) and not answer.quotes(text):
            return "the message says something else"
    return ""


def _prior(case: Case) -> str:
    """Return why the scope of the whole process is not enough."""
    if not case.weighed.is_prior or not case.answer.kinds.isdisjoint(_WORDS):
        return ""
    if not case.query.error:
        return "the scope of the whole process, and nothing speaks of an error"
    if type(case.code) is int and abs(case.code) < _COMMON:
        return "the scope of the whole process, and any API uses this number"
    return ""


def _small_number(case: Case) -> str:
    """Return why a vendor's name is not enough: it has more products than these."""
    small = type(case.code) is int and abs(case.code) < _DISTINCTIVE
    weighed = case.weighed
    own = not case.answer.kinds.isdisjoint(OWN_WORDS)
    if case.is_mixed and case.answer.is_vague and not (weighed.is_strong or own):
        return "a success code of some product, and no known error of another"
    if not small or not weighed.is_broad or weighed.is_given or not weighed.kinds:
        return ""
    alone = (
        weighed.is_prior
        or case.answer.resolution.product is not None
        # What only says that the cause is not known is no more than the number says.
        or case.answer.is_vague
        # A row that several products have is hardly more, where anybody counts so.
        or (case.answer.is_one and not is_large(case.code))
    )
    if not alone or own:
        return ""
    words, known = case.answer.words, case.answer.known
    near = [text.content for text in case.query.near]
    if not weighed.is_prior and any(words.fit(said, known) for said in near):
        return ""
    return "a small number, and nothing speaks for the product"


def _needs_evidence(case: Case) -> str:
    kinds = case.answer.kinds
    if kinds - _TEXT or (kinds and (case.query.named or not case.is_http)):
        return ""
    return _number_alone(case)


def _number_alone(case: Case) -> str:
    code, query = case.code, case.query
    if not case.guess:
        return "no evidence"
    if type(code) is int and _DISTINCTIVE_BELOW_ZERO < code < _DISTINCTIVE:
        return "no evidence, and others use this number too"
    if type(code) is str and "_" not in code:
        return "no evidence, and the word is not distinctive"
    if not query.error:
        return "no evidence, and nothing speaks of an error"
    is_text = type(query.code) is str
    if is_text and type(code) is int and code >= 0 and not query.named:
        # One-time passwords, stock tickers and article numbers look like this.
        return "no evidence, and digits in a text are rather an id"
    if any(status >= 400 for status in query.statuses):
        return "no evidence, and the HTTP status shows another kind of API"
    return ""


def wordings(entry: Entry) -> tuple[str, ...]:
    """Return the texts by which the vendor states an entry."""
    return (entry.message, *entry.texts) if entry.message else entry.texts


RULES = (
    Rule("veto", _veto),
    Rule("success", _success),
    Rule("same-as-status", _same_as_status),
    Rule("http-status", _http_status),
    Rule("points-elsewhere", _points_elsewhere),
    Rule("prior", _prior),
    Rule("chosen-by-app", _chosen_by_app),
    Rule("says-something-else", _says_something_else),
    Rule("small-number", _small_number),
    Rule("needs-evidence", _needs_evidence),
)
# Those that apply whatever texts may say.
FINAL = frozenset({"veto", "success", "same-as-status"})

"""Collect the codes of a reading, and all the evidence around each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from codegloss._events.fields import LOG_LINES, MAYBE_LOG_LINES, Role
from codegloss._events.reading import Items, Raised, Reading, Thing, to_code
from codegloss._matching.messages import (
    is_call,
    is_error_level,
    is_error_severity,
    is_failure,
    is_page,
    is_request,
    statuses_in,
    urls_in,
)
from codegloss._matching.names import Claim, Markers, Sign, Weight
from codegloss._matching.resolve import Question

# How near a code is to the cause: what explains another, an inner place, an exception
# and each of its causes; what a text says comes after every field.
_EXPLAINS = 50
_RAISED = 100
_SPOKEN = -1
_MAX_TEXTS = 24
_MAX_CHARACTERS = 6_000
_MAX_CODES = 64


class Finding(NamedTuple):
    """One code in an event, with the question it raises."""

    field: str
    question: Question
    rank: int
    place: Place
    explains: bool


class Survey:
    """Collect the codes of one reading, and all the evidence around them.

    Args:
        markers: The catalog's markers, compiled.
        explaining: Names of tables whose codes explain the code beside them.
        logger_scopes: Logger name → the scope of its events.
        codes_in: Finds the codes in a text.
        is_known: Tells whether any product of the catalog has a code.
        text: Whether to look into every text, and not only where a container of an
            error holds text.
    """

    def __init__(
        self,
        markers: Markers,
        explaining: frozenset[str],
        logger_scopes: Mapping[str, str],
        codes_in: Callable[[str], Iterable[tuple[str, Role]]],
        is_known: Callable[[Any], bool],
        *,
        text: bool,
    ) -> None:
        self._markers = markers
        self._logger_scopes = logger_scopes
        self._codes_in = codes_in
        self._is_known = is_known
        self._text = text
        self.logger_scope: str | None = None
        self._explaining = explaining
        self._claims: list[Claim] = []
        self._shorts: list[tuple[str, str]] = []
        self._foreign: list[Sign] = []
        self._statuses: list[int] = []
        self._hosts: list[tuple[Place, str, bool]] = []
        self._paths: list[str] = []
        self._error = False
        self._page = False
        self._texts = 0
        self._characters = 0
        self._ignored: frozenset[str] = frozenset()
        self._seen: list[tuple[str | None, Any, Place]] = []
        self._codes: list[tuple[str, Any, Role, Place, int]] = []

    def look(
        self,
        reading: Reading,
        ignored: frozenset[str] = frozenset(),
        *,
        whole: bool = False,
    ) -> None:
        """Look through an event and everything nested in it.

        Args:
            reading: The event as read.
            ignored: Keys of the event itself that are neither codes nor evidence.
            whole: Whether to weigh what it says where no code is known, too.
        """
        self._ignored = ignored
        self._look(reading, Place(None, error=False, path=""), 0)
        # Most events whose fields might hold a code have none of the catalog's, and
        # weighing takes most of the time.
        if whole or any(self._is_known(value) for _, value, *_ in self._codes):
            for fact, value, place in self._seen:
                self._fact(fact, value, place)

    def findings(self, scope: tuple[Claim, ...]) -> list[Finding]:
        """Return every code found, each with the question it raises."""
        for place, value, remote in self._hosts:
            # OpenTelemetry has the host and the path of a URL in two attributes.
            url = value if "/" in value else value + (place.url_path or "")
            weight = self._markers.host(url, remote=remote)
            # On the server's side of a span that is the server's own address.
            self._weigh("host", weight, url, faint=remote and "/" not in url)
        for path in () if self._hosts else self._paths:
            self._weigh("host", self._markers.path(path), path)
        self._leave_homonyms()
        claims = (*scope, *self._claims, *self._qualified())
        findings = [
            Finding(
                field,
                self._question(value, role, place, claims),
                rank,
                place,
                role.table in self._explaining,
            )
            for field, value, role, place, rank in self._codes
        ]
        # What explains comes last: the code beside it is evidence for it.
        findings.sort(key=lambda finding: finding.explains)
        return findings

    def _question(
        self, value: Any, role: Role, place: Place, claims: tuple[Claim, ...]
    ) -> Question:
        if role.prefix:
            products = self._markers.products_of[role.prefix]
            claims = (*claims, Claim("prefix", products, role.prefix))
        texts = list(place.texts())
        return Question(
            value,
            role.table or "",
            claims,
            tuple(texts),
            tuple(place.own_said[:1]),
            tuple(place.names()),
            tuple(self._foreign),
            place.http or (place.line and not claims),
            tuple(self._statuses),
            self._error or role.error or place.error,
            role.error or role.spoken or place.error,
            self._page,
            tuple(place.vetoes),
        )

    def _leave_homonyms(self) -> None:
        """Leave out names that beside another one are that one's: NVIDIA NIM."""
        for who in {sign.who for sign in self._foreign} & self._markers.homonyms.keys():
            words = self._markers.homonyms[who]
            self._claims = [
                claim
                for claim in self._claims
                if claim.kind == "host" or not self._markers.rests_on(claim, words)
            ]

    def _qualified(self) -> Iterator[Claim]:
        """Yield claims by names that count only beside evidence for their vendor."""
        vendors = {p.partition(".")[0] for c in self._claims for p in c.products}
        if len(vendors) == 1:
            (vendor,) = vendors
            for kind, value in self._shorts:
                products = self._markers.short(value, vendor)
                if products:
                    yield Claim(kind, products, value)

    def _look(self, reading: Reading, place: Place, rank: int) -> None:
        shape, values = reading
        keys = {name for name, _ in shape.fields}
        line = None
        if place.outer is None and LOG_LINES.isdisjoint(keys):
            # Without an event text, the first of these is the log line, not the
            # vendor's words.
            line = next((name for name in MAYBE_LOG_LINES if name in keys), None)
        for (name, role), value in zip(shape.fields, values, strict=False):
            if value is None or (place.outer is None and name in self._ignored):
                continue
            path = place.path + name
            if role.code:
                self._code(path, value, role, place, rank)
            elif role.nested and type(value) not in (str, int):
                inner = Place(place, error=role.error, path=f"{path}.")
                inner.about = inner.about or role.about
                self._descend(value, inner, rank + 1)
            else:
                fact = role.fact
                if fact == "note":
                    fact = "text" if place.outer is None else "message"
                self._take("text" if name == line else fact, value, place, path)
                if role.nested and role.error and type(value) is str:
                    self._look_into(value, place, path)
        self._seen.append(("keys", keys, place))

    def _code(
        self, field: str, value: Any, role: Role, place: Place, rank: int
    ) -> None:
        if place.about or len(self._codes) >= _MAX_CODES:
            return
        if to_code(value) is not None:
            bonus = _EXPLAINS if role.table in self._explaining else 0
            self._codes.append((field, value, role, place, rank + bonus))

    def _descend(self, value: Any, place: Place, rank: int) -> None:
        if isinstance(value, Thing):
            self._seen.append(("class", value[0].names, place))
            self._look(value[1], place, rank)
        elif isinstance(value, Raised):
            for depth, (names, text, fields) in enumerate(value.links()):
                link = Place(place, error=True, path=place.path)
                self._seen.append(("class", names.names, link))
                if text:
                    self._take("message", text, link, f"{place.path}text")
                if fields is not None:
                    self._look(fields, link, rank + _RAISED + depth)
        elif isinstance(value, Items):
            for number, item in enumerate(value):
                path = f"{place.path[:-1]}[{number}]."
                self._descend(item, Place(place, error=place.error, path=path), rank)
        else:
            self._look(value, place, rank)

    def _take(self, fact: str | None, value: Any, place: Place, field: str) -> None:
        """Take in what a field says, and look for codes in it if it is a text."""
        if fact in {"text", "message"} and value and type(value) is str:
            self._texts += 1
            self._characters += len(value)
            if self._is_enough():  # weighing one takes up to a millisecond
                return
            if self._text or place.error:
                self._look_into(value, place, field)
        self._seen.append((fact, value, place))

    def _look_into(self, text: str, place: Place, field: str) -> None:
        seen = any(field == known for known, *_ in self._codes)
        if seen or place.about or self._is_enough():
            return
        for code, role in self._codes_in(text):
            if len(self._codes) >= _MAX_CODES:
                return
            spoken = role._replace(spoken=True)
            self._codes.append((field, code, spoken, place, _SPOKEN))

    def _is_enough(self) -> bool:
        return self._texts > _MAX_TEXTS or self._characters > _MAX_CHARACTERS

    def _fact(self, fact: str | None, value: Any, place: Place) -> None:
        if fact == "level":
            self._error = self._error or is_error_level(value)
        elif fact == "severity":
            self._error = self._error or is_error_severity(value)
        elif fact == "http":
            place.http = True
        elif fact == "status":
            status = to_code(value)
            if type(status) is int:
                self._statuses.append(status)
        elif fact == "class":
            self._class(value, place)
        elif fact == "keys":
            self._keys(value)
        if type(value) is not str or not value:
            return
        if fact in {"text", "message"}:
            self._told(value, place, is_message=fact == "message")
        elif fact in {"host", "peer"}:
            self._hosts.append((place, value, fact == "peer"))
        elif fact == "path":
            place.http = True
            place.url_path = value
            self._paths.append(value)
        elif fact in {"field", "logger", "exception"}:
            if fact == "logger":
                self._logger(value)
                # Loggers are called like the modules that they are of.
                who = self._markers.module(value)
                if who is not None:
                    self._foreign.append(Sign(who, f"{who} (logger)"))
            if fact == "exception":
                who = self._markers.module(value)
                if who is not None or "http" in value.lower():
                    why = f"a number of {value} ({who or 'http'})"
                    place.vetoes.append(Sign("", why))
            self._weigh(fact, self._markers.name(value), value)
            place.own_names.append(value)

    def _class(self, names: tuple[str, ...], place: Place) -> None:
        ours = False
        for name in names:
            who = self._markers.module(name)
            if who is not None:
                why = f"a number of {name.rpartition('.')[2]} ({who})"
                # What derives from a library's class may be the SDK's all the same.
                place.vetoes.append(Sign(who if ours else "", why))
            if not name.startswith("builtins."):
                weight = self._markers.name(name)
                ours = ours or weight.products not in self._markers.vendor_sets
                self._weigh("exception", weight, name)
                place.own_names.append(name.rpartition(".")[2])

    def _keys(self, keys: set[str]) -> None:
        for key in sorted(keys & self._markers.foreign_keys.keys()):
            who = self._markers.foreign_keys[key]
            self._foreign.append(Sign(who, f"{who} (the field {key})"))
        for envelope, products in self._markers.envelopes:
            if envelope.issubset(keys):
                detail = " ".join(sorted(envelope))
                self._claims.append(Claim("envelope", products, detail))

    def _told(self, text: str, place: Place, *, is_message: bool) -> None:
        """Weigh what a text says: the program's own, or a message with the code."""
        if is_message:
            # The vendor's own message comes before the program's text.
            place.own_texts.insert(0, text)
            place.own_said.append(text)
        else:
            place.own_texts.append(text)
        self._error = self._error or is_failure(text)
        self._page = self._page or is_page(text)
        place.line = place.line or is_request(text)
        self._statuses += statuses_in(text)
        self._weigh("text", self._markers.text(text), text)
        hosts = [(url, self._markers.host(url)) for url in urls_in(text)]
        for url, weight in hosts:
            # It may as well be a page that tells more.
            self._weigh("text", weight, url, faint=True)
        if is_call(text) and not any(weight.products for _, weight in hosts):
            place.http = True

    def _logger(self, name: str) -> None:
        """Look up the scope of a logger: its own, or that of the nearest parent."""
        while name and self.logger_scope is None:
            self.logger_scope = self._logger_scopes.get(name)
            name = name.rpartition(".")[0]

    def _weigh(
        self, kind: str, weight: Weight, value: str, *, faint: bool = False
    ) -> None:
        if weight.products:
            self._claims.append(Claim(kind, weight.products, value))
        is_name = kind in {"field", "logger", "exception"}
        if is_name and weight.products in self._markers.vendor_sets:
            self._shorts.append((kind, value))
        if weight.foreign:
            who = weight.foreign
            self._foreign.append(Sign(who, f"{who} ({kind})", faint))


class Place:
    """Where codes stand: a mapping, an exception or an object, in what surrounds it."""

    __slots__ = (
        "about", "error", "http", "line", "outer", "own_names", "own_said",
        "own_texts", "path", "url_path", "vetoes",
    )  # fmt: skip

    def __init__(self, outer: Place | None, *, error: bool, path: str) -> None:
        self.outer = outer
        self.error: bool = error or (outer is not None and outer.error)
        self.path = path
        self.about: bool = outer is not None and outer.about
        self.http = False
        # A text may be a line of HTTP: that counts where nothing speaks for ours.
        self.line = False
        self.url_path: str | None = None
        self.vetoes: list[Sign] = []
        self.own_names: list[str] = []
        self.own_texts: list[str] = []
        self.own_said: list[str] = []

    def names(self) -> Iterator[str]:
        """Yield names that may be symbols, the nearest first."""
        place: Place | None = self
        while place is not None:
            yield from place.own_names
            place = place.outer

    def texts(self) -> Iterator[str]:
        """Yield messages and texts, the nearest first."""
        place: Place | None = self
        while place is not None:
            yield from place.own_texts
            place = place.outer

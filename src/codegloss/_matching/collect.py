"""Collect the evidence around the codes of an event, cheapest first.

In two passes: what fields, names, hosts and classes say, and then what texts say. The
second is made only for codes that the first leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from codegloss._events.context import Context
from codegloss._events.limits import MAX_NAME, MAX_TEXT
from codegloss._events.walker import Node, Site, Walk, to_code
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
from codegloss._matching.names import NameIndex, Weight
from codegloss._matching.types import CounterEvidence, Evidence, Query

_NAMES = frozenset({"field", "service", "logger", "exception"})


class Place:
    """What stands beside the codes of one node, in what surrounds it."""

    __slots__ = (
        "http", "line", "names", "outer", "said", "texts", "url_path", "vetoes",
    )  # fmt: skip

    def __init__(self, outer: Place | None) -> None:
        self.outer = outer
        self.http = False
        # A text may be a line of HTTP: that counts where nothing speaks for ours.
        self.line = False
        self.url_path = ""
        self.vetoes: list[CounterEvidence] = []
        self.names: list[str] = []
        self.texts: list[str] = []
        self.said: list[str] = []


class Surroundings:
    """All the evidence around the codes of one event.

    Args:
        names: The catalog's names.
        logger_scopes: Logger name → the scope of its events.
        walk: The event, walked through.
        context: What a framework knows beside it.
        ignored: Keys of the event itself that are no evidence.

    Attributes:
        logger_scope: The scope that the event's logger is configured to have, or None.
    """

    def __init__(
        self,
        names: NameIndex,
        logger_scopes: Mapping[str, str],
        walk: Walk,
        context: Context | None,
        ignored: frozenset[str] = frozenset(),
    ) -> None:
        self._index = names
        self._logger_scopes = logger_scopes
        self._budget = walk.budget
        self.logger_scope: str | None = None
        self._evidence: list[Evidence] = []
        self._counter: list[CounterEvidence] = []
        # Names that say too little without evidence for their vendor.
        self._shorts: list[tuple[str, str]] = []
        self._hosts: list[tuple[Place, str, bool]] = []
        self._paths: list[str] = []
        self._statuses: list[int] = []
        self._error = False
        self._page = False
        self._texts: list[tuple[Place, str, bool]] = []
        self._places: dict[int, Place] = {}
        self._has_line = context is not None and bool(context.line)
        self._fields(walk, context, ignored)

    # --- the first pass: fields, names, hosts, classes ------------------------------

    def _fields(
        self, walk: Walk, context: Context | None, ignored: frozenset[str]
    ) -> None:
        walk.rest()
        for node in walk.nodes:
            outer = None if node.parent is None else self._places.get(id(node.parent))
            place = self._places[id(node)] = Place(outer)
            if node.info is not None:
                self._class(node.info.names, place)
                if node.text:
                    self._texts.append((place, node.text, True))
            self._node(node, place, walk, ignored if node.parent is None else None)
            if node.parent is None and context is not None:
                self._beside(context, node, place)
            keys = node.shape.keys
            if not keys.isdisjoint(self._index.telling):
                self._keys(keys)
        for place, value, remote in self._hosts:
            # OpenTelemetry has the host and the path of a URL in two attributes.
            url = value if "/" in value else value + place.url_path
            weight = self._index.host(url, remote=remote)
            # On the server's side of a span that is the server's own address.
            self._weigh("host", weight, url, faint=remote and "/" not in url)
        for path in () if self._hosts else self._paths:
            self._weigh("host", self._index.path(path), path)

    def _node(
        self, node: Node, place: Place, walk: Walk, ignored: frozenset[str] | None
    ) -> None:
        get, shape, key = node.values.get, node.shape, id(node)
        is_top = node.parent is None
        # Without an event text, the first message of an event is the log line, not the
        # vendor's words.
        log_line = shape.log_line if is_top and not self._has_line else None
        for name, fact in shape.facts:
            value = get(name)
            kind = type(value)
            if value is None or (ignored and name in ignored):
                continue
            if kind is not str and kind is not int:
                value = _plain(value)
            if fact in _TEXTS:
                if type(value) is str and value and (key, name) not in walk.decoded:
                    line = (is_top and fact == "note") or name == log_line
                    message = fact != "text" and not line
                    self._texts.append((place, value[:MAX_TEXT], message))
            elif value is not None:
                self._handlers[fact](self, value, place)

    def _beside(self, context: Context, node: Node, place: Place) -> None:
        if context.level != "":
            self._level(context.level, place)
        if context.logger:
            self._logger(context.logger, place)
        if context.line:
            self._texts.append((place, context.line[:MAX_TEXT], False))
        for name, value in context.facts:
            if name not in node.values:
                self._field(value, place)

    def _level(self, value: Any, _place: Place) -> None:
        self._error = self._error or is_error_level(value)

    def _severity(self, value: Any, _place: Place) -> None:
        self._error = self._error or is_error_severity(value)

    def _http(self, _value: Any, place: Place) -> None:
        place.http = True

    def _status(self, value: Any, _place: Place) -> None:
        status = to_code(value)
        if type(status) is int:
            self._statuses.append(status)

    def _host(self, value: Any, place: Place) -> None:
        self._take_host(value, place, remote=False)

    def _peer(self, value: Any, place: Place) -> None:
        self._take_host(value, place, remote=True)

    def _take_host(self, value: Any, place: Place, *, remote: bool) -> None:
        if type(value) is str and value and self._takes(value):
            self._hosts.append((place, value[:MAX_TEXT], remote))

    def _path(self, value: Any, place: Place) -> None:
        if type(value) is str and value:
            place.http = True
            place.url_path = value[:MAX_TEXT]
            self._paths.append(place.url_path)

    def _field(self, value: Any, place: Place) -> None:
        self._name("field", value, place)

    def _service(self, value: Any, place: Place) -> None:
        self._name("service", value, place)

    def _logger(self, value: Any, place: Place) -> None:
        if type(value) is not str or not value:
            return
        name = value[:MAX_NAME]
        self._name("logger", name, place)
        # The scope of a logger: its own, or that of the nearest parent.
        while name and self._logger_scopes and self.logger_scope is None:
            self.logger_scope = self._logger_scopes.get(name)
            name = name.rpartition(".")[0]
        # Loggers are called like the modules that they are of.
        owner = self._index.module(value[:MAX_NAME])
        if owner:
            self._counter.append(CounterEvidence(owner, f"{owner} (logger)"))

    def _exception(self, value: Any, place: Place) -> None:
        if type(value) is not str or not value:
            return
        name = value[:MAX_NAME]
        owner = self._index.module(name)
        if owner or "http" in name.lower():
            why = f"a number of {name} ({owner or 'http'})"
            place.vetoes.append(CounterEvidence("", why))
        self._name("exception", name, place)

    def _name(self, kind: str, value: Any, place: Place) -> None:
        if type(value) is str and value and self._takes(value):
            value = value[:MAX_NAME]
            self._weigh(kind, self._index.name(value), value)
            place.names.append(value)

    def _takes(self, value: str) -> bool:
        self._budget.characters -= min(len(value), MAX_NAME)
        return self._budget.characters >= 0

    def _telling(self, _value: Any, _place: Place) -> None:
        """Leave a field alone that tells by its name only."""

    def _class(self, names: tuple[str, ...], place: Place) -> None:
        ours = False
        for name in names:
            owner = self._index.module(name)
            short = name.rpartition(".")[2]
            if owner:
                # What derives from a library's class may be the SDK's all the same.
                why = f"a number of {short} ({owner})"
                place.vetoes.append(CounterEvidence(owner if ours else "", why))
            if not name.startswith("builtins."):
                weight = self._index.name(name)
                ours = ours or weight.products not in self._index.vendor_sets
                self._weigh("exception", weight, name)
                place.names.append(short)

    def _keys(self, keys: frozenset[str]) -> None:
        for key in sorted(keys & self._index.foreign_keys.keys()):
            owner = self._index.foreign_keys[key]
            self._counter.append(CounterEvidence(owner, f"{owner} (the field {key})"))
        for envelope, products in self._index.envelopes:
            if envelope.issubset(keys):
                detail = " ".join(sorted(envelope))
                self._evidence.append(Evidence("envelope", products, detail))

    _handlers: ClassVar[dict[str, Callable[[Surroundings, Any, Place], None]]] = {
        "field": _field, "service": _service, "host": _host, "peer": _peer, "logger": _logger,
        "exception": _exception, "level": _level, "severity": _severity,
        "http": _http, "path": _path, "status": _status, "telling": _telling,
    }  # fmt: skip

    # --- the second pass: texts -----------------------------------------------------

    def read_texts(self) -> None:
        """Weigh what texts say: the program's own, and messages with the code."""
        texts, self._texts = self._texts, []
        for place, text, is_message in texts:
            if self._budget.takes(text):
                self._text(text, place, is_message=is_message)

    def _text(self, text: str, place: Place, *, is_message: bool) -> None:
        if is_message:
            # The vendor's own message comes before the program's text.
            place.texts.insert(0, text)
            place.said.append(text)
        else:
            place.texts.append(text)
        self._error = self._error or is_failure(text)
        self._page = self._page or is_page(text)
        place.line = place.line or is_request(text)
        self._statuses += statuses_in(text)
        self._weigh("text", self._index.text(text), text)
        hosts = [(url, self._index.host(url)) for url in urls_in(text)]
        for url, weight in hosts:
            # It may as well be a page that tells more.
            self._weigh("text", weight, url, faint=True)
        if is_call(text) and not any(weight.products for _, weight in hosts):
            place.http = True

    def _weigh(
        self, kind: str, weight: Weight, value: str, *, faint: bool = False
    ) -> None:
        products, owner = weight
        if products:
            self._evidence.append(Evidence(kind, products, value))
        if kind in _NAMES and products in self._index.vendor_sets:
            self._shorts.append((kind, value))
        if owner:
            self._counter.append(CounterEvidence(owner, f"{owner} ({kind})", faint))

    # --- what it comes to -----------------------------------------------------------

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all evidence of the event, names that depend on it included."""
        found = self._evidence
        homonyms = self._index.homonyms
        for who in {sign.owner for sign in self._counter} & homonyms.keys():
            # Names that beside another one are that one's: NVIDIA NIM.
            found = [each for each in found if not self._rests_on(each, homonyms[who])]
        return (*found, *self._qualified(found))

    def _rests_on(self, each: Evidence, words: frozenset[str]) -> bool:
        if each.kind == "host":
            return False
        in_text = each.kind == "text"
        return self._index.rests_on(each.detail, words, in_text=in_text)

    def _qualified(self, found: list[Evidence]) -> Iterator[Evidence]:
        """Yield names that count only beside evidence for their vendor."""
        if not self._shorts or not found:
            return
        vendors = {p.partition(".")[0] for each in found for p in each.products}
        if len(vendors) == 1:
            (vendor,) = vendors
            for kind, value in self._shorts:
                products = self._index.short(value).get(vendor)
                if products:
                    yield Evidence(kind, products, value)

    def query(self, site: Site, evidence: tuple[Evidence, ...]) -> Query:
        """Return one code with everything known around it so far."""
        node, role = site.node, site.role
        place = self._places[id(node)]
        if role.prefix:
            products = self._index.products_of[role.prefix]
            evidence = (*evidence, Evidence("prefix", products, role.prefix))
        texts: list[str] = []
        names: list[str] = []
        around: Place | None = place
        while around is not None:
            texts += around.texts
            names += around.names
            around = around.outer
        return Query(
            site.found,
            role.table or "",
            evidence,
            tuple(self._counter),
            tuple(place.vetoes),
            tuple(texts),
            tuple(place.said[:1]),
            tuple(names),
            place.http or (place.line and not evidence),
            tuple(self._statuses),
            self._error or role.error or node.is_error,
            role.error or site.in_text or node.is_error,
            self._page,
        )


_TEXTS = frozenset({"text", "message", "note"})


def _plain(value: Any) -> int | str | None:
    """Return a text or a whole number of whatever class as plain data."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return int.__pos__(value)
    return int(value) if kind is float and value.is_integer() else None

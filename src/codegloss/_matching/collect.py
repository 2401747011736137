"""Collect the evidence around the codes of an event, cheapest first.

In two passes: what fields, names, hosts and classes say, and then what texts say. The
second is made only for codes that the first leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, ClassVar

from codegloss._events.context import Context, is_error_level, is_error_severity
from codegloss._events.limits import MAX_NAME, MAX_TEXT
from codegloss._events.walker import Node, Site, Walk, to_code
from codegloss._matching.evidence import CounterEvidence, Evidence
from codegloss._matching.messages import (
    addresses_in,
    is_call,
    is_failure,
    is_page,
    is_request,
    statuses_in,
    urls_in,
)
from codegloss._matching.names import NameIndex, Weight
from codegloss._matching.rules import is_status
from codegloss._matching.types import Query, Text

_NONE: frozenset[str] = frozenset()
_NAMES = frozenset({"field", "service", "logger", "exception"})


def glance(
    index: NameIndex, walk: Walk, context: Context | None
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the products that names in an event speak for, and those that hosts do.

    It is all that most events need: an HTTP status in the log of a web server, or a
    success, wants a witness, and hardly ever has one.
    """
    named = hosted = _NONE
    vendors = index.vendor_sets
    names: list[Any] = [] if context is None else [context.logger]
    for node in walk.nodes:
        get = node.values.get
        names += map(get, node.shape.names)
        if node.info is not None:
            names += node.info.names
        for key in node.shape.hosts:
            value = get(key)
            if type(value) is str and walk.takes(len(value) // 2):
                hosted |= index.host(value[:MAX_TEXT], remote=True).products
    for value in names:
        if type(value) is str and walk.takes(min(len(value), MAX_NAME)):
            products = index.name(value[:MAX_NAME]).products
            if products not in vendors:
                named |= products
            hosted |= products
    return named, hosted


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
        self.logger_scope: str | None = None
        self._evidence: list[Evidence] = []
        self._counter: list[CounterEvidence] = []
        # Names that say too little without evidence for their vendor.
        self._shorts: list[tuple[str, str]] = []
        self._hosts: list[tuple[Node, str, bool]] = []
        self._paths: list[str] = []
        self._statuses: list[int] = []
        self._error = walk.is_error_line
        self._read: list[tuple[str, Node]] = []
        self._page = False
        self._walk = walk
        self._context = context
        self._ignored = ignored
        self._fields()

    # --- the first pass: fields, names, hosts, classes ------------------------------

    def _fields(self) -> None:
        walk, context = self._walk, self._context
        walk.rest()
        telling = self._index.telling
        for node in walk.nodes:
            if node.info is not None:
                self._class(node.info.names, node)
            skipped = self._ignored if node.parent is None else _NONE
            self._facts(node, skipped)
            if node.parent is None and context is not None:
                self._beside(context, node)
            if not node.shape.keys.isdisjoint(telling):
                self._keys(node)
        for node, value, remote in self._hosts:
            # OpenTelemetry has the host and the path of a URL in two attributes.
            url = value if "/" in value else value + node.url_path
            weight = self._index.host(url, remote=remote)
            # On the server's side of a span that is the server's own address.
            self._weigh("host", weight, url, faint=remote and "/" not in url)
        for path in () if self._hosts else self._paths:
            self._weigh("host", self._index.path(path), path)

    def _facts(self, node: Node, skipped: frozenset[str]) -> None:
        get = node.values.get
        handlers = self._handlers
        for name, fact in node.shape.facts:
            value = get(name)
            if value is None or name in skipped:
                continue
            kind = type(value)
            if kind is not str and kind is not int:
                value = _plain(value)
                if value is None:
                    continue
            handlers[fact](self, value, node)

    def _beside(self, context: Context, node: Node) -> None:
        if context.level != "":
            self._level(context.level, node)
        if context.logger:
            self._logger(context.logger, node)
        for name, value in context.facts:
            if name not in node.values:
                self._field(value, node)

    def _level(self, value: Any, _node: Node) -> None:
        self._error = self._error or is_error_level(value)

    def _severity(self, value: Any, _node: Node) -> None:
        self._error = self._error or is_error_severity(value)

    def _http(self, value: Any, node: Node) -> None:
        node.http = True
        if type(value) is str and "://" in value:  # `request="POST https://…"`
            for url in urls_in(value[:MAX_TEXT]):
                self._take_host(url, node, remote=True)

    def _status(self, value: Any, _node: Node) -> None:
        status = to_code(value)
        if type(status) is int:
            self._statuses.append(status)

    def _host(self, value: Any, node: Node) -> None:
        self._take_host(value, node, remote=False)

    def _peer(self, value: Any, node: Node) -> None:
        self._take_host(value, node, remote=True)

    def _take_host(self, value: Any, node: Node, *, remote: bool) -> None:
        if type(value) is str and value and self._walk.takes_name(value):
            self._hosts.append((node, value[:MAX_TEXT], remote))

    def _path(self, value: Any, node: Node) -> None:
        if type(value) is str and value:
            node.http = True
            node.url_path = value[:MAX_TEXT]
            self._paths.append(node.url_path)

    def _field(self, value: Any, node: Node) -> None:
        self._name("field", value, node)

    def _service(self, value: Any, node: Node) -> None:
        self._name("service", value, node)

    def _logger(self, value: Any, node: Node) -> None:
        if type(value) is not str or not value:
            return
        name = value[:MAX_NAME]
        if name.lower() not in self._index.bare:
            self._name("logger", name, node)
        # The scope of a logger: its own, or that of the nearest parent.
        while name and self._logger_scopes and self.logger_scope is None:
            self.logger_scope = self._logger_scopes.get(name)
            name = name.rpartition(".")[0]
        # A logger is usually named after the module that made it (`__name__`), so its
        # name may show whose library wrote the event.
        owner = self._index.module(value[:MAX_NAME])
        if owner:
            self._counter.append(CounterEvidence(owner, f"{owner} (logger)"))

    def _exception(self, value: Any, node: Node) -> None:
        if type(value) is not str or not value:
            return
        name = value[:MAX_NAME]
        owner = self._index.module(name)
        if owner or "http" in name.lower():
            why = f"a number of {name} ({owner or 'http'})"
            node.vetoes += (CounterEvidence("", why),)
        self._name("exception", name, node)

    def _name(self, kind: str, value: Any, node: Node) -> None:
        if type(value) is str and value and self._walk.takes_name(value):
            value = value[:MAX_NAME]
            self._weigh(kind, self._index.name(value), value)
            node.names += (value,)

    def _class(self, names: tuple[str, ...], node: Node) -> None:
        ours = False
        for name in names:
            owner = self._index.module(name)
            short = name.rpartition(".")[2]
            if owner:
                # What derives from a library's class may be the SDK's all the same.
                why = f"a number of {short} ({owner})"
                node.vetoes += (CounterEvidence(owner if ours else "", why),)
            if not name.startswith("builtins."):
                weight = self._index.name(name)
                ours = ours or weight.products not in self._index.vendor_sets
                self._weigh("exception", weight, name)
                node.names += (short,)

    def _keys(self, node: Node) -> None:
        keys = node.shape.keys
        for key in sorted(keys & self._index.foreign_keys.keys()):
            owner = self._index.foreign_keys[key]
            self._counter.append(CounterEvidence(owner, f"{owner} (the field {key})"))
        for inside, envelope, products in self._index.envelopes:
            if envelope.issubset(keys) and inside in {"", node.name}:
                detail = " ".join(sorted(envelope))
                self._evidence.append(Evidence("envelope", products, detail))

    _handlers: ClassVar[dict[str, Callable[[Surroundings, Any, Node], None]]] = {
        "field": _field, "service": _service, "host": _host, "peer": _peer,
        "logger": _logger,
        "exception": _exception, "level": _level, "severity": _severity,
        "http": _http, "path": _path, "status": _status,
    }  # fmt: skip

    # --- the second pass: texts -----------------------------------------------------

    def read_texts(self) -> None:
        """Read the texts: the program's own, and messages with the code."""
        sites = self._walk.sites
        told = [(site.node, site.name) for site in sites if site.in_text]
        for node in self._walk.nodes:
            if node.text:
                self._text(node.text, node, is_message=True)
            is_top = node.parent is None
            if is_top and self._context is not None and self._context.line:
                self._text(self._context.line, node, is_message=False)
            others = {name for at, name in told if at is node} if told else _NONE
            self._fields_of_text(node, others, is_top=is_top)

    def _fields_of_text(
        self, node: Node, others: Collection[str], *, is_top: bool
    ) -> None:
        """Read the texts of a mapping, and those under other names that hold codes."""
        get, shape = node.values.get, node.shape
        fields = shape.spoken
        if others:
            fields += tuple((name, "text") for name in shape.others if name in others)
        # Without an event text, the first message of an event is the log line, not the
        # vendor's words.
        has_line = self._context is not None and self._context.line
        log_line = shape.log_line if is_top and not has_line else None
        for name, fact in fields:
            text: Any = get(name)
            if type(text) is not str:
                if not issubclass(type(text), str):
                    continue
                text = str.__str__(text)
            if (id(node), name) in self._walk.decoded:
                continue
            if not (is_top and name in self._ignored):
                line = name == log_line or (is_top and fact == "note")
                self._text(text, node, is_message=fact != "text" and not line)

    def _text(self, text: str, node: Node, *, is_message: bool) -> None:
        text = text[:MAX_TEXT]
        if not text or not self._walk.takes(len(text), 1):
            return
        said = Text(text)
        if is_message:
            # The vendor's own message comes before the program's text.
            node.texts = (said, *node.texts)
            node.said += (said,)
        else:
            node.texts += (said,)
        self._read.append((text, node))
        for key, others, products in self._index.spelled_envelopes:
            if key in text and all(other in text for other in others):
                self._evidence.append(Evidence("envelope", products, "in a text"))

    def weigh_texts(self) -> None:
        """Weigh what the texts that were read say by names, hosts and signs of HTTP."""
        small = any(is_status(site.code) for site in self._walk.sites)
        for text, node in self._read:
            ours = self._names_in(text)
            if small:
                self._http_in(text, node, is_ours=ours)

    def _names_in(self, text: str) -> bool:
        """Weigh a text, and tell whether it shows a host of ours."""
        self._weigh("text", self._index.text(text), text)
        hosts = urls_in(text) if "://" in text else ()
        ours = False
        for url in hosts:
            weight = self._index.host(url)
            ours = ours or bool(weight.products)
            # A URL in a text may be the called API or only a link to documentation, so
            # it is weak counter-evidence.
            self._weigh("text", weight, url, faint=True)
        for address in addresses_in(text) if "/" in text and not hosts else ():
            weight = self._index.host(address)
            if weight.products:  # else it may be a file, or a module
                ours = True
                self._weigh("text", weight, address)
        return ours

    def _http_in(self, text: str, node: Node, *, is_ours: bool) -> None:
        """Look for signs of HTTP, which matter to numbers that it uses, too."""
        self._page = self._page or ("<" in text and is_page(text))
        self._statuses += statuses_in(text)
        if "/" in text:
            node.line = node.line or is_request(text)
            if not is_ours and is_call(text):
                node.http = True

    def _weigh(
        self, kind: str, weight: Weight, value: str, *, faint: bool = False
    ) -> None:
        products, owner = weight
        if not products and owner is None and kind not in _NAMES:
            return
        if products:
            self._evidence.append(Evidence(kind, products, value))
        if (
            kind in _NAMES
            and not owner
            and products in self._index.vendor_sets
            and self._index.short(value)
        ):
            self._shorts.append((kind, value))
        if owner:
            why = f"{owner} ({kind})"
            spoken = kind == "text" and self._index.is_company(owner)
            self._counter.append(CounterEvidence(owner, why, faint, spoken))

    # --- what it comes to -----------------------------------------------------------

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all evidence of the event, names that depend on it included."""
        found = self._evidence
        if not found:
            return ()
        homonyms = self._index.homonyms
        for who in {s.owner for s in self._counter if s.owner in homonyms}:
            # A short name of ours belongs to the other company if that company is
            # named too: "NIM" beside "NVIDIA".
            found = [each for each in found if not self._rests_on(each, homonyms[who])]
        if self._shorts and found:
            return (*found, *self._qualified(found))
        return tuple(found)

    def _rests_on(self, each: Evidence, words: frozenset[str]) -> bool:
        if each.kind == "host":
            return False
        in_text = each.kind == "text"
        return self._index.rests_on(each.detail, words, in_text=in_text)

    def _qualified(self, found: list[Evidence]) -> Iterator[Evidence]:
        """Yield names that count only beside evidence for their vendor."""
        sets = self._index.vendor_sets
        named = {each.products for each in found}
        # Beside a product's own name, "call" in a longer one is no second one.
        has_product = not named <= sets
        for vendor, own in self._index.vendors:
            for kind, value in self._shorts if all(map(own.issuperset, named)) else ():
                short = self._index.short(value).get(vendor)
                if short is not None and (short.is_all or not has_product):
                    yield Evidence(kind, short.products, value)

    @property
    def may_speak(self) -> bool:
        """Whether anything speaks for a product, or might beside a vendor's name."""
        return bool(self._evidence or self._shorts)

    @property
    def has_evidence(self) -> bool:
        """Whether anything speaks for or against a product so far."""
        return bool(self._evidence or self._counter or self._statuses)

    def _speaks_of_error(self) -> bool:
        """Tell whether the level or a text of the event speaks of a failure."""
        if not self._error:
            self._error = any(is_failure(text) for text, _ in self._read)
        return self._error

    def query(
        self, site: Site, evidence: tuple[Evidence, ...], *, guess: bool
    ) -> Query:
        """Return one code with everything known around it so far.

        Args:
            site: The code.
            evidence: The evidence of the event, and its scope.
            guess: Whether a number alone may be enough.
        """
        node, role = site.node, site.role
        prefix = site.prefix
        if prefix:
            products = self._index.products_of[prefix]
            evidence = (*evidence, Evidence("prefix", products, prefix))
        texts, names = node.texts, node.names
        is_error = role.error or node.is_error or self._error
        # Only these ask for it: see the rules `prior` and `needs-evidence`.
        if not is_error and (guess or (evidence and evidence[0].configured)):
            is_error = self._speaks_of_error()
        around = node.parent
        while around is not None:
            texts += around.texts
            names += around.names
            around = around.parent
        return Query(
            site.found,
            role.table or "",
            evidence,
            tuple(self._counter),
            node.vetoes,
            texts,
            node.texts,
            node.said[:1],
            names,
            node.http or (node.line and not evidence),
            tuple(self._statuses),
            is_error,
            site.is_named,
            self._page,
            self._walk.is_calm and not node.is_error,
        )


def _plain(value: Any) -> int | str | None:
    """Return a text or a whole number of whatever class as plain data."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return int.__pos__(value)
    return int(value) if kind is float and value.is_integer() else None

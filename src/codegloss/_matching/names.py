"""Weigh what an event says against the catalog's markers: claims and counter-claims.

A claim says "this comes from one of these products"; a foreign mark says "this comes
from somebody else". Which field a value stood in decides how it is read; what the
value means is data in the catalog.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from codegloss._catalog.load import Catalog
from codegloss._events.fields import split_words
from codegloss._events.patterns import compiled
from codegloss._matching.messages import CJK, PATTERNS

# Strongest first: the order in which `matched_by` names what decided.
STRENGTH = (
    "scope", "prefix", "field", "host", "logger", "exception", "symbol", "message",
    "envelope", "code", "text", "number",
)  # fmt: skip
# A short alias (`nim`, `aws`) must stand as a word of its own, in a name. A longer one
# is distinctive enough to count inside a longer name and in free text.
_LONG = 5
_SQUASH = r"[\W_]+"
_HOST = r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#\s]+)(?::\d+)?(/[^?#\s]*)?"
_PRIVATE_HOST = (
    r"\.(?:internal|local|localhost|lan|svc|cluster|test|home|corp|intranet)$"
)
_PUBLIC_HOST = r"(?:[a-z0-9-]+\.)+[a-z]{2,}"
# `[NIM] request failed`: what stands in brackets is a name.
_TAG = r"\[([A-Za-z][\w .-]{1,30})\]"
_PATTERNS = (_SQUASH, _HOST, _PRIVATE_HOST, _PUBLIC_HOST, _TAG)


class Claim(NamedTuple):
    """Say that an event comes from one of some products, and why.

    A configured scope is what holds unless an event says otherwise.
    """

    kind: str
    products: frozenset[str]
    detail: str
    configured: bool = False


class Weight(NamedTuple):
    """What one value says: products it claims, and names of others that it names."""

    products: frozenset[str]
    foreign: str | None


class Sign(NamedTuple):
    """Say that a code may be somebody else's, and why.

    Without a name of who, it is theirs whatever its number. A faint one counts only
    where nothing at all speaks for one of ours.
    """

    who: str
    why: str
    faint: bool = False


_NOTHING = Weight(frozenset(), None)
_MAX_WEIGHED = 256


class Markers:
    """The catalog's markers, compiled for looking at values.

    Args:
        catalog: Where vendors, products and foreign names come from.
    """

    def __init__(self, catalog: Catalog) -> None:
        for pattern in (*_PATTERNS, *PATTERNS):
            compiled(pattern)
        self.products_of: dict[str, frozenset[str]] = {}
        for vendor in catalog.vendors:
            under = {p for p in catalog.products if p.startswith(f"{vendor}.")}
            self.products_of[vendor] = frozenset(under)
        # A name that says no more than the vendor, or nothing, may say the product too
        # once the vendor is known: "WebRTC web SDK".
        self.vendor_sets = {frozenset(), *self.products_of.values()}
        for product in catalog.products:
            self.products_of[product] = frozenset({product})
        aliases: dict[str, set[str]] = {}
        self._hosts: list[tuple[re.Pattern[str], str, frozenset[str]]] = []
        self._short: dict[str, dict[str, str]] = {}
        self.envelopes: list[tuple[frozenset[str], frozenset[str]]] = []
        for scope, marks in (*catalog.vendors.items(), *catalog.products.items()):
            for alias in (*marks.get("aliases", ()), scope if "." in scope else ""):
                if alias:
                    aliases.setdefault(alias, set()).add(scope)
            vendor, _, product = scope.partition(".")
            if product:
                names = marks.get("names", {}).values()
                for alias in (*marks.get("short_aliases", ()), *names, product):
                    self._short.setdefault(vendor, {})[_words(alias)] = scope
            for host in marks.get("hosts", ()):
                name, _, path = host.partition("/")
                wildcard = re.escape(name).replace(r"\*", "[^/]*")
                known_host = re.compile(wildcard, re.IGNORECASE)
                self._hosts.append((known_host, "/" + path, self.products_of[scope]))
            for keys in marks.get("envelopes", ()):
                self.envelopes.append((frozenset(keys), self.products_of[scope]))
        # A longer path is the more particular marker, then a product than a vendor.
        self._hosts.sort(key=lambda host: (-len(host[1]), len(host[2])))
        self._ours = _Words(aliases)
        # Most names and texts recur.
        self._weigh = functools.lru_cache(_MAX_WEIGHED)(self._found)
        # A path that names the vendor's service says whose it is without its host.
        self._paths = [
            (path, products)
            for _, path, products in self._hosts
            if self._ours.find(path, words=True)[0]
        ]
        foreign: dict[str, set[str]] = {}
        self._foreign_hosts: list[tuple[re.Pattern[str], str]] = []
        self._modules: dict[str, str] = {}
        self._numbers: dict[str, range] = {}
        for who, marks in catalog.foreign.items():
            numbers = marks.get("numbers")
            if numbers:
                self._numbers[who] = range(numbers["from"], numbers["to"] + 1)
            for alias in marks.get("aliases", ()):
                foreign.setdefault(alias, set()).add(who)
            for host in marks.get("hosts", ()):
                wildcard = re.escape(host).replace(r"\*", ".*")
                foreign_host = re.compile(wildcard, re.IGNORECASE)
                self._foreign_hosts.append((foreign_host, who))
            for module in marks.get("modules", ()):
                self._modules[module.lower()] = who
        self._foreign = _Words(foreign)
        # Fields that only somebody else's answers have.
        self.foreign_keys = {
            key: who
            for who, marks in catalog.foreign.items()
            for key in marks.get("keys", ())
        }
        self.homonyms = {
            who: frozenset(map(_words, marks["homonyms"]))
            for who, marks in catalog.foreign.items()
            if marks.get("homonyms")
        }
        self.telling = (
            *self.foreign_keys,
            *(k for each, _ in self.envelopes for k in each),
        )
        self.tables = {
            product: frozenset(marks.get("tables", ()))
            for product, marks in catalog.products.items()
        }
        self.shares = {
            product: tuple(marks["shares"])
            for product, marks in catalog.products.items()
            if marks.get("shares")
        }

    def name(self, value: str) -> Weight:
        """Weigh a name: of a vendor, an SDK, a logger, a class or a module."""
        return self._weigh(value, in_text=False)

    def text(self, value: str) -> Weight:
        """Weigh free text: only distinctive names count in it."""
        weight = self._weigh(value, in_text=True)
        for tag in compiled(_TAG).findall(value)[:2]:
            named = self.name(tag)
            weight = Weight(
                weight.products | named.products, weight.foreign or named.foreign
            )
        return weight

    def host(self, value: str, *, remote: bool = False) -> Weight:
        """Weigh a host or a URL; a public host that is not ours is somebody else's.

        Args:
            value: A URL, a host with a path, or a host alone.
            remote: Whether a host alone is that of the other side, and not our own.
        """
        value = value.strip()
        if value.startswith("/"):
            return self.path(value)
        match = compiled(_HOST).match(value)
        if match is None or "." not in match[1]:
            # A name may still say whose it is; its path is our own.
            return self.name(match[1] if match else value)
        host, path = match.group(1).lower(), match.group(2) or "/"
        for pattern, prefix, products in self._hosts:
            if pattern.fullmatch(host) and path.startswith(prefix):
                return Weight(products, None)
        for pattern, who in self._foreign_hosts:
            if pattern.fullmatch(host):
                return Weight(frozenset(), who)
        private = compiled(_PRIVATE_HOST).search(host)
        public = private is None and compiled(_PUBLIC_HOST).fullmatch(host)
        is_theirs = public and (remote or "/" in value)
        return Weight(frozenset(), "host") if is_theirs else _NOTHING

    def path(self, value: str) -> Weight:
        """Weigh the path of a URL whose host is not known."""
        for prefix, products in self._paths:
            if value.startswith(prefix):
                return Weight(products, None)
        return _NOTHING

    def short(self, value: str, vendor: str) -> frozenset[str]:
        """Weigh a name that says enough only beside evidence for its vendor."""
        spelled = (f" {_words(value)} ", f" {split_words(value)} ")
        names = self._short.get(vendor, {})
        return frozenset(
            scope
            for alias, scope in names.items()
            if any(f" {alias} " in words for words in spelled)
        )

    def rests_on(self, claim: Claim, words: frozenset[str]) -> bool:
        """Tell whether a name would claim nothing without some of its words."""
        rest = " ".join(w for w in _words(claim.detail).split() if w not in words)
        return not self._weigh(rest, in_text=claim.kind == "text").products

    def could_be(self, who: str, code: int | str) -> bool:
        """Tell whether a code may be one of somebody else's, as far as is known."""
        return type(code) is str or code in self._numbers.get(who, (code,))

    def module(self, dotted: str) -> str | None:
        """Return whose library a class comes from, given its dotted name."""
        lowered = dotted.lower()
        root = lowered.partition(".")[0]
        if root in self._modules and "." in lowered:
            return self._modules[root]
        return self._modules.get(lowered)

    def _found(self, value: str, *, in_text: bool) -> Weight:
        found, rest = self._ours.find(value, words=not in_text)
        products: frozenset[str] = frozenset()
        vendors: frozenset[str] = frozenset()
        for scope in found:
            if "." in scope:
                products |= self.products_of[scope]
            else:
                vendors |= self.products_of[scope]
        # "NetEase NIM" speaks of NIM; beside another vendor's name, of both.
        if products and vendors:
            products = (products & vendors) or (products | vendors)
        # Somebody else's short name counts in a text too: it only ever silences.
        others, _ = self._foreign.find(rest, words=True)
        return Weight(products or vendors, min(others, default=None))


@functools.lru_cache(maxsize=4)
def markers_of(catalog: Catalog) -> Markers:
    """Return the markers of a catalog, which all its enrichers share."""
    return Markers(catalog)


class _Words:
    """Find aliases in names and texts, the longest first."""

    def __init__(self, aliases: dict[str, set[str]]) -> None:
        self._scopes: dict[str, set[str]] = {}
        self._parts: dict[str, list[str]] = {}
        for alias, scopes in aliases.items():
            squashed = _squash(alias)
            self._scopes.setdefault(squashed, set()).update(scopes)
            # The words of a long alias are no aliases of their own inside of it.
            self._parts[squashed] = _words(alias).split()
        known = self._parts.items()
        long = [s for s, _ in known if len(s) >= _LONG or compiled(CJK).search(s)]
        long.sort(key=len, reverse=True)
        # By their first letter: an expression tries its alternatives one by one.
        starts: dict[str, list[str]] = {}
        for each in long:
            # Between its words an alias may have anything, inside of them nothing.
            pattern = r"[\W_]*".join(map(re.escape, self._parts[each]))
            starts.setdefault(each[0], []).append(pattern)
        groups = (f"(?:{'|'.join(patterns)})" for patterns in starts.values())
        self._long = re.compile("|".join(groups) or r"(?!)")
        self._words = frozenset(self._scopes)

    def find(self, value: str, *, words: bool) -> tuple[set[str], str]:
        """Find aliases, the short ones only where words are looked at.

        Returns:
            The scopes found, and what is left of the value without their names.
        """
        found: set[str] = set()
        parts: set[str] = set()
        lowered = value.lower()
        for match in self._long.findall(lowered):
            alias = _squash(match)
            found |= self._scopes[alias]
            parts.update(self._parts[alias])
        rest = self._long.sub(" ", lowered) if found else value
        if words:
            single = {*split_words(value).split(), *_words(value).split()}
            for word in self._words & (single - parts):
                found |= self._scopes[word]
        return found, rest


def _words(text: str) -> str:
    """Return a text as lowercase words, split where it has no letters or digits."""
    return " ".join(compiled(_SQUASH).sub(" ", text.lower()).split())


def _squash(text: str) -> str:
    return compiled(_SQUASH).sub("", text.lower())

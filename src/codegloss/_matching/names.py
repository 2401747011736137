"""Names, hosts and modules of vendors and of everybody else, and what values say.

Which field a value stood in decides how it is read; what the value means is data in the
catalog.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from codegloss._catalog.load import Catalog
from codegloss._events.fields import parts_of, split_words
from codegloss._events.limits import MAX_NAMES_BYTES
from codegloss._events.patterns import compiled, words_of
from codegloss._matching import messages, wording
from codegloss._matching.aliases import BEGIN, SQUASH, Aliases, spaced, squash
from codegloss._matching.wording import Words

_HOST = r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#\s]+)(?::\d+)?(/[^?#\s]*)?"
_PRIVATE_HOST = (
    r"\.(?:internal|local|localhost|lan|svc|cluster|test|home|corp|intranet)$"
)
_PUBLIC_HOST = r"(?:[a-z0-9-]+\.)+[a-z]{2,}"
# `[NIM] request failed`: what stands in brackets is a name.
_TAG = r"\[([A-Za-z][\w .-]{1,30})\]"
_ASCII = r"[a-z0-9]+"
_PATTERNS = (SQUASH, _HOST, _PRIVATE_HOST, _PUBLIC_HOST, _TAG, _ASCII)
# How a name inside of a word may begin, as `BEGIN` has it.
_HUMP = rf"(?=((?<![A-Z])[A-Z]\w{{0,{BEGIN - 1}}}|[A-Z][a-z]\w{{0,{BEGIN - 2}}}))"
_ENTRY_BYTES = 300
_V = TypeVar("_V")
# Tells whether a host, in lowercase, is the one that somebody has.
_Fits = Callable[[str], object]


class Weight(NamedTuple):
    """What one value says: products it claims, and names of others that it names."""

    products: frozenset[str]
    foreign: str | None


_NOTHING = Weight(frozenset(), None)


class Memo(dict[str, _V]):
    """Remember what a function says of short texts, up to a bound in bytes.

    It must be a pure function of the text, so that nothing wrong can be remembered.
    """

    def __init__(self, function: Callable[[str], _V]) -> None:
        super().__init__()
        self._function = function
        self._kept = 0

    def __missing__(self, text: str) -> _V:
        value = self._function(text)
        self._kept += _ENTRY_BYTES + 4 * len(text)
        if self._kept > MAX_NAMES_BYTES:
            self.clear()
            self._kept = 0
        self[text] = value
        return value


class Envelope(NamedTuple):
    """The fields that whatever a vendor answers has.

    Attributes:
        inside: The field in which they stand; empty for any.
        keys: Their names.
        products: Whose answer it is.
    """

    inside: str
    keys: frozenset[str]
    products: frozenset[str]


class Short(NamedTuple):
    """What a name says beside evidence for its vendor.

    Attributes:
        products: The products that it speaks for.
        is_all: Whether it is the short name of one, and nothing besides.
    """

    products: frozenset[str]
    is_all: bool


class HostKind(NamedTuple):
    """What a host says: paths of ours below it, whose it is, whether it is public."""

    paths: tuple[tuple[str, Weight], ...]
    owner: str | None
    is_public: bool


class NameIndex:
    """The catalog's names, hosts and modules, compiled for looking at values.

    Args:
        catalog: Where vendors, products and foreign names come from.
    """

    def __init__(self, catalog: Catalog) -> None:
        for pattern in (*_PATTERNS, *messages.PATTERNS, *wording.PATTERNS):
            compiled(pattern)
        # A program has few loggers, classes, SDKs and hosts.
        self.name: Callable[[str], Weight] = Memo(self._name).__getitem__
        self._host: Callable[[str], HostKind] = Memo(self._host_kind).__getitem__
        self.short: Callable[[str], dict[str, Short]] = Memo(self._shorts).__getitem__
        self.module: Callable[[str], str] = Memo(self._module).__getitem__
        self.products_of: dict[str, frozenset[str]] = {
            product: frozenset({product}) for product in catalog.products
        }
        for vendor in catalog.vendors:
            under = (p for p in catalog.products if p.startswith(f"{vendor}."))
            self.products_of[vendor] = frozenset(under)
        # Results that name no product: no match at all, or every product of a vendor. A
        # short alias may then name the product, if other evidence names the vendor:
        # "WebRTC web SDK". The name of a vendor with one product names that product.
        self.vendors = [
            (vendor, self.products_of[vendor]) for vendor in catalog.vendors
        ]
        self.vendor_sets = frozenset(
            (frozenset(), *(each for _, each in self.vendors if len(each) > 1))
        )
        self._take_ours(catalog)
        self._take_foreign(catalog)
        self._take_envelopes()
        self._take_marks(catalog)

    def _take_envelopes(self) -> None:
        # As a text is searched for them: what is rare, since it is long, comes first.
        spelled = [
            (sorted(keys, key=len, reverse=True), products)
            for inside, keys, products in self.envelopes
            if not inside
        ]
        self.spelled_envelopes = [(keys[0], keys[1:], who) for keys, who in spelled]
        # Without the longest of its fields there is no envelope.
        longest = (max(each.keys, key=len) for each in self.envelopes)
        self.telling = frozenset((*self.foreign_keys, *longest))

    def _take_marks(self, catalog: Catalog) -> None:
        self.tables: dict[str, dict[str, Any]] = {
            product: marks.get("tables", {})
            for product, marks in catalog.products.items()
        }
        self._word_marks = {
            scope: marks["words"]
            for scope, marks in (*catalog.vendors.items(), *catalog.products.items())
            if marks.get("words")
        }
        self._words: dict[frozenset[str], Words] = {}
        self._app_codes = [
            (product, range(numbers["from"], numbers["to"] + 1))
            for product, marks in catalog.products.items()
            for numbers in marks.get("app_codes", ())
        ]
        self.shares = {
            product: tuple(marks["shares"])
            for product, marks in catalog.products.items()
            if marks.get("shares")
        }

    def _take_ours(self, catalog: Catalog) -> None:
        aliases: dict[str, set[str]] = {}
        spoken: set[str] = set()
        # Names in the case in which they are written, or beginnings of class names.
        self._starts: dict[str, str] = {}
        hosts: dict[str, frozenset[str]] = {}
        self._short: dict[str, dict[str, str]] = {}
        self.envelopes: list[Envelope] = []
        for scope, marks in (*catalog.vendors.items(), *catalog.products.items()):
            vendor, _, product = scope.partition(".")
            for alias in (*marks.get("aliases", ()), *((scope,) if product else ())):
                aliases.setdefault(alias, set()).add(scope)
            spoken |= {squash(alias) for alias in marks.get("in_text", ())}
            self._starts |= dict.fromkeys(marks.get("class_prefixes", ()), scope)
            if product:
                names = marks.get("names", {}).values()
                for alias in (*marks.get("short_aliases", ()), *names, product):
                    self._short.setdefault(vendor, {})[spaced(alias)] = scope
            for host in marks.get("hosts", ()):
                hosts[host] = hosts.get(host, frozenset()) | self.products_of[scope]
            for keys in marks.get("envelopes", ()):
                self.envelopes.append(_envelope(keys, self.products_of[scope]))
        foreign = (each.get("aliases", ()) for each in catalog.foreign.values())
        others = (alias for aliases_of in foreign for alias in aliases_of)
        self._ours = Aliases(aliases, spoken, others)
        self._class_words = frozenset(map(str.lower, self._starts))
        starts = "|".join(map(re.escape, self._starts)) or "(?!)"
        self._class = re.compile(
            rf"(?<![A-Za-z0-9])({starts})(?=[A-Z][a-z]|[^A-Za-z0-9]|$)"
        )
        self._take_hosts(hosts)
        # Loggers that are called like a company and nothing else may be anything of it.
        self.bare = frozenset(
            name.lower()
            for marks in catalog.vendors.values()
            for name in marks.get("needs_witness", ())
        )

    def _take_hosts(self, hosts: dict[str, frozenset[str]]) -> None:
        self._hosts = [_host_of(host, products) for host, products in hosts.items()]
        # A longer path is the more particular marker, then a product than a vendor.
        self._hosts.sort(key=lambda host: (-len(host[1]), len(host[2])))
        # A path that names the vendor's service says whose it is without its host.
        self._paths = [
            (path, Weight(products, None))
            for _, path, products in self._hosts
            if self._names_ours(path.lower())
        ]
        self._path_starts = tuple(path for path, _ in self._paths)

    def _names_ours(self, path: str) -> bool:
        words = words_of(path)
        begins = {word[:BEGIN] for word in words}
        return bool(self._ours.find(" ".join(words), set(), begins)[0])

    def _take_foreign(self, catalog: Catalog) -> None:
        aliases: dict[str, set[str]] = {}
        self._foreign_hosts: list[tuple[_Fits, str]] = []
        self._modules: dict[str, str] = {}
        self._numbers: dict[str, range] = {}
        # Fields that only somebody else's answers have.
        self.foreign_keys: dict[str, str] = {}
        self.homonyms: dict[str, frozenset[str]] = {}
        self.namesakes: dict[str, frozenset[str]] = {}
        for who, marks in catalog.foreign.items():
            numbers = marks.get("numbers")
            if numbers:
                self._numbers[who] = range(numbers["from"], numbers["to"] + 1)
            for alias in marks.get("aliases", ()):
                aliases.setdefault(alias, set()).add(who)
            for host in marks.get("hosts", ()):
                self._foreign_hosts.append((_wildcard(host), who))
            self._modules |= {each.lower(): who for each in marks.get("modules", ())}
            self.foreign_keys |= dict.fromkeys(marks.get("keys", ()), who)
            if marks.get("namesakes"):
                self.namesakes[who] = frozenset(marks["namesakes"])
            if marks.get("homonyms"):
                self.homonyms[who] = frozenset(map(spaced, marks["homonyms"]))
        self._foreign = Aliases(aliases)

    def _name(self, value: str) -> Weight:
        """Weigh a name: of a vendor, an SDK, a logger, a class or a module."""
        return self._found(value, in_text=False)

    def text(self, value: str) -> Weight:
        """Weigh free text: only distinctive names count in it."""
        weight = self._found(value, in_text=True)
        if "[" not in value:
            return weight
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
            # A host without a dot is an internal one. Its path counts only if it is a
            # known path of a vendor's service; else its name may tell: `nim-gateway`.
            known = self.path(f"/{value}") if "/" in value else _NOTHING
            return known if known.products else self.name(match[1] if match else value)
        kind = self._host(match[1].lower())
        if not (kind.paths or kind.owner or match[1].islower()):
            named = self.name(match[1])  # `api="NERtcEx.joinChannel"`
            if named.products:
                return named
        path = match[2] or "/"
        for prefix, weight in kind.paths:
            if path.startswith(prefix):
                return weight
        if kind.owner is not None:
            return Weight(frozenset(), kind.owner)
        # A stream's own address says nothing of whose API answered.
        is_stream = value.startswith(("rtmp", "rtsp", "webrtc"))
        is_theirs = kind.is_public and (remote or "/" in value) and not is_stream
        return Weight(frozenset(), "host") if is_theirs else _NOTHING

    def _host_kind(self, host: str) -> HostKind:
        paths = tuple(
            (prefix, Weight(products, None))
            for fits, prefix, products in self._hosts
            if fits(host)
        )
        owners = (who for fits, who in self._foreign_hosts if fits(host))
        private = compiled(_PRIVATE_HOST).search(host)
        public = private is None and compiled(_PUBLIC_HOST).fullmatch(host)
        return HostKind(paths, next(owners, None), bool(public))

    def path(self, value: str) -> Weight:
        """Weigh the path of a URL whose host is not known."""
        if value.startswith(self._path_starts):
            for prefix, weight in self._paths:
                if value.startswith(prefix):
                    return weight
        return _NOTHING

    def _shorts(self, value: str) -> dict[str, Short]:
        """Weigh a name that says enough only beside evidence for its vendor.

        Returns:
            What it then says, by vendor.
        """
        plain = spaced(value)
        spelled = (f" {plain} ", f" {split_words(value)} ")
        found = {
            vendor: frozenset(
                scope
                for alias, scope in names.items()
                if any(f" {alias} " in words for words in spelled)
            )
            for vendor, names in self._short.items()
        }
        return {
            vendor: Short(products, plain in self._short[vendor])
            for vendor, products in found.items()
            if products
        }

    def rests_on(self, value: str, words: frozenset[str], *, in_text: bool) -> bool:
        """Tell whether a value would say nothing without some of its words."""
        rest = " ".join(word for word in spaced(value).split() if word not in words)
        return not self._found(rest, in_text=in_text).products

    def could_be(self, who: str, code: int | str) -> bool:
        """Tell whether a code may be one of somebody else's, as far as is known."""
        numbers = self._numbers.get(who)
        return numbers is None or (type(code) is int and code in numbers)

    def is_company(self, who: str) -> bool:
        """Tell whether somebody else may have any number, as no protocol has."""
        return who not in self._numbers

    def words_for(self, scopes: frozenset[str]) -> Words:
        """Return what words mean in the texts of some products."""
        words = self._words.get(scopes)
        if words is None:
            vendors = {scope.partition(".")[0] for scope in scopes}
            known = (each for each in self._word_marks if each in vendors | scopes)
            words = Words([self._word_marks[each] for each in known])
            self._words[scopes] = words
        return words

    def is_namesake(self, who: str, products: frozenset[str] | None) -> bool:
        """Tell whether a name of somebody else's is our own beside some products."""
        own = self.namesakes.get(who)
        return own is not None and bool(products) and products <= own  # type: ignore[operator]

    def is_of_app(self, code: int | str, products: frozenset[str] | None) -> bool:
        """Tell whether a product leaves a number to the app to choose."""
        if type(code) is int:
            for product, numbers in self._app_codes:
                if code in numbers and (products is None or product in products):
                    return True
        return False

    def _module(self, dotted: str) -> str:
        """Return whose library a class comes from, empty when that is not known."""
        lowered = dotted.lower()
        root = lowered.partition(".")[0]
        if root in self._modules and "." in lowered:
            return self._modules[root]
        return self._modules.get(lowered, "")

    def _found(self, value: str, *, in_text: bool) -> Weight:
        lowered = value.lower()
        spelled = words_of(value)
        plain = " ".join(spelled).lower()
        words = set(spelled if lowered == value else plain.split())
        parts = words
        begins = {word[:BEGIN] for word in words}
        if not lowered.isascii():  # `云信sdk登录`
            begins.update(run[:BEGIN] for run in compiled(_ASCII).findall(lowered))
        if lowered != value:
            # Names in words with capitals: `awsClient`, `NIM登录`.
            mixed = " ".join(set(spelled) - words)
            parts = words.union(parts_of(mixed))
            begins.update(map(str.lower, compiled(_HUMP, 0).findall(mixed)))
        found: set[str] = set()
        others: set[str] = set()
        rest = plain
        if self._ours.may_find(plain, parts, begins):
            found, rest = self._ours.find(plain, parts, begins, in_text=in_text)
        if lowered != value and not self._class_words.isdisjoint(parts):
            # `TIMImageElem`
            found.update(map(self._starts.__getitem__, self._class.findall(value)))
        if self._foreign.may_find(plain, parts, begins):
            if rest != plain:
                parts = words = set(rest.split())
            # Somebody else's short name counts in a text too: it only ever silences.
            others, _ = self._foreign.find(rest, words if in_text else parts, begins)
        if not (found or others):
            return _NOTHING
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
        return Weight(products or vendors, min(others, default=None))


@functools.lru_cache(maxsize=4)
def names_of(catalog: Catalog) -> NameIndex:
    """Return the names of a catalog, which all its engines share."""
    return NameIndex(catalog)


def _host_of(host: str, products: frozenset[str]) -> tuple[_Fits, str, frozenset[str]]:
    name, _, path = host.partition("/")
    return _wildcard(name), "/" + path, products


def _envelope(keys: Iterable[str], products: frozenset[str]) -> Envelope:
    """Return an envelope as the catalog spells it: `Response.Error`."""
    inside, names = "", set()
    for key in keys:
        inside, _, name = key.rpartition(".")
        names.add(name)
    return Envelope(inside, frozenset(names), products)


def _wildcard(host: str) -> _Fits:
    """Return what tells whether a host, in lowercase, is one with asterisks."""
    start, star, end = host.lower().partition("*")
    if not star:
        return start.__eq__
    if "*" in end:
        pattern = re.escape(host).replace(r"\*", ".*")
        return re.compile(pattern, re.IGNORECASE).fullmatch
    # Nearly all have one at most, and an expression takes long to compile.
    least = len(start) + len(end)

    def fits(found: str) -> bool:
        return len(found) >= least and found.startswith(start) and found.endswith(end)

    return fits

"""Walk through an event, an exception or an object, and find the codes in it.

The only walker: a log line, a span and a retry decision go the same way. Every value is
read once, by its exact type, and nothing is copied but what has to be. Codes come
first: who finds none that any product has needs nothing else of the event.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from codegloss._events.classes import CLASSES, ClassInfo, behind, is_error
from codegloss._events.codes_in_text import Known, codes_in
from codegloss._events.context import Context, error_of
from codegloss._events.fields import EMPTY, Fields, KeyShape, Role
from codegloss._events.limits import (
    EXCEPTION_PLACES,
    JSON_CHARACTERS_A_PLACE,
    LARGE_PLACES,
    MAX_CHARACTERS,
    MAX_CODE,
    MAX_DEPTH,
    MAX_EXCEPTIONS,
    MAX_INT,
    MAX_ITEMS,
    MAX_JSON,
    MAX_KEYS,
    MAX_NAME,
    MAX_PLACES,
    MAX_SITES,
    MAX_SITES_IN_TEXT,
    MAX_SPOKEN,
    MAX_TEXT,
    MAX_TEXTS,
)
from codegloss._events.signal_handlers import came_from_handler

# How near a code is to the cause: that of an exception and each of its causes.
RAISED = 100
_NUMBER = re.compile(r"-?[1-9][0-9]{0,9}|0")
# A field of JSON text: its name, and a value that is short text or a whole number.
_JSON_FIELD = re.compile(
    r'"([\w.\- ]{1,40})"\s{0,4}:\s{0,4}(?:"([^"\\]{1,64})"|(-?\d{1,10})(?![\d.]))'
)
_JSON_STARTS = ("{", "[")
_NESTED = Role(nested=True)
_ERROR = Role(nested=True, error=True)
_EVENT = Role()


class Node:
    """One mapping, object or exception in an event, and where it stands.

    Attributes:
        parent: What it stands in; None for the event itself.
        name: The field that it stands in.
        is_error: Whether something around it speaks of an error.
        is_about: Whether it tells of a request, and holds no codes of an answer.
        prefix: The scope that its field, or one around it, names.
        rank: How near to the cause what it says is.
        shape: What to read of it.
        values: Its fields; they are read when they are asked for.
        info: Its class, if it is no mapping.
        text: The text of an exception.

    What evidence is collected around it:

    Attributes:
        http: Whether a request of HTTP stands in it.
        line: Whether a text may be a line of HTTP; it counts where nothing is for ours.
        url_path: The path of a URL of which another field holds the host.
        names: Names that may be symbols.
        texts: All texts, messages first.
        said: Those of them that are messages.
        vetoes: Whose its codes are if they can be theirs.
    """

    shape: KeyShape
    values: Mapping[Any, Any]
    info: ClassInfo | None = None
    text: str | None = None
    http = line = False
    url_path = ""
    names: tuple[str, ...] = ()
    texts: tuple[Any, ...] = ()
    said: tuple[Any, ...] = ()
    vetoes: tuple[Any, ...] = ()

    def __init__(
        self,
        parent: Node | None = None,
        name: str = "",
        role: Role = _EVENT,
        rank: int = 1,
    ) -> None:
        self.parent = parent
        self.name = name
        if parent is None:
            self.is_error = role.error
            self.is_about = role.about
            self.prefix = role.prefix
            self.rank = 0
        else:
            self.is_error = role.error or parent.is_error
            self.is_about = role.about or parent.is_about
            self.prefix = role.prefix or parent.prefix
            self.rank = parent.rank + rank

    @property
    def path(self) -> str:
        """What goes before the names of its fields: `error.`."""
        return "" if self.parent is None else f"{self.parent.path}{self.name}."


class Site(NamedTuple):
    """One code in an event.

    Attributes:
        name: The field that it stands in.
        found: The code as it was found.
        code: The same as a number where it is digits.
        role: The role of its field.
        node: What the field stands in.
        in_text: Whether a text names it.
    """

    name: str
    found: int | str
    code: int | str
    role: Role
    node: Node
    in_text: bool = False

    @property
    def prefix(self) -> str | None:
        """The scope that its field names, or something around it; None if neither."""
        return self.role.prefix or self.node.prefix

    @property
    def is_named(self) -> bool:
        """Whether its field, its container or a text calls it an error's code."""
        return self.role.error or self.in_text or self.node.is_error

    @property
    def field(self) -> str:
        """Where it stands, as a path: `error.code`."""
        return self.node.path + self.name


class Walk:
    """One way through one event.

    Args:
        fields: What field names are read for.
        known: The codes that are looked for.
        all_texts: Whether to look for codes in every text; otherwise only in errors.
        every: Whether to take every code in a field, known or not.

    Attributes:
        every: Whether it takes every code in a field, known or not.
        nodes: What was walked through, in order.
        sites: The codes found.
        decoded: Which fields held JSON text, by the id of what they stand in.
        is_opaque: Whether there was an exception that would have had to run its code.
        is_error_line: Whether the level of the event is warning or above.
        is_calm: Whether it has one, and that is below warning.
    """

    # What may still be read of the event, whoever reads it.
    _places = MAX_PLACES
    _characters = MAX_CHARACTERS
    _texts_left = MAX_TEXTS
    _spoken_left = MAX_SPOKEN
    _links = MAX_EXCEPTIONS
    _resting = False
    is_opaque = is_error_line = is_calm = False
    # Most events have nothing of this.
    _seen: frozenset[int] = frozenset()
    decoded: frozenset[tuple[int, str]] = frozenset()

    def __init__(
        self,
        fields: Fields,
        known: Known,
        all_texts: bool = False,  # noqa: FBT001, FBT002 - by name it costs more
        every: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self._fields = fields
        self._known = known
        self._all_texts = all_texts
        self.every = every
        # Containers without codes: name, role, value, what they stand in, how deep.
        self._later: list[tuple[str, Role, Any, Node, int]] = []
        self.nodes: list[Node] = []
        self.sites: list[Site] = []

    def event(
        self,
        event: Mapping[Any, Any],
        context: Context | None = None,
    ) -> None:
        """Walk through an event and what a framework knows beside it.

        Args:
            event: The event.
            context: What is known beside it.
        """
        if context is not None:
            self._level(context.level)
        kind = type(event)
        if kind is not dict or len(event) > MAX_KEYS:
            event = self._plain(event)
        node = Node()
        self._mapping(event, node, 0)
        if context is None:
            return
        if self._all_texts and context.line:
            self._spoken("event", context.line, node)
        for name, value in context.nested:
            role = self._fields.roles.get(name, _NESTED)
            self._inside(name, value, role, node, 0)

    def thing(self, thing: Any, name: str, links: int = MAX_EXCEPTIONS) -> None:
        """Walk through something that failed, whatever it is.

        Args:
            thing: An exception, the body of an answer, an object.
            name: The name of the field it is treated as.
            links: How many exceptions of a chain to look at.
        """
        self._links = links
        node = Node()
        node.shape, node.values = EMPTY, {}
        self.nodes.append(node)
        self._inside(name, thing, _ERROR, node, 0)

    def rest(self, *, delays: bool = False) -> None:
        """Walk through what holds evidence, but no codes; once is enough.

        Args:
            delays: Also through what says no more than when to try again.
        """
        later, self._later = self._later, []
        self._resting = True
        for name, role, value, node, depth in later:
            inner = role if role.about else role._replace(about=True)
            if role.delay is None:
                self._inside(name, value, inner, node, depth)
            elif delays:  # such containers are few, and hold no others
                self._inside(name, value, inner, node, 0)

    # --- mappings -------------------------------------------------------------------

    def _mapping(self, values: Mapping[Any, Any], node: Node, depth: int) -> None:
        node.values = values
        node.shape = shape = self._fields.shapes[tuple(values)]
        self.nodes.append(node)
        get = values.get
        for name in shape.levels:
            self._level(get(name))
        if not node.is_about:
            if shape.codes:
                self._codes(shape, get, node, depth)
            if self._all_texts or node.is_error:
                self._texts(shape, get, node, depth)
        for name, role in shape.containers:
            value = get(name)
            if value is None:
                continue
            if role.about and not node.is_about:
                self._later.append((name, role, value, node, depth))
            else:
                if name == "exc_info" and type(value) in (bool, int) and value:
                    value = _passing()[1]
                self._inside(name, value, role, node, depth)

    def _codes(
        self, shape: KeyShape, get: Callable[[str], Any], node: Node, depth: int
    ) -> None:
        """Take the codes that stand in fields, and look into what else does."""
        known, every = self._known.codes, self.every
        if self.is_calm and not node.is_error:
            known = self._known.failing  # the rule `success`
        for name, role in shape.codes:
            value: Any = get(name)
            kind = type(value)
            if kind is int or (kind is str and not role.nested):
                code = to_code(value) if every or kind is str else value
                is_below = kind is str and self._known.above(code)
                if code is not None and (every or code in known or is_below):
                    self._take(Site(name, value, code, role, node))
                if kind is str and " " in value and self._all_texts:
                    self._spoken(name, value, node)  # `ret="code:402, msg: …"`
            elif kind is dict and not role.nested:  # `ret={"code": 801}`
                self._inside(name, value, _NESTED, node, depth)

    def _level(self, level: Any) -> None:
        is_error = error_of(level)
        if is_error:
            self._all_texts = self.is_error_line = True
            self.is_calm = False
        elif is_error is False:
            self.is_calm = not self.is_error_line

    def _take(self, site: Site) -> None:
        if len(self.sites) < MAX_SITES:
            self.sites.append(site)

    def _texts(
        self, shape: KeyShape, get: Callable[[str], Any], node: Node, depth: int
    ) -> None:
        """Look into the texts of an error, and into fields that nobody knows."""
        for name in shape.texts:
            text = get(name)
            if type(text) is str:
                self._spoken(name, text, node)
        for name in shape.others:
            value = get(name)
            kind = type(value)
            if kind is str:
                if is_sentence(value):
                    self._spoken(name, value, node)
            elif (kind is dict or kind is list) and value:
                self._other_field(name, value, node, depth)

    def _other_field(self, name: str, value: Any, node: Node, depth: int) -> None:
        """Look into a mapping or list of an error that has a name nobody knows."""
        first = value[0] if type(value) is list else value
        if type(first) is not dict or len(first) > MAX_KEYS:
            return
        if self._fields.shapes[tuple(first)].is_answer:
            self._inside(name, value, _NESTED, node, depth)

    def _spoken(self, name: str, text: str, node: Node) -> None:
        """Look for codes that a text names."""
        text = text[:MAX_TEXT]
        self._spoken_left -= len(text)
        if node.is_about or self._spoken_left < 0:
            return
        found: set[int | str] = set()
        for code, role in codes_in(text, self._known, self._fields.roles):
            if code not in found:
                found.add(code)
                if len(found) <= MAX_SITES_IN_TEXT:
                    self._take(Site(name, str(code), code, role, node, in_text=True))

    # --- containers -----------------------------------------------------------------

    def _inside(
        self, name: str, value: Any, role: Role, node: Node, depth: int
    ) -> None:
        """Walk through whatever stands in a container's place."""
        kind = type(value)
        if kind is dict and len(value) <= MAX_KEYS:
            can = depth < MAX_DEPTH and self._has_room(1)
            # Of a mapping without a known key there is nothing to read, but in errors.
            if can and (self._all_texts or self._fields.shapes[tuple(value)].keys):
                self._mapping(value, Node(node, name, role), depth + 1)
        elif kind is str:
            self._text(name, value, role, node, depth)
        elif depth < MAX_DEPTH:
            info = CLASSES.of(kind)
            # What a hostile one raises hides nothing beside it.
            try:
                if info.kind == "error":
                    self._error(name, value, info, role, node, depth)
                elif info.kind != "plain" and self._has_room(1):
                    self._other(name, value, info, role, node, depth)
            except Exception as error:
                if came_from_handler(error):
                    raise

    def _error(
        self,
        name: str,
        error: BaseException,
        info: ClassInfo,
        role: Role,
        node: Node,
        depth: int,
    ) -> None:
        if self._is_bare(error, info):
            self._later.append((name, role, error, node, depth))
        else:
            self._raised(name, error, node, depth)

    def _other(
        self,
        name: str,
        value: Any,
        info: ClassInfo,
        role: Role,
        node: Node,
        depth: int,
    ) -> None:
        kind = info.kind
        if kind == "list":
            self._items(name, value, role, node, depth)
        elif kind in {"dict", "mapping"}:
            inner = Node(node, name, role)
            self._mapping(self._plain(value), inner, depth + 1)
        elif kind == "object":
            fields = info.attributes(value)
            if role.delay is not None:
                fields = _headers(fields)
            inner = Node(node, name, role)
            inner.info = info
            self._mapping(self._small(fields), inner, depth + 1)

    def _items(self, name: str, value: Any, role: Role, node: Node, depth: int) -> None:
        # As `sys.exc_info()` returns it.
        if len(value) == 3 and type(value[0]) is type and is_error(value[1]):
            self._inside(name, value[1], role, node, depth)
            return
        for number, item in enumerate(value[:MAX_ITEMS]):
            if type(item) is not str or item[:1] in _JSON_STARTS or self._all_texts:
                self._inside(f"{name}[{number}]", item, role, node, depth + 1)

    def _text(self, name: str, text: str, role: Role, node: Node, depth: int) -> None:
        """Decode JSON text in which a code may stand; look for codes in other text."""
        if text[:1] in _JSON_STARTS and depth < MAX_DEPTH and len(text) <= MAX_JSON:
            is_calm = self.is_calm and not (role.error or node.is_error)
            if role.about or self._names_a_code(text, is_calm=is_calm):
                cost = 1 + len(text) // JSON_CHARACTERS_A_PLACE
                inner = _json(text) if self._has_room(cost) else None
                if inner is not None:
                    self.decoded |= {(id(node), name)}
                    self._inside(name, inner, role, node, depth)
                    return
            elif not node.is_about:
                self._later.append((name, role, text, node, depth))
        if role.error or node.is_error or self._all_texts:
            self._spoken(name, text, node)

    def _names_a_code(self, text: str, *, is_calm: bool) -> bool:
        """Tell whether a code that is looked for stands in JSON text."""
        if self.every:
            return True
        known, roles = self._known, self._fields.roles
        codes = known.failing if is_calm else known.codes
        for field in _JSON_FIELD.finditer(text):
            name, word, number = field.groups()
            role = roles.get(name)
            if role is not None:
                code = int(number) if number else to_code(word)
                if role.code and (code in codes or known.above(code)):
                    return True
                if role.error and self._all_texts:
                    return True
        return False

    # --- exceptions -----------------------------------------------------------------

    def _is_bare(self, error: BaseException, info: ClassInfo) -> bool:
        """Tell at a cheap look that no code stands in an exception or behind it."""
        if self.every or self._resting:
            return False
        gate = self._fields.gate
        for _ in range(MAX_EXCEPTIONS):
            fields = error.__dict__ if info.is_simple else None
            if type(fields) is not dict or not gate.isdisjoint(fields):
                return False
            args = error.args
            text = args[0] if args else None
            if type(text) is str and self._names_one(text[:MAX_TEXT]):
                return False
            rest = behind(error, info)
            if not rest:
                return True
            error = rest[0]
            info = CLASSES.of(type(error))
        return False

    def _names_one(self, text: str) -> bool:
        self._spoken_left -= len(text) // 2  # it is looked at again if it does
        return bool(codes_in(text, self._known, self._fields.roles))

    def _raised(self, name: str, error: BaseException, node: Node, depth: int) -> None:
        """Walk through an exception, its causes and the members of groups."""
        rank = 1 + RAISED
        links = [error]
        for at, cause in enumerate(links, 1):  # grows while it is walked, to a limit
            if len(self._seen) >= self._links or not self._has_room(EXCEPTION_PLACES):
                return
            info = CLASSES.of(type(cause))
            if info.is_opaque or id(cause) in self._seen:
                self.is_opaque = self.is_opaque or info.is_opaque
                continue
            self._seen |= {id(cause)}
            link = Node(node, name, _ERROR, rank)
            rank += 1
            link.info = info
            args = cause.args
            if args and type(args[0]) is str:
                link.text = args[0][:MAX_TEXT]
            fields = info.attributes(cause)
            if fields:
                self._mapping(self._small(fields), link, depth + 1)
            else:
                link.shape, link.values = EMPTY, fields
                self.nodes.append(link)
            if link.text:
                self._spoken("text", link.text, link)
            links[at:at] = behind(cause, info)

    # --- what is read as a plain mapping -------------------------------------------

    def _plain(self, mapping: Any) -> dict[Any, Any]:
        """Return a mapping as a dict, without running code that a dict does not need.

        Raises:
            Exception: It is no dict, and raises.
        """
        info = CLASSES.of(type(mapping))
        if info.kind == "dict":
            few = dict.__len__(mapping) <= MAX_KEYS
            return self._small(dict.copy(mapping) if few else mapping)
        if info.kind != "mapping":
            raise TypeError("an event is a mapping")
        roles = self._fields.roles
        names = itertools.islice(mapping, MAX_KEYS)
        return {n: mapping[n] for n in names if type(n) is str and n in roles}

    def _small(self, fields: dict[Any, Any]) -> dict[Any, Any]:
        """Return a dict, or of one with very many keys the known ones."""
        if dict.__len__(fields) <= MAX_KEYS:
            return fields
        if not self._has_room(LARGE_PLACES):
            return {}
        names = self._fields.roles.keys() & dict.keys(fields)
        return {name: dict.get(fields, name) for name in names}

    def _has_room(self, places: int) -> bool:
        self._places -= places
        return self._places >= 0

    def takes_name(self, name: str) -> bool:
        """Charge a name or a host: a new one is more work than as much of a text."""
        return self.takes(2 * min(len(name), MAX_NAME))

    def takes(self, characters: int, texts: int = 0) -> bool:
        """Charge a name, a host or a text; False when there is no more room for it."""
        self._characters -= characters
        self._texts_left -= texts
        return self._characters >= 0 and self._texts_left >= 0


# In an event, `exc_info=True` or 1 stands for the exception that is passing.
_passing: Callable[[], tuple[Any, Any, Any]] = sys.exc_info


def may_tell(value: Any) -> bool:
    """Tell whether a value under a name that nobody knows may tell of a code.

    A sentence, a mapping or a list of them may; an id or a word names no code.
    """
    if type(value) is str:
        return is_sentence(value)
    return type(value) in (dict, list) and len(value) > 0


def is_sentence(text: str) -> bool:
    """Tell whether a text is more than an id or a word: words, or JSON."""
    return " " in text or text[:1] in _JSON_STARTS or not text.isascii()


def to_code(value: Any) -> int | str | None:
    """Return a value as a code: digits become a number, what is no code None.

    An enumeration's member, which in an event is hardly a vendor's code, is one here:
    it was passed outright.
    """
    kind = type(value)
    if kind is int:
        return value if -MAX_INT < value < MAX_INT else None
    if kind is not str:
        if not issubclass(kind, (int, str)) or kind is bool:
            return None
        if issubclass(kind, int):
            return to_code(int.__pos__(value))
        value = str.__str__(value)
    if not value or len(value) > MAX_CODE:
        return None
    return int(value) if _NUMBER.fullmatch(value) else value


def _headers(fields: dict[Any, Any]) -> dict[Any, Any]:
    """Return headers as http.client and email keep them: as a list of pairs."""
    pairs = fields.get("_headers")
    if type(pairs) is not list:
        return fields
    return {p[0]: p[1] for p in pairs[:MAX_KEYS] if type(p) is tuple and len(p) == 2}


def _json(text: str) -> Any:
    """Decode JSON text; None when it is not, or when it is only a piece of text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if type(found) in (dict, list) else None

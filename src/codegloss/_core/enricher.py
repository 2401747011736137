"""`Enricher`: one configuration, and what keeps its faults out of the log call."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from codegloss._catalog.load import Catalog
from codegloss._catalog.model import Resolution
from codegloss._core.config import OnGloss, configured
from codegloss._core.engine import Engine
from codegloss._core.registry import Counts, follow
from codegloss._core.scope import current
from codegloss._events.codes_in_text import has_number
from codegloss._events.context import LEVEL_KEYS, Context, is_error_level
from codegloss._events.fields import LOG_LINES, MAYBE_LOG_LINES
from codegloss._events.limits import MAX_KEYS, MAX_TEXT
from codegloss._events.signal_handlers import came_from_handler
from codegloss._events.walker import may_tell
from codegloss._matching.render import DEFAULT_FIELDS
from codegloss._matching.types import Query, Text

if TYPE_CHECKING:
    from codegloss._matching.explain import Explanation
    from codegloss._matching.types import Found

current_block = current.get
_LINES = LOG_LINES.union(MAYBE_LOG_LINES)
# Our own tests set this, so that what production swallows fails them.
raise_errors = False
# Told of every gloss in the process: `codegloss.testing.captured` is one for a while.
listeners: tuple[OnGloss, ...] = ()
_telling = threading.local()


class Enricher:
    """Find vendor codes in events and say what they mean.

    One enricher holds one configuration; every integration owns one. It is safe to
    use from many threads.

    Args:
        scope: The vendor or product that events come from unless they say otherwise:
            `"tencent"`, `"netease.nim"`, or several; `"nim"` will do where only one
            vendor has such a product. None asks every event for evidence of its own.
        language: Language of meanings and remedies: `"en"` or `"zh"`.
        fields: Facts to write, by default vendor, product, meaning and retryable. More:
            category, remedy, symbol, message, fault, match, retry_after (seconds),
            catalog_version, and code (as text, for spans).
        prefix: Put before every key that is written.
        catalog: A catalog of your own; by default the running one (`load_catalog`).
        guess: Also say what a number alone may mean: `match` is then `number`, the
            candidates are listed, and nothing is said of a retry.
        text: Also look for codes in the message itself: `code=100205`, `(109404)`.
        scopes: Logger name → the scope of its events and of loggers below it.
        code_fields: Further fields that can hold a code, spelled as they are logged.
        ignored_fields: Fields never to look at, spelled as they are logged.
        only: The vendors or products to speak of; empty for all.
        never: Vendors or products not to speak of.
        on_gloss: Called with the `Resolution` of every code that something is said of,
            once a code and event, on the thread that logs. What it raises is counted
            and swallowed, and what it logs itself does not call it again.
        count_unknown: Count codes of a named product that the catalog lacks, for
            `codegloss.unknown_codes()`. Events with a code field then cost more.

    Raises:
        ValueError: A scope, language or field is unknown; valid ones are listed.
    """

    def __init__(
        self,
        *,
        scope: str | Iterable[str] | None = None,
        language: str = "en",
        fields: Sequence[str] = DEFAULT_FIELDS,
        prefix: str = "",
        catalog: Catalog | None = None,
        guess: bool = False,
        text: bool = False,
        scopes: Mapping[str, str] | None = None,
        code_fields: Sequence[str] = (),
        ignored_fields: Sequence[str] = (),
        only: Sequence[str] = (),
        never: Sequence[str] = (),
        on_gloss: OnGloss | None = None,
        count_unknown: bool = False,
    ) -> None:
        self.config = configured(
            scope=scope,
            language=language,
            fields=fields,
            prefix=prefix,
            catalog=catalog,
            guess=guess,
            text=text,
            scopes=scopes,
            code_fields=code_fields,
            ignored_fields=ignored_fields,
            only=only,
            never=never,
            on_gloss=on_gloss,
            count_unknown=count_unknown,
        )
        self._gate: set[str] = set()
        # True for an event that cannot hold a code: nothing is paid for it but this.
        self.is_clear: Callable[[Any], bool] = self._gate.isdisjoint
        if text:
            self.is_clear = self._is_clear_text
        self.counts = Counts()
        follow(self, self.counts)

    def engine_for(self, catalog: Catalog) -> Engine:
        """Return an engine with this configuration for a catalog.

        Raises:
            ValueError: The configured scope is unknown to the catalog.
        """
        return Engine(catalog, self.config)

    def use(self, engine: Engine) -> None:
        """Switch to an engine: how a change of catalog reaches every enricher."""
        # The set is changed in place, because integrations keep its `isdisjoint`. Names
        # are added before the engine is replaced and removed after it, so that no other
        # thread skips an event that has a code.
        self._gate |= engine.gate
        self.engine = engine
        self._gate &= engine.gate

    def _is_clear_text(self, event: Mapping[Any, Any]) -> bool:
        return self._gate.isdisjoint(event) and not may_hold_more(event)

    def _is_idle(self, event: Mapping[Any, Any]) -> bool:
        """Tell whether there is nothing to look for in an event.

        Without a field that can hold a code, only the texts of warnings and errors are
        looked at, and those of events in a given scope.
        """
        if not self.is_clear(event):
            return False
        if current_block() is None and (
            type(event) is not dict
            or not any(is_error_level(event[n]) for n in LEVEL_KEYS if n in event)
        ):
            return True
        return not may_hold_more(event)

    def enrich(
        self,
        event: Mapping[Any, Any],
        *,
        scope: str | Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Return the keys to add to an event; it is not touched. Never raises.

        Args:
            event: A mapping as loggers pass it; anything else gives an empty result.
            scope: The scope of this event, instead of the configured one.

        Returns:
            The keys to add, empty when there is nothing to say. A key that the event
            has is never among them: ours is then named `codegloss_<key>`.
        """
        added: dict[str, Any] = {}
        try:
            if scope is not None or not self._is_idle(event):
                self.gloss(event, added, None, self.engine.check(scope))
        except Exception as error:
            self.failed(event, error)
        return added

    def gloss(
        self,
        event: Mapping[Any, Any],
        into: MutableMapping[Any, Any],
        context: Context | None = None,
        scopes: tuple[str, ...] | None = None,
    ) -> None:
        """Write what an event's codes mean into a mapping, for integrations.

        Args:
            event: An event that is not clear.
            into: Where to write: the event itself if it is ours to change.
            context: What a framework knows about it.
            scopes: The checked scopes of this event, instead of the configured ones.

        Raises:
            Exception: The event is no mapping, or a hostile one: see `failed`.
        """
        if self.config.count_unknown:
            self.engine.count_unknown(event, context, scopes)
        said = self.engine.enrich(event, into, context, scopes)
        self.counts.add(said[0].status if said else "silent")
        if said and (listeners or self.config.on_gloss is not None):
            self._tell(event, said)

    def _tell(self, event: Any, said: Sequence[Resolution]) -> None:
        """Tell those who want to know; nothing they do may reach the log call."""
        if getattr(_telling, "now", False):
            return  # what a listener logs would come back to it
        _telling.now = True
        try:
            own = self.config.on_gloss
            told = listeners if own is None else (*listeners, own)
            for tell, each in itertools.product(told, said):
                try:
                    tell(each)
                except Exception as error:
                    self.failed(event, error)
        finally:
            _telling.now = False

    def resolve(
        self,
        code: Any,
        *,
        scope: str | Iterable[str] | None = None,
        message: str | None = None,
        symbol: str | None = None,
        table: str | None = None,
    ) -> Resolution:
        """Look one code up, with whatever is known about where it comes from.

        Args:
            code: A number or a string; digits in a string are read as a number.
            scope: Vendor or product, one or several; default: the configured scope.
            message: The message that came with the code.
            symbol: The constant or class name that came with it.
            table: The product's own table that it stands in, such as `serverCode`.

        Returns:
            What the code means; status `unknown` for anything that is no known code.

        Raises:
            ValueError: The scope is unknown.
        """
        engine = self.engine
        question = Query(
            code,
            table,
            texts=(Text(message[:MAX_TEXT]),) if isinstance(message, str) else (),
            names=(symbol,) if isinstance(symbol, str) else (),
        )
        return engine.judge(question, engine.check(scope)).resolution

    def explain(
        self,
        event: Mapping[Any, Any],
        *,
        scope: str | Iterable[str] | None = None,
    ) -> Explanation:
        """Say for every candidate field of an event why it is glossed or left alone.

        For a person or a test, not for the log path: it is slow, and raises what goes
        wrong. `str()` of the result is readable text.

        Args:
            event: A mapping as loggers pass it.
            scope: The scope of this event, instead of the configured one.

        Raises:
            ValueError: The scope is unknown.
        """
        engine = self.engine
        return engine.explain(event, engine.check(scope))

    def examine(self, event: Mapping[Any, Any]) -> list[Found]:
        """Return every code of an event with its decision, for reports on archives.

        Args:
            event: A mapping as loggers pass it.

        Returns:
            Known codes and others, glossed or not, the cause first.

        Raises:
            Exception: The event is no mapping, or a hostile one.
        """
        return [] if self._is_idle(event) else self.engine.examine(event, None)

    def stats(self) -> dict[str, Any]:
        """Return the counters, as `codegloss.stats` describes them."""
        return self.counts.now()

    def failed(self, event: Any, error: Exception) -> None:
        """Count what must not reach the log call; our own tests want to see it.

        Raises:
            Exception: It is none of ours: a signal handler raised it.
        """
        if came_from_handler(error):
            raise error
        if not issubclass(type(event), Mapping):
            # Placed after a renderer: the event is text or bytes by now.
            self.counts.add("unreadable")
            return
        self.counts.failed(error)
        if raise_errors:
            raise error

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.config.options())


def may_hold_more(event: Mapping[Any, Any]) -> bool:
    """Tell whether an event without a code field may hold a code all the same.

    In its text, or in a mapping under a name that nobody knows.
    """
    if type(event) is not dict or len(event) > MAX_KEYS:
        texts = [event.get(name) for name in _LINES]
        return any(type(text) is str and has_number(text) for text in texts)
    for name, value in event.items():
        kind = type(value)
        if kind is dict or (kind is list and value and type(value[0]) is dict):
            return True
        if kind is str and (may_tell(value) or name in _LINES) and has_number(value):
            return True
    return False


def _restore(cls: type[Enricher], options: dict[str, Any]) -> Enricher:
    return cls(**options)

"""The kinds of evidence, what each weighs, and what all of it comes to."""

from __future__ import annotations

from typing import Literal, NamedTuple

When = Literal["always", "if_given", "if_product", "never"]


class Kind(NamedTuple):
    """How much one kind of evidence weighs.

    `if_product`: where it says more than the vendor, which has more products than the
    catalog. `if_given`: where it is not the scope of the whole process.

    Attributes:
        outright: When it outweighs signs that point to somebody else.
        beside_request: When it speaks for a small number beside a request of HTTP.
    """

    outright: When
    beside_request: When


# Strongest first: the order in which `matched_by` names them.
KINDS = {
    "scope": Kind("if_given", "if_given"),
    "prefix": Kind("always", "always"),
    "field": Kind("if_product", "if_product"),
    # A service called "nim-proxy" may log its own HTTP status, so its name does not
    # speak for a small number beside a request.
    "service": Kind("if_product", "never"),
    "host": Kind("always", "never"),
    "logger": Kind("never", "if_product"),
    "exception": Kind("if_product", "if_product"),
    "symbol": Kind("never", "never"),
    "message": Kind("never", "never"),
    "envelope": Kind("never", "never"),
    "code": Kind("never", "never"),
    "text": Kind("never", "never"),
    "number": Kind("never", "never"),
}


class Evidence(NamedTuple):
    """What says that an event comes from one of some products.

    Attributes:
        kind: One of `KINDS`.
        products: The scopes it speaks for.
        detail: What says so.
        configured: Whether it is the scope of the whole process, which holds unless an
            event says otherwise.
    """

    kind: str
    products: frozenset[str]
    detail: str
    configured: bool = False


class Weighed(NamedTuple):
    """What all evidence comes to.

    Attributes:
        products: The products that all of it allows, or where it clashes all it names;
            None without any.
        clash: Whether it speaks for different products.
        kinds: The kinds of evidence.
        is_strong: Whether any outweighs signs that point to somebody else.
        speaks: Whether any speaks for a small number beside a request of HTTP.
        is_broad: Whether none says more than a vendor.
        is_given: Whether a scope was given for this event.
        is_prior: Whether there is nothing but the scope of the whole process.
    """

    products: frozenset[str] | None
    clash: bool
    kinds: frozenset[str]
    is_strong: bool
    speaks: bool
    is_broad: bool
    is_given: bool
    is_prior: bool


class CounterEvidence(NamedTuple):
    """What says that a code may be somebody else's.

    Attributes:
        owner: Whose it would be; empty for "whatever its number is".
        why: What says so.
        faint: Whether it counts only where nothing at all speaks for one of ours.
        spoken: Whether it is a company's name in free text, which counts only where
            nothing speaks for a product.
    """

    owner: str
    why: str
    faint: bool = False
    spoken: bool = False

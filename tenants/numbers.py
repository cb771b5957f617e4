"""How a company writes its numbers: which sign parts the thousands and which the decimals.

Set for a request by the gate; whoever writes a number on a page asks here. Exports and the API never do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Writing:
    words: str
    thousands: str
    decimals: str


WRITINGS = {
    "en": Writing("1,234.50 (English)", ",", "."),
    "de": Writing("1.234,50 (German)", ".", ","),
    "fr": Writing("1\N{NARROW NO-BREAK SPACE}234,50 (French)", "\N{NARROW NO-BREAK SPACE}", ","),
    "de-ch": Writing("1’234.50 (Swiss)", "’", "."),
}
_now: ContextVar[Writing] = ContextVar("writing", default=WRITINGS["en"])


@contextmanager
def writing(locale: str) -> Iterator[None]:
    token = _now.set(WRITINGS.get(locale, WRITINGS["en"]))
    try:
        yield
    finally:
        _now.reset(token)


def written(text: str) -> str:
    """A number as Python writes it (1,234.50) as the company does."""
    now = _now.get()
    return text.translate({ord(","): now.thousands, ord("."): now.decimals})

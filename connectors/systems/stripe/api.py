"""How one speaks to Stripe: the pinned version, the key, and how Stripe words a refusal.

Times of objects, paging and posting build on this; nothing else in this folder knows a header or a status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.errors import Refused, Said, Unreadable
from connectors.system import Account, Mode
from connectors.transport.auth import Basic
from connectors.transport.classify import Dialect, Reply, Rule, Then
from connectors.transport.http import Deadlines, Http
from connectors.transport.stated import Stated, stated

VERSION = "2026-10-28.endive"
ADDRESS = "https://api.stripe.com"
PAGE_ROWS = 100
PAGES_OF_ONE_OBJECT_MAX = 500
KEPT_FAILURE = "kept_failure"
"""A failure that Stripe has stored under the key: the same key will get it again, for a day."""

_RIGHT = re.compile(r"\brak_\w+")
_MODES = {"live": Mode.LIVE, "test": Mode.TEST}
_KEY = re.compile(r"(?:sk|rk)_(live|test)_\S+")


def mode_of_key(key: str) -> Mode | None:
    """A hint only: other kinds of key exist, and the ping is the judge."""
    found = _KEY.fullmatch(key)
    return _MODES[found[1]] if found else None


def open_http(account: Account) -> Http:
    """The way to this account's Stripe. A key of the wrong mode, or one for web pages, is refused before it is sent."""
    key = account.secrets.get("api_key", "")
    _refuse_odd_key(key, account.mode)
    return account.http.at(
        str(account.settings.get("address") or ADDRESS),
        system="stripe",
        auth=Basic(key, ""),
        dialect=DIALECT,
        times=Deadlines(connect_seconds=5, read_seconds=30, total_seconds=60),
        secrets=tuple(account.secrets.values()),
    )


def _refuse_odd_key(key: str, mode: Mode) -> None:
    if not key:
        raise Refused(
            "No API key is stored.", system="stripe", remedy="Enter the restricted key of this account."
        )
    if key.startswith("pk_"):
        raise Refused(
            "This is a publishable key, made for web pages.",
            system="stripe",
            remedy="Enter the restricted (rk_…) or secret (sk_…) key instead.",
        )
    of_key = mode_of_key(key)
    if of_key and mode in (Mode.LIVE, Mode.TEST) and of_key is not mode:
        raise Refused(
            f"This is a key of {of_key} mode, and the connection is for {mode} mode.",
            system="stripe",
            remedy=f"Enter a key that begins with rk_{mode}_ or sk_{mode}_.",
            said=Said(code="key_mode"),
        )


def _said(reply: Reply) -> Said:
    body = reply.json if isinstance(reply.json, Mapping) else {}
    error = body.get("error")
    if reply.status >= 500 and reply.headers.get("Idempotent-Replayed", "").lower() == "true":
        return Said(code=KEPT_FAILURE)
    if not isinstance(error, Mapping):
        return Said()
    return Said(
        code=str(error.get("code") or error.get("type") or ""),
        message=str(error.get("message") or ""),
        field=str(error.get("param") or ""),
    )


DIALECT = Dialect(
    said=_said,
    rules=(
        # The same key is still running there: its outcome is not ours to guess; the same key asks again.
        Rule(Then.TRY_LATER, statuses=(409,), code="idempotency_key_in_use"),
        Rule(Then.TRY_LATER, statuses=(409, 424, 429)),
        Rule(Then.TRY_LATER, statuses=(400,), code="rate_limit"),
        Rule(Then.LOCKED_OUT, statuses=(401,)),
    ),
    permission=lambda said: ((found := _RIGHT.search(said.message)) and found[0]) or "",
    key_header="Idempotency-Key",
    # An object that another request holds says nothing about our pace.
    busy_codes=("lock_timeout",),
    request_id_headers=("Request-Id",),
    headers={"Stripe-Version": VERSION},
)


@dataclass(frozen=True)
class Api:
    """Reads, as JSON. An object that is not of the account's mode is never taken."""

    http: Http
    mode: Mode

    def get(self, path: str, what: str, **params: Any) -> Stated:
        return self.timed(path, what, **params)[0]

    def timed(self, path: str, what: str, **params: Any) -> tuple[Stated, int]:
        """The answer, and when Stripe's own clock says it was given."""
        answer = self.http.call("GET", f"/v1/{path}", params=pairs(params))
        found = stated(answer.json, what)
        self._same_mode(found)
        return found, vendor_time(answer.headers)

    def all(self, path: str, what: str, **params: Any) -> Iterator[Stated]:
        """Every row of a bounded list (the lines of one invoice, the rows of one payout)."""
        after = None
        for _ in range(PAGES_OF_ONE_OBJECT_MAX):
            page = self.get(path, what, limit=PAGE_ROWS, starting_after=after, **params)
            rows = tuple(page.parts("data"))
            yield from rows
            if not page.flag("has_more") or not rows:
                return
            if rows[-1].text("id") == after:
                break
            after = rows[-1].text("id")
        raise Unreadable(
            f"Listing {what} did not end.", system="stripe", remedy="Ask support: Stripe repeats a page."
        )

    def _same_mode(self, found: Stated) -> None:
        live = found.body.get("livemode")
        if (
            isinstance(live, bool)
            and self.mode in (Mode.LIVE, Mode.TEST)
            and live != (self.mode is Mode.LIVE)
        ):
            raise Refused(
                f"{found.what} belongs to {'live' if live else 'test'} mode.",
                system="stripe",
                remedy="Connect with a key of the right mode.",
                said=Said(code="mode"),
            )


def vendor_time(headers: Mapping[str, str]) -> int:
    """From the Date header; 0 where there is none, which never moves a cursor."""
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, TypeError, ValueError):
        return 0


def pairs(tree: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Nested values in Stripe's bracket form; None is left out."""
    return [pair for name, value in tree.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case None:
            return
        case Mapping():
            for inner, one in value.items():
                yield from _pairs(f"{name}[{inner}]", one)
        case list() | tuple():
            for index, one in enumerate(value):
                nested = isinstance(one, Mapping)
                yield from _pairs(f"{name}[{index}]" if nested else f"{name}[]", one)
        case _:
            yield name, value

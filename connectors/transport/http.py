"""The one way out to a vendor: what an adapter calls, and the only place where bytes leave for another company.

It adds the credential, holds the call to its limits, reports it masked, and turns whatever comes back into an Answer or
one of the errors of `connectors.errors`; nothing of requests or of a socket shows above it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests

from connectors.errors import LockedOut, Refused, WireError
from connectors.transport.classify import Dialect, asks_to_slow
from connectors.transport.egress import join_path, safe_path
from connectors.transport.exchange import Answer, Call, Deadlines, Exchange
from connectors.transport.masking import Mask
from connectors.transport.pace import Pace
from connectors.transport.reading import dump
from connectors.transport.riding import riding
from connectors.transport.trip import bare, travel
from connectors.transport.wire import WayOut

__all__ = ["Answer", "Auth", "Deadlines", "Exchange", "Http", "Pairs"]

# At DEBUG these write whole addresses and form bodies.
for _name in ("urllib3", "requests", "stripe"):
    logging.getLogger(_name).setLevel(logging.WARNING)

SAFE_METHODS = ("GET", "HEAD")
Pairs = Mapping[str, Any] | Sequence[tuple[str, Any]]


class Auth(Protocol):
    """Puts a credential on a prepared request."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest: ...

    def renew(self, request: requests.PreparedRequest) -> bool:
        """The credential on this request was not accepted: is there another one now? Asked once per call."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, repr=False)
class Http:
    """A way out. The engine opens one per account; an adapter points it at its vendor with `at`."""

    out: WayOut = field(default_factory=WayOut)
    base: str = ""
    system: str = ""
    auth: Auth | None = None
    dialect: Dialect = field(default_factory=Dialect)
    times: Deadlines = field(default_factory=Deadlines)
    mask: Mask = field(default_factory=Mask)
    observe: Callable[[Exchange], None] | None = None
    pace: Pace | None = None
    now: Callable[[], datetime] = _utc_now

    def at(
        self,
        base: str,
        *,
        system: str = "",
        auth: Auth | None = None,
        dialect: Dialect | None = None,
        times: Deadlines | None = None,
        secrets: Iterable[str] = (),
        pace: Pace | None = None,
    ) -> Http:
        """This way out, pointed at one address. Raises Refused with a clear reason if that may not be dialled.

        Credential and dialect are those given here, never those of the address before.
        """
        return replace(
            self,
            base=base.rstrip("/") if self.out.mounted(base) else self.out.egress.judge(base).base,
            system=system or self.system,
            auth=auth,
            dialect=dialect or Dialect(),
            times=times or self.times,
            mask=self.mask.knowing(secrets),
            pace=pace or self.pace,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Pairs = (),
        json: Any = None,
        form: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        key: str = "",
        reads_only: bool | None = None,
        expects: type | tuple[type, ...] | None = dict,
        times: Deadlines | None = None,
        endpoint: str = "",
    ) -> Answer:
        """One call. Raises TryLater, OutcomeUnknown, Refused, NotFound, LockedOut or Unreadable, and nothing else.

        `reads_only` says of a POST that repeating it is harmless (a query, a token). `expects` is what the JSON must be:
        `dict`, `list`, both, `bytes` for a body taken as it is, or None where a body may be absent. `key` travels in the
        dialect's key header. `endpoint` names the vendor's counter for the pace where it counts by endpoint.
        """
        headers = {**self.dialect.headers, **(headers or {})}
        reads = method.upper() in SAFE_METHODS if reads_only is None else reads_only
        return self._raised_or_given(
            Call(
                self._prepare(method, path, params, json, form, headers, key),
                reads,
                expects,
                key,
                times or self.times,
                endpoint,
            )
        )

    def session(self) -> requests.Session:
        """For a vendor's own library that wants one of requests: all it sends goes out through here."""
        return riding(self)

    def carry(self, request: requests.PreparedRequest, reads: bool) -> Answer:
        """A request that somebody else prepared, under the same rules as any call."""
        if not str(request.url).startswith(self.base + "/"):
            raise Refused("The request leads away from the address of this connection.", system=self.system)
        safe_path(urlsplit(str(request.url)).path)
        key = request.headers.get(self.dialect.key_header, "") if self.dialect.key_header else ""
        request.headers.update({"Accept-Encoding": "gzip, deflate", **self.dialect.headers})
        return self._raised_or_given(Call(request, reads, dict, str(key), self.times))

    def _raised_or_given(self, call: Call) -> Answer:
        outcome = self._outcome(call)
        # What a traceback shows of this frame is the request; it is let go before anything is raised.
        del call
        if isinstance(outcome, WireError):
            raise outcome
        return outcome

    def _outcome(self, call: Call) -> Answer | WireError:
        try:
            outcome, sent = self._go(call)
            if _is_refused_credential(outcome) and self.auth and self.auth.renew(sent):
                outcome, _ = self._go(call)
        except WireError as error:
            error.system = error.system or self.system
            return bare(error)
        return outcome

    def _go(self, call: Call) -> tuple[Answer | WireError, requests.PreparedRequest]:
        """The credential is put on afresh each time, on a copy: a repeat carries the renewed one."""
        request = call.request.copy()
        if self.auth:
            request = self.auth(request)
        with self.pace.turn(call.endpoint) if self.pace else nullcontext() as turn:
            outcome = travel(self, replace(call, request=request, turn=turn))
        if self.pace and asks_to_slow(outcome, self.dialect):
            self.pace.slow(getattr(outcome, "after_seconds", None))
        return outcome, request

    def _prepare(
        self,
        method: str,
        path: str,
        params: Pairs,
        json: Any,
        form: Pairs | None,
        headers: Mapping[str, str],
        key: str,
    ) -> requests.PreparedRequest:
        if not self.base:
            raise Refused("No address has been set for this connection.", system=self.system)
        url = join_path(self.base, path)
        if query := urlencode(_pairs(params)):
            url += "?" + query
        content, kind = _body(json, form)
        lines = {
            "User-Agent": "ml-connector/1",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            **kind,
            **({self.dialect.key_header: key} if key and self.dialect.key_header else {}),
            **headers,
        }
        try:
            return requests.Request(method.upper(), url, headers=lines, data=content).prepare()
        except (requests.exceptions.RequestException, UnicodeError):
            problem = Refused(
                "The request could not be formed: a header or the address has a letter it may not have."
            )
        raise problem

    def __repr__(self) -> str:
        return f"Http({self.base or 'nowhere yet'})"


def _is_refused_credential(outcome: Answer | WireError) -> bool:
    return isinstance(outcome, LockedOut) and outcome.said.status == 401


def _body(json: Any, form: Pairs | None) -> tuple[bytes | None, dict[str, str]]:
    if form is not None:
        return urlencode(_pairs(form)).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if json is not None:
        return dump(json).encode(), {"Content-Type": "application/json"}
    return None, {}


def _pairs(given: Pairs) -> list[tuple[str, str]]:
    """None is left out, a list repeats its name, and no float gets through."""
    found: list[tuple[str, str]] = []
    for name, value in given.items() if isinstance(given, Mapping) else given:
        values = value if isinstance(value, list | tuple) else [value]
        found += [(name, _word(one)) for one in values if one is not None]
    return found


def _word(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a request")

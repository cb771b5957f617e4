"""From an answer to what we do next: one table for all vendors, and a vendor's own exceptions to it laid on top.

The line that matters runs between "certainly nothing happened" and "it may have happened": a write crosses it early.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connectors.errors import LockedOut, NotFound, OutcomeUnknown, Refused, Said, TryLater, WireError
from connectors.transport.patience import retry_after

ODD_BODY = (KeyError, TypeError, AttributeError, ValueError, IndexError)


class Then(StrEnum):
    """What we do next."""

    FINE = "fine"
    TRY_LATER = "try later"
    IN_DOUBT = "outcome unknown"
    REFUSED = "refused"
    NOT_FOUND = "not found"
    LOCKED_OUT = "locked out"


@dataclass(frozen=True, repr=False)
class Reply:
    """An answer as it came. `json` is None when the body is no JSON."""

    status: int
    headers: Mapping[str, str]
    json: Any = None
    text: str = ""


@dataclass(frozen=True)
class Rule:
    """A vendor's exception: the first whose every stated part fits decides."""

    then: Then
    statuses: tuple[int, ...] = ()
    code: str = ""
    when: Callable[[Reply], bool] | None = None

    def fits(self, reply: Reply, said: Said) -> bool:
        return (
            (not self.statuses or reply.status in self.statuses)
            and (not self.code or said.code == self.code)
            and (self.when is None or _holds(self.when, reply))
        )


def _holds(when: Callable[[Reply], bool], reply: Reply) -> bool:
    """A condition that stumbles over an odd body does not hold; the common table decides then."""
    try:
        return when(reply)
    except ODD_BODY:
        return False


def nothing_said(_: Reply) -> Said:
    return Said()


def no_word_for_it(_: Said) -> str:
    return ""


@dataclass(frozen=True)
class Dialect:
    """How one vendor says no. An adapter hands it in; everything else about errors is common."""

    said: Callable[[Reply], Said] = nothing_said
    """Reads the vendor's error body. Anything it raises on an odd body counts as nothing said."""
    rules: tuple[Rule, ...] = ()
    permission: Callable[[Said], str] = no_word_for_it
    """The vendor's own word for the right that is missing, from what it said."""
    key_header: str = ""
    """Carries our key; empty where the vendor honours none."""
    request_id_headers: tuple[str, ...] = ("Request-Id", "X-Request-Id")
    busy_codes: tuple[str, ...] = ()
    """Codes under which a 429 is about one object that is busy, and no reason to slow down everything."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent on every call: the pinned version, the language of messages."""


def judge(reply: Reply, dialect: Dialect, reads: bool) -> tuple[Then, Said]:
    """The verdict, and what the vendor said. Bodies of good answers are read too: some say no with a 200."""
    said = _ask(dialect, reply)
    for rule in dialect.rules:
        if rule.fits(reply, said):
            return rule.then, said
    return _common(reply.status, reads), said


def _ask(dialect: Dialect, reply: Reply) -> Said:
    try:
        said = dialect.said(reply)
    except ODD_BODY:
        said = Said()
    request_id = next(
        (reply.headers[name] for name in dialect.request_id_headers if name in reply.headers), ""
    )
    return Said(reply.status, said.code, said.message, said.field, said.request_id or request_id)


_COMMON = {
    401: Then.LOCKED_OUT,
    403: Then.LOCKED_OUT,
    404: Then.NOT_FOUND,
    425: Then.TRY_LATER,
    429: Then.TRY_LATER,
}


def _common(status: int, reads: bool) -> Then:
    if 200 <= status < 300:
        return Then.FINE
    if status == 408 or status >= 500:
        return Then.TRY_LATER if reads else Then.IN_DOUBT
    return _COMMON.get(status, Then.REFUSED)


def failure(then: Then, said: Said, reply: Reply, dialect: Dialect, *, now_epoch: float) -> WireError:
    """The error for a verdict, worded for a person. Its texts must be masked already in `said`."""
    wait = retry_after(reply.headers.get("Retry-After"), now_epoch)
    match then:
        case Then.TRY_LATER:
            return TryLater(_busy(reply.status), said=said, after_seconds=wait)
        case Then.IN_DOUBT:
            unknown = OutcomeUnknown(
                f"The system answered {reply.status} to a write: it may or may not have been carried out.",
                said=said,
                remedy="It is looked up there before anything is sent again.",
            )
            unknown.after_seconds = wait
            return unknown
        case Then.NOT_FOUND:
            return NotFound(
                said.message
                or "The system does not know this object, or does not show it to this credential.",
                said=said,
            )
        case Then.LOCKED_OUT:
            permission = dialect.permission(said) if reply.status != 401 else ""
            return LockedOut(_locked(reply.status, said, permission), said=said, permission=permission)
        case _:
            return Refused(_refused(reply.status, said), said=said, remedy=_REMEDIES.get(reply.status, ""))


def asks_to_slow(outcome: object, dialect: Dialect) -> bool:
    """True when the vendor complained about our pace, or asked everybody to stay away for a time."""
    if not isinstance(outcome, TryLater | OutcomeUnknown):
        return False
    if outcome.said.status == 429:
        return outcome.said.code not in dialect.busy_codes
    return outcome.said.status == 503 and outcome.after_seconds is not None


_REMEDIES = {
    410: "The version of the vendor's interface that this connector speaks is no longer served; ask for an update.",
    413: "The document is too large for this system; split it at its source.",
}


def _busy(status: int) -> str:
    if status == 429:
        return "The system asks us to slow down."
    return f"The system cannot answer just now (status {status})."


def _locked(status: int, said: Said, permission: str) -> str:
    if status == 401:
        return said.message or "The credential was not accepted."
    if permission:
        return f"The credential lacks the permission {permission}."
    return said.message or "The credential lacks a permission for this."


def _refused(status: int, said: Said) -> str:
    if status == 410:
        return said.message or "The system no longer serves this address or version of its interface."
    return said.message or f"The system refused the request (status {status})."

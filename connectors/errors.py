"""What can go wrong on the wire, named by what we do next rather than by what happened.

Every error carries words for a person and nothing secret: no body, no header, no credential ever travels in one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What the system itself told us, already masked: enough for its support desk to find the call."""

    status: int | None = None
    code: str = ""
    message: str = ""
    field: str = ""
    request_id: str = ""


class WireError(Exception):
    """A call to a system did not give what was asked for."""

    def __init__(self, why: str, *, system: str = "", remedy: str = "", said: Said | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.system = system
        self.remedy = remedy
        self.said = said or Said()


class TryLater(WireError):
    """Certainly nothing happened there; the same call may succeed later (429, 5xx on a read, could not connect)."""

    def __init__(
        self,
        why: str,
        *,
        system: str = "",
        remedy: str = "",
        said: Said | None = None,
        after_seconds: float | None = None,
    ) -> None:
        super().__init__(why, system=system, remedy=remedy, said=said)
        self.after_seconds = after_seconds


class OutcomeUnknown(WireError):
    """A write was sent and no answer came: it may have happened. Settled by find, never by a blind second send."""

    after_seconds: float | None = None
    """How long the system itself asked us to stay away, when it said so while it failed."""


class Refused(WireError):
    """The system understood and said no. A person fixes the cause and replays."""


class NotFound(WireError):
    """The object is not there, or not visible to this credential."""


class LockedOut(WireError):
    """The credential is not accepted, or lacks a permission: the connection pauses and its owner is told once."""

    def __init__(
        self,
        why: str,
        *,
        system: str = "",
        remedy: str = "",
        said: Said | None = None,
        permission: str = "",
    ) -> None:
        super().__init__(why, system=system, remedy=remedy, said=said)
        self.permission = permission


class Forged(WireError):
    """A webhook did not verify: answered 401, counted, nothing stored."""


class Unreadable(WireError):
    """The answer or event was not what the system promises: not its JSON, or a field missing that money depends on."""

    field = ""
    """The field that could not be read, where it was one."""

"""What a system is: the constant that describes a vendor product, and the contract its adapter keeps.

Everything above (flows, engine, pages) speaks to vendors through these names only, so a new vendor is a new folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from connectors.canon.journal import Journal
from connectors.canon.kind import Kind
from connectors.transport.auth import TokenStore
from connectors.transport.http import Http


class Role(StrEnum):
    LEDGER = "ledger"
    PAYMENTS = "payments"
    BILLING = "billing"
    PROCUREMENT = "procurement"


class Mode(StrEnum):
    LIVE = "live"
    TEST = "test"
    SANDBOX = "sandbox"


class Once(StrEnum):
    """How a system lets one write stay one write."""

    BY_KEY = "by_key"
    """It honours an idempotency key for as long as `Limits.key_memory_seconds`."""
    BY_REFERENCE = "by_reference"
    """It has no keys: look for our reference before any create."""


@dataclass(frozen=True)
class Credential:
    """One value a customer enters; the connection form is drawn from these."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    pattern: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    many_lines: bool = False
    within: str = ""
    """What is not secret stands in the connection's settings, inside this part of them; empty: at the top."""
    table: str = ""
    """A line of this code table of the account: what is entered is looked up there."""
    pairs: bool = False
    """One `name = value` a line."""


@dataclass(frozen=True)
class Limits:
    """What the vendor allows and how it behaves in time; every number has its unit in its name."""

    page_rows: int = 100
    calls_per_second: float = 5
    calls_per_minute: int | None = None
    calls_at_once: int = 2
    poll_overlap_seconds: int = 3600
    visible_after_seconds: int = 0
    """A new document may stay hidden from look-ups this long: find is not certain before."""
    key_memory_seconds: int = 0
    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 60
    answer_bytes_max: int = 20_000_000


@dataclass(frozen=True)
class Moves:
    """A kind that can be asked for by time, in the order the vendor lists it."""

    kind: type[Kind]
    permission: str = ""
    """The vendor's own word for the right it needs, shown on a red check."""


@dataclass(frozen=True)
class System:
    slug: str
    name: str
    role: Role
    credentials: tuple[Credential, ...]
    reads: tuple[Moves, ...]
    writes: Mapping[type[Kind], Once]
    open: Callable[[Account], Adapter]
    account: tuple[str, ...] = ()
    """The credentials that name the account at the vendor: connections alike in them share its limits."""
    limits: Limits = field(default_factory=Limits)
    webhooks: Webhooks | None = None
    notes_back: tuple[type[Kind], ...] = ()
    code_tables: tuple[str, ...] = ()
    guide: str = ""
    """Path of guide.md inside the system's package."""
    mark: str = ""
    """Two letters for the page, where the vendor's logo would stand."""
    settings: tuple[Credential, ...] = ()
    """What may be chosen once it is connected, none of it secret: the settings page is drawn from these."""
    profile: Callable[[Mapping[str, Any]], Any] | None = None
    """For `Profiled` adapters: a dataclass of the defaults with these corrections, or Refused by name."""


@dataclass(frozen=True, repr=False)
class Account:
    """What an adapter is opened with: one tenant's account there, its secrets in clear for the length of a call.

    `settings` is what may be seen (addresses, profile, chosen accounts); `secrets` is what may not.
    """

    system: str
    mode: Mode
    secrets: Mapping[str, str]
    settings: Mapping[str, Any]
    http: Http
    now: Callable[[], datetime]
    name: str = ""
    tokens: TokenStore | None = None
    """Where this account's tokens live between calls; None for systems whose key does not age."""

    def __repr__(self) -> str:
        return f"Account({self.system}, {self.mode}, {self.name or 'unnamed'})"


class Colour(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Check:
    """One line of a ping: what was tried, how it went, and what an administrator does about it."""

    name: str
    """Stable and unique within a system, e.g. `permission:charges`."""
    label: str
    colour: Colour
    seen: str
    remedy: str = ""


GATES = ("reachable", "address", "auth", "mode")
"""Checks behind which nothing can be tried: red here, and the credential itself is not good."""


@dataclass(frozen=True)
class Spoiled:
    """One row of a listing that could not be read; the rows beside it go on."""

    kind: str
    id: str
    field: str
    why: str


@dataclass(frozen=True)
class Page:
    """One page of a listing. Storing it and moving the cursor to `cursor` is one transaction of the caller."""

    rows: tuple[Kind | Spoiled, ...]
    cursor: str
    more: bool
    total: int | None = None
    """What the vendor says there is altogether, where it says so: reported, never relied upon."""


@dataclass(frozen=True)
class CodeChoice:
    """One line of a code table in an account: a GL account, a tax code, a daybook …"""

    code: str
    label: str
    active: bool = True
    group: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Step:
    """One call of a write, exactly as it will be sent (secrets are added by the transport, not here)."""

    name: str
    method: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """What write sends and what the preview shows: the same value, so they cannot differ."""

    kind: str
    title: str
    """The vendor's word for it: `Customer payment`, `Invoice`."""
    reference: str
    dated: date | None
    steps: tuple[Step, ...]
    journal: Journal | None = None
    """What it does to the books, where it does; None for master data and for systems without books."""
    notes: tuple[str, ...] = ()
    """Rules applied that a reader should know: a name cut to 28 characters, a date moved to an open day."""


@dataclass(frozen=True)
class Written:
    """What came back from a write."""

    id: str
    number: str = ""
    """The number a person would look for there; empty when it is the id."""
    said: str = ""
    url: str = ""


class Adapter(Protocol):
    """Talks to one account. Every method may raise the errors of `connectors.errors` and nothing else on purpose."""

    def ping(self) -> Iterator[Check]: ...

    def fetch(self, kind: type[Kind], id: str) -> Kind: ...

    def changes(self, kind: type[Kind], since: str) -> Iterator[Page]:
        """Pages from the cursor on, oldest unread first where the vendor allows; an empty cursor reads everything.

        Any page's cursor resumes the listing right behind that page, also in another process.
        """

    def codes(self, table: str) -> Iterator[CodeChoice]: ...

    def find(
        self,
        kind: type[Kind],
        reference: str,
        near: Document | None = None,
        since: datetime | None = None,
    ) -> str | None:
        """The id of the document that carries our reference, or None when it is certainly not there.

        `near` is what was being written and `since` when that began: where a system cannot search by reference, they
        say whose documents of which time to read.
        """

    def render(self, body: Kind) -> Document: ...

    def write(self, document: Document, id: str | None, key: str) -> Written:
        """Create (id None) or update; every call of it carries `key` where the vendor honours one."""

    def reverse(self, kind: type[Kind], id: str, key: str) -> Written:
        """Counter-document for, or withdrawal of, what was written; never a deletion in the books."""


class Subscriber(Protocol):
    """An adapter that can register our webhook address by itself, where its credential permits."""

    def subscribe(self, url: str, key: str) -> tuple[str, str]:
        """The endpoint's id there and, this once, its signing secret."""


class Profiled(Protocol):
    """An adapter whose vendor names things differently from one customer to the next."""

    def check_profile(self, description: bytes | None = None) -> Iterator[Check]:
        """What of our profile fits this instance; `description` is one that its administrator uploaded."""


class Webhooks(Protocol):
    """A system that can knock: pure functions over raw bytes."""

    events: tuple[str, ...]
    """The event types to subscribe, for the guide and for registering the endpoint."""

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: tuple[str, ...], now: datetime) -> None:
        """Raise Forged unless one of the secrets vouches for these very bytes, recently."""

    def notices(self, raw: bytes) -> Iterable[Notice]:
        """What a verified body points at. Raise Unreadable when it cannot be read; never guess."""


@dataclass(frozen=True)
class Notice:
    """One knock: look at this object. Nothing else in the payload is believed."""

    event_id: str
    event_type: str
    kind: type[Kind] | None
    """None: a type we do not act on; it is counted as ignored."""
    id: str
    account: str = ""
    """Which company there, for vendors that route all tenants through one address."""
    mode: Mode | None = None
    happened: datetime | None = None

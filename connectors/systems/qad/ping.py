"""Is this instance ready? One check a line, without writing anything, each with what an administrator does about red."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from connectors.errors import LockedOut, NotFound, OutcomeUnknown, Refused, TryLater, Unreadable, WireError
from connectors.system import Account, Check, Colour
from connectors.systems.qad.api import Api
from connectors.systems.qad.listing import Lists
from connectors.systems.qad.profile import KindProfile
from connectors.systems.qad.records import reading
from connectors.transport.auth import Kept
from connectors.transport.stated import Stated, stated

CLOCK_SECONDS_MAX = 120
KINDS_READ = (
    ("customer", "Customers"),
    ("customer_invoice", "Customer invoices"),
    ("customer_payment", "Customer payments"),
    ("banking_entry", "Banking entries"),
    ("journal_entry", "Journal entries"),
    ("gl_account", "GL accounts"),
    ("daybook", "Daybooks"),
    ("currency", "Currencies"),
    ("gl_period", "Periods"),
)
WORKSPACES = "/api/webshell/workspaces"


def checks(account: Account) -> Iterator[Check]:
    api = Api(account)
    first = tuple(_sign_in(api))
    yield from first
    if any(check.colour is Colour.RED for check in first):
        return
    lists = Lists(api)
    read: dict[str, list[Stated]] = {}
    for name, label in _wanted(account):
        yield from _kind(lists, name, label, read)
    yield from _period(api, lists, read)
    yield from _currencies(api, lists, read)
    yield Check(
        "write",
        "May write",
        Colour.AMBER,
        "Not proven yet.",
        "Nothing is posted to try it out: the first real document proves it.",
    )


def _wanted(account: Account) -> tuple[tuple[str, str], ...]:
    """What the active flows need; everything for receivables while none is chosen."""
    chosen = account.settings.get("kinds")
    extra = tuple((name, name.replace("_", " ").capitalize()) for name in chosen or ())
    return KINDS_READ if not chosen else tuple(dict.fromkeys((*KINDS_READ, *extra)))


def _sign_in(api: Api) -> Iterator[Check]:
    try:
        if isinstance(api.http.auth, Kept):
            api.http.auth.keeper.token()
    except WireError as error:
        yield _refused(error)
        return
    try:
        answer = api.http.call("GET", WORKSPACES)
        named = stated(answer.json, "workspaces")
        told: str | None = answer.headers.get("Date")
    except WireError as error:
        if isinstance(error, NotFound):
            yield Check("reachable", "Reachable", Colour.GREEN, f"{api.base} answers.")
            yield Check("auth", "Signed in", Colour.GREEN, "The instance has no list of workspaces.")
            yield Check(
                "workspace",
                "Workspace",
                Colour.AMBER,
                f"{api.workspace}, not proven.",
                "Ask QAD's administrator.",
            )
            return
        yield _refused(error)
        return
    yield Check("reachable", "Reachable", Colour.GREEN, f"{api.base} answers.")
    yield Check("auth", "Signed in", Colour.GREEN, "Signed in.")
    yield _clock(api.account.now(), told)
    yield _workspace(api, named)


def _refused(error: WireError) -> Check:
    match error:
        case LockedOut() if error.said.code == "invalid_client":
            return Check(
                "auth",
                "Signed in",
                Colour.RED,
                "Client id unknown.",
                "Read the clientId from Security Control in QAD.",
            )
        case LockedOut():
            return Check(
                "auth",
                "Signed in",
                Colour.RED,
                "User or password refused (or expired, or locked).",
                "Reset the integration user in QAD and enter its password here.",
            )
        case Refused() | NotFound() | Unreadable():
            return Check("address", "Address", Colour.RED, error.why, error.remedy or _ROOT)
        case TryLater() | OutcomeUnknown() if error.said.status is not None:
            return Check("address", "Address", Colour.RED, f"Context root looks wrong: {error.why}", _ROOT)
    return Check("reachable", "Reachable", Colour.RED, error.why, error.remedy or _REACH)


_ROOT = (
    "Use the address up to /clouderp (and /test or /devl), as the browser shows it when you are signed in."
)
_REACH = "Check the address, and let QAD's administrator allow our outgoing addresses. Nothing was changed."


def _clock(now: datetime, told: str | None) -> Check:
    try:
        apart = abs(int((now - parsedate_to_datetime(told or "")).total_seconds()))
    except (TypeError, ValueError):
        return Check("clock", "Clock", Colour.AMBER, "The instance told no time.", "Nothing to do.")
    if apart <= CLOCK_SECONDS_MAX:
        return Check("clock", "Clock", Colour.GREEN, f"{apart} s apart.")
    remedy = "Compare both servers with a time service: posting dates near midnight may fall on another day."
    return Check("clock", "Clock", Colour.RED, f"{apart} s apart.", remedy)


def _workspace(api: Api, named: Stated) -> Check:
    known = [one.text_or("workspaceId") for one in named.part_or("data").parts_or("workspaces")]
    if api.workspace in known:
        return Check("workspace", "Workspace", Colour.GREEN, api.workspace)
    seen = f"The user cannot enter {api.workspace}; may enter {', '.join(known) or 'none'}."
    remedy = (
        "Grant the role in that domain and entity, or correct domain and entity in the connection's settings."
    )
    return Check("workspace", "Workspace", Colour.RED, seen, remedy)


def _kind(lists: Lists, name: str, label: str, read: dict[str, list[Stated]]) -> Iterator[Check]:
    """One row proves the path and its fields; no row proves the path only."""
    kind = lists.api.profile.kind(name)
    try:
        rows = _one_page(lists, name)
    except LockedOut as error:
        seen = f"Role lacks read on {label}, or the APIs node. {error.said.message}".strip()
        yield Check(f"permission:{name}", f"May read {label}", Colour.RED, seen, error.remedy)
        return
    except WireError as error:
        yield _path_problem(kind, name, label, error)
        return
    read[name] = rows
    yield Check(f"permission:{name}", f"May read {label}", Colour.GREEN, "Read.")
    yield _fields(kind, name, label, rows)


def _one_page(lists: Lists, name: str) -> list[Stated]:
    """A browse has a path of its own: that it answers proves nothing about the entity, so one record is read there too."""
    if lists.transport(name) == "offset":
        return lists.offset(name, (), 0).rows
    rows = lists.browse(name, (), 0, "00000000-0000-4000-8000-000000000000").rows
    return [lists.api.row(name, lists.api.keys_of(name, rows[0].body))] if rows else []


def _path_problem(kind: KindProfile, name: str, label: str, error: WireError) -> Check:
    if isinstance(error, NotFound) or error.said.status in (400, 404, 405):
        seen = f"Entity path for {label} is not on this instance: {kind.path}."
        remedy = "Open Swagger in QAD, find the entity, and correct its path in the profile."
        return Check(f"path:{name}", f"Path of {label}", Colour.RED, seen, remedy)
    return Check(
        f"path:{name}", f"Path of {label}", Colour.RED, error.why, error.remedy or "Ping again in a minute."
    )


def _fields(kind: KindProfile, name: str, label: str, rows: list[Stated]) -> Check:
    if not rows:
        return Check(
            f"path:{name}",
            f"Fields of {label}",
            Colour.AMBER,
            "Path ok, no row yet: fields not proven.",
            "Nothing to do.",
        )
    missing = [kind.theirs(one) for one in (*kind.keys, *kind.required) if one not in rows[0].body]
    if missing:
        seen = f"Field {', '.join(missing)} is not in {label}."
        return Check(
            f"path:{name}", f"Fields of {label}", Colour.RED, seen, "Correct the field's name in the profile."
        )
    return Check(f"path:{name}", f"Fields of {label}", Colour.GREEN, f"{len(kind.required)} fields found.")


def _period(api: Api, lists: Lists, read: dict[str, list[Stated]]) -> Iterator[Check]:
    if "gl_period" not in read:
        return
    today = api.account.now().astimezone(api.book.zone).date()
    problem = _closed(lists, today)
    if problem:
        yield Check(
            "period",
            "Period",
            Colour.RED,
            problem,
            "Finance opens it, or choose the policy that posts on the next open day.",
        )
    else:
        yield Check("period", "Period", Colour.GREEN, f"The period of {today.isoformat()} is open.")


def _closed(lists: Lists, today: date) -> str:
    for row in lists.all("gl_period"):
        found = reading.period(row)
        if found.first <= today <= found.last:
            return f"Period {found.id} is closed." if found.closed else ""
    return f"No period contains {today.isoformat()}."


def _currencies(api: Api, lists: Lists, read: dict[str, list[Stated]]) -> Iterator[Check]:
    if "currency" not in read:
        return
    wanted = {str(one) for one in api.account.settings.get("currencies", ())} | {api.book.base_currency}
    active = {row.text("currencyCode") for row in lists.all("currency") if row.flag("isActive", True)}
    missing = sorted(one for one in wanted if one and one not in active)
    if missing:
        remedy = "Add or activate it in QAD, or take it out of this integration."
        yield Check("currency", "Currencies", Colour.RED, f"Not active in QAD: {', '.join(missing)}.", remedy)
    else:
        yield Check("currency", "Currencies", Colour.GREEN, f"{len(active)} active.")

"""Is this account ready? One check a line, each with what an administrator does when it is red."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.canon.money import Unfit
from connectors.errors import LockedOut, NotFound, Refused, TryLater, Unreadable, WireError
from connectors.system import Account, Check, Colour, Mode
from connectors.systems.stripe.api import VERSION, Api, open_http
from connectors.systems.stripe.units import UNITS
from connectors.transport.stated import Stated

CLOCK_SECONDS_MAX = 120
"""Webhooks are refused beyond 300 s; this warns while there is still time."""

RIGHTS = (
    ("customers", "Customers"),
    ("invoices", "Invoices"),
    ("charges", "Charges and refunds"),
    ("refunds", "Refunds"),
    ("payment_intents", "PaymentIntents"),
    ("disputes", "Disputes"),
    ("payouts", "Payouts"),
    ("balance_transactions", "Balance transactions"),
    ("credit_notes", "Credit notes"),
    ("events", "Events"),
)
WRITES = "Write permission on Customers and Invoices cannot be tried without writing: it is proved by the first document."


@dataclass(frozen=True)
class Balance:
    """What the first call told: everything else is judged by it."""

    stated: Stated
    vendor_epoch: int


def checks(account: Account) -> Iterator[Check]:
    try:
        http = open_http(account)
    except Refused as refused:
        yield _refused_before_sending(refused)
        return
    # The mode is a check of its own here, so an answer of the other mode must get through to it.
    api = Api(http, Mode.SANDBOX)
    try:
        balance = Balance(*api.timed("balance", "balance"))
    except WireError as error:
        yield from _no_balance(error)
        return
    yield Check("reachable", "Reachable", Colour.GREEN, "Stripe answers.")
    yield Check("auth", "Key accepted", Colour.GREEN, f"Accepted, in version {VERSION}.")
    yield _mode(account.mode, balance.stated)
    yield _clock(account.now(), balance.vendor_epoch)
    yield _currencies(balance.stated, account.settings.get("currencies", ()))
    for path, label in RIGHTS:
        yield _right(api, path, label)
    yield Check("permission:write", "May write", Colour.AMBER, "Not proven yet.", WRITES)
    yield from _account(api)
    yield _webhook(api, account)


def _refused_before_sending(refused: Refused) -> Check:
    name, label = ("mode", "Mode") if refused.said.code == "key_mode" else ("auth", "Key accepted")
    if refused.said.code.startswith("address") or "address" in refused.why.lower():
        name, label = "reachable", "Reachable"
    return Check(
        name, label, Colour.RED, refused.why, refused.remedy or "Correct the connection and ping again."
    )


def _no_balance(error: WireError) -> Iterator[Check]:
    if isinstance(error, LockedOut) and error.said.status == 401:
        yield Check("reachable", "Reachable", Colour.GREEN, "Stripe answers.")
        # Its own words repeat the end of the key.
        yield Check(
            "auth", "Key accepted", Colour.RED, "Stripe does not accept this key.", _key_remedy(error)
        )
    elif isinstance(error, LockedOut):
        yield Check("reachable", "Reachable", Colour.GREEN, "Stripe answers.")
        yield Check("auth", "Key accepted", Colour.GREEN, "Accepted.")
        yield _missing("balance", "Balance", error)
    else:
        yield Check("reachable", "Reachable", Colour.RED, error.why, error.remedy or _REACH)


_REACH = "Check the address and our way out to api.stripe.com, then ping again. Nothing was changed."


def _key_remedy(error: LockedOut) -> str:
    if error.said.code == "api_key_expired":
        return "The key was rolled in the Dashboard: create a new restricted key and enter it here."
    return "The key is mistyped, deleted, or of another account: copy it again from Developers → API keys."


def _mode(wanted: Mode, balance: Stated) -> Check:
    live = balance.flag("livemode", False)
    seen = "live" if live else "test"
    if wanted is Mode.SANDBOX or live == (wanted is Mode.LIVE):
        return Check("mode", "Mode", Colour.GREEN, f"A key of {seen} mode.")
    remedy = f"Enter a key of {wanted} mode, or make another connection for {seen} mode."
    return Check("mode", "Mode", Colour.RED, f"A key of {seen} mode in a {wanted} connection.", remedy)


def _clock(now: datetime, vendor_epoch: int) -> Check:
    if not vendor_epoch:
        return Check(
            "clock", "Clock", Colour.AMBER, "Stripe told no time.", "Nothing to do; ping again later."
        )
    apart = abs(int(now.timestamp()) - vendor_epoch)
    if apart <= CLOCK_SECONDS_MAX:
        return Check("clock", "Clock", Colour.GREEN, f"{apart} s apart.")
    theirs = datetime.fromtimestamp(vendor_epoch, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    remedy = (
        "Set the clock of our server (time synchronisation): beyond 300 s every webhook is refused as stale."
    )
    return Check("clock", "Clock", Colour.RED, f"{apart} s apart; Stripe says {theirs}.", remedy)


def _currencies(balance: Stated, wanted: Any) -> Check:
    try:
        held = sorted(
            {
                part.text("currency").upper()
                for side in ("available", "pending")
                for part in balance.parts_or(side)
            }
        )
        for currency in (*held, *wanted):
            UNITS.unit(currency)
        missing = [currency for currency in wanted if currency not in held]
    except (Unfit, Unreadable) as odd:
        return Check(
            "currency",
            "Currencies",
            Colour.RED,
            str(odd),
            "Ask support: this currency cannot be counted yet.",
        )
    seen = f"Balances in {', '.join(held) or 'no currency yet'}."
    if missing:
        remedy = f"Add {', '.join(missing)} as a settlement currency in Stripe, or take it out of this integration."
        return Check("currency", "Currencies", Colour.RED, f"{seen} None in {', '.join(missing)}.", remedy)
    return Check("currency", "Currencies", Colour.GREEN, seen)


def _right(api: Api, path: str, label: str) -> Check:
    name = f"permission:{path}"
    try:
        api.get(path, path, limit=1)
    except LockedOut as error:
        return _missing(path, label, error)
    except (TryLater, NotFound, Refused, Unreadable) as error:
        return Check(
            name, f"May read {label}", Colour.RED, error.why, error.remedy or "Ping again in a minute."
        )
    return Check(name, f"May read {label}", Colour.GREEN, "Read.")


def _missing(path: str, label: str, error: LockedOut) -> Check:
    right = f" ({error.permission})" if error.permission else ""
    remedy = f"Edit the restricted key in the Dashboard, set {label} to Read{right}, save, and ping again."
    return Check(f"permission:{path}", f"May read {label}", Colour.RED, error.why, remedy)


def _account(api: Api) -> Iterator[Check]:
    """Often forbidden to restricted keys: then it is only not known."""
    try:
        told = api.get("account", "account")
    except WireError:
        yield Check("payouts", "Payouts enabled", Colour.AMBER, "This key may not read it.", "Nothing to do.")
        return
    if told.flag("payouts_enabled", True):
        yield Check(
            "payouts", "Payouts enabled", Colour.GREEN, f"{told.text_or('country')} account, payouts on."
        )
    else:
        remedy = "Finish the verification in the Stripe Dashboard; payouts appear afterwards."
        yield Check(
            "payouts", "Payouts enabled", Colour.RED, "Stripe has not finished verifying the account.", remedy
        )


def _webhook(api: Api, account: Account) -> Check:
    """The endpoint is ours by its address; a secret without endpoint, or the reverse, would lose every event."""
    stored = any(account.secrets.get(name) for name in ("webhook_secret", "webhook_secret_old"))
    ours = str(account.settings.get("webhook_url", ""))
    label, paste = (
        "Webhook secret",
        "Register the endpoint again, or paste its signing secret (whsec_…) here.",
    )
    if not stored:
        return Check(
            "webhook",
            label,
            Colour.RED,
            "No signing secret is stored: events are found by the poll only.",
            paste,
        )
    odd = [one for one in ("webhook_secret", "webhook_secret_old") if _not_whsec(account.secrets, one)]
    if odd:
        return Check("webhook", label, Colour.RED, "What is stored is no signing secret.", paste)
    return _endpoint(api, ours, label)


def _not_whsec(secrets: Mapping[str, str], name: str) -> bool:
    return bool(secrets.get(name)) and not secrets[name].startswith("whsec_")


def _endpoint(api: Api, ours: str, label: str) -> Check:
    try:
        found = next(
            (one for one in api.all("webhook_endpoints", "webhook endpoints") if one.text("url") == ours),
            None,
        )
    except WireError:
        return Check(
            "webhook", label, Colour.GREEN, "Stored; this key may not read the endpoints themselves."
        )
    problem = _endpoint_problem(found)
    if problem:
        return Check("webhook", label, Colour.RED, *problem)
    return Check("webhook", label, Colour.GREEN, "Stored, and the endpoint is enabled.")


def _endpoint_problem(found: Stated | None) -> tuple[str, str] | None:
    if found is None:
        return (
            "Stripe has no endpoint with our address.",
            "Register it, or add the address shown on the connection page.",
        )
    if found.text_or("status") != "enabled":
        return "The endpoint is disabled in Stripe.", "Enable it under Developers → Webhooks."
    if found.text_or("api_version") not in ("", VERSION):
        return (
            f"The endpoint speaks version {found.text_or('api_version')}.",
            f"Replace it by one of version {VERSION}: an endpoint's version cannot be changed.",
        )
    return None

"""An empty, usable instance: two companies with calendars, chart, codes and one integration user, and no business yet.

The user's default workspace is not the one to post to, so that a forgotten header shows at once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox import story, tokens
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import chart
from connectors.systems.qad.sandbox.dates import stamp
from connectors.systems.qad.sandbox.master_kinds import MASTERS
from connectors.systems.qad.sandbox.signin import workspace
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace

USER = "mlconnector"
MAIN = f"{story.DOMAIN}_{story.ENTITY}"
OTHER = "20EUR_20EURCO"
COMPANIES = (
    # domain, entity, description, base currency, time zone
    (story.DOMAIN, story.ENTITY, story.COMPANY, story.CURRENCY, "America/Chicago"),
    ("20EUR", "20EURCO", f"{story.COMPANY} Europe", "EUR", "Europe/Berlin"),
)
SITES = {story.DOMAIN: "10-100", "20EUR": "20-100"}
SESSION_MINUTES, IDLE_MINUTES = 30, 20
MONTHS_OPEN = 6
RATE_DIGITS = Decimal("0.0000000001")
LIVE = {"isActive": True}
DRIFT = (Decimal("1.000"), Decimal("1.004"), Decimal("0.997"))


def furnish(world: World) -> None:
    today = world.clock.now().date()
    world.state["security"] = {
        "clientId": f"qad-{world.new_id('', 12)}",
        "clientSecret": "",
        "clientUser": USER,
    }
    world.state["static_tokens"] = {world.new_id("static_", 24): USER}
    tokens.set_policy(world, access_seconds=SESSION_MINUTES * 60, idle_seconds=IDLE_MINUTES * 60)
    _users(world)
    _companies(world)
    for kind, key, row in (*_codes(), *_chart(), *_calendar(today)):
        world.table(kind)[key] = row
    world.table("exchangeRates").update(_rates(today))
    _stamp(world)


def desk(world: World, name: str = MAIN, user: str = "mfg") -> Workspace:
    """A person at QAD's own screens."""
    return workspace(world, name, user)


def _users(world: World) -> None:
    for name, default in ((USER, OTHER), ("mfg", MAIN)):
        world.table("users")[name] = {
            "userName": name,
            "password": world.new_id("pw_", 20),
            "workspaces": [MAIN, OTHER],
            "defaultWorkspace": default,
            "locked": False,
        }


def _companies(world: World) -> None:
    for domain, entity, description, base, zone in COMPANIES:
        own = {"domainCode": domain, "entityCode": entity, "description": description}
        world.table("entities")[entity] = {**own, "baseCurrency": base, "timeZone": zone, **chart.SETTINGS}


def _codes() -> Iterator[tuple[str, str, Row]]:
    for code, (description, unit) in chart.UNITS.items():
        yield (
            "currency",
            code,
            {"currencyCode": code, "description": description, "roundingUnit": unit, **LIVE},
        )
    for code, description, net, percent, days in chart.table(chart.TERMS):
        terms = {"netDays": int(net), "discountPercent": percent, "discountDays": int(days)}
        yield "credit_terms", code, {"creditTermsCode": code, "description": description, **terms, **LIVE}
    for code, usage, allocation, matching in chart.table(chart.STATUSES):
        rules = {"usage": usage, "allocation": allocation == "yes", "receiverMatching": matching == "yes"}
        yield "invoiceStatuses", code, {"invoiceStatusCode": code, **rules, **LIVE}
    for code, percent in (("US-OH", "8"), ("US-TX", "6.25"), ("NO-TAX", "0")):
        yield "tax_zone", code, {"code": code, "description": code, "taxPercent": percent, **LIVE}
    for code in ("STD", "EXEMPT"):
        yield "tax_class", code, {"code": code, "description": code, "taxPercent": "0", **LIVE}
    yield "daybookSets", "SALES-DB", {"daybookSetCode": "SALES-DB", **LIVE}
    for domain, site in SITES.items():
        place = {"domainCode": domain, "siteCode": site, "description": f"Plant {site}", **LIVE}
        yield "site", key_of(domain, site), place


def _chart() -> Iterator[tuple[str, str, Row]]:
    for code, description, type, currency, analysis in chart.table(chart.ACCOUNTS):
        yield (
            "gl_account",
            code,
            {
                "glAccountCode": code,
                "description": description,
                "glType": type,
                "currencyCode": currency,
                "isActive": code not in chart.INACTIVE_ACCOUNTS,
                "subAccountAnalysis": "NONE" if analysis == "MANDATORY" else analysis,
                "costCenterAnalysis": analysis,
                "projectAnalysis": "NONE" if analysis == "MANDATORY" else analysis,
            },
        )
    for code, description, type, layer, control in chart.table(chart.DAYBOOKS):
        yield (
            "daybook",
            code,
            {
                "daybookCode": code,
                "description": description,
                "daybookType": type,
                "layerType": layer,
                "control": control,
                "isActive": code not in chart.INACTIVE_DAYBOOKS,
            },
        )
    for code, account in chart.PROFILES.items():
        yield "glProfiles", code, {"glProfileCode": code, "glAccountCode": account, **LIVE}
    for code, (book, accounts) in chart.INSTRUMENTS.items():
        yield "paymentInstruments", code, {"daybookCode": book, "accounts": accounts, **LIVE}
    yield from _analyses()


def _analyses() -> Iterator[tuple[str, str, Row]]:
    codes = (
        ("sub_account", "subAccountCode", {"SAAS": "Subscriptions", "SERV": "Services"}),
        ("cost_center", "costCenterCode", {"0100": "Sales", "0200": "Service", "0300": "Administration"}),
        ("project", "projectCode", {"P-100": "New factory", "P-200": "Field trial"}),
    )
    for kind, field, known in codes:
        for code, description in known.items():
            yield kind, code, {field: code, "description": description, **LIVE}
    mask = {"glAccountCode": "4000", "subAccountCode": "SERV", "costCenterCode": "0300"}
    yield "coaMasks", "1", mask


def _calendar(today: date) -> Iterator[tuple[str, str, Row]]:
    """Calendar months; those older than half a year are closed."""
    for _, entity, *_ in COMPANIES:
        for year in range(today.year - 1, today.year + 3):
            for month in range(1, 13):
                age = (today.year - year) * 12 + today.month - month
                yield (
                    "gl_period",
                    key_of(entity, year, month),
                    {
                        "entityCode": entity,
                        "year": year,
                        "period": month,
                        "startDate": stamp(date(year, month, 1)),
                        "endDate": stamp(date(year, month, monthrange(year, month)[1])),
                        "isClosed": age > MONTHS_OPEN,
                        "lockedDaybooks": [],
                    },
                )


def _rates(today: date) -> dict[str, Row]:
    """A rate per month and pair, drifting a little, so that settling later wins or loses something."""
    rates: dict[str, Row] = {}
    for place in range((MONTHS_OPEN + 2) * 2):
        months = today.year * 12 + today.month - 1 + place - MONTHS_OPEN - 2
        first = date(months // 12, months % 12 + 1, 1).isoformat()
        for base in ("USD", "EUR"):
            for currency, per_dollar in story.RATES.items():
                rate = story.RATES[base] / per_dollar * DRIFT[place % len(DRIFT)]
                rates[key_of(currency, base, first)] = {
                    "fromCurrency": currency,
                    "toCurrency": base,
                    "validFrom": first,
                    "exchangeRate": plain(rate.quantize(RATE_DIGITS, ROUND_HALF_UP)),
                }
    return rates


def _stamp(world: World) -> None:
    """Everything an instance comes with was entered by a person on the first day."""
    first = desk(world)
    for kind in MASTERS:
        for row in world.table(kind.slug).values():
            row.update({"sharedSetCode": kind.set_code} if kind.set_code else {})
            first.touch(row)

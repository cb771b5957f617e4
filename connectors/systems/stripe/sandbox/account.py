"""The account itself: its name, its country, what it settles in, and whether it may be charged and paid out."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox.front import Call, on


@on("GET", "/account")
def get(call: Call) -> Row:
    call.read({})
    account = call.books.account
    return {
        "id": account["id"],
        "object": "account",
        "business_profile": {"name": account["name"], "url": None},
        "charges_enabled": account["charges_enabled"],
        "country": account["country"],
        "created": account["created"],
        "default_currency": account["default_currency"],
        "details_submitted": True,
        "email": account["email"],
        "payouts_enabled": account["payouts_enabled"],
        "settings": {"dashboard": {"display_name": account["name"], "timezone": "Etc/UTC"}},
        "type": "standard",
    }

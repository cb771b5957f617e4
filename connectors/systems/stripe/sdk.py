"""Stripe's own library for what is written, riding on our one way out: its wire format, our limits and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import stripe

from connectors.errors import Unreadable, WireError
from connectors.systems.stripe.api import VERSION
from connectors.transport.http import Http
from connectors.transport.reading import NotJson, load
from connectors.transport.riding import riding
from connectors.transport.stated import Stated, stated


def client(http: Http, key: str) -> stripe.StripeClient:
    """Retries are ours: the library's own would not know what is in doubt."""
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": http.base},
        max_network_retries=0,
        http_client=stripe.RequestsClient(session=riding(http)),
    )


def post(client: stripe.StripeClient, path: str, body: Mapping[str, Any], key: str) -> Stated:
    try:
        answer = client.raw_request("post", f"/v1/{path}", **dict(body), idempotency_key=key)
    except stripe.StripeError as error:
        raise _ours(error) from None
    try:
        return stated(load(str(answer.body).encode()), path)
    except NotJson as odd:
        raise Unreadable(f"Stripe's answer cannot be read: {odd}.", system="stripe") from None


def _ours(error: stripe.StripeError) -> WireError:
    """The library wraps what our transport raised; nothing else can come from it, since it never sees a refusal."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, WireError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return Unreadable(f"Stripe's library could not read the answer: {type(error).__name__}.", system="stripe")

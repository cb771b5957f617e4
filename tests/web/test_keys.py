"""A key is rotated without a gap: the new one is proved first, and the old one stays where it fails."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from connectors.engine.dial import dial
from connectors.models import Connection, State
from connectors.sandbox.stage import Stage
from connectors.system import Check, Colour
from connectors.web.keys import spoil
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.web.conftest import Connect, fresh, page_of


def key_of(one: Connection, name: str = "api_key") -> str:
    with tenant_scope(one.tenant_id):
        return str.__str__(fresh(one).open_secrets()[name])


def test_a_good_new_key_takes_the_place_of_the_old_one(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("stripe")
    old, mark = key_of(one), one.kept["api_key"]["fingerprint"]
    new = stage.credentials(stage.worlds["stripe"][company.slug])["secret_key"]
    answer = admin.post(page_of("connection_keys", company, one), {"api_key": new})
    assert answer.status_code == 302
    assert key_of(one) == new != old
    assert fresh(one).kept["api_key"]["fingerprint"] != mark
    shown = admin.get(page_of("connection", company, one)).content.decode()
    assert new not in shown
    assert fresh(one).kept["api_key"]["fingerprint"] in shown


def test_a_bad_new_key_leaves_the_old_one_in_use(connect: Connect, company: Tenant, admin: Client) -> None:
    one = connect("stripe")
    old = key_of(one)
    answer = admin.post(page_of("connection_keys", company, one), {"api_key": "rk_test_mistyped0000000000"})
    shown = html.unescape(answer.content.decode())
    assert "so the old one stays in use" in shown
    assert "Key accepted" in shown
    assert "rk_test_mistyped" not in shown
    assert key_of(one) == old
    assert (fresh(one).kept, fresh(one).checks) == (one.kept, one.checks)


def test_a_paused_connection_stays_paused_under_its_new_key(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("stripe")
    admin.post(page_of("connection_pause", company, one))
    new = stage.credentials(stage.worlds["stripe"][company.slug])["secret_key"]
    admin.post(page_of("connection_keys", company, one), {"api_key": new})
    assert (key_of(one), fresh(one).state) == (new, State.PAUSED)


def test_while_a_signing_secret_is_rolled_both_are_kept(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("stripe")
    page = page_of("connection_keys", company, one)
    for secret in ("whsec_first0000000000000000000000000000", "whsec_second000000000000000000000000000"):
        assert admin.post(page, {"webhook_secret": secret}).status_code == 302
    assert key_of(one, "webhook_secret").startswith("whsec_second")
    assert key_of(one, "webhook_secret_old").startswith("whsec_first")


def test_an_expired_token_of_the_old_password_does_not_vouch_for_a_wrong_one(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("qad")
    old = key_of(one, "password")
    answer = admin.post(page_of("connection_keys", company, one), {"password": "mistyped-password"})
    assert "User or password refused" in html.unescape(answer.content.decode())
    assert key_of(one, "password") == old


def test_a_stored_secret_is_not_sent_to_another_address(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("qad")
    with tenant_scope(company):
        Connection.objects.filter(pk=one.pk).update(mode="test")
    form = {"address": "https://elsewhere.example/clouderp"}
    answer = admin.post(page_of("connection_keys", company, one), form)
    assert "a stored secret is not sent to another address" in html.unescape(answer.content.decode())
    assert fresh(one).settings["address"] == one.settings["address"]
    page = admin.get(page_of("connection_settings", company, one)).content.decode()
    assert 'name="address"' not in page


def test_nothing_entered_changes_nothing(connect: Connect, company: Tenant, admin: Client) -> None:
    one = connect("stripe")
    answer = admin.post(page_of("connection_keys", company, one), {})
    assert "Nothing was entered" in answer.content.decode()


def test_a_disconnected_account_is_connected_again(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("stripe")
    key = key_of(one)
    admin.post(page_of("connection_disconnect", company, one), {"name": one.name})
    page = page_of("connection_keys", company, one)
    assert admin.post(page, {}).status_code == 200
    assert admin.post(page, {"api_key": key}).status_code == 302
    assert key_of(one) == key
    assert fresh(one).state != State.PAUSED


def check(name: str, colour: str = "red") -> Check:
    return Check(name, name, Colour(colour), "Seen.", "Do this.")


def row(name: str, colour: str) -> dict[str, Any]:
    return {"name": name, "label": name, "colour": colour, "seen": "", "remedy": ""}


@pytest.mark.parametrize(
    ("new", "last", "against"),
    [
        ([check("auth")], [row("auth", "red")], ["auth"]),
        ([check("auth", "green"), check("payouts")], [row("auth", "green"), row("payouts", "red")], []),
        ([check("permission:x")], [row("auth", "green"), row("permission:x", "green")], ["permission:x"]),
        ([check("permission:x")], [row("auth", "red")], []),
        ([check("permission:x")], [], []),
    ],
    ids=["still refused", "red before as well", "worked before", "the old one is dead", "never pinged"],
)
def test_what_speaks_against_a_new_key(
    new: list[Check], last: list[dict[str, str]], against: list[str]
) -> None:
    assert [one.name for one in spoil(new, last)] == against


@pytest.mark.urls("tests.web.urls_that_listen")
def test_the_endpoint_is_registered_for_them_and_its_secret_sealed(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("stripe")
    page = page_of("connection_webhook", company, one)
    assert "Register for me" in admin.get(page_of("connection", company, one)).content.decode()
    admin.post(page)
    first = key_of(one, "webhook_secret")
    endpoints = stage.worlds["stripe"][company.slug].table("test/webhook_endpoints")
    assert [one["url"] for one in endpoints.values()] == [f"http://testserver/hooks/{one.hook}"]
    shown = admin.get(page_of("connection", company, one)).content.decode()
    assert first not in shown
    assert "Registered by us" in shown
    admin.post(page)
    assert key_of(one, "webhook_secret_old") == first
    assert dial(fresh(one)).account.settings["webhook_url"].endswith(one.hook)  # type: ignore[attr-defined]

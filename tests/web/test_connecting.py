"""Connecting a system: the form is the registry's, secrets go in and never come back, and the first ping follows at once."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Connection, State
from connectors.sandbox.stage import Stage
from connectors.system import System
from connectors.systems import systems
from connectors.web.fields import Values
from tenants.models import AuditEntry, Role, Tenant
from tenants.scoping import tenant_scope
from tests.factories import member
from tests.web.conftest import Connect, fresh, page_of, signed_in

CANARY = "canary-51Hx9-never-shown"


def new(company: Tenant, system: str = "") -> str:
    return reverse("connection_new", args=[company.slug]) + (f"?system={system}" if system else "")


def test_an_empty_list_says_what_to_do_and_who_may(company: Tenant, admin: Client) -> None:
    page = reverse("connections", args=[company.slug])
    assert "Nothing is connected yet" in admin.get(page).content.decode()
    viewer = signed_in(member(company, Role.VIEWER))
    assert "An owner or an administrator can do that." in viewer.get(page).content.decode()


def test_every_system_of_the_registry_is_offered(company: Tenant, admin: Client) -> None:
    shown = admin.get(new(company)).content.decode()
    assert all(html.escape(of.name) in shown for of in systems())
    assert "sandbox" not in shown.lower(), "no simulator is opened here"


@pytest.mark.parametrize("of", systems(), ids=lambda of: of.slug)
def test_the_form_asks_what_the_system_needs_with_its_guide_beside(
    of: System, company: Tenant, admin: Client
) -> None:
    shown = admin.get(new(company, of.slug)).content.decode()
    for one in of.credentials:
        assert f'name="{one.name}"' in shown
        assert html.escape(one.label) in shown
    assert 'class="prose"' in shown


@pytest.mark.parametrize("of", systems(), ids=lambda of: of.slug)
def test_a_secret_is_never_put_back_into_its_field(of: System, company: Tenant, admin: Client) -> None:
    """Sent with everything else missing, so that the form comes back."""
    sent = {one.name: f"{CANARY}-{one.name}" for one in of.credentials if one.secret}
    answer = admin.post(new(company, of.slug), {"mode": "live", **sent})
    assert answer.status_code == 200
    assert CANARY not in answer.content.decode()
    with tenant_scope(company):
        assert not Connection.objects.exists()


def test_a_key_that_lost_its_beginning_is_told_at_its_field(company: Tenant, admin: Client) -> None:
    answer = admin.post(new(company, "stripe"), {"name": "S", "mode": "live", "api_key": CANARY})
    shown = html.unescape(answer.content.decode())
    assert "A mark was lost or added while copying. It looks like rk_live_…" in shown
    assert 'aria-invalid="true"' in shown


def test_an_address_that_carries_a_password_is_refused(company: Tenant, admin: Client) -> None:
    answer = admin.post(
        new(company, "qad"), {"mode": "live", "address": "https://user:pass@qad.example/clouderp"}
    )
    assert "This is not its form" in answer.content.decode()


def test_what_is_not_secret_goes_where_the_adapter_reads_it() -> None:
    of = next(one for one in systems() if one.slug == "qad")
    sent = {one.name: one.example or "x" for one in of.credentials}

    class Form(Values):
        def __init__(self) -> None:
            super().__init__(sent)
            self.draw(of.credentials)

    form = Form()
    assert form.is_valid(), form.errors
    chosen = form.into({"kinds": ["x"]})
    assert chosen["address"] == "https://example.qad.com/clouderp"
    assert chosen["book"]["domain"] == "10USA"
    assert chosen["kinds"] == ["x"]
    assert "password" not in str(chosen)


@pytest.mark.parametrize("of", systems(), ids=lambda of: of.slug)
def test_a_sandbox_needs_a_name_only_and_answers_at_once(
    of: System, connect: Connect, company: Tenant
) -> None:
    one = connect(of.slug)
    assert one.checks
    assert [
        row for row in one.checks if row["colour"] == "red" and row["name"] in ("reachable", "auth", "mode")
    ] == []
    assert set(one.kept) >= {field.name for field in of.credentials if field.secret and field.required}
    with tenant_scope(company):
        entries = list(AuditEntry.objects.filter(about=f"connection:{one.pk}").values_list("what", flat=True))
    assert {"connection.made", "connection.secrets entered", "connection.pinged"} <= set(entries)


def test_a_sandbox_where_no_simulator_runs_says_so(company: Tenant, admin: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SANDBOX_HOSTS = ["127.0.0.1:9"]
    answer = admin.post(new(company, "stripe") + "&mode=sandbox", {"name": "S", "mode": "sandbox"})
    assert "No simulator of Stripe answers here." in answer.content.decode()


def test_a_company_has_a_simulated_account_of_its_own(
    connect: Connect, company: Tenant, stage: Stage
) -> None:
    connect("stripe")
    assert list(stage.worlds["stripe"]) == [company.slug]


def test_two_connections_do_not_share_a_name(connect: Connect, company: Tenant, admin: Client) -> None:
    connect("stripe", "Payments")
    page = new(company, "stripe") + "&mode=sandbox"
    assert (
        "Another connection has this name."
        in admin.post(page, {"name": "Payments", "mode": "sandbox"}).content.decode()
    )


def test_a_ping_is_stored_with_its_age_and_a_red_check_with_its_remedy(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("stripe")
    world = stage.worlds["stripe"][company.slug]
    key = stage.credentials(world)["api_key"]
    stage.act(world, "set_permissions", key=key, dispute="none")
    admin.post(page_of("connection_ping", company, one))
    shown = html.unescape(admin.get(page_of("connection", company, one)).content.decode())
    red = next(row for row in fresh(one).checks if row["name"] == "permission:disputes")
    assert red["colour"] == "red"
    assert red["remedy"] in shown
    assert "just now" in shown
    assert "disputes" in shown
    stage.act(world, "set_permissions", key=key, dispute="read")
    admin.post(page_of("connection_ping", company, one))
    assert next(row for row in fresh(one).checks if row["name"] == "permission:disputes")["colour"] == "green"


def test_the_audit_trail_calls_it_by_its_name(connect: Connect, company: Tenant, admin: Client) -> None:
    connect("stripe", "Payments of the shop")
    shown = admin.get(reverse("audit", args=[company.slug]) + "?what=connection").content.decode()
    assert "Payments of the shop (stripe)" in shown


def test_who_may_ping_and_who_may_not(connect: Connect, company: Tenant) -> None:
    one = connect("stripe")
    page = page_of("connection_ping", company, one)
    codes = {role: signed_in(member(company, role)).post(page).status_code for role in Role}
    assert codes == {Role.OWNER: 302, Role.ADMIN: 302, Role.OPERATOR: 302, Role.VIEWER: 403}


def test_pause_resume_and_a_disconnect_that_wants_the_name(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("stripe", "Payments")
    admin.post(page_of("connection_pause", company, one))
    assert fresh(one).state == State.PAUSED
    admin.post(page_of("connection_resume", company, one))
    assert fresh(one).state == State.READY
    page = page_of("connection_disconnect", company, one)
    assert "Type exactly: Payments" in admin.post(page, {"name": "payments"}).content.decode()
    assert fresh(one).kept
    admin.post(page, {"name": "Payments"})
    gone = fresh(one)
    assert (gone.kept, gone.sealed, gone.state) == ({}, None, State.PAUSED)
    assert "Disconnected" in admin.get(page_of("connection", company, one)).content.decode()
    admin.post(page_of("connection_resume", company, one))
    assert fresh(one).state == State.PAUSED

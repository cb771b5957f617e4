"""Codes are looked up in the account before they are kept, and a profile is checked by name and against the instance."""

from __future__ import annotations

import html
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from connectors.models import Connection
from connectors.sandbox.stage import Stage
from connectors.systems import system
from connectors.web.fields import shown
from connectors.web.standing import unsealed
from tenants.models import Tenant
from tests.web.conftest import Connect, fresh, page_of


def filled(one: Connection, **changes: str) -> dict[str, str]:
    return {**shown([f for f in unsealed(system(one.system)) if f.within], one.settings), **changes}


def test_a_code_of_the_account_is_kept_and_an_unknown_one_named(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("qad")
    page = page_of("connection_settings", company, one)
    answer = admin.post(page, filled(one, daybook_journal="NOSUCH"))
    assert "The account has no NOSUCH. It has " in html.unescape(answer.content.decode())
    assert fresh(one).settings == one.settings
    assert (
        admin.post(page, filled(one, daybook_journal="ARADJ", country_codes="US = USA\nFR = FRA")).status_code
        == 302
    )
    book = fresh(one).settings["book"]
    assert (book["daybook_journal"], book["country_codes"]) == ("ARADJ", {"US": "USA", "FR": "FRA"})
    assert book["customer_defaults"] == one.settings["book"]["customer_defaults"]


def test_an_emptied_setting_is_gone_and_an_odd_line_is_named(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("qad")
    page = page_of("connection_settings", company, one)
    assert admin.post(page, filled(one, bill_status="")).status_code == 302
    assert "bill_status" not in fresh(one).settings["book"]
    assert "Line 2 is not" in admin.post(page, filled(one, controls="a = b\nnonsense")).content.decode()


def test_a_correction_is_kept_and_an_odd_one_refused_by_name(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("qad")
    page = page_of("connection_profile", company, one)
    for text, says in (
        ('{"kinds": {"spaceship": {}}}', "kinds.spaceship"),
        ('{"kinds": {"customer": {"path": "//evil.example"}}}', "kinds.customer.path"),
        ("{", "Line 1 is no JSON"),
        ("[]", "It begins with {"),
        ('{"kinds": [5]}', "A part is not of the kind"),
        ('{"kinds": {"customer": 5}}', "A part is not of the kind"),
    ):
        assert says in html.unescape(admin.post(page, {"profile": text}).content.decode()), text
    assert "profile" not in fresh(one).settings
    kept = {"kinds": {"customer_invoice": {"path": "/api/erp/arInvoices", "plural": "arInvoices"}}}
    assert admin.post(page, {"profile": json.dumps(kept)}).status_code == 302
    assert fresh(one).settings["profile"] == kept
    assert "/api/erp/customerV2s" in admin.get(page).content.decode(), "the defaults stand beside"


def test_the_profile_is_checked_and_says_what_changed_since(
    connect: Connect, company: Tenant, admin: Client, stage: Stage
) -> None:
    one = connect("qad")
    page, check = (
        page_of("connection_profile", company, one),
        page_of("connection_profile_check", company, one),
    )
    admin.post(check)
    assert fresh(one).settings["profile_check"]["changed"] == []
    stage.act(stage.worlds["qad"][company.slug], "switch", paths={"customer_invoice": "arInvoices"})
    admin.post(check)
    assert "Customer invoice" in fresh(one).settings["profile_check"]["changed"]
    shown_now = html.unescape(admin.get(page).content.decode())
    assert "Different since the check before" in shown_now
    assert "is not in the description" in shown_now


def test_an_uploaded_description_is_read_and_nonsense_refused(
    connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("qad")
    check = page_of("connection_profile_check", company, one)
    file = SimpleUploadedFile("api.json", json.dumps({"paths": {"/customerV2s": {"get": {}}}}).encode())
    admin.post(check, {"description": file})
    rows = {row["name"]: row["colour"] for row in fresh(one).settings["profile_check"]["checks"]}
    assert rows["profile:customer"] != "green"
    assert rows["profile:item"] == "red"
    answer = admin.post(check, {"description": SimpleUploadedFile("x.json", b"<html>")}, follow=True)
    assert "Not checked" in answer.content.decode()


@pytest.mark.parametrize("page", ["connection_profile", "connection_settings"])
def test_a_system_without_choices_has_no_such_page_or_says_so(
    page: str, connect: Connect, company: Tenant, admin: Client
) -> None:
    one = connect("stripe")
    answer = admin.get(page_of(page, company, one))
    assert answer.status_code == 404 or "Nothing to choose" in answer.content.decode()

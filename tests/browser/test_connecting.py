"""An administrator connects, pings, mends a permission, rotates a key and corrects a profile, with and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from connectors.engine import dial
from connectors.sandbox.control import control
from connectors.sandbox.found import simulators
from connectors.sandbox.stage import Stage
from tests.browser import world
from tests.browser.conftest import Opened
from tests.browser.walk import Walk

LONG = 30_000
"""A ping keeps to the vendor's pace: some twenty calls at five a second."""


@pytest.fixture
def stage(settings: Any) -> Iterator[Stage]:
    with Stage(simulators(), seed=7, control=control) as stage:
        settings.SANDBOX_HOSTS = [stage.wire.address.removeprefix("http://")]
        dial.way_out.cache_clear()
        yield stage
    dial.way_out.cache_clear()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_stripe_is_connected_pinged_mended_and_rotated(script: bool, opened: Opened, stage: Stage) -> None:
    there = world.made()
    page = opened(there.owner, java_script_enabled=script)
    page.set_default_timeout(LONG)
    sandbox(page, there.tenant.slug, "Stripe")
    expect(page.get_by_role("rowheader", name="Key accepted")).to_be_visible(timeout=LONG)
    account = stage.worlds["stripe"][there.tenant.slug]
    told = stage.credentials(account)
    stage.act(account, "set_permissions", key=told["api_key"], dispute="none")
    ping(page)
    expect(page.locator("tr.is-red").filter(has_text="Disputes")).to_be_visible()
    expect(page.locator("tr.is-red + tr.remedy").first).to_contain_text("What to do")
    stage.act(account, "set_permissions", key=told["api_key"], dispute="read")
    ping(page)
    expect(page.locator("tr.is-red").filter(has_text="Disputes")).to_have_count(0)
    page.get_by_role("link", name="Rotate…").click()
    rotate(page, "rk_test_mistyped0000000000")
    expect(page.get_by_text("so the old one stays in use")).to_be_visible()
    expect(page.get_by_label("API key")).to_have_value("")
    rotate(page, told["secret_key"])
    expect(page.get_by_role("status").get_by_text("It is in use from now on")).to_be_visible()
    if script:
        faults = Walk(page).faults(page.url)
        assert not faults, "\n".join(faults)


def test_the_profile_of_qad_is_corrected_until_the_instance_agrees(opened: Opened, stage: Stage) -> None:
    there = world.made()
    page = opened(there.owner)
    page.set_default_timeout(LONG)
    sandbox(page, there.tenant.slug, "QAD Adaptive ERP")
    expect(page.get_by_role("rowheader", name="Workspace")).to_be_visible(timeout=LONG)
    instance = stage.worlds["qad"][there.tenant.slug]
    stage.act(instance, "switch", paths={"customer_invoice": "arInvoices"})
    page.get_by_role("link", name="Instance profile…").click()
    page.get_by_role("button", name="Check against my instance").click()
    red = page.locator("tr.is-red").filter(has_text="Customer invoice")
    expect(red).to_be_visible()
    correction = '{"kinds": {"customer_invoice": {"path": "/api/erp/arInvoices", "plural": "arInvoices"}}}'
    page.get_by_label("Corrections, as JSON").fill(correction)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Check against my instance").click()
    expect(page.get_by_text("Different since the check before")).to_be_visible()
    expect(red).to_have_count(0)
    faults = Walk(page).faults(page.url)
    assert not faults, "\n".join(faults)


def sandbox(page: Page, slug: str, system: str) -> None:
    page.goto(reverse("connections", args=[slug]))
    page.get_by_role("link", name="Connect a system").first.click()
    page.get_by_role("link", name=f"Try a sandbox of {system}").click()
    page.get_by_role("button", name="Save and ping").click()


def ping(page: Page) -> None:
    page.get_by_role("button", name="Ping", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Pinged")).to_be_visible(timeout=LONG)


def rotate(page: Page, key: str) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Prove and replace").click()

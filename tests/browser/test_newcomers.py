"""A stranger finds the way without a manual: account, company, colleague, second factor; the colleague follows."""

from __future__ import annotations

import re

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.walk import Walk
from tests.factories import PASSWORD


def test_a_stranger_founds_a_company_invites_a_colleague_and_turns_on_two_factor(opened: Opened) -> None:
    walk = Walk(opened())
    page = walk.page
    page.goto("/")
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Start with a sandbox").click()
    create_account(page, "Nora Newcomer", "nora@newcomer.example")
    expect(page.get_by_role("heading", level=1)).to_have_text("Now your company")
    page.get_by_label("Name of the company").fill("Newcomer Works")
    page.get_by_role("button", name="Found the company").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("open")

    invite(page, "carl@newcomer.example")
    join(opened(), "Carl Colleague", "carl@newcomer.example")
    page.reload()
    expect(page.get_by_role("rowheader", name="Carl Colleague")).to_be_visible()

    secret = turn_on_two_factor(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("recovery codes")
    assert walk.heard == []
    sign_in_with_a_code(opened(), secret)


def create_account(page: Page, name: str, address: str) -> None:
    page.get_by_label("Your name").fill(name)
    if page.get_by_label("E-mail address").is_editable():
        page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.get_by_label("Code").fill(from_mail(r"^\s*([A-Z0-9-]{6,})\s*$", address))
    page.get_by_role("button", name="Verify").click()


def invite(page: Page, address: str) -> None:
    page.get_by_role("link", name="People and roles").click()
    page.get_by_role("link", name="Invite a colleague").click()
    question = page.get_by_role("dialog", name="Invite a colleague")
    question.get_by_label("E-mail address").fill(address)
    question.get_by_label("Operator").check()
    question.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("rowheader", name=address)).to_be_visible()


def join(page: Page, name: str, address: str) -> None:
    page.goto(from_mail(r"^(http\S+/invitations/\S+)$", address))
    page.get_by_role("link", name="Create an account").click()
    create_account(page, name, address)
    page.get_by_role("button", name="Join Newcomer Works").click()
    expect(page.get_by_text("Welcome to Newcomer Works")).to_be_visible()


def turn_on_two_factor(page: Page) -> str:
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="Turn on two-factor").click()
    page.get_by_role("link", name="Set up").first.click()
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("Code that the app shows").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    return secret


def sign_in_with_a_code(page: Page, secret: str) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail address").fill("nora@newcomer.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code(secret, ahead=1))
    page.get_by_role("button", name="Sign in").first.click()
    expect(page.get_by_role("navigation", name="Setting up")).to_be_visible()


def code(secret: str, ahead: int = 0) -> str:
    """What the app shows, or will show next: a code is good once."""
    _, now, _ = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now + ahead))


def from_mail(pattern: str, to: str) -> str:
    body = next(str(m.body) for m in reversed(mail.outbox) if to in m.to)
    found = re.search(pattern, body, re.MULTILINE)
    assert found, body
    return found[1]

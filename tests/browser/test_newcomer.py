"""A stranger finds the way alone, in a real browser: from the first page to a company with a colleague and a second factor."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.passkeys import plug_in_device

PASSWORD = "a quiet river under pines"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def mailbox(settings: Any, tmp_path: Path) -> None:
    """Mail goes where the demo's goes, so that the newcomer reads it where a person would."""
    settings.EMAIL_BACKEND, settings.DEMO_MAIL_FOLDER = "tenants.mail.DemoMailbox", tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_a_stranger_becomes_an_owner_with_a_colleague_and_two_factor(opened: Opened) -> None:
    page = window(opened)
    sign_up(page, "Nora Newcomer", "nora@acme.example")
    found_company(page, "Acme Valves")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 steps are open")

    invite(page, "otto@acme.example", "Operator")
    secret = turn_on_app(page)
    add_passkey(page)
    sign_out(page)
    sign_in_with_code(page, "nora@acme.example", secret)
    sign_out(page)
    sign_in_with_passkey(page)
    require_of_everybody(page)

    guest = window(opened)
    accept(guest, "Otto Operator", "otto@acme.example")
    expect(guest.get_by_role("heading", level=1)).to_have_text("One thing first: two-factor")
    guest.get_by_role("link", name="Set up an authenticator app").click()
    activate(guest)
    guest.get_by_role("link", name="Acme Valves").first.click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("is set up")
    guest.get_by_role("link", name="People and roles").click()
    expect(guest.get_by_role("row", name="Otto Operator")).to_contain_text("Operator")


def test_a_forgotten_password_is_replaced_by_mail(opened: Opened) -> None:
    page = window(opened)
    sign_up(page, "Nora Newcomer", "nora@acme.example")
    found_company(page, "Acme Valves")
    sign_out(page)
    page.get_by_role("link", name="Forgot the password?").click()
    page.get_by_label("E-mail address").fill("nora@acme.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto("/demo/mail")
    page.get_by_role("link", name="/password/reset/key/").first.click()
    page.locator("[name=password1]").fill(PASSWORD + " again")
    page.locator("[name=password2]").fill(PASSWORD + " again")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill("nora@acme.example")
    page.get_by_label("Password").fill(PASSWORD + " again")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("open")


def window(opened: Opened) -> Page:
    page = opened()
    page.set_default_timeout(10_000)
    return page


def sign_up(page: Page, name: str, address: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Start with a sandbox").first.click()
    fill_sign_up(page, name, address)


def fill_sign_up(page: Page, name: str, address: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.get_by_label("Code").fill(code_in_mail(page))
    page.get_by_role("button", name="Verify").click()


def code_in_mail(page: Page) -> str:
    other = page.context.new_page()
    other.goto("/demo/mail")
    subject = other.locator("details b").first.inner_text()
    other.close()
    return subject.removeprefix("Your code: ")


def found_company(page: Page, name: str) -> None:
    page.get_by_label("Name of the company").fill(name)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Found the company").click()


def invite(page: Page, address: str, role: str) -> None:
    page.get_by_role("link", name="People and roles").click()
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label(f"{role}:").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status").filter(has_text=f"{address} is invited")).to_be_visible()
    expect(page.get_by_role("row", name=address)).to_contain_text(role)


def turn_on_app(page: Page) -> str:
    page.get_by_role("link", name="Nora Newcomer").click()
    page.get_by_role("link", name="Turn on").click()
    page.get_by_role("link", name="Set up the app").click()
    return activate(page)


def activate(page: Page) -> str:
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("Code that the app shows").fill(totp(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#recovery_codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    return secret


def add_passkey(page: Page) -> None:
    """A browser's own stand-in for a finger on a sensor."""
    plug_in_device(page)
    page.goto("/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("link", name="See passkeys").click()
    expect(page.get_by_role("row", name="Work laptop")).to_contain_text("without a password")


def sign_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def sign_in_with_code(page: Page, address: str, secret: str) -> None:
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_label("Code").fill(totp(secret, ahead=1))  # a code is good once
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="People and roles")).to_be_visible()


def sign_in_with_passkey(page: Page) -> None:
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="People and roles")).to_be_visible()


def require_of_everybody(page: Page) -> None:
    page.get_by_role("link", name="Company", exact=True).click()
    page.get_by_role("button", name="Require it of everybody").click()
    expect(page.get_by_text("Required", exact=True)).to_be_visible()


def accept(page: Page, name: str, address: str) -> None:
    page.goto("/demo/mail")
    page.get_by_text("invites you to Acme Valves").first.click()
    page.get_by_role("link", name="/invitations/").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("E-mail address")).to_have_value(address)
    fill_sign_up(page, name, address)
    page.get_by_role("button", name="Join Acme Valves").click()


def totp(secret: str, ahead: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), now or a step ahead."""
    step = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), step, "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"

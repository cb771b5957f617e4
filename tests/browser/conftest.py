"""A real server, a real database and a real browser: what a person would see is what is judged.

The browser is driven from this thread, in which an event loop then runs; so Django must be told that its calls beside it are meant.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tenants.models import Person
from tenants.signin import has_two_factor

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]

MILLISECONDS_MAX = 8_000

Opened = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(settings.ROOT / "tests" / "browser"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """The Chromium that CHROMIUM names, else the system's, else the one that Playwright has installed."""
    chosen = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = play.chromium.launch(executable_path=chosen, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(browser: Browser, live_server: Any) -> str:
    """The address of the running product."""
    return str(live_server.url)


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Opened]:
    """Opens windows of a person, or of nobody, and closes them before the database goes away."""
    contexts: list[BrowserContext] = []

    def open_for(person: Person | None = None, **options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        if person:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": site}]
            )
        page = context.new_page()
        page.set_default_timeout(MILLISECONDS_MAX)
        return page

    yield open_for
    for context in contexts:
        context.close()


def session_of(person: Person) -> str:
    """Signed in a moment ago by password: pages that ask for it anew do not."""
    client = Client()
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    proof = {"method": "password", "at": time.time(), "email": person.email, "reauthenticated": True}
    second = [{"method": "mfa", "at": time.time()}] if has_two_factor(person) else []
    session["account_authentication_methods"] = [proof, *second]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return str(session.session_key)

"""A passkey device inside the browser, so that the passkey pages are driven as a person drives them."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.world import World

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in_device(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def add_passkey(name: str, of_one: bool = False) -> Callable[[Page, World], None]:
    """A way to a page of passkeys: add one first, then open the named page, of that one or of all."""

    def way(page: Page, there: World) -> None:
        plug_in_device(page)
        page.goto(reverse("mfa_add_webauthn"))
        page.locator("[name=name]").fill("Laptop")
        page.locator("[data-passkey-go]").click()
        page.wait_for_url(lambda address: not address.endswith(reverse("mfa_add_webauthn")))
        key = there.owner.authenticator_set.get(type="webauthn")
        page.goto(reverse(name, kwargs={"pk": key.pk} if of_one else {}))

    return way

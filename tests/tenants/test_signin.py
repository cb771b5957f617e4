"""Signing in holds against guessing, stolen cookies and curious questions, and still lets its owner in."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import get_hasher, make_password
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tenants.models import Person
from tests.factories import PASSWORD, PersonFactory
from tests.tenants.test_gate import signed_in

pytestmark = pytest.mark.django_db
LOGIN, SIGNUP, RESET = reverse("account_login"), reverse("account_signup"), reverse("account_reset_password")


@pytest.fixture(autouse=True)
def no_limit_from_before() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def quick_hash(request: pytest.FixtureRequest, settings: Any) -> None:
    """A slow hash is slow in a hundred tries too; where slowness is the point, the test says `slow_hash`."""
    if "slow_hash" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def slow_hash() -> None:
    """As in production."""


@pytest.fixture
def person(quick_hash: None) -> Person:
    made = PersonFactory(email="ada@example.com", password=make_password(PASSWORD))
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def attempt(client: Client, password: str, address: str = "ada@example.com", **where: Any) -> Any:
    return client.post(LOGIN, {"login": address, "password": password}, **where)


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


# --- guessing -------------------------------------------------------------------------------------------------------


def test_guessing_at_one_address_is_stopped_after_five(person: Person) -> None:
    for n in range(5):
        assert "do not belong together" in attempt(Client(), f"guess {n}").content.decode()
    for n in range(60):
        answer = attempt(Client(), f"guess {n}", REMOTE_ADDR=f"198.51.100.{n}")
        assert answer.status_code == 429 or "Too many attempts" in answer.content.decode()
    assert "Too many attempts" in attempt(Client(), PASSWORD, REMOTE_ADDR="203.0.113.9").content.decode()


def test_the_owner_gets_in_from_a_known_browser_while_strangers_guess(person: Person) -> None:
    mine = Client()
    attempt(mine, PASSWORD)
    mine.post(reverse("account_logout"))
    for n in range(12):
        attempt(Client(), f"guess {n}", REMOTE_ADDR=f"198.51.100.{n}")
    attempt(mine, PASSWORD, REMOTE_ADDR="203.0.113.9")
    assert is_in(mine)


def test_a_flood_of_other_attempts_does_not_push_a_count_out(person: Person) -> None:
    for n in range(5):
        attempt(Client(), f"guess {n}")
    for n in range(700):
        cache.set(f"attempt:{n}", 1)
    assert "Too many attempts" in attempt(Client(), PASSWORD, REMOTE_ADDR="203.0.113.9").content.decode()


def test_a_known_browser_may_not_guess_for_ever_either(person: Person) -> None:
    mine = Client()
    attempt(mine, PASSWORD)
    mine.post(reverse("account_logout"))
    answers = [attempt(mine, f"guess {n}", REMOTE_ADDR=f"198.51.100.{n}") for n in range(7)]
    assert "Too many attempts" in answers[-1].content.decode()


def test_a_reset_lets_the_owner_in_after_an_attack(person: Person) -> None:
    for n in range(12):
        attempt(Client(), f"guess {n}", REMOTE_ADDR=f"198.51.100.{n}")
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.post(RESET, {"email": person.email})
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", mail.outbox[-1].body)
    assert link
    form = client.get(link[1], follow=True)
    fresh = {"password1": "another quiet river", "password2": "another quiet river"}
    client.post(form.redirect_chain[-1][0], fresh)
    attempt(client, "another quiet river")
    assert is_in(client)


def test_one_address_may_not_try_many_people() -> None:
    answers = [attempt(Client(), "guess", f"person{n}@example.com") for n in range(40)]
    refused = [a for a in answers if a.status_code == 429 or b"Too many attempts" in a.content]
    assert len(refused) >= 30


def test_an_unknown_address_reads_and_costs_the_same(slow_hash: None, person: Person) -> None:
    def seconds(address: str) -> tuple[float, str]:
        client, began = Client(), time.perf_counter()
        page = attempt(client, "wrong", address).content.decode()
        return time.perf_counter() - began, re.sub(r'value="[^"]*"', "", page)

    cache.clear()
    (known, said), (unknown, said_too) = seconds(person.email), seconds("bob@example.com")
    assert said == said_too
    assert 0.3 < unknown / known < 3


def test_signing_up_and_resetting_do_not_tell_whether_an_address_is_known(person: Person) -> None:
    def answer(page: str, form: dict[str, str]) -> tuple[int, str]:
        answer = Client().post(page, form)
        return answer.status_code, answer.headers["Location"]

    new = {"name": "Eve", "password1": "a quiet river under pines"}
    assert answer(SIGNUP, {**new, "email": person.email}) == answer(
        SIGNUP, {**new, "email": "eve@example.com"}
    )
    assert answer(RESET, {"email": person.email}) == answer(RESET, {"email": "bob@example.com"})
    assert mail.outbox[0].subject == "You have an account already"
    assert not Person.objects.filter(name="Eve", email=person.email).exists()


def test_resets_are_limited(person: Person) -> None:
    for _ in range(12):
        Client().post(RESET, {"email": person.email})
    assert len(mail.outbox) <= 5


def test_a_forged_client_address_changes_nothing(person: Person) -> None:
    for n in range(30):
        last = attempt(Client(), "guess", f"p{n}@example.com", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
    assert last.status_code == 429 or b"Too many attempts" in last.content


# --- passwords and secrets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weak", ["short", "password1234", "123456789012", "ada@example.com"])
def test_a_weak_password_is_refused(weak: str) -> None:
    form = {"name": "Ada", "email": "ada@example.com", "password1": weak}
    assert Client().post(SIGNUP, form).status_code == 200
    assert not Person.objects.exists()


def test_a_password_is_stored_as_a_slow_hash(slow_hash: None) -> None:
    person = Person.objects.create_user("slow@example.com", "a quiet river under pines")
    assert person.password.startswith("scrypt$")
    assert get_hasher().algorithm == "scrypt"


def test_second_factors_are_sealed_in_the_database(person: Person) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    codes = Authenticator.objects.get(type="recovery_codes").wrap()
    assert secret not in stored
    assert len(codes.get_unused_codes()) == 10
    assert not any(code in stored for code in codes.get_unused_codes())


# --- how long a sign-in lasts ---------------------------------------------------------------------------------------


def test_signing_in_changes_the_session_that_was_there_before(person: Person) -> None:
    client = Client()
    client.get(LOGIN)
    planted = client.session
    planted["planted"] = "by a stranger"
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    attempt(client, PASSWORD)
    assert client.session.session_key != planted.session_key
    assert not client.session.exists(planted.session_key)


def test_a_cookie_is_worthless_after_signing_out(person: Person) -> None:
    client = signed_in(person)
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert not is_in(thief)


@pytest.mark.parametrize(
    ("key", "hours_ago"),
    [("seen", settings.SESSION_IDLE_MINUTES / 60 + 0.1), ("began", settings.SESSION_HOURS_MAX + 0.1)],
)
def test_a_sign_in_ends_when_idle_and_when_old(key: str, hours_ago: float, person: Person) -> None:
    client = signed_in(person)
    assert is_in(client)
    session = client.session
    session[key] = time.time() - hours_ago * 3600
    session.save()
    assert not is_in(client)


def test_a_click_keeps_a_sign_in_alive(person: Person) -> None:
    client = signed_in(person)
    session = client.session
    session["seen"] = time.time() - (settings.SESSION_IDLE_MINUTES - 1) * 60
    session.save()
    assert is_in(client)
    assert time.time() - client.session["seen"] < 5


def test_a_changed_password_ends_the_other_sign_ins(person: Person) -> None:
    here, there = Client(), Client()
    attempt(here, PASSWORD)
    attempt(there, PASSWORD)
    form = {"oldpassword": PASSWORD, "password1": "another quiet river", "password2": "another quiet river"}
    here.post(reverse("account_change_password"), form)
    assert is_in(here)
    assert not is_in(there)


def test_one_ends_ones_own_sign_ins_and_nobody_elses(person: Person) -> None:
    here, there, eve = Client(), Client(), signed_in(PersonFactory())
    attempt(here, PASSWORD)
    attempt(there, PASSWORD)
    session = UserSession.objects.get(session_key=there.session.session_key)
    page = reverse("end_signin", args=[session.pk])
    assert eve.post(page).status_code == 404
    assert is_in(there)
    here.post(page)
    assert (is_in(there), is_in(here)) == (False, True)


def test_cookies_are_closed_to_scripts_and_to_other_sites(person: Person) -> None:
    client = Client()
    attempt(client, PASSWORD)
    for name in (settings.SESSION_COOKIE_NAME, "known"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


# --- the second step ------------------------------------------------------------------------------------------------


def test_a_password_alone_is_not_enough_with_two_factor(person: Person) -> None:
    TOTP.activate(person, generate_totp_secret())
    client = Client()
    assert attempt(client, PASSWORD).headers["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)


def test_guessing_codes_is_stopped(person: Person) -> None:
    TOTP.activate(person, generate_totp_secret())
    client = Client()
    attempt(client, PASSWORD)
    answers = [client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"}) for n in range(8)]
    assert "Too many attempts" in answers[-1].content.decode()
    assert not is_in(client)


def test_a_recovery_code_works_once(person: Person) -> None:
    TOTP.activate(person, generate_totp_secret())
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        attempt(client, PASSWORD)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(client) is expected


# --- mail -----------------------------------------------------------------------------------------------------------


def test_a_mail_server_that_is_down_stops_nobody(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    form = {"name": "Ada", "email": "ada@example.com", "password1": "a quiet river under pines"}
    page = Client().post(SIGNUP, form, follow=True)
    assert page.status_code == 200
    assert "could not be sent" in page.content.decode()

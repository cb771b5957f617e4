"""Signing in to an instance as it really ages, is revoked, and refuses: one renewal, one repeat, never a loop."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.canon.reference import GlAccount, Item
from connectors.errors import LockedOut, TryLater
from tests.systems.qad.conftest import Acme


def reads(acme: Acme, **settings: Any) -> int:
    return len(acme.read(GlAccount, **settings)[0])


def token(acme: Acme) -> str:
    assert acme.stand.tokens.tokens is not None
    return acme.stand.tokens.tokens.access


def test_a_token_that_ends_in_the_middle_is_renewed_once_and_the_call_repeated(acme: Acme) -> None:
    adapter = acme.stand.adapter()
    whole = len([row for page in adapter.changes(GlAccount, "") for row in page.rows])
    before = token(acme)
    acme.act("expire_access_tokens")
    assert len([row for page in adapter.changes(GlAccount, "") for row in page.rows]) == whole
    assert token(acme) != before
    assert acme.stand.world.state["refreshes"] == 1


def test_one_401_is_answered_by_a_new_token_and_two_by_stopping(acme: Acme) -> None:
    whole = reads(acme)
    acme.act("switch", unauthorized=1)
    assert reads(acme) == whole
    acme.act("switch", unauthorized=1000)
    before = acme.stand.world.state["refreshes"]
    with pytest.raises(LockedOut):
        reads(acme)
    assert acme.stand.world.state["refreshes"] == before + 1


@pytest.mark.parametrize("how", ["revoked", "not granted here"])
def test_a_refresh_that_is_refused_signs_in_with_the_password(acme: Acme, how: str) -> None:
    whole = reads(acme)
    if how == "revoked":
        acme.act("revoke_tokens")
    else:
        acme.act("switch", sign_ins=["password"])
        acme.act("expire_access_tokens")
    assert reads(acme) == whole


def test_a_password_that_no_longer_fits_stops_and_names_the_remedy(acme: Acme) -> None:
    reads(acme)
    acme.act("revoke_tokens")
    acme.act("change_user", password="another-one")
    with pytest.raises(LockedOut) as told:
        reads(acme)
    assert (told.value.said.code, bool(told.value.remedy)) == ("invalid_grant", True)
    acme.stand.secrets["password"] = "another-one"
    assert reads(acme)


def test_a_sign_in_that_is_down_costs_no_token(acme: Acme) -> None:
    whole = reads(acme)
    kept = acme.stand.tokens.tokens
    acme.act("expire_access_tokens")
    acme.stand.fault("error", method="POST", path="*/oauth/token", status=503, times=0)
    with pytest.raises(TryLater):
        reads(acme)
    assert acme.stand.tokens.tokens == kept
    acme.stand.stage.script.clear()
    acme.stand.stage.advance(5, acme.stand.world)
    assert reads(acme) == whole


def test_an_empty_answer_to_a_sign_in_costs_no_token(acme: Acme) -> None:
    reads(acme)
    kept = acme.stand.tokens.tokens
    acme.act("expire_access_tokens")
    acme.stand.fault("answer", method="POST", path="*/oauth/token", json={"access_token": ""})
    with pytest.raises(Exception, match="without a token"):
        reads(acme)
    assert acme.stand.tokens.tokens == kept


def test_a_life_that_is_not_told_is_taken_to_be_short(acme: Acme) -> None:
    acme.act("switch", expires_in=False)
    reads(acme)
    held = acme.stand.tokens.tokens
    assert held is not None
    assert (held.expires - held.issued).total_seconds() == 300


def test_a_token_tells_its_own_end_where_the_answer_does_not(acme: Acme) -> None:
    acme.act("set_token_policy", access_seconds=900)
    acme.act("switch", expires_in=False, jwt_tokens=True)
    reads(acme)
    held = acme.stand.tokens.tokens
    assert held is not None
    assert 890 < (held.expires - held.issued).total_seconds() < 910


def test_a_life_shorter_than_our_margin_makes_no_storm(acme: Acme) -> None:
    acme.act("set_token_policy", access_seconds=40)
    reads(acme), acme.read(Item), reads(acme)
    assert acme.stand.world.state.get("refreshes", 0) == 0


def test_a_session_left_idle_is_signed_in_again(acme: Acme) -> None:
    acme.act("set_token_policy", access_seconds=3600, idle_seconds=600)
    whole = reads(acme)
    acme.stand.stage.advance(1200, acme.stand.world)
    assert reads(acme) == whole


def test_a_refresh_token_that_changes_each_time_is_kept_up_with(acme: Acme) -> None:
    acme.act("set_token_policy", rotate="strict")
    whole = reads(acme)
    for _ in range(3):
        acme.act("expire_access_tokens")
        assert reads(acme) == whole
    assert acme.stand.world.state["refreshes"] == 3


def test_other_ways_to_sign_in(acme: Acme) -> None:
    whole = reads(acme)
    login = {"auth": {"mode": "jwt_login"}}
    acme.stand.tokens.tokens = None
    assert reads(acme, profile=login) == whole
    acme.act("revoke_tokens")
    assert reads(acme, profile=login) == whole
    acme.stand.tokens.tokens = None
    acme.act("change_client", clientSecret="s3cret-of-the-client")
    acme.stand.secrets["client_secret"] = "s3cret-of-the-client"
    assert reads(acme, profile={"auth": {"mode": "oauth_client_credentials"}}) == whole
    acme.stand.secrets["token"] = next(iter(acme.stand.world.state["static_tokens"]))
    assert reads(acme, profile={"auth": {"mode": "static_bearer"}}) == whole
    acme.stand.secrets["token"] = "withdrawn-0000"
    with pytest.raises(LockedOut):
        reads(acme, profile={"auth": {"mode": "static_bearer"}})
    with pytest.raises(LockedOut):
        reads(acme, profile={"auth": {"mode": "basic"}})


def test_a_right_that_is_missing_names_its_kind_and_leaves_the_others(acme: Acme) -> None:
    acme.act("switch", forbidden={"gl_account": ["GET"]})
    with pytest.raises(LockedOut) as told:
        reads(acme)
    assert (told.value.permission, "gl account" in told.value.remedy) == ("gl_account", True)
    assert acme.read(Item)[0]

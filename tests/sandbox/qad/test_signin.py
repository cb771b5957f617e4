"""Tokens for every way of signing in, their ageing, and the workspace that a call acts in."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import requests

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.qad.client import MAIN, OTHER, Qad
from tests.sandbox.qad.records import credit, debit, journal


def works(qad: Qad) -> int:
    return qad.call("GET", "/api/erp/currencies", {"currencyCode": "USD"}).status_code


def test_a_password_buys_a_token(stranger: Qad) -> None:
    assert works(stranger) == 401
    answer = stranger.sign_in().json()
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 1800)
    assert works(stranger) == 200


def test_the_fields_may_come_in_the_query_as_older_clients_do(
    stranger: Qad, stage: Stage, world: World
) -> None:
    known = stage.credentials(world)
    asked = {
        "grant_type": "password",
        **{name: known[name] for name in ("client_id", "username", "password")},
    }
    assert requests.post(f"{stranger.base}/oauth/token", params=asked, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"password": "wrong"}, 400, "invalid_grant"),
        ({"username": "nobody"}, 400, "invalid_grant"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "rt_x"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
    ],
)
def test_a_wrong_sign_in_is_refused(stranger: Qad, changes: dict, status: int, error: str) -> None:
    answer = stranger.sign_in(**changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_locked_user_is_refused_like_a_wrong_password(stranger: Qad) -> None:
    stranger.act("change_user", locked=True)
    assert stranger.sign_in().json()["error"] == "invalid_grant"


def test_a_client_secret_is_asked_where_there_is_one(stranger: Qad) -> None:
    stranger.act("change_client", clientSecret="s3cret")
    assert stranger.sign_in().json()["error"] == "invalid_client"
    assert stranger.sign_in(client_secret="s3cret").status_code == 200
    assert stranger.sign_in(grant_type="client_credentials", client_secret="s3cret").status_code == 200
    assert works(stranger) == 200


def test_a_refresh_token_buys_another(stranger: Qad, stage: Stage) -> None:
    refresh = stranger.sign_in().json()["refresh_token"]
    stage.advance(1801)
    assert works(stranger) == 401
    assert stranger.sign_in(grant_type="refresh_token", refresh_token=refresh).status_code == 200
    assert works(stranger) == 200


def test_a_token_ends_with_its_session_and_with_idleness(stranger: Qad, stage: Stage) -> None:
    stranger.sign_in()
    stage.advance(1190)
    assert works(stranger) == 200
    stage.advance(1190)
    assert works(stranger) == 401
    stranger.sign_in()
    stage.advance(1201)
    assert works(stranger) == 401


def test_session_and_idle_minutes_are_settings_of_the_instance(stranger: Qad, stage: Stage) -> None:
    stranger.act("set_token_policy", access_seconds=120, idle_seconds=60)
    stranger.sign_in()
    answer = stranger.call("GET", "/api/qracore/securityControl").json()
    client = stage.credentials(stranger.world)["client_id"]
    assert answer["data"]["securityControls"] == [
        {"clientId": client, "sessionLength": 2, "timeoutMinutes": 1}
    ]
    stage.advance(61)
    assert works(stranger) == 401


def test_the_lifetime_may_stay_untold(stranger: Qad) -> None:
    stranger.act("switch", expires_in=False)
    assert "expires_in" not in stranger.sign_in().json()


def test_tokens_may_be_jwts_that_tell_their_end(stranger: Qad, stage: Stage, world: World) -> None:
    stranger.act("switch", jwt_tokens=True)
    body = claims(stranger.sign_in().json()["access_token"])
    assert body["exp"] == int(world.clock.time()) + 1800
    assert works(stranger) == 200
    stranger.token = stranger.token[:-2] + "xx"
    assert works(stranger) == 401


def test_a_json_login_gives_a_jwt(stranger: Qad, stage: Stage, world: World) -> None:
    known = stage.credentials(world)
    asked = {"username": known["username"], "password": known["password"]}
    answer = requests.post(f"{stranger.base}/api/qracore/login", json=asked, timeout=5)
    stranger.token = answer.json()["token"]
    assert works(stranger) == 200
    refused = requests.post(f"{stranger.base}/api/qracore/login", json={**asked, "password": "x"}, timeout=5)
    assert refused.status_code == 401


def test_basic_authentication_opens_the_platform_only(stranger: Qad, stage: Stage, world: World) -> None:
    known = stage.credentials(world)
    pair = base64.b64encode(f"{known['username']}:{known['password']}".encode()).decode()
    stranger.headers["Authorization"] = f"Basic {pair}"
    assert stranger.call("GET", "/api/qracore/securityControl").status_code == 200
    assert works(stranger) == 401


def test_a_pasted_bearer_never_ages_until_it_is_not_allowed(
    stranger: Qad, stage: Stage, world: World
) -> None:
    stranger.token = stage.credentials(world)["token"]
    stage.advance(10_000_000)
    assert works(stranger) == 200
    stranger.act("switch", sign_ins=["password"])
    assert works(stranger) == 401


def test_one_401_and_then_well_again(stranger: Qad) -> None:
    stranger.sign_in()
    stranger.act("switch", unauthorized=1)
    assert [works(stranger), works(stranger)] == [401, 200]


def test_the_workspaces_of_the_user_are_listed(stranger: Qad) -> None:
    stranger.sign_in()
    rows = stranger.call("GET", "/api/webshell/workspaces").json()["data"]["workspaces"]
    assert [(row["workspaceId"], row["isDefault"]) for row in rows] == [(MAIN, False), (OTHER, True)]
    assert (rows[0]["domainCode"], rows[0]["entityCode"]) == ("10USA", "10USACO")
    stranger.act("switch", workspaces_hidden=True)
    assert stranger.call("GET", "/api/webshell/workspaces").status_code == 404


def test_without_the_header_records_land_in_the_default_company(stranger: Qad) -> None:
    stranger.sign_in()
    stranger.workspace = None
    row = stranger.post("journalEntries", journal(debit("6100", "1.00"), credit("1190", "1.00")))
    assert row["entityCode"] == "20EURCO"
    stranger.workspace = MAIN
    assert stranger.list("journalEntries") == []


def test_a_workspace_that_was_taken_away_is_refused(stranger: Qad) -> None:
    stranger.sign_in()
    stranger.act("change_user", workspaces=[OTHER])
    answer = stranger.call("GET", "/api/erp/currencies", {"currencyCode": "USD"})
    assert (answer.status_code, MAIN in answer.json()["errors"][0]["message"]) == (403, True)


def claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

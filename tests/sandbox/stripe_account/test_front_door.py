"""Who is let in, in which version, and what an idempotency key is worth."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.stripe_account.conftest import Ask

Act = Callable[..., Any]


def error(answer: requests.Response) -> dict[str, Any]:
    return dict(answer.json()["error"])


def test_basic_and_bearer_are_the_same(stage: Stage, keys: dict[str, str], ask: Ask) -> None:
    url, bearer = f"{stage.base('stripe')}/v1/balance", {"Authorization": f"Bearer {keys['secret_key']}"}
    assert (
        requests.get(url, headers=bearer, timeout=5).status_code == ask("GET", "/balance").status_code == 200
    )


def test_a_basic_header_made_without_the_colon_is_refused(stage: Stage, keys: dict[str, str]) -> None:
    headers = {"Authorization": f"Basic {base64.b64encode(keys['secret_key'].encode()).decode()}"}
    assert requests.get(f"{stage.base('stripe')}/v1/balance", headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [
        ("", None, "did not provide"),
        ("sk_test_x", None, "Invalid API Key"),
        ("pk_test_x", "secret_key_required", ""),
    ],
)
def test_keys_that_are_no_keys(ask: Ask, acme: World, key: str, code: str | None, said: str) -> None:
    answer = ask("GET", "/balance", key=key)
    assert (answer.status_code, error(answer).get("code")) == (401, code)
    assert said in error(answer)["message"]
    assert answer.headers["Request-Id"]


def test_a_rolled_key_is_expired(ask: Ask, act: Act, keys: dict[str, str]) -> None:
    act("expire_key", key=keys["secret_key"])
    answer = ask("GET", "/balance")
    assert (answer.status_code, error(answer)["code"]) == (401, "api_key_expired")


def test_test_and_live_do_not_see_each_other_and_say_so(ask: Ask, customer: str) -> None:
    assert ask("GET", f"/customers/{customer}").json()["livemode"] is False
    answer = ask("GET", f"/customers/{customer}", key="live_secret_key")
    assert (answer.status_code, error(answer)["code"]) == (404, "resource_missing")
    assert "a similar object exists in test mode" in error(answer)["message"]
    assert ask("GET", "/customers", key="live_secret_key").json()["data"] == []


def test_two_accounts_do_not_see_each_other(stage: Stage, ask: Ask, customer: str) -> None:
    zenith = stage.world("stripe", "zenith")
    key = stage.credentials(zenith)["secret_key"]
    assert ask("GET", f"/customers/{customer}", key=key).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "resource", "verb"),
    [
        ("GET", "/charges", "charge", "read"),
        ("GET", "/payouts", "payout", "read"),
        ("GET", "/balance_transactions", "balance_transaction_source", "read"),
        ("POST", "/customers", "customer", "write"),
        ("POST", "/invoices", "invoice", "write"),
        ("POST", "/refunds", "charge", "write"),
        ("GET", "/account", "accounts_kyc_basic", "read"),
    ],
)
def test_a_missing_permission_is_named(
    ask: Ask, act: Act, keys: dict[str, str], method: str, path: str, resource: str, verb: str
) -> None:
    act("set_permissions", key=keys["restricted_key"], **{resource: "none"})
    answer = ask(method, path, {}, key="restricted_key")
    assert answer.status_code == 403
    assert f"'rak_{resource}_{verb}'" in error(answer)["message"]
    assert "code" not in error(answer)
    assert keys["restricted_key"] not in answer.text


def test_write_includes_read_and_read_does_not_include_write(
    ask: Ask, act: Act, keys: dict[str, str]
) -> None:
    assert ask("GET", "/customers", key="restricted_key").status_code == 200
    act("set_permissions", key=keys["restricted_key"], customer="read")
    assert ask("POST", "/customers", {}, key="restricted_key").status_code == 403


def test_the_version_asked_for_is_echoed_and_a_nonsense_one_refused(ask: Ask, acme: World) -> None:
    assert ask("GET", "/balance").headers["Stripe-Version"] == "2026-10-28.endive"
    assert ask("GET", "/balance", Stripe_Version="tomorrow").status_code == 400


def test_without_a_version_the_account_is_years_behind(
    stage: Stage, keys: dict[str, str], act: Act, customer: str
) -> None:
    invoice = act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"]
    url = f"{stage.base('stripe')}/v1"
    old = requests.get(f"{url}/invoices/{invoice}", auth=(keys["secret_key"], ""), timeout=5)
    assert old.headers["Stripe-Version"] == "2024-06-20" and "total_taxes" not in old.json()
    assert (
        requests.get(f"{url}/invoice_payments", auth=(keys["secret_key"], ""), timeout=5).status_code == 404
    )


def test_an_unknown_path_is_404_and_not_a_page(ask: Ask, acme: World) -> None:
    answer = ask("GET", "/nothing")
    assert (answer.status_code, error(answer)["type"]) == (404, "invalid_request_error")
    assert "Unrecognized request URL (GET: /v1/nothing)" in error(answer)["message"]


def test_the_first_answer_is_given_again_and_says_so(ask: Ask, acme: World) -> None:
    first, second = (ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k") for _ in range(2))
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert [effect.key for effect in acme.effects] == ["k"]


def test_a_key_is_new_again_after_a_day(stage: Stage, ask: Ask, acme: World) -> None:
    ids = []
    for _ in range(3):
        ids.append(ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k").json()["id"])
        stage.advance(12 * 3600)
    assert ids[0] == ids[1] != ids[2]


def test_a_key_belongs_to_its_parameters_and_its_endpoint(ask: Ask, acme: World) -> None:
    ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k")
    for answer in (
        ask("POST", "/customers", {"name": "b"}, Idempotency_Key="k"),
        ask("POST", "/products", {"name": "a"}, Idempotency_Key="k"),
    ):
        assert (answer.status_code, error(answer)["type"]) == (400, "idempotency_error")


def test_live_and_test_keep_their_keys_apart(ask: Ask, acme: World) -> None:
    one = ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k").json()["id"]
    assert (
        ask("POST", "/customers", {"name": "a"}, key="live_secret_key", Idempotency_Key="k").json()["id"]
        != one
    )


def test_while_the_first_runs_the_second_is_told_to_wait(stage: Stage, ask: Ask, acme: World) -> None:
    stage.fault("slow_commit", seconds=0.4)

    def send(after: float) -> requests.Response:
        time.sleep(after)
        return ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, (0, 0.15))
    assert (first.status_code, second.status_code) == (200, 409)
    assert error(second)["code"] == "idempotency_key_in_use"
    assert send(0).json() == first.json()
    assert len(acme.effects) == 1


def test_what_never_began_is_not_kept_and_what_began_is(ask: Ask, act: Act, customer: str) -> None:
    assert ask("POST", "/customers", {"nonsense": "1"}, Idempotency_Key="k1").status_code == 400
    assert ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k1").status_code == 200
    invoice = act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"]
    path = f"/invoices/{invoice}/finalize"
    assert error(ask("POST", path, Idempotency_Key="k2"))["code"] == "invoice_not_editable"
    assert ask("POST", path, Idempotency_Key="k2").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("before", [True, False])
def test_a_500_is_kept_whether_or_not_the_work_was_done(
    ask: Ask, act: Act, acme: World, before: bool
) -> None:
    act("break_next_write", before=before)
    answers = [ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert len(ask("GET", "/customers").json()["data"]) == len(acme.effects) == (0 if before else 1)


def test_a_dropped_answer_is_found_again_under_its_key(stage: Stage, ask: Ask, acme: World) -> None:
    stage.fault("drop_answer")
    with pytest.raises(requests.ConnectionError):
        ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k")
    assert ask("POST", "/customers", {"name": "a"}, Idempotency_Key="k").status_code == 200
    assert len(acme.effects) == 1


def test_the_vendors_own_limit(stage: Stage, ask: Ask, acme: World) -> None:
    stage.limit(acme, Limit(per_second=25))
    answers = [ask("GET", "/balance") for _ in range(26)]
    assert [answer.status_code for answer in answers].count(200) == 25
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert "Retry-After" not in answers[-1].headers
    assert stage.meter(acme).most_in(1.0) == 25


def test_a_locked_object_has_no_rate_limit_reason(stage: Stage, ask: Ask, acme: World) -> None:
    stage.fault("rate_limited", code="lock_timeout")
    answer = ask("GET", "/balance")
    assert error(answer)["code"] == "lock_timeout"
    assert "Stripe-Rate-Limited-Reason" not in answer.headers

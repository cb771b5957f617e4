"""Knocks at a connection's door: what is ours to hear is stored once and looked at; everything else gets a short no."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connectors.models import Connection, Event, Standing
from connectors.system import Mode
from tenants.models import Tenant
from tenants.scoping import tenant_of, tenant_scope
from tests.factories import TenantFactory

SECRET, OLD = "whsec_" + "n" * 24, "whsec_" + "o" * 24


@pytest.fixture
def company(transactional_db: None) -> Tenant:
    return TenantFactory()


@pytest.fixture
def door(company: Tenant) -> Connection:
    with tenant_scope(company):
        made = Connection.make("stripe", "Payments", Mode.TEST, {})
        made.keep_secrets(
            {"api_key": "rk_test_0123456789", "webhook_secret": SECRET, "webhook_secret_old": OLD}
        )
    return made


def body(id: str = "evt_1", type: str = "customer.updated", live: bool = False, **more: Any) -> bytes:
    now = int(time.time())
    event = {"id": id, "type": type, "livemode": live, "created": now, "data": {"object": {"id": "cus_1"}}}
    return json.dumps(event | more).encode()


def knock(at: str, raw: bytes, secret: str | None = SECRET, age: int = 0, **headers: str) -> int:
    stamp = int(time.time()) - age
    if secret is not None:
        mark = hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
        headers["Stripe-Signature"] = f"t={stamp},v1={mark}"
    url = reverse("hook", args=[at])
    return Client().post(url, raw, content_type="application/json", headers=headers).status_code


def events(door: Connection) -> list[tuple[str, str, int]]:
    with tenant_scope(tenant_of(door)):
        return list(Event.objects.order_by("received_at").values_list("event_id", "standing", "times"))


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_a_true_knock_is_stored_and_rings_the_worker(door: Connection, secret: str) -> None:
    assert knock(door.hook, body(), secret) == 200
    assert events(door) == [("evt_1", Standing.WAITING, 1)]
    assert OrmQ.objects.count() == 1


def test_the_same_knock_twice_is_one_event(door: Connection) -> None:
    assert [knock(door.hook, body()), knock(door.hook, body())] == [200, 200]
    assert events(door) == [("evt_1", Standing.WAITING, 2)]


def test_fifty_at_once_are_one_event_and_no_error(door: Connection) -> None:
    def one(_: int) -> int:
        try:
            return knock(door.hook, body())
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(50))) == {200}
    assert [(id, times) for id, _, times in events(door)] == [("evt_1", 50)]


def test_a_failed_event_is_taken_up_again_and_a_done_one_is_a_duplicate(door: Connection) -> None:
    knock(door.hook, body())
    OrmQ.objects.all().delete()
    for standing, rings in ((Standing.FAILED, 1), (Standing.DONE, 0)):
        with tenant_scope(tenant_of(door)):
            Event.objects.get().settle(standing)
        assert knock(door.hook, body()) == 200
        assert OrmQ.objects.count() == rings
        OrmQ.objects.all().delete()


@pytest.mark.parametrize(
    ("raw", "secret", "age"),
    [(body(), "whsec_" + "x" * 24, 0), (body(), None, 0), (body(), SECRET, 400), (body(), SECRET, -400)],
    ids=["wrong", "missing", "too old", "future"],
)
def test_what_no_secret_vouches_for_is_counted_and_not_kept(
    door: Connection, raw: bytes, secret: str | None, age: int
) -> None:
    assert knock(door.hook, raw, secret, age) == 401
    with tenant_scope(tenant_of(door)):
        assert Connection.objects.get().forged == 1
    assert events(door) == []


def test_a_knock_of_one_company_is_nothing_at_the_door_of_another(door: Connection) -> None:
    with tenant_scope(other := TenantFactory()):
        theirs = Connection.make("stripe", "Payments", Mode.TEST, {})
        theirs.keep_secrets({"api_key": "rk_test_9876543210", "webhook_secret": "whsec_" + "t" * 24})
    assert knock(theirs.hook, body()) == 401
    with tenant_scope(other):
        assert Event.objects.count() == 0


@pytest.mark.parametrize("at", ["no-such-door", "x" * 64])
def test_an_unknown_door_is_not_there(at: str, db: None) -> None:
    assert knock(at, body()) == 404


def test_a_door_without_a_system_that_knocks_is_not_there(company: Tenant) -> None:
    with tenant_scope(company):
        books = Connection.make("qad", "Books", Mode.SANDBOX, {})
        books.keep_secrets({"username": "integration"})
    assert knock(books.hook, body()) == 404


def test_more_than_the_limit_is_refused_also_when_it_is_not_announced(door: Connection) -> None:
    assert knock(door.hook, b"x" * (1024 * 1024 + 1)) == 413


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_only_a_post_is_a_knock(method: str, door: Connection) -> None:
    assert getattr(Client(), method)(reverse("hook", args=[door.hook])).status_code == 405


@pytest.mark.parametrize("raw", [b"not json", b'{"id": NaN}', b"[" * 5000, b'{"id":"a","id":"b"}'])
def test_a_true_knock_that_cannot_be_read_is_kept_as_failed_and_not_sent_again(
    door: Connection, raw: bytes
) -> None:
    assert knock(door.hook, raw) == 200
    ((_, standing, _),) = events(door)
    assert standing == Standing.FAILED


def test_an_unknown_type_and_the_other_mode_are_kept_as_ignored_with_the_reason(door: Connection) -> None:
    assert knock(door.hook, body("evt_a", "account.updated")) == 200
    assert knock(door.hook, body("evt_b", live=True)) == 200
    with tenant_scope(tenant_of(door)):
        said = dict(Event.objects.values_list("event_id", "why"))
        assert set(Event.objects.values_list("standing", flat=True)) == {Standing.IGNORED}
    assert "account.updated" in said["evt_a"]
    assert "live mode" in said["evt_b"]


def test_the_bytes_are_kept_sealed(door: Connection) -> None:
    knock(door.hook, body(note="ap@harbor.example"))
    with database.cursor() as cursor, tenant_scope(tenant_of(door)):
        cursor.execute("select row_to_json(t)::text from connectors_event t")
        (text,) = cursor.fetchone()
    assert "ap@harbor.example" not in text
    assert b"ap@harbor.example".hex() not in text

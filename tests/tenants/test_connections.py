"""Connections are reused for one tenant after another: nothing of a scope is left on them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.models import Membership, Tenant
from tenants.scoping import OutsideScope, Scope, current, everywhere, tenant_scope
from tests.factories import TenantFactory

SETTINGS = "select current_setting(s, true) from unnest(array['app.tenant', 'app.everywhere', 'app.person', 'app.presented']) s"
TENANTS, TURNS, CONNECTIONS = 20, 200, 2


def left_behind() -> tuple[Scope | None, list[str], int]:
    """What this thread and its connection still know of a tenant, and what raw SQL sees then."""
    with connection.cursor() as cursor:
        settings = [value for (value,) in cursor.execute(SETTINGS).fetchall() if value]
        seen = len(cursor.execute("select * from tenants_membership").fetchall())
    return current(), settings, seen


def close_all(pool: ThreadPoolExecutor, threads: int = CONNECTIONS) -> None:
    """Each thread closes its own; the barrier keeps one thread from closing twice."""
    together = Barrier(threads)
    list(pool.map(lambda _: (together.wait(), connection.close()), range(threads)))


CLEAN = (None, [], 0)


@pytest.mark.django_db(transaction=True)
def test_many_tenants_take_turns_on_two_connections_without_cross_talk() -> None:
    tenants = [TenantFactory().pk for _ in range(TENANTS)]
    turns = Random(7).choices(tenants, k=TURNS)

    def turn(number: int, tenant: UUID) -> bool:
        try:
            with tenant_scope(tenant):
                owners = [m.tenant_id for m in Membership.objects.all()]
                with connection.cursor() as cursor:
                    cursor.execute("select tenant_id from tenants_membership")
                    raw = [owner for (owner,) in cursor.fetchall()]
                if number % 3 == 0:
                    raise LookupError
        except LookupError:
            pass
        return owners == raw == [tenant] and left_behind() == CLEAN

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        assert all(pool.map(turn, range(TURNS), turns))
        close_all(pool)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_after_an_exception(tenant: Tenant) -> None:
    with pytest.raises(LookupError), tenant_scope(tenant):
        raise LookupError
    assert left_behind() == CLEAN
    with pytest.raises(OutsideScope):
        Membership.objects.count()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_after_the_database_refused_a_statement(tenant: Tenant) -> None:
    with pytest.raises(DatabaseError), tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute("do $$ begin raise exception 'no'; end $$")
    assert left_behind() == CLEAN


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_inside_a_longer_transaction(tenant: Tenant) -> None:
    with transaction.atomic():
        with tenant_scope(tenant):
            pass
        assert left_behind() == CLEAN
        with pytest.raises(LookupError), everywhere("fail"):
            raise LookupError
        assert left_behind() == CLEAN


@pytest.mark.django_db(transaction=True)
def test_a_scope_of_one_thread_is_not_another_threads(tenant: Tenant) -> None:
    with ThreadPoolExecutor(1) as pool, tenant_scope(tenant):
        assert pool.submit(left_behind).result() == CLEAN
        close_all(pool, 1)

"""Simulators over HTTP on a free port, a company on the real database, and people of each role at its door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.engine import dial
from connectors.models import Connection
from connectors.sandbox.control import control
from connectors.sandbox.found import simulators
from connectors.sandbox.stage import Stage
from tenants.models import Person, Role, Tenant
from tenants.scoping import tenant_scope
from tests.factories import PersonFactory, TenantFactory, member


@pytest.fixture
def stage(settings: Any) -> Iterator[Stage]:
    with Stage(simulators(), seed=7, control=control) as stage:
        settings.SANDBOX_HOSTS = [stage.wire.address.removeprefix("http://")]
        dial.way_out.cache_clear()
        yield stage
        assert stage.bugs == []
    dial.way_out.cache_clear()


@pytest.fixture
def admin(company: Tenant) -> Client:
    return signed_in(member(company, Role.ADMIN))


@pytest.fixture
def company(transactional_db: None) -> Tenant:
    return TenantFactory(name="Northmoor Instruments", owner=PersonFactory(name="Olive Owner"))


Connect = Callable[..., Connection]


@pytest.fixture
def connect(company: Tenant, admin: Client, stage: Stage) -> Connect:
    """A sandbox connection, made through its page."""

    def made(system: str, name: str = "Mine") -> Connection:
        page = reverse("connection_new", args=[company.slug]) + f"?system={system}&mode=sandbox"
        answer = admin.post(page, {"name": name, "mode": "sandbox"})
        assert answer.status_code == 302, answer.content.decode()
        with tenant_scope(company):
            return Connection.objects.get(name=name)

    return made


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(name: str, company: Tenant, one: Connection) -> str:
    return reverse(name, kwargs={"slug": company.slug, "connection": one.pk})


def fresh(one: Connection) -> Connection:
    with tenant_scope(one.tenant_id):
        return Connection.objects.get(pk=one.pk)

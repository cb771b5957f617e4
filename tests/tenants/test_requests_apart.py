"""Requests of many companies on few connections: each sees its own, also right after one that broke in the middle."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse

from tenants.gate import acts
from tenants.models import Membership, Person, Tenant
from tenants.scoping import current, current_tenant_id
from tests.factories import PersonFactory, TenantFactory

COMPANIES, REQUESTS, CONNECTIONS = 20, 200, 2
MARK = re.compile(r"Mark\d+")


class Broken(Exception):
    pass


@acts("people.read")
def breaks(request: HttpRequest) -> HttpResponse:
    """Reads this company's rows, and falls over with its scope open."""
    assert Membership.objects.count() == 1
    raise Broken(str(current_tenant_id()))


urlpatterns = [path("c/<slug:slug>/breaks", breaks, name="breaks"), path("", include("mlconnector.urls"))]


def what_is_left() -> tuple[object, str, str]:
    """What this thread and its connection still know after a request."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('app.tenant', true), current_setting('app.everywhere', true)")
        tenant, everywhere = cursor.fetchone()
    return current(), tenant or "", everywhere or ""


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF="tests.tenants.test_requests_apart")
def test_interleaved_requests_of_many_companies_stay_apart() -> None:
    made = [
        (TenantFactory(name=f"Mark{n}", owner=(person := PersonFactory(name="Somebody"))), person)
        for n in range(COMPANIES)
    ]
    signed_in = [(tenant, client(person)) for tenant, person in made]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        work = [pool.submit(ask, *signed_in[n % COMPANIES], n) for n in range(REQUESTS)]
        found = [one.result() for one in work]
        barrier = Barrier(CONNECTIONS)
        list(pool.map(lambda _: (barrier.wait(10), connection.close()), range(CONNECTIONS)))
    assert found == [None] * REQUESTS


def client(person: Person) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(person)
    return made


def ask(tenant: Tenant, client: Client, number: int) -> str | None:
    """Every seventh request breaks while its company's rows are open. None: all was as it should be."""
    if number % 7 == 6:
        status = client.get(reverse("breaks", kwargs={"slug": tenant.slug})).status_code
        page = ""
    else:
        answer = client.get(reverse("people", kwargs={"slug": tenant.slug}))
        status, page = answer.status_code, answer.content.decode()
    others = set(MARK.findall(page)) - {tenant.name}
    wanted = 500 if number % 7 == 6 else 200
    if (status, others, what_is_left()) == (wanted, set(), (None, "", "")):
        return None
    return f"{tenant.name}: {status}, saw {others}, left {what_is_left()}"

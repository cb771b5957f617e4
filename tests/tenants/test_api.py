"""Programs get in by token only, as far as its role goes, and cannot ask for more than is offered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from rest_framework.response import Response

from tenants import tokens
from tenants.models import ApiToken, AuditEntry, Person, Role, Tenant
from tenants.scoping import tenant_scope
from tests.tenants.test_gate import signed_in

ME, AUDIT = reverse("api_me"), reverse("api_audit")


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


def issue(tenant: Tenant, role: str = Role.VIEWER, **more: Any) -> tuple[ApiToken, str]:
    with tenant_scope(tenant):
        token, text = ApiToken.issue("books", role, None, **more)
    return token, str(text)


def ask(text: str, page: str = ME, **query: Any) -> Any:
    return Client().get(page, query, headers={"Authorization": f"Bearer {text}"})


def test_a_token_tells_who_it_is(tenant: Tenant) -> None:
    token, text = issue(tenant)
    said = ask(text).json()
    assert (said["company"]["name"], said["token"]["id"]) == (tenant.name, str(token.pk))
    assert text not in str(said)


def test_a_token_reads_its_own_company_only(tenant: Tenant, other_tenant: Tenant) -> None:
    _, text = issue(tenant)
    with tenant_scope(other_tenant):
        theirs = {str(pk) for pk in AuditEntry.objects.values_list("pk", flat=True)}
    got = ask(text, AUDIT).json()["entries"]
    assert got
    assert not theirs & {entry["id"] for entry in got}


@pytest.mark.parametrize("spoil", ["", "mlc_", "prefix", "changed", "longer"])
def test_anything_but_the_whole_token_is_refused(spoil: str, tenant: Tenant) -> None:
    token, text = issue(tenant)
    wrong = {"prefix": token.prefix, "changed": text[:-1] + "#", "longer": text + "x"}.get(spoil, spoil)
    answer = ask(wrong)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_at_its_next_call(tenant: Tenant, owner: Person) -> None:
    token, text = issue(tenant)
    assert ask(text).status_code == 200
    signed_in(owner).post(reverse("token_revoke", args=[tenant.slug, token.pk]))
    assert ask(text).status_code == 401


def test_an_expired_token_is_refused(tenant: Tenant) -> None:
    _, text = issue(tenant, expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(text).status_code == 401


def test_a_token_of_a_closing_company_is_refused(tenant: Tenant) -> None:
    _, text = issue(tenant)
    with tenant_scope(tenant):
        tenant.schedule_deletion("we move on")
    assert ask(text).status_code == 401


class OwnersOnly(tokens.CompanyAPI):
    action = "company.delete"

    @tokens.in_company
    def get(self, request: Any) -> Response:
        return Response({"reached": True})


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 403), (Role.VIEWER, 403)])
def test_the_role_of_a_token_says_what_it_may(role: Role, status: int, tenant: Tenant) -> None:
    _, text = issue(tenant, role)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {text}"})
    assert OwnersOnly.as_view()(request).status_code == status


def test_a_sign_in_is_no_token(tenant: Tenant, owner: Person) -> None:
    assert signed_in(owner).get(ME).status_code == 401


def test_a_token_is_shown_once_and_kept_as_a_hash(tenant: Tenant, owner: Person) -> None:
    client = signed_in(owner)
    form = {"name": "Month-end job", "role": "viewer", "days": 90}
    page = client.post(reverse("token_new", args=[tenant.slug]), form).content.decode()
    text = page.split('id="token" aria-labelledby="token-label">')[1].split("<")[0]
    assert ask(text).status_code == 200
    again = client.get(reverse("tokens", args=[tenant.slug])).content.decode()
    with tenant_scope(tenant):
        stored = str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))
    assert text not in again + stored
    assert "Month-end job" in again
    assert "just now" in again  # last use


def test_an_admin_makes_no_token_above_their_own_role(tenant: Tenant) -> None:
    from tests.factories import member

    client = signed_in(member(tenant, Role.ADMIN))
    client.post(reverse("token_new", args=[tenant.slug]), {"name": "x", "role": "owner", "days": 90})
    with tenant_scope(tenant):
        assert not ApiToken.objects.exists()


def test_pages_follow_each_other_without_gap_or_repeat(tenant: Tenant) -> None:
    _, text = issue(tenant)
    with tenant_scope(tenant):
        for n in range(7):
            tenant.change(name=f"Name {n}")
        everything = [
            str(pk) for pk in AuditEntry.objects.order_by("-at", "-pk").values_list("pk", flat=True)
        ]
    seen: list[str] = []
    after = ""
    while True:
        page = ask(text, AUDIT, rows=3, after=after).json()
        assert len(page["entries"]) <= 3
        seen += [entry["id"] for entry in page["entries"]]
        with tenant_scope(tenant):
            tenant.change(name=f"Changed after {len(seen)}")
        after = page["onward"]
        if not after:
            break
    assert seen == everything


@pytest.mark.parametrize(
    "odd",
    [
        {"rows": 1_000_000},
        {"rows": 0},
        {"rows": "many"},
        {"sort": "digest"},
        {"ordering": "mac"},
        {"tenant_id": "7"},
        {"since": "yesterday"},
        {"who": "x" * 101},
        {"id": ["7"] * 900},
    ],
)
def test_an_odd_question_is_refused_by_name(odd: dict[str, Any], tenant: Tenant) -> None:
    _, text = issue(tenant)
    answer = ask(text, AUDIT, **odd)
    assert answer.status_code == 400
    assert next(iter(odd)) in answer.json()


def test_ten_thousand_ids_are_refused_before_anything_is_read(tenant: Tenant) -> None:
    _, text = issue(tenant)
    assert ask(text, AUDIT, id=list(range(10_000))).status_code == 400


def test_a_body_is_read_by_nobody(tenant: Tenant, other_tenant: Tenant) -> None:
    _, text = issue(tenant)
    body = {"tenant_id": str(other_tenant.pk), "role": "owner"}
    answer = Client().post(ME, body, "application/json", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 405


@pytest.mark.parametrize("limit", [tokens.PerToken, tokens.PerCompany])
def test_calls_are_limited_per_token_and_per_company(
    limit: Any, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, "THROTTLE_RATES", {limit.scope: "3/min"})
    texts = [issue(tenant)[1] for _ in range(1 if limit is tokens.PerToken else 3)]
    for n in range(3):
        assert ask(texts[n % len(texts)]).status_code == 200
    refused = ask(texts[0])
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert ask(issue(other_tenant)[1]).status_code == 200


def test_the_reference_and_the_schema_name_every_call(db: None) -> None:
    page = Client().get(reverse("api")).content.decode()
    schema = Client().get(reverse("api_schema"), headers={"Accept": "application/json"}).content.decode()
    for call in (ME, AUDIT):
        assert call in page
        assert call in schema

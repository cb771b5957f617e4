"""People come and go: invited by mail, by that address alone, once; and a company always keeps an owner."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants.models import AuditEntry, Invitation, Membership, Person, Role, Tenant
from tenants.scoping import everywhere, tenant_scope
from tests.factories import PersonFactory, member
from tests.tenants.test_gate import signed_in

Commit = Any


@pytest.fixture
def post(django_capture_on_commit_callbacks: Commit, tenant: Tenant) -> Any:
    """Send a form to a page of the company, and let its mail go out."""

    def post(person: Person, page: str, /, *args: Any, **form: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return signed_in(person).post(reverse(page, args=[tenant.slug, *args]), form)

    return post


def link_in_mail() -> str:
    found = re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def roles(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant):
        return {m.person.email: m.role for m in Membership.objects.select_related("person")}


def invited(post: Any, owner: Person, address: str = "guest@example.com", role: str = "viewer") -> str:
    post(owner, "invite", email=address, role=role)
    return link_in_mail()


# --- invitations ----------------------------------------------------------------------------------------------------


def test_the_invited_address_joins_with_its_role(tenant: Tenant, owner: Person, post: Any) -> None:
    link = invited(post, owner, role="operator")
    guest = PersonFactory(email="guest@example.com")
    signed_in(guest).post(link)
    assert roles(tenant)["guest@example.com"] == "operator"


def test_another_address_is_refused_and_that_is_written_down(
    tenant: Tenant, owner: Person, post: Any
) -> None:
    link = invited(post, owner)
    eve = PersonFactory(email="eve@example.com")
    assert signed_in(eve).post(link).status_code == 403
    assert "eve@example.com" not in roles(tenant)
    with tenant_scope(tenant):
        assert AuditEntry.objects.get(what="invitation.refused").actor == f"person:{eve.pk}"


def test_an_invitation_is_good_once(tenant: Tenant, owner: Person, post: Any) -> None:
    link = invited(post, owner)
    guest = PersonFactory(email="guest@example.com")
    signed_in(guest).post(link)
    with tenant_scope(tenant):
        Membership.objects.get(person=guest).end()
    assert signed_in(guest).post(link).status_code == 404
    assert "guest@example.com" not in roles(tenant)


def test_an_invitation_ends_after_a_week(tenant: Tenant, owner: Person, post: Any) -> None:
    link = invited(post, owner)
    with tenant_scope(tenant):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in(PersonFactory(email="guest@example.com")).post(link).status_code == 404


def test_a_withdrawn_invitation_is_refused(tenant: Tenant, owner: Person, post: Any) -> None:
    link = invited(post, owner)
    with tenant_scope(tenant):
        invitation = Invitation.objects.get()
    post(owner, "invitation_revoke", invitation.pk)
    assert Client().get(link).status_code == 404


def test_sending_again_makes_the_first_link_useless(tenant: Tenant, owner: Person, post: Any) -> None:
    first = invited(post, owner)
    with tenant_scope(tenant):
        invitation = Invitation.objects.get()
    post(owner, "invitation_resend", invitation.pk)
    assert Client().get(first).status_code == 404
    assert Client().get(link_in_mail()).status_code == 200


def test_the_link_is_not_in_the_database_nor_in_the_trail(tenant: Tenant, owner: Person, post: Any) -> None:
    token = invited(post, owner).rsplit("/", 1)[1]
    with tenant_scope(tenant):
        stored = str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
    assert token not in stored


def test_who_holds_the_link_reads_the_company_and_nothing_else(
    tenant: Tenant, owner: Person, post: Any
) -> None:
    page = Client().get(invited(post, owner)).content.decode()
    assert tenant.name in page
    assert owner.email not in page


def test_a_colleague_is_not_invited_twice(owner: Person, teammate: Person, post: Any) -> None:
    answer = post(owner, "invite", email=teammate.email.upper(), role="viewer")
    assert "belongs to the company already" in answer.content.decode()
    assert not mail.outbox


def test_an_invitation_by_an_admin_cannot_make_an_owner(tenant: Tenant, post: Any) -> None:
    admin = member(tenant, Role.ADMIN)
    assert post(admin, "invite", email="guest@example.com", role="owner").status_code == 200
    with tenant_scope(tenant):
        assert not Invitation.objects.exists()


# --- roles ----------------------------------------------------------------------------------------------------------


def membership(tenant: Tenant, person: Person) -> Membership:
    with tenant_scope(tenant):
        return Membership.objects.get(person=person)


def test_an_owner_changes_a_role_and_the_colleague_is_told(
    tenant: Tenant, owner: Person, teammate: Person, post: Any
) -> None:
    post(owner, "change_role", membership(tenant, teammate).pk, role="viewer")
    assert roles(tenant)[teammate.email] == "viewer"
    assert mail.outbox[-1].to == [teammate.email]


def test_an_admin_touches_no_owner(tenant: Tenant, owner: Person, post: Any) -> None:
    admin = member(tenant, Role.ADMIN)
    assert post(admin, "remove", membership(tenant, owner).pk).status_code == 404
    assert post(admin, "change_role", membership(tenant, owner).pk, role="viewer").status_code == 404
    assert post(admin, "change_role", membership(tenant, admin).pk, role="owner").status_code == 200
    assert roles(tenant) == {owner.email: "owner", admin.email: "admin"}


def test_the_last_owner_stays(tenant: Tenant, owner: Person, teammate: Person, post: Any) -> None:
    mine = membership(tenant, owner).pk
    post(owner, "leave")
    post(owner, "remove", mine)
    post(owner, "change_role", mine, role="viewer")
    assert roles(tenant)[owner.email] == "owner"


def test_with_two_owners_one_may_leave(tenant: Tenant, owner: Person, post: Any) -> None:
    member(tenant, Role.OWNER)
    post(owner, "leave")
    assert owner.email not in roles(tenant)


def test_fields_that_no_form_has_change_nothing(
    tenant: Tenant, other_tenant: Tenant, owner: Person, teammate: Person, post: Any
) -> None:
    extra = {"tenant_id": str(other_tenant.pk), "tenant": str(other_tenant.pk), "is_staff": "1", "id": "7"}
    post(owner, "change_role", membership(tenant, teammate).pk, role="viewer", person=str(owner.pk), **extra)
    post(
        owner,
        "company",
        name="New Name",
        time_zone="UTC",
        locale="en",
        requires_two_factor="1",
        slug="x",
        **extra,
    )
    signed_in(teammate).post(
        reverse("account"), {"name": "Tom", "is_staff": "1", "email": "x@y.example", **extra}
    )
    teammate.refresh_from_db()
    assert (teammate.is_staff, teammate.email != "x@y.example", teammate.name) == (False, True, "Tom")
    now = Membership.of_person(owner.pk)[0].tenant
    assert (now.name, now.slug, now.requires_two_factor) == ("New Name", tenant.slug, False)
    assert roles(tenant)[teammate.email] == "viewer"


# --- closing --------------------------------------------------------------------------------------------------------


def close(post: Any, owner: Person, tenant: Tenant) -> None:
    post(owner, "company_close", name=tenant.name, reason="We move on")


def test_closing_wants_the_name_typed(tenant: Tenant, owner: Person, post: Any) -> None:
    post(owner, "company_close", name="something else", reason="We move on")
    assert Membership.of_person(owner.pk)[0].tenant.deletion_due is None


def test_a_closed_company_leads_everybody_to_one_page(
    tenant: Tenant, owner: Person, teammate: Person, post: Any
) -> None:
    close(post, owner, tenant)
    for page in ("home", "people", "audit"):
        answer = signed_in(teammate).get(reverse(page, args=[tenant.slug]))
        assert answer.headers["Location"] == reverse("company_closing", args=[tenant.slug])
    assert signed_in(teammate).post(reverse("company_keep", args=[tenant.slug])).status_code == 403
    assert mail.outbox[-1].to == [owner.email]


def test_an_owner_takes_the_closing_back(tenant: Tenant, owner: Person, post: Any) -> None:
    close(post, owner, tenant)
    post(owner, "company_keep")
    assert signed_in(owner).get(reverse("home", args=[tenant.slug])).status_code == 200


def test_after_the_grace_the_company_is_gone(tenant: Tenant, owner: Person, post: Any) -> None:
    close(post, owner, tenant)
    with everywhere("let the days of grace pass"):
        Tenant.objects.update(deletion_due=timezone.now() - timedelta(seconds=1))
    call_command("delete_due_tenants")
    assert signed_in(owner).get(reverse("home", args=[tenant.slug])).status_code == 404
    assert Membership.of_person(owner.pk) == []


def test_a_newcomer_founds_a_company_and_owns_it(db: None) -> None:
    person = PersonFactory()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client = signed_in(person)
    assert client.get(reverse("companies")).headers["Location"] == reverse("company_new")
    client.post(reverse("company_new"), {"name": "Acme", "time_zone": "Europe/Berlin"})
    [mine] = Membership.of_person(person.pk)
    assert (mine.role, mine.tenant.name, mine.tenant.time_zone) == ("owner", "Acme", "Europe/Berlin")

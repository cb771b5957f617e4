"""People and companies for tests, made through the same doors that the product uses."""

from __future__ import annotations

from functools import cache
from typing import Any

import factory
from django.contrib.auth.hashers import make_password

from tenants.models import Membership, Person, Role, Tenant
from tenants.scoping import tenant_scope

PASSWORD = "correct horse battery staple"


@cache
def hashed() -> str:
    """Once per process: a strong hash is slow on purpose."""
    return make_password(PASSWORD)


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person

    name = factory.Faker("name")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    password = factory.LazyFunction(hashed)


class TenantFactory(factory.Factory[Tenant]):
    """`TenantFactory(owner=person)`; without one, somebody new owns it."""

    class Meta:
        model = Tenant

    name = factory.Sequence(lambda n: f"Company {chr(ord('A') + n % 26)}")
    owner = factory.SubFactory(PersonFactory)

    @classmethod
    def _create(cls, model_class: type[Tenant], *args: Any, **kwargs: Any) -> Tenant:
        return model_class.found(kwargs.pop("name"), kwargs.pop("owner"), **kwargs)


def member(tenant: Tenant, role: Role = Role.OPERATOR) -> Person:
    """Somebody new with that role."""
    person = PersonFactory()
    with tenant_scope(tenant):
        Membership.grant(person, role)
    return person

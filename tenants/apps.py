"""The app, and where its checks are found."""

from django.apps import AppConfig
from django.core import checks


class Tenants(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants.checks import every_tenant_table_is_guarded, policies_are_in_force

        checks.register(every_tenant_table_is_guarded, "tenants")
        checks.register(policies_are_in_force, checks.Tags.database)

"""Django's migrate as the role that owns the tables; the app's role may work in what it makes, and no more."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from mlconnector.ownership import as_owner, grant_work


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with as_owner(connection):
            if not options["plan"] and not options["check_unapplied"]:
                grant_work(connection)
                call_command("createcachetable", database=options["database"], verbosity=0)
            super().handle(*args, **options)

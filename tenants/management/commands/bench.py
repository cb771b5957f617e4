"""Runs measurements by name, each on a database that is made for it and thrown away."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.test.utils import override_settings

from tenants.benches import BENCHES


class Command(BaseCommand):
    help = "Measure: " + ", ".join(sorted(BENCHES))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
        parser.add_argument("--size", type=int, default=0, help="smaller than the goal, for a quick look")

    def handle(self, *_: Any, names: list[str], size: int, **__: Any) -> None:
        for name in names or sorted(BENCHES):
            if name not in BENCHES:
                self.stderr.write(f"There is no bench {name}; there are {', '.join(sorted(BENCHES))}.")
                raise SystemExit(2)
            self.stdout.write(f"bench {name}")
            with _database_of_its_own(), override_settings(AUDIT_ANCHORS=os.devnull):
                for line in BENCHES[name](size):
                    self.stdout.write(f"  {line}")
                    self.stdout.flush()


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    with _as_owner():
        connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        yield
    finally:
        with _as_owner():
            connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _as_owner() -> Iterator[None]:
    login = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(settings.OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(login)

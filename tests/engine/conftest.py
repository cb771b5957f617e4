"""Real processes on the test database, and a simulated instance for them to call."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from connectors.models import Connection
from connectors.sandbox.control import control
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.system import Mode
from connectors.systems.qad.sandbox import SIMULATOR
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.factories import TenantFactory

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., list[subprocess.Popen[str]]]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage([SIMULATOR], seed=7, control=control) as stage:
        yield stage
    assert stage.bugs == []


@pytest.fixture
def world(stage: Stage) -> World:
    return stage.world("qad", "acme", story="northmoor")


@pytest.fixture
def company(transactional_db: None) -> Tenant:
    return TenantFactory()


@pytest.fixture
def qad(company: Tenant, stage: Stage, world: World, settings) -> Connection:  # type: ignore[no-untyped-def]
    """A connection whose rows every process sees."""
    told = stage.credentials(world)
    settings.SANDBOX_HOSTS = [stage.wire.address.removeprefix("http://")]
    book = {"domain": told["domain"], "entity": told["entity"], "customer_set": "CUST-SS", "gl_set": "GL-SS"}
    with tenant_scope(company):
        made = Connection.make("qad", "Books", Mode.SANDBOX, {"address": told["base_url"], "book": book})
        made.keep_secrets({name: str(told[name]) for name in ("username", "password", "client_id")})
    return made


@pytest.fixture
def run(qad: Connection, stage: Stage) -> Iterator[Run]:
    """Starts `python -m MODULE connection …` so many times at once, as the program's own role on the test database."""
    started: list[subprocess.Popen[str]] = []
    at = connection.settings_dict
    address = f"postgresql://{quote(at['USER'])}:{quote(at['PASSWORD'])}@{quote(str(at['HOST']), safe='')}:{at['PORT']}/{at['NAME']}"
    env = {**os.environ, "DATABASE_URL": address, "SANDBOX_HOSTS": stage.wire.address.removeprefix("http://")}

    def start(module: str, times: int, *args: str) -> list[subprocess.Popen[str]]:
        command = [sys.executable, "-m", module, str(qad.tenant_id), str(qad.pk), *args]
        for _ in range(times):
            started.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                )
            )
        return started[-times:]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()

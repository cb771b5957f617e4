"""Production mode for real: it serves, refuses what is unsafe in one line, and finishes what was begun when told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django_q.tasks import async_task

from mlconnector.gates import like_production
from mlconnector.processes import marked
from tests.house.processes import ROOT, address, environment, free_port, manage, until

pytestmark = pytest.mark.django_db(transaction=True)
TASK_SECONDS = 3
COMMAND = "subprocess.check_call"


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    keys = {"SECRET_KEY": settings.SECRET_KEY, "FERNET_KEYS": ",".join(settings.FERNET_KEYS)}
    return {**like_production(), **environment(), **keys, "VAR": str(tmp_path), "PORT": str(free_port())}


@pytest.fixture
def serving(production: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve"], env=production, stderr=subprocess.DEVNULL
    ) as process:
        yield process
        if process.poll() is None:
            process.terminate()


def get(port: str, path: str) -> urllib.request.Request:
    headers = {"Host": "connector.example.com", "X-Forwarded-Proto": "https"}
    return urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)


def is_ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(get(port, "/readyz"), timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_it_serves_and_a_task_that_was_begun_is_finished_before_it_stops(
    serving: subprocess.Popen[bytes], production: dict[str, str], tmp_path: Path
) -> None:
    assert until(lambda: is_ready(production["PORT"]), 90)
    with urllib.request.urlopen(get(production["PORT"], "/"), timeout=20) as page:
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    begun, done = tmp_path / "begun", tmp_path / "done"
    async_task(COMMAND, ["sh", "-c", f"touch {begun}; sleep {TASK_SECONDS}; touch {done}"])
    assert until(begun.exists, 60)
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    assert done.exists()
    assert not marked(f"serve {production['VAR']}")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"DEBUG": "yes"}, "DEBUG: shows code and settings"),
        ({"FERNET_KEYS": ""}, "FERNET_KEYS: missing"),
        ({"SECRET_KEY": "django-insecure-" + "0123456789" * 5}, "SECRET_KEY: a default key"),
        ({"DATABASE_URL": "owner"}, "owns tables"),
        ({"DATABASE_URL": "postgres://app:hush@127.0.0.1:1/x"}, "out of reach"),
    ],
)
def test_what_is_unsafe_refuses_the_start_in_one_line(
    production: dict[str, str], wrong: dict[str, str], said: str
) -> None:
    if wrong.get("DATABASE_URL") == "owner":
        wrong = {"DATABASE_URL": address(settings.OWNER)}
    refused = manage("serve", **{**production, **wrong})
    assert refused.returncode and said in refused.stderr
    assert "Traceback" not in refused.stderr and "hush" not in refused.stderr
    assert refused.stderr.strip().count("\n") == 0

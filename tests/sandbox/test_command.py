"""`manage.py sandbox` serves what it prints, in a process of its own, and ends when asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.sandbox.stripe_account.conftest import client_for

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def sandbox(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "manage.py", "sandbox", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = ""
    assert process.stdout
    try:
        for line in process.stdout:
            said += line
            if "Ctrl-C stops" in line:
                break
        yield process, said
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
        process.stdout.close()


def test_it_prints_an_address_and_keys_that_work_and_stops() -> None:
    with sandbox("stripe", "--port", "0", "--seed", "5") as (process, said):
        base = re.findall(r"base_url +(\S+)", said)[0]
        key = re.findall(r"(?<=\s)secret_key +(\S+)", said)[0]
        client = client_for(base, key)
        assert len(list(client.v1.customers.list({"limit": 5}).auto_paging_iter())) == 14
        control = re.findall(r"http://\S+/_control", said)[0]
        world = f"{control}/worlds/stripe/northmoor"
        assert requests.get(f"{world}/check", timeout=5).json() == {"broken": []}
        made = requests.post(f"{world}/acts/new_customer", json={"name": "Late"}, timeout=5).json()["done"]
        assert client.v1.customers.retrieve(made["id"]).name == "Late"
    assert process.returncode == 0


def test_an_unknown_system_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "sandbox", "nosuch"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert "no simulator for nosuch; there are:" in done.stderr and "stripe" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_one_sentence() -> None:
    with sandbox("stripe", "--port", "0", "--story", "") as (_, said):
        port = re.findall(r"127\.0\.0\.1:(\d+)", said)[0]
        done = subprocess.run(
            [sys.executable, "manage.py", "sandbox", "stripe", "--port", port],
            cwd=ROOT,
            text=True,
            capture_output=True,
            timeout=60,
        )
    assert f"Port {port} cannot be used" in done.stderr and "Traceback" not in done.stderr


def test_the_same_seed_prints_the_same_keys() -> None:
    keys = []
    for _ in range(2):
        with sandbox("stripe", "--port", "0", "--seed", "9", "--story", "") as (_, said):
            keys.append(re.findall(r"(sk|rk)_\w+", said))
    assert keys[0] == keys[1] != []

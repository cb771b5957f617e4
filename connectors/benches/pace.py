"""How much of a vendor's limit several processes use together, counted by the vendor: to nearly its full, never beyond.

The floor is the limit itself: so many calls cannot take less than their number divided by it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from connectors.sandbox.found import simulators
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage

PROCESSES = 4
LIMIT_PER_SECOND = 25
CALLS = 1000
SYSTEM = "stripe"
CALLER = Path(__file__).with_name("caller.py")


def run(size: int) -> Iterator[str]:
    calls = (size or CALLS) // PROCESSES * PROCESSES
    with Stage(simulators(SYSTEM), seed=1) as stage:
        world = stage.world(SYSTEM)
        stage.limit(world, Limit(per_second=LIMIT_PER_SECOND))
        told = stage.credentials(world)
        command = [sys.executable, str(CALLER), str(told["base_url"])]
        env = _environment(stage.wire.address, str(told["secret_key"]))
        ready = [_started([*command, str(calls // PROCESSES)], env) for _ in range(PROCESSES)]
        for process in ready:
            _line(process)
        began = time.monotonic()
        for process in ready:
            _go(process)
        said = [process.communicate(timeout=600)[0].strip() for process in ready]
        took = time.monotonic() - began
        meter = stage.meter(world)
        most, refused = meter.most_in(1.0), len(meter.turned_away)
    floor = calls / LIMIT_PER_SECOND
    yield f"{calls} calls by {PROCESSES} processes at {LIMIT_PER_SECOND}/s: {took:.1f} s, floor {floor:.1f} s"
    yield f"used {floor / took:.1%} of the limit (goal 90 %, stretch 95 %); most in any second {most}; turned away {refused}"
    yield f"the processes said: {', '.join(said)}"


def _environment(simulator: str, key: str) -> dict[str, str]:
    """The bench's own database, as the program's role; the key is handed over in the environment, as keys are."""
    at = connection.settings_dict
    role = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
    address = f"postgresql://{role}@{quote(str(at['HOST']), safe='')}:{at['PORT']}/{at['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": address,
        "SANDBOX_HOSTS": simulator.split("://")[1],
        "BENCH_KEY": key,
        "PYTHONPATH": str(settings.ROOT),
    }


def _started(command: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=settings.ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _line(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    process.stdout.readline()


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()

"""Keeps a table of processes running: restarts whatever ends, and at the end stops each with everything it started.

Each runs in a process group of its own and carries a mark in its environment, by which the next start finds and ends
what a killed supervisor left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

MARK = "ML_CONNECTOR_SUPERVISED"
WATCH_SECONDS = 0.2
RESTART_SECONDS_MAX = 10.0
STEADY_SECONDS = 30.0
ORPHAN_SECONDS_MAX = 2.0


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM: unwinds whatever is going on."""


@dataclass(frozen=True)
class Planned:
    """One line of the table. A process gets `stop_seconds` to finish its work after SIGTERM."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: int = 10


@dataclass
class Running:
    plan: Planned
    process: subprocess.Popen[bytes]
    since: float
    restarts: int = 0
    again_at: float | None = None


class Crew:
    """The processes of one supervisor."""

    def __init__(self, mark: str, say: Callable[[str], None]) -> None:
        self._mark, self._say = mark, say
        self._running: list[Running] = []

    def start(self, plan: Planned) -> None:
        self._running.append(Running(plan, self._spawn(plan), time.monotonic()))

    def watch(self, also: Callable[[], None]) -> None:
        """Returns never: `Stopped` ends it."""
        while True:
            self.tend()
            also()
            time.sleep(WATCH_SECONDS)

    def tend(self) -> None:
        """Starts again what has ended, whatever its exit code: a worker whose heart stopped exits with 0."""
        now = time.monotonic()
        for one in self._running:
            if one.again_at is None and (code := one.process.poll()) is not None:
                end_group(one.process.pid, signal.SIGKILL)
                one.restarts = 0 if now - one.since > STEADY_SECONDS else one.restarts + 1
                pause = min(0.2 * 2**one.restarts, RESTART_SECONDS_MAX)
                self._say(f"{one.plan.name} ended with code {code}; starting it again in {pause:.1f} s")
                one.again_at = now + pause
            elif one.again_at is not None and now >= one.again_at:
                one.process, one.since, one.again_at = self._spawn(one.plan), now, None

    def pids(self) -> list[int]:
        return [one.process.pid for one in self._running]

    def stop(self) -> None:
        """Politely and all at once, each for as long as it may take; then whole process groups by force."""
        for one in self._running:
            if one.process.poll() is None:
                one.process.terminate()
        began = time.monotonic()
        for one in self._running:
            try:
                one.process.wait(max(0.0, began + one.plan.stop_seconds - time.monotonic()))
            except (subprocess.TimeoutExpired, Stopped):
                self._say(f"{one.plan.name} is taking too long and is ended by force")
            end_group(one.process.pid, signal.SIGKILL)
            one.process.wait()
        self._running.clear()

    def _spawn(self, plan: Planned) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **plan.environment,
            MARK: self._mark,
            "SPT_NOENV": "1",
        }  # keeps the mark readable
        return subprocess.Popen(
            plan.command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL
        )


def raise_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def end_group(leader: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # all of them are gone already
        os.killpg(leader, how)


def end_orphans(mark: str) -> int:
    """Ends what an earlier supervisor of the same mark left running when it was killed; says how many."""
    found = marked(mark)
    for pid in found:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + ORPHAN_SECONDS_MAX
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in marked(mark):
        _signal(pid, signal.SIGKILL)
    return len(found)


def _signal(pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, how)


def marked(mark: str) -> list[int]:
    if sys.platform != "linux":
        return []
    line = f"{MARK}={mark}".encode()
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if line in _environment_of(pid)]


def _environment_of(pid: int) -> list[bytes]:
    if pid == os.getpid():
        return []
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []

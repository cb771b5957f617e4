"""The supervisor: what ends is started again, whole groups end, and what a killed supervisor left behind is found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlconnector.processes import Crew, Planned, end_orphans
from tests.house.processes import ROOT, until

CHILD_OF_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "a").write(f"{child.pid}\\n")
{end}
"""


@pytest.fixture
def mark() -> str:
    return f"test {uuid.uuid4()}"


@pytest.fixture
def crew(mark: str) -> Iterator[Crew]:
    crew = Crew(mark, lambda words: None)
    yield crew
    crew.stop()


def planned(file: Path, end: str, stop_seconds: int = 5) -> Planned:
    code = CHILD_OF_CHILD.replace("{end}", end)
    return Planned("part", (sys.executable, "-c", code, str(file)), stop_seconds=stop_seconds)


@pytest.mark.parametrize("end", ["sys.exit(0)", "sys.exit(3)"])
def test_what_ends_is_started_again_whatever_its_code_and_its_group_ends_with_it(
    crew: Crew, tmp_path: Path, end: str
) -> None:
    crew.start(planned(tmp_path / "pids", end))

    def started_twice() -> bool:
        crew.tend()
        return len(pids(tmp_path / "pids")) >= 2

    assert until(started_twice, seconds=10)
    assert until(lambda: not running(pids(tmp_path / "pids")[0]), seconds=5)


def test_stop_ends_whole_groups_even_of_who_does_not_listen(crew: Crew, tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    crew.start(planned(tmp_path / "pids", deaf, stop_seconds=1))
    assert until(lambda: pids(tmp_path / "pids"), seconds=5)
    crew.stop()
    assert until(lambda: not running(pids(tmp_path / "pids")[0]), seconds=5)


def test_what_a_killed_supervisor_left_is_ended_by_the_next(mark: str, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from mlconnector.processes import Crew;"
        "from tests.house.test_processes import planned;"
        "Crew(sys.argv[1], print).start(planned(Path(sys.argv[2]), 'time.sleep(60)')); time.sleep(60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, mark, str(tmp_path / "pids")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert until(lambda: pids(tmp_path / "pids"), seconds=10)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    assert running(pids(tmp_path / "pids")[0])
    assert end_orphans(mark) == 2
    assert not running(pids(tmp_path / "pids")[0])
    assert end_orphans(mark) == 0


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def running(pid: int) -> bool:
    """Not counting a zombie, which nobody may be there to collect."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""The demo as a newcomer runs it, in a folder of its own and without a network; then everything in it is killed."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlconnector import postgres
from mlconnector.processes import marked
from tests.house.processes import ROOT, free_port, until

READY_SECONDS_MAX = 120
STEP = re.compile(r"^· .+ … \d+\.\d s$", re.MULTILINE)


@dataclass
class Demo:
    """One running demo, its port and what it has printed."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        return (self.var / "said").read_text()

    @property
    def data(self) -> Path:
        return self.var.resolve() / "postgres" / "data"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
                return bool(json.load(answer) == {"status": "ready"})
        except OSError:
            return False

    def leaders(self) -> dict[str, int]:
        """The processes it started itself, by the command in their title."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        rows = (line.split(None, 1) for line in listed.splitlines())
        return {_part(title): int(pid) for pid, title in rows}


def _part(title: str) -> str:
    return next(
        (part for word, part in (("granian", "web"), ("sandbox", "sandbox")) if word in title), "worker"
    )


def start(var: Path, port: int) -> Demo:
    with (var / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", "--no-browser", "--port", str(port)],
            env=bare(var),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    demo = Demo(var, port, process)
    until(lambda: "Ctrl-C stops" in demo.said or process.poll() is not None, READY_SECONDS_MAX)
    return demo


def bare(var: Path) -> dict[str, str]:
    """What a fresh machine has in its environment, and no way out to a network."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(var / "home"),
        "VAR": str(var),
        "PYTHONPATH": str(ROOT / "tests" / "house" / "offline"),
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = start(tmp_path_factory.mktemp("demo"), free_port())
    yield demo
    for pid in (demo.process.pid, *marked(f"demo {demo.var}")):
        if demo.process.poll() is None or pid != demo.process.pid:
            os.kill(pid, signal.SIGKILL)
    postgres.stop(demo.var / "postgres")


def test_it_comes_up_without_a_network_and_says_where_and_how_to_sign_in(demo: Demo) -> None:
    assert demo.is_ready(), demo.said
    assert len(STEP.findall(demo.said)) >= 4, "a line a step with its time"
    assert f"http://127.0.0.1:{demo.port}" in demo.said
    assert re.search(r"Sign in as \S+@\S+ with the password \S+", demo.said)
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/", timeout=10) as page:
        assert page.status == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_second_demo_of_the_same_folder_refuses_with_the_reason(demo: Demo) -> None:
    second = run(demo.var, "--port", str(free_port()))
    assert second.returncode == 1
    assert second.stderr == f"A demo already runs from this folder (process {demo.process.pid}).\n"


def test_simulated_vendors_answer_where_the_product_looks_for_them(demo: Demo) -> None:
    environment = Path(f"/proc/{demo.leaders()['web']}/environ").read_bytes().split(b"\0")
    opened = next(
        line.partition(b"=")[2].decode() for line in environment if line.startswith(b"SANDBOX_HOSTS=")
    )
    with urllib.request.urlopen(f"http://{opened}/_control", timeout=5) as answer:
        assert {"qad", "stripe"} <= set(json.load(answer)["acts"])


@pytest.mark.parametrize("part", ["web", "worker", "sandbox"])
def test_a_killed_part_is_started_again(demo: Demo, part: str) -> None:
    killed = demo.leaders()[part]
    os.kill(killed, signal.SIGKILL)
    assert until(lambda: demo.leaders().get(part, killed) != killed, 10)
    assert until(demo.is_ready, 20), demo.said


def test_a_killed_database_is_started_again(demo: Demo) -> None:
    pid = postgres.alive(demo.data)
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: postgres.alive(demo.data) not in (None, pid), 10)
    assert until(demo.is_ready, 20), demo.said


def test_a_web_server_out_of_file_descriptors_recovers(demo: Demo) -> None:
    web = int(subprocess.check_output(["pgrep", "-P", str(demo.leaders()["web"])]).split()[0])
    _, hard = resource.prlimit(web, resource.RLIMIT_NOFILE)
    in_use = max(int(entry.name) for entry in Path(f"/proc/{web}/fd").iterdir()) + 1
    resource.prlimit(web, resource.RLIMIT_NOFILE, (in_use, hard))
    crowd = [socket.create_connection(("127.0.0.1", demo.port), timeout=2) for _ in range(8)]
    time.sleep(0.5)
    for visitor in crowd:
        visitor.close()
    resource.prlimit(web, resource.RLIMIT_NOFILE, (hard, hard))
    assert until(demo.is_ready, 20), demo.said


def test_after_a_kill_of_the_demo_itself_the_next_start_recovers_and_one_signal_ends_all(demo: Demo) -> None:
    os.killpg(demo.process.pid, signal.SIGKILL)
    demo.process.wait()
    assert marked(f"demo {demo.var}"), "its processes go on"
    again = start(demo.var, demo.port)
    assert again.is_ready(), again.said
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(20) == 0
    assert "Traceback" not in again.said
    assert not marked(f"demo {demo.var}")
    assert postgres.alive(demo.data) is None


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = run(tmp_path, "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert re.fullmatch(r"Port \d+ cannot be used \(.+\): choose another with --port\.\n", refused.stderr)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = run(tmp_path / "file" / "var")
    assert refused.returncode == 1
    assert re.fullmatch(r"\S+ cannot be written: Not a directory\.\n", refused.stderr)


@pytest.mark.parametrize(
    ("limit", "lowered", "said"),
    [
        (resource.RLIMIT_NOFILE, 100, "Only 100 files may be open at once"),
        (resource.RLIMIT_AS, 900 * 2**20, "A process may have 900 MB of memory"),
    ],
)
def test_a_limit_that_is_too_low_is_told_before_anything_is_started(
    tmp_path: Path, limit: int, lowered: int, said: str
) -> None:
    refused = run(tmp_path, limit=(limit, lowered))
    assert refused.returncode == 1 and refused.stderr.startswith(said) and refused.stderr.count("\n") == 1
    assert not (tmp_path / "postgres").exists()


def test_an_odd_database_address_is_one_sentence(tmp_path: Path) -> None:
    refused = run(tmp_path, DATABASE_URL="mysql://app:hush@db/x")
    assert (refused.returncode, refused.stderr) == (1, "DATABASE_URL: must begin with postgres://\n")


def run(
    var: Path, *words: str, limit: tuple[int, int] | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "demo", "--no-browser", *words],
        env={**bare(var), "PORT": str(free_port()), **more},
        preexec_fn=limit and (lambda: resource.setrlimit(limit[0], (limit[1], limit[1]))),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

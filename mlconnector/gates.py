"""`manage.py test`: every gate in order, then one line for each with its time.

With arguments it is only pytest, with those arguments, on the same database.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mlconnector import chromium, keys, plan, postgres, roles
from mlconnector.postgres import DatabaseTrouble
from mlconnector.processes import Stopped, raise_on_signals

BROWSER = "tests.browser"
PROCESSES = "2"


@dataclass(frozen=True)
class Gate:
    """How one gate went."""

    name: str
    passed: bool
    seconds: float
    words: str = ""


def main(arguments: list[str]) -> int:
    raise_on_signals()
    var = Path(os.environ.get("VAR") or plan.ROOT / "var").resolve()
    try:
        with _database(var):
            return _pytest(*arguments) if arguments else _all()
    except DatabaseTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except Stopped:
        print("\nStopped.", file=sys.stderr)
        return 130


def _all() -> int:
    gates = [_gate(name, check) for name, check in STATIC.items()]
    gates += _tests()
    print("\n" + "\n".join(_line(gate) for gate in gates), flush=True)
    return 0 if all(gate.passed for gate in gates) else 1


def _line(gate: Gate) -> str:
    verdict = "passed" if gate.passed else "FAILED"
    return f"{verdict}  {gate.name:<42}{gate.seconds:6.1f} s  {gate.words}".rstrip()


def _gate(name: str, check: Callable[[], int]) -> Gate:
    print(f"\n── {name}", flush=True)
    began = time.monotonic()
    code = check()
    return Gate(name, code == 0, time.monotonic() - began)


def _tests() -> list[Gate]:
    """One run of pytest for everything; its report is read to tell the browser's share apart."""
    missing = ""
    try:
        os.environ["CHROMIUM"] = str(chromium.ensured())
    except chromium.NoBrowser as trouble:
        missing = str(trouble)
        print(f"\n{missing}", flush=True)
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        without = ("-m", "not browser") if missing else ()
        ran = _gate(
            "tests on PostgreSQL", lambda: _pytest("-q", "-n", PROCESSES, f"--junitxml={report}", *without)
        )
        cases = _cases(report)
    browser = [case for case in cases if case.in_browser]
    rest = [case for case in cases if not case.in_browser]
    return [
        Gate(ran.name, _fine(rest) and (ran.passed or not _fine(browser)), ran.seconds, _counted(rest)),
        Gate(
            "browser tests in Chromium",
            _fine(browser) and not missing,
            sum(case.seconds for case in browser),
            missing or _counted(browser),
        ),
    ]


@dataclass(frozen=True)
class Case:
    in_browser: bool
    seconds: float
    failed: bool


def _cases(report: Path) -> list[Case]:
    if not report.exists():
        return []
    found = ElementTree.parse(report).iter("testcase")  # noqa: S314 (our own report)
    return [
        Case(
            in_browser=case.get("classname", "").startswith(BROWSER),
            seconds=float(case.get("time", 0)),
            failed=case.find("failure") is not None or case.find("error") is not None,
        )
        for case in found
    ]


def _fine(cases: list[Case]) -> bool:
    return bool(cases) and not any(case.failed for case in cases)


def _counted(cases: list[Case]) -> str:
    failed = sum(case.failed for case in cases)
    return f"{len(cases) - failed} passed" + (f", {failed} failed" if failed else "")


def _pytest(*arguments: str) -> int:
    return _tool("pytest", *arguments)


def _tool(module: str, *arguments: str) -> int:
    return _call(sys.executable, "-m", module, *arguments)


def _call(*command: str, environment: dict[str, str] | None = None) -> int:
    with subprocess.Popen(command, cwd=plan.ROOT, env={**os.environ, **(environment or {})}) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise


def _import_rules() -> int:
    return _call(str(Path(sys.executable).with_name("lint-imports")), "--no-logo")


def _deployable() -> int:
    return _call(*plan.command("check", "--deploy", "--fail-level", "WARNING"), environment=like_production())


def like_production() -> dict[str, str]:
    """Made up, and never used to connect anywhere."""
    return {
        "MODE": "production",
        "PUBLIC_URL": "https://connector.example.com",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FERNET_KEYS": keys.fernet_key(),
        "DATABASE_URL": "postgres://app:unused@127.0.0.1/mlconnector",
        "DATABASE_OWNER_URL": "postgres://owner:unused@127.0.0.1/mlconnector",
        "EMAIL_URL": "smtp+tls://mail:unused@mail.example.com:587",
        "EMAIL_FROM": "ml-connector <no-reply@example.com>",
        "TRUSTED_PROXIES": "1",
    }


STATIC: dict[str, Callable[[], int]] = {
    "formatting (ruff)": lambda: _tool("ruff", "format", "--check", "."),
    "lint (ruff)": lambda: _tool("ruff", "check", "."),
    "types (mypy)": lambda: _tool("mypy"),
    "import rules (import-linter)": _import_rules,
    "system checks for production (Django)": _deployable,
    "missing migrations (Django)": lambda: _call(*plan.command("makemigrations", "--check", "--dry-run")),
}


@contextmanager
def _database(var: Path) -> Iterator[None]:
    """The embedded server for as long as the gates run, or the one of DATABASE_URL with a role to work as."""
    given = os.environ.get("DATABASE_URL")
    if given:
        if not os.environ.get("DATABASE_OWNER_URL"):
            os.environ |= {
                "DATABASE_OWNER_URL": given,
                "DATABASE_URL": roles.provisioned(given, var / "keys"),
            }
        yield
    else:
        with postgres.held(var / "postgres"):
            yield

"""The first second on a bare machine: what Python is there, what it lacks, and what an installer says when it fails."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlconnector import bootstrap
from tests.house.processes import ROOT

BARE = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the project as runs before any dependency is there."""
    (tmp_path / "mlconnector").mkdir()
    for file in ("manage.py", "mlconnector/__init__.py", "mlconnector/bootstrap.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    return tmp_path


def run(clone: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """With an interpreter that has nothing installed and an installer that reaches nothing."""
    return subprocess.run(
        [str(BARE), "-E", "-S", str(clone / "manage.py"), *words],
        env={"PATH": os.environ["PATH"], "HOME": str(clone), "PIP_NO_INDEX": "1", "UV_OFFLINE": "1", **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_too_old_python_reads_the_file_and_says_one_sentence() -> None:
    source = (ROOT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    old = f"import sys; sys.version_info = (3, 9, 2, 'final', 0); exec({source!r})"
    said = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (
        1,
        "ml-connector needs Python 3.11 or newer; this one is 3.9.\n",
    )


def test_the_bootstrap_needs_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "mlconnector" / "bootstrap.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names) | {"__future__"}


def test_in_an_environment_that_has_the_dependencies_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap._ready((bootstrap.RUNTIME, bootstrap.DEVELOPMENT))


def test_what_cannot_be_installed_is_one_sentence_and_a_later_start_tries_again(clone: Path) -> None:
    (clone / "requirements.lock").write_text(f"surely-not-there==1.0 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        failed = run(clone, "demo")
        assert failed.returncode == 1
        assert "The dependencies could not be installed: " in failed.stderr
        assert "Traceback" not in failed.stderr and failed.stderr.strip().count("\n") == 0


def test_a_lock_that_forgets_a_dependency_does_not_loop(clone: Path) -> None:
    failed = run(clone, "demo")
    assert failed.returncode == 1
    assert "lacks dependencies though they were installed" in failed.stderr


def test_an_unwritable_folder_is_one_sentence(clone: Path) -> None:
    (clone / "var").touch()
    failed = run(clone, "demo")
    assert failed.returncode == 1
    assert failed.stderr.strip() == f"{clone} cannot be written: File exists."


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_pin_by_hash_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins and all("==" in pin for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins)

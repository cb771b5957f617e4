"""Where a Chromium is for the browser tests, and how to get one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS_MAX = 400


class NoBrowser(Exception):
    """One sentence about what is missing."""


def found() -> Path | None:
    named = os.environ.get("CHROMIUM")
    paths = [named] if named else [shutil.which(name) for name in NAMES]
    return next((Path(path) for path in paths if path and Path(path).exists()), None)


def ensured() -> Path:
    path = found() or _installed()
    if path is None:
        raise NoBrowser(
            "Chromium is missing and could not be installed: install it, or set CHROMIUM to its path."
        )
    return path


def _installed() -> Path | None:
    """Debian's package, if this machine is such and we may install."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowser(
            "Chromium is missing: install it (Debian: apt install chromium), or set CHROMIUM to its path."
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ("update", "-qq"),
        ("install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"),
    ):
        try:
            done = subprocess.run(
                ["apt-get", *words],
                env=quiet,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NoBrowser("Chromium is missing and apt-get takes too long to install it.") from None
        if done.returncode and words[0] == "install":
            raise NoBrowser(f"Chromium is missing and apt-get refuses: {_reason(done.stderr or done.stdout)}")
    return found()


def _reason(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()] or ["no reason given"]
    return next((line for line in lines if line.startswith("E:")), lines[-1])

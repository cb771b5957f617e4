"""What benches share: a clock, a line of the report, and the memory of a process that has ended."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

Bench = Callable[[int], Iterator[str]]
"""Takes a size (0 for its own) and yields the lines of its report as they become known."""


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def against(what: str, took: float, floor: float, goal: str = "") -> str:
    return f"{what}: {took:.2f} s, {took / floor:.1f} × the floor" + (f" (goal {goal})" if goal else "")


def peak_megabytes(*command: str) -> float:
    """Of a Python that runs this and ends; measured by a parent of its own, so that no other child counts."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True
    )
    return int(said.stdout) / 1024

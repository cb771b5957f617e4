"""`manage.py serve`: web and worker processes in production mode against the settings given, until it is told to stop."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from mlconnector import limits, plan
from mlconnector.processes import Crew, Planned, Stopped, end_orphans, raise_on_signals


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        limits.check()
    except limits.TooLow as trouble:
        print(trouble, file=sys.stderr)
        return 1
    os.environ.setdefault("MODE", "production")
    from django.core.exceptions import ImproperlyConfigured

    try:
        from mlconnector import settings
    except ImproperlyConfigured as trouble:
        print(trouble, file=sys.stderr)
        return 1
    for step in (("collectstatic", "--no-input", "-v", "0"), ("ready",)):
        if code := subprocess.run(plan.command(*step), check=False).returncode:
            return code
    mark = f"serve {settings.VAR}"
    raise_on_signals()
    end_orphans(mark)
    crew = Crew(mark, _say)
    try:
        for planned in _planned(options.only):
            crew.start(planned)
        crew.watch(also=lambda: None)
    except Stopped:
        _say("stopping: work that was begun is finished first")
    finally:
        crew.stop()
    return 0


def _planned(only: str) -> list[Planned]:
    from mlconnector import settings

    everything = plan.product(
        listen=settings.LISTEN,
        port=settings.PORT,
        web_processes=settings.WEB_PROCESSES,
        web_threads=settings.WEB_THREADS,
        worker_stop_seconds=settings.WORKER_STOP_SECONDS,
    )
    return [planned for planned in everything if not only or planned.name.split()[0] == only]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    parser.add_argument(
        "--only", choices=("web", "worker"), default="", help="one kind of process on this machine"
    )
    return parser


def _say(words: str) -> None:
    print(f"serve: {words}", file=sys.stderr, flush=True)

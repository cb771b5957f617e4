"""Serves the simulated vendors over real HTTP, for trying the product, or another program, against them.

Everything is in memory and on this machine only; the same addresses serve the control channel under `/_control`.
"""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.sandbox.control import control
from connectors.sandbox.found import simulators
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World

PORT = 8799


class Command(BaseCommand):
    help = "Serves simulated vendors over HTTP on this machine; prints their addresses and credentials."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("system", nargs="*", help="which ones (all when none is named)")
        parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} unless given; 0 for any free one")
        parser.add_argument("--seed", type=int, default=1, help="ids, keys and chance depend on it alone")
        parser.add_argument(
            "--world", action="append", help="an account to make in each system; may be repeated"
        )
        parser.add_argument(
            "--bare", action="store_true", help="make no account before somebody asks; print nothing"
        )
        parser.add_argument(
            "--story", default="northmoor", help="what the accounts contain; '' for empty ones"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        stage = self._stage(options)
        with stage:
            stage.postman.walk()
            if options["bare"]:
                _until_stopped()
                return
            for name in options["world"] or ["northmoor"]:
                for slug in stage.simulators:
                    self._tell(stage, self._world(stage, slug, name, options["story"]))
            self.stdout.write(
                f"Control channel: {stage.wire.address}/_control (seed {options['seed']}). Ctrl-C stops."
            )
            _until_stopped()
        self.stdout.write("Stopped.")

    def _stage(self, options: dict[str, Any]) -> Stage:
        try:
            chosen = simulators(*options["system"])
            return Stage(chosen, port=options["port"], seed=options["seed"], control=control)
        except LookupError as unknown:
            raise CommandError(f"There is {unknown.args[0]}.") from None
        except OSError as trouble:
            raise CommandError(
                f"Port {options['port']} cannot be used: {trouble.strerror}. Choose another with --port."
            ) from None

    def _world(self, stage: Stage, slug: str, name: str, story: str) -> World:
        known = stage.simulators[slug].stories
        return stage.world(slug, name, story=story if story in known else "")

    def _tell(self, stage: Stage, world: World) -> None:
        self.stdout.write(f"{stage.simulators[world.system].name} · {world.name}")
        for name, value in stage.credentials(world).items():
            self.stdout.write(f"  {name:<22} {value}")
        self.stdout.write("")
        self.stdout.flush()


def _until_stopped() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(1):
        pass

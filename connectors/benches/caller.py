"""One of the processes that `bench pace` starts: calls so many times at the shared pace, then says how it went."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlconnector.settings")


def main(base: str, calls: str) -> None:
    import django

    django.setup()
    from connectors.engine.dial import way_out
    from connectors.errors import TryLater
    from connectors.models import PaceRows
    from connectors.transport.auth import Bearer
    from connectors.transport.http import Http
    from connectors.transport.pace import Pace, Rule

    pace = Pace(store=PaceRows(), account="bench", rules=(Rule(25),), wait_seconds_max=600)
    http = Http(out=way_out()).at(base, system="bench", auth=Bearer(os.environ["BENCH_KEY"]), pace=pace)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    busy = 0
    for _ in range(int(calls)):
        try:
            http.call("GET", "/v1/balance")
        except TryLater:
            busy += 1
    sys.stdout.write(f"{busy} busy\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

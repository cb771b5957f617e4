"""Where simulators play: one server, the worlds of each vendor, the script of faults, limits and meters.

Tests hold a `Stage` in their own process; the demo console and other processes reach the same through `/_control`.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connectors.sandbox import mishaps
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Fault, Script
from connectors.sandbox.kit import Reply, Request, Simulator, decoded
from connectors.sandbox.limits import Limit, Meter
from connectors.sandbox.past import Past
from connectors.sandbox.play import Play
from connectors.sandbox.webhooks import Postman
from connectors.sandbox.wire import Head, Talk, Wire
from connectors.sandbox.world import World

CONTROL = "/_control"


class Stage:
    """`with Stage([stripe, qad]) as stage:` serves both until the block ends."""

    def __init__(
        self,
        simulators: Iterable[Simulator],
        *,
        port: int = 0,
        seed: int = 1,
        tls: ssl.SSLContext | None = None,
        control: Callable[[Stage, Request], Reply] | None = None,
        listener: Callable[[World], None] | None = None,
    ) -> None:
        """`listener` hears of every change in every world, so that somebody can keep snapshots."""
        self.simulators = {simulator.slug: simulator for simulator in simulators}
        self.worlds: dict[str, dict[str, World]] = {slug: {} for slug in self.simulators}
        self.script = Script(seed)
        self.bugs: list[str] = []
        """What a simulator did not survive; a test ends with this empty."""
        self._limits: dict[tuple[str, str], Limit] = {}
        self._meters: dict[tuple[str, str], Meter] = {}
        self.past = Past()
        self._control = control
        self._listener = listener
        self._stopping = threading.Event()
        self.postman = Postman(self.simulators, self.all_worlds, self.script)
        self._play = Play(self)
        self.wire = Wire(self._converse, port=port, tls=tls)

    def __enter__(self) -> Stage:
        self.wire.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        self.postman.stop()
        self.wire.stop()

    # -- worlds

    def world(
        self,
        system: str,
        name: str = "acme",
        *,
        seed: int | None = None,
        story: str = "",
        clock: float | None = None,
    ) -> World:
        """The world of that name, made and furnished if it is new; a `clock` given stands still at that Unix time."""
        if name not in self.worlds[system]:
            world = World(system, name, self.script.seed if seed is None else seed)
            world.clock = Clock() if clock is None else Clock(clock, frozen=True)
            self.simulators[system].furnish(world)
            if story:
                self.simulators[system].stories[story](world)
            self._take_in(world)
            world.changed()
        return self.worlds[system][name]

    def adopt(self, snapshot: dict[str, Any]) -> World:
        """A world as it was kept, in the place of one of that name or as a new one."""
        system, name = snapshot["system"], snapshot["name"]
        world = self.worlds[system].get(name) or self._take_in(World(system, name))
        world.restore(snapshot)
        return world

    def _take_in(self, world: World) -> World:
        if self._listener:
            world.listeners.append(self._listener)
        self.worlds[world.system][world.name] = world
        return world

    def all_worlds(self) -> list[World]:
        return [world for worlds in tuple(self.worlds.values()) for world in tuple(worlds.values())]

    def forget(self, world: World) -> None:
        del self.worlds[world.system][world.name]

    def base(self, system: str) -> str:
        return f"{self.wire.address}/{system}"

    def credentials(self, world: World) -> Mapping[str, Any]:
        return self.simulators[world.system].credentials(world, self.base(world.system))

    def act(self, world: World, act: str, /, **args: Any) -> Any:
        """Something that people do at the vendor."""
        with world.lock:
            self.tick(world)
            done = self.simulators[world.system].acts[act](world, **args)
            self.tick(world)
            self.remember(world)
        world.changed()
        return done

    def advance(self, seconds: float, *worlds: World) -> None:
        """Let time pass, and with it what was to happen by itself; everywhere unless worlds are named."""
        for world in worlds or self.all_worlds():
            with world.lock:
                world.pass_time(seconds, self.simulators[world.system].timers)
            world.changed()

    def check(self, world: World) -> list[str]:
        with world.lock:
            return self.simulators[world.system].check(world)

    # -- faults, limits, meters

    def fault(
        self,
        kind: str,
        *,
        system: str = "*",
        path: str = "*",
        method: str = "*",
        world: str = "*",
        nth: int | Sequence[int] = (),
        probability: str = "",
        times: int = 1,
        **args: Any,
    ) -> int:
        """Put one fault on the script; its number takes it away again."""
        which = (nth,) if isinstance(nth, int) else tuple(nth)
        return self.put(Fault(kind, args, system, world, method, path, which, probability, times))

    def put(self, fault: Fault) -> int:
        number = self.script.put(fault)
        if fault.kind == "stale":
            for world in self.all_worlds():
                with world.lock:
                    self.remember(world)
        return number

    def limit(self, world: World, limit: Limit) -> None:
        self._limits[world.system, world.name] = limit

    def meter(self, world: World) -> Meter:
        return self._meters.setdefault((world.system, world.name), Meter())

    def limit_of(self, world: World) -> Limit:
        return self._limits.get((world.system, world.name), self.simulators[world.system].limit)

    def settle(self) -> None:
        """Wait for commits that come after their answer."""
        self._play.settle()

    def wait(self, seconds: float) -> None:
        """A moment of the vendor's, ended early when the stage stops."""
        if seconds:
            self._stopping.wait(seconds)

    def tick(self, world: World) -> None:
        world.catch_up(self.simulators[world.system].timers)

    def remember(self, world: World) -> None:
        if self.script.has("stale"):
            self.past.note(world)

    # -- the wire

    def _converse(self, talk: Talk, head: Head) -> bool:
        path, query = decoded(head.target)
        if path.startswith(CONTROL):
            return self._controlled(talk, head, path, query)
        slug, _, below = path.lstrip("/").partition("/")
        simulator = self.simulators.get(slug)
        if simulator is None:
            talk.read_body(head)
            return mishaps.send(talk, (), Reply(404, b"no such system here", content_type="text/plain"))
        base = f"{self.wire.scheme}://{head.headers.get('host', self.wire.host)}/{slug}"
        request = Request(head.method, f"/{below}", query, head.headers, base=base)
        return self._play.converse(talk, head, simulator, request)

    def _controlled(self, talk: Talk, head: Head, path: str, query: str) -> bool:
        request = Request(head.method, path[len(CONTROL) :], query, head.headers, talk.read_body(head))
        if self._control is None:
            return mishaps.send(talk, (), Reply(404, b"{}"))
        return mishaps.send(talk, (), self._control(self, request))

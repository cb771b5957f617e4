"""Where simulators play: one server, the worlds of each vendor, the script of faults, limits and meters.

Tests hold a `Stage` in their own process; the demo console and other processes reach the same through `/_control`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.sandbox import mishaps
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Call, Fault, Script
from connectors.sandbox.kit import Reply, Request, Simulator, decoded
from connectors.sandbox.limits import Limit, Meter, admitted
from connectors.sandbox.webhooks import Postman
from connectors.sandbox.wire import Head, Talk, Wire
from connectors.sandbox.world import Effect, World

log = logging.getLogger(__name__)

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
    ) -> None:
        self.simulators = {simulator.slug: simulator for simulator in simulators}
        self.worlds: dict[str, dict[str, World]] = {slug: {} for slug in self.simulators}
        self.script = Script(seed)
        self.bugs: list[str] = []
        """What a simulator did not survive; a test ends with this empty."""
        self._limits: dict[tuple[str, str], Limit] = {}
        self._meters: dict[tuple[str, str], Meter] = {}
        self._pages: dict[tuple[str, str, str], Reply] = {}
        self._past: dict[tuple[str, str], list[tuple[float, dict[str, Any]]]] = {}
        self._late: list[threading.Thread] = []
        self._control = control
        self._stopping = threading.Event()
        self.postman = Postman(self.simulators, self.all_worlds, self.script)
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
            self.worlds[system][name] = world
        return self.worlds[system][name]

    def all_worlds(self) -> list[World]:
        return [world for worlds in self.worlds.values() for world in worlds.values()]

    def forget(self, world: World) -> None:
        del self.worlds[world.system][world.name]

    def base(self, system: str) -> str:
        return f"{self.wire.address}/{system}"

    def credentials(self, world: World) -> Mapping[str, Any]:
        return self.simulators[world.system].credentials(world, self.base(world.system))

    def act(self, world: World, act: str, /, **args: Any) -> Any:
        """Something that people do at the vendor."""
        with world.lock:
            self._tick(world)
            done = self.simulators[world.system].acts[act](world, **args)
            self._tick(world)
            self._remember(world)
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
                    self._remember(world)
        return number

    def limit(self, world: World, limit: Limit) -> None:
        self._limits[world.system, world.name] = limit

    def meter(self, world: World) -> Meter:
        return self._meters.setdefault((world.system, world.name), Meter())

    def settle(self) -> None:
        """Wait for commits that come after their answer."""
        while self._late:
            self._late.pop().join()

    # -- one request

    def _converse(self, talk: Talk, head: Head) -> bool:
        path, query = decoded(head.target)
        if path.startswith(CONTROL):
            return self._controlled(talk, head, path, query)
        slug, _, below = path.lstrip("/").partition("/")
        simulator = self.simulators.get(slug)
        if simulator is None:
            talk.read_body(head)
            return mishaps.send(talk, (), Reply(404, b"no such system here", content_type="text/plain"))
        base = f"{self._scheme()}://{head.headers.get('host', self.wire.address)}/{slug}"
        request = Request(head.method, f"/{below}", query, head.headers, base=base)
        return self._play(talk, head, simulator, request)

    def _play(self, talk: Talk, head: Head, simulator: Simulator, request: Request) -> bool:
        worlds = self.worlds[simulator.slug]
        chosen = simulator.choose(request, worlds)
        name = chosen.name if isinstance(chosen, World) else ""
        faults = self.script.take(Call(simulator.slug, name, request.method, request.path))
        if mishaps.before_reading(talk, faults):
            return False
        request = replace(request, body=talk.read_body(head))
        chosen = chosen if isinstance(chosen, World) else simulator.choose(request, worlds)
        self._wait(mishaps.seconds_of(faults, "delay"))
        reply = chosen if isinstance(chosen, Reply) else self._admit(simulator, request, chosen, faults)
        return mishaps.send(talk, faults, mishaps.altered(simulator, faults, reply))

    def _admit(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        now = world.clock.time()
        meter, limit = self.meter(world), self._limits.get((world.system, world.name), simulator.limit)
        if broken := meter.admit(limit, now, endpoint(request)):
            reply = simulator.error(429, broken, "")
            return replace(reply, headers={**reply.headers, **limit.headers(now)})
        with admitted(meter):
            reply_instead = mishaps.instead(simulator, faults, now)
            if reply_instead is None:
                return self._handle(simulator, request, world, faults)
            for fault in faults:
                if fault.kind == "answer_then_commit":
                    self._commit_later(simulator, request, world, fault.args.get("seconds", 1))
            return reply_instead

    def _handle(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        page = (world.name, simulator.slug, request.path)
        kinds = {fault.kind for fault in faults}
        if "repeat_page" in kinds and page in self._pages:
            return self._pages[page]
        self._acts(world, faults, "act_first")
        slow = mishaps.seconds_of(faults, "slow_commit")
        request = replace(request, lens=mishaps.lens(faults), pause=lambda: self._pause(world, slow))
        with world.lock:
            self._tick(world)
            reply = self._answer(simulator, request, world, faults)
        if reply.made and "not_stored" not in kinds:
            world.changed()
        if request.method == "GET" and self.script.has("repeat_page"):
            self._pages[page] = reply
        self._acts(world, faults, "act_after")
        return reply

    def _answer(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        kinds = {fault.kind for fault in faults}
        if "not_stored" in kinds:
            with world.as_it_was(world.state):
                return self._survive(simulator, request, world)
        if "stale" in kinds and request.method == "GET":
            with world.as_it_was(self._state_before(world, mishaps.seconds_of(faults, "stale"))):
                return self._survive(simulator, request, world)
        reply = self._survive(simulator, request, world)
        if reply.made:
            world.accept(effect_of(request, reply, world))
            self._tick(world)
            self._remember(world)
        return reply

    def _survive(self, simulator: Simulator, request: Request, world: World) -> Reply:
        try:
            return simulator.answer(request, world)
        except Exception as bug:
            log.exception("%s simulator: %s %s", simulator.slug, request.method, request.path)
            self.bugs.append(f"{request.method} {request.path}: {bug!r}")
            return simulator.error(500, "", "The simulator itself failed.")

    def _acts(self, world: World, faults: Sequence[Fault], kind: str) -> None:
        for fault in faults:
            if fault.kind == kind:
                self.act(world, fault.args["act"], **fault.args.get("args", {}))

    def _commit_later(self, simulator: Simulator, request: Request, world: World, seconds: float) -> None:
        def commit() -> None:
            self._wait(seconds)
            self._handle(simulator, request, world, ())

        late = threading.Thread(target=commit, daemon=True)
        self._late.append(late)
        late.start()

    def _pause(self, world: World, seconds: float) -> None:
        if seconds:
            world.lock.release()
            self._wait(seconds)
            world.lock.acquire()

    def _wait(self, seconds: float) -> None:
        if seconds:
            self._stopping.wait(seconds)

    def _tick(self, world: World) -> None:
        world.catch_up(self.simulators[world.system].timers)

    def _remember(self, world: World) -> None:
        if self.script.has("stale"):
            past = self._past.setdefault((world.system, world.name), [])
            past.append((world.clock.time(), copy.deepcopy(world.state)))

    def _state_before(self, world: World, seconds: float) -> dict[str, Any]:
        past = self._past.get((world.system, world.name), [])
        old = [state for at, state in past if at <= world.clock.time() - seconds]
        return old[-1] if old else past[0][1] if past else world.state

    def _controlled(self, talk: Talk, head: Head, path: str, query: str) -> bool:
        request = Request(head.method, path[len(CONTROL) :], query, head.headers, talk.read_body(head))
        if self._control is None:
            return mishaps.send(talk, (), Reply(404, b"{}"))
        return mishaps.send(talk, (), self._control(self, request))

    def _scheme(self) -> str:
        return self.wire.address.partition(":")[0]


def endpoint(request: Request) -> str:
    """What a limit per endpoint counts by: the method and the collection."""
    return f"{request.method} {'/'.join(request.path.split('/')[:3])}"


def effect_of(request: Request, reply: Reply, world: World) -> Effect:
    whole = b"\n".join((request.method.encode(), request.path.encode(), request.query.encode(), request.body))
    return Effect(
        at=world.clock.time(),
        key=request.headers.get("idempotency-key", ""),
        method=request.method,
        path=request.path,
        request_hash=hashlib.sha256(whole).hexdigest(),
        made=reply.made,
        status=reply.status,
        answer=json.loads(reply.body) if reply.body else None,
    )

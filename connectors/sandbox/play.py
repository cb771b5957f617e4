"""One request on the stage: who it is for, what the script has in store for it, and what is left when it is over."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING

from connectors.sandbox import mishaps
from connectors.sandbox.faults import Call, Fault
from connectors.sandbox.kit import Reply, Request, Simulator
from connectors.sandbox.limits import admitted
from connectors.sandbox.wire import Head, Talk
from connectors.sandbox.world import Effect, World

if TYPE_CHECKING:
    from connectors.sandbox.stage import Stage

log = logging.getLogger(__name__)


class Play:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._pages: dict[tuple[str, str, str], Reply] = {}
        self._late: list[threading.Thread] = []

    def converse(self, talk: Talk, head: Head, simulator: Simulator, request: Request) -> bool:
        worlds = self.stage.worlds[simulator.slug]
        chosen = simulator.choose(request, worlds)
        name = chosen.name if isinstance(chosen, World) else ""
        faults = self.stage.script.take(Call(simulator.slug, name, request.method, request.path))
        if mishaps.before_reading(talk, faults):
            return False
        request = replace(request, body=talk.read_body(head))
        chosen = chosen if isinstance(chosen, World) else simulator.choose(request, worlds)
        reply = chosen if isinstance(chosen, Reply) else self._admit(simulator, request, chosen, faults)
        if isinstance(chosen, World):
            date = formatdate(chosen.clock.time(), usegmt=True)
            reply = replace(reply, headers={"Date": date, **reply.headers})
        return mishaps.send(talk, faults, mishaps.altered(simulator, faults, reply))

    def _admit(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        now = world.clock.time()
        meter, limit = self.stage.meter(world), self.stage.limit_of(world)
        if broken := meter.admit(limit, now, endpoint(request)):
            reply = simulator.error(429, broken, "")
            return replace(reply, headers={**reply.headers, **limit.headers(now)})
        with admitted(meter):
            self.stage.wait(mishaps.seconds_of(faults, "delay"))
            reply_instead = mishaps.instead(simulator, faults, now)
            if reply_instead is None:
                return self._handled(simulator, request, world, faults)
            for fault in faults:
                if fault.kind == "answer_then_commit":
                    self._commit_later(simulator, request, world, fault.args.get("seconds", 1))
            return reply_instead

    def _handled(
        self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]
    ) -> Reply:
        """What a script asks for may be as wrong as what a simulator does."""
        try:
            return self._handle(simulator, request, world, faults)
        except Exception as bug:
            return self._bug(simulator, request, bug)

    def _handle(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        page = (world.name, simulator.slug, request.path)
        kinds = {fault.kind for fault in faults}
        if "repeat_page" in kinds and page in self._pages:
            return self._pages[page]
        self._acts(world, faults, "act_first")
        slow = mishaps.seconds_of(faults, "slow_commit")
        request = replace(request, lens=mishaps.lens(faults), pause=lambda: self._pause(world, slow))
        with world.lock:
            self.stage.tick(world)
            reply = self._answer(simulator, request, world, faults)
        if reply.made and "not_stored" not in kinds:
            world.changed()
        if request.method == "GET" and self.stage.script.has("repeat_page"):
            self._pages[page] = reply
        self._acts(world, faults, "act_after")
        return reply

    def _answer(self, simulator: Simulator, request: Request, world: World, faults: Sequence[Fault]) -> Reply:
        kinds = {fault.kind for fault in faults}
        if "not_stored" in kinds:
            with world.as_it_was(world.state):
                return self._survive(simulator, request, world)
        if "stale" in kinds and request.method == "GET":
            with world.as_it_was(self.stage.past.of(world, mishaps.seconds_of(faults, "stale"))):
                return self._survive(simulator, request, world)
        reply = self._survive(simulator, request, world)
        if reply.made:
            world.accept(effect_of(request, reply, world))
            self.stage.tick(world)
            self.stage.remember(world)
        return reply

    def _survive(self, simulator: Simulator, request: Request, world: World) -> Reply:
        try:
            return simulator.answer(request, world)
        except Exception as bug:
            return self._bug(simulator, request, bug)

    def _bug(self, simulator: Simulator, request: Request, bug: Exception) -> Reply:
        log.error("%s simulator: %s %s", simulator.slug, request.method, request.path, exc_info=bug)
        self.stage.bugs.append(f"{request.method} {request.path}: {bug!r}")
        return simulator.error(500, "", "The simulator itself failed.")

    def _acts(self, world: World, faults: Sequence[Fault], kind: str) -> None:
        for fault in faults:
            if fault.kind == kind:
                self.stage.act(world, fault.args["act"], **fault.args.get("args", {}))

    def _commit_later(self, simulator: Simulator, request: Request, world: World, seconds: float) -> None:
        def commit() -> None:
            self.stage.wait(seconds)
            self._handle(simulator, request, world, ())

        late = threading.Thread(target=commit, daemon=True)
        self._late.append(late)
        late.start()

    def _pause(self, world: World, seconds: float) -> None:
        if seconds:
            world.lock.release()
            self.stage.wait(seconds)
            world.lock.acquire()

    def settle(self) -> None:
        while self._late:
            self._late.pop().join()


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

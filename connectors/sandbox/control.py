"""The control channel: what a test does with a `Stage` in its own process, over HTTP under `/_control` for everybody else.

It plays the person in front of the vendor's screen and the person who breaks things; no adapter ever calls it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from connectors.sandbox.faults import KINDS, fault_from
from connectors.sandbox.kit import Reply, Request
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World

WEBHOOKS_SHOWN = 1000


def control(stage: Stage, request: Request) -> Reply:
    """`POST /_control/worlds/stripe/acme/acts/pay_invoice {"invoice": "in_…"}` and its neighbours."""
    parts = [part for part in request.path.split("/") if part]
    try:
        body = json.loads(request.body or b"{}")
        return Reply.of(_said(stage, request.method, parts, body))
    except (KeyError, TypeError, ValueError) as wrong:
        return Reply.of({"wrong": f"{type(wrong).__name__}: {wrong}"}, 400)


def _said(stage: Stage, method: str, parts: list[str], body: Any) -> Any:
    match [method, *parts]:
        case ["GET"]:
            return overview(stage)
        case ["GET", "faults"]:
            fired = [asdict(fired) for fired in stage.script.fired]
            return {
                "seed": stage.script.seed,
                "faults": stage.script.to_json(),
                "fired": fired,
                "kinds": KINDS,
            }
        case ["POST", "faults"]:
            faults = body if isinstance(body, list) else [body]
            return {"numbers": [stage.put(fault_from(fault)) for fault in faults]}
        case ["DELETE", "faults"]:
            stage.script.clear()
            return {}
        case ["DELETE", "faults", number]:
            stage.script.remove(int(number))
            return {}
        case ["POST", "clock"]:
            return _clocks(stage, body)
        case ["POST", "webhooks"]:
            return {
                "posted": [asdict(posted) for posted in stage.postman.round()],
                "waiting": stage.postman.waiting(),
            }
        case ["GET", "webhooks"]:
            return {"posted": [asdict(posted) for posted in stage.postman.posted[-WEBHOOKS_SHOWN:]]}
        case ["POST", "settle"]:
            stage.settle()
            return {"bugs": stage.bugs}
        case ["POST", "worlds", system, name]:
            world = stage.world(system, name, seed=body.get("seed"), story=body.get("story", ""))
            return _world(stage, world)
        case ["PUT", "worlds", system, name, "snapshot"]:
            return _world(stage, stage.adopt({**body, "system": system, "name": name}))
        case [verb, "worlds", system, name, *rest]:
            return _in_world(stage, stage.worlds[system][name], verb, rest, body)
    raise ValueError(f"nothing is called {method} /{'/'.join(parts)} here")


def overview(stage: Stage) -> dict[str, Any]:
    return {
        "worlds": [_world(stage, world) for worlds in stage.worlds.values() for world in worlds.values()],
        "acts": {slug: sorted(simulator.acts) for slug, simulator in stage.simulators.items()},
        "seed": stage.script.seed,
        "bugs": stage.bugs,
    }


def _world(stage: Stage, world: World) -> dict[str, Any]:
    return {
        "system": world.system,
        "name": world.name,
        "now": world.clock.now().isoformat(),
        "credentials": dict(stage.credentials(world)),
    }


def _in_world(stage: Stage, world: World, method: str, parts: list[str], body: Any) -> Any:
    match [method, *parts]:
        case ["GET"]:
            return _world(stage, world)
        case ["DELETE"]:
            stage.forget(world)
            return {}
        case ["GET", "snapshot"]:
            return world.snapshot()
        case ["GET", "effects"]:
            return {"effects": [asdict(effect) for effect in world.effects]}
        case ["GET", "check"]:
            return {"broken": stage.check(world)}
        case ["GET", "calls"]:
            return _calls(stage, world)
        case ["DELETE", "calls"]:
            stage.meter(world).forget()
            return {}
        case ["PUT", "limit"]:
            stage.limit(world, Limit(**body))
            return {}
        case ["POST", "acts", act]:
            return {"done": stage.act(world, act, **body)}
        case ["POST", "clock"]:
            return _clock(stage, world, body)
    raise ValueError(f"nothing is called {method} /{'/'.join(parts)} in a world")


def _calls(stage: Stage, world: World) -> dict[str, Any]:
    meter = stage.meter(world)
    return {
        "calls": meter.calls(),
        "most_in_one_second": meter.most_in(1.0),
        "most_in_one_minute": meter.most_in(60.0),
        "most_at_once": meter.most_at_once,
        "turned_away": len(meter.turned_away),
    }


def _clocks(stage: Stage, body: Any) -> Any:
    return [_clock(stage, world, body) for worlds in stage.worlds.values() for world in worlds.values()]


def _clock(stage: Stage, world: World, body: Any) -> Any:
    """`freeze` (a Unix time, or null for where it stands), `run`, `advance` (time passes, and what was to happen does),
    `shift` (the clock is simply wrong by that much more); in this order."""
    if "freeze" in body:
        world.clock.freeze(body["freeze"])
    if body.get("run"):
        world.clock.run()
    stage.advance(body.get("advance", 0), world)
    world.clock.advance(body.get("shift", 0))
    return {"now": world.clock.now().isoformat()}

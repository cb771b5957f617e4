"""A vendor small enough to see through, for testing what all simulators share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.sandbox.kit import Reply, Request, Routes, Simulator
from connectors.sandbox.world import World

routes = Routes()


@routes.on("POST", "/t/{world}/things")
def create(request: Request, world: World) -> Reply:
    request.pause()
    thing = {"id": world.new_id("th_", 8), "made": world.clock.time(), **request.json()}
    world.table("things")[thing["id"]] = thing
    world.later(60, "ripen", thing=thing["id"])
    return Reply.of(thing, 201, made=f"thing {thing['id']}")


@routes.on("GET", "/t/{world}/things")
def listing(request: Request, world: World) -> Reply:
    asked = dict(request.pairs())
    now = world.clock.time()
    rows = [row for row in world.table("things").values() if not request.lens.hides(row["made"], now)]
    start = request.lens.start(int(asked.get("offset", 0)))
    return Reply.of({"rows": rows[start : start + int(asked.get("limit", 2))], "offset": start})


def answer(request: Request, world: World) -> Reply:
    if found := routes.find(request):
        route, request = found
        return route.handler(request, world)
    return Reply.of({"error": "no such path"}, 404)


def choose(request: Request, worlds: Mapping[str, World]) -> World | Reply:
    parts = request.path.split("/")
    world = worlds.get(parts[2]) if len(parts) > 2 else None
    return world or Reply.of({"error": "no such tenant"}, 404)


def ripen(world: World, thing: str) -> None:
    world.table("things")[thing]["ripe"] = True


def add(world: World, name: str) -> str:
    id = world.new_id("th_", 8)
    world.table("things")[id] = {"id": id, "made": world.clock.time(), "name": name}
    return id


def remove(world: World, thing: str) -> None:
    del world.table("things")[thing]


def sign(world: World, _body: bytes, at: float, secrets: Sequence[str]) -> dict[str, str]:
    """Not a signature: it shows what it was made of, the age rounded to 100 seconds."""
    return {"X-Signature": f"{round((at - world.clock.time()) / 100) * 100} {','.join(secrets)}"}


SHOP = Simulator(
    slug="shop",
    name="The Shop",
    choose=choose,
    answer=answer,
    acts={"add": add, "remove": remove},
    webhook_headers=sign,
    timers={"ripen": ripen},
    check=lambda world: [
        f"{id} is nameless" for id, row in world.table("things").items() if "name" not in row
    ],
)

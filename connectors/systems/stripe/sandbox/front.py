"""The front door: who is calling, in which version, under which idempotency key, and what they are told.

Behind it every endpoint is a function from a `Call` to the object it answers with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.sandbox.kit import Lens, Reply, Request, Routes
from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox import keys, params, versions
from connectors.systems.stripe.sandbox.books import Books, Cause
from connectors.systems.stripe.sandbox.expand import expanded
from connectors.systems.stripe.sandbox.params import Spec
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal, unknown_url

KEY_MEMORY_SECONDS = 24 * 3600
KEY_LENGTH_MAX = 255
NOT_KEPT = frozenset({401, 403, 429})


@dataclass(frozen=True)
class Call:
    books: Books
    path: str
    ids: Mapping[str, str]
    given: Mapping[str, Any]
    lens: Lens
    pause: Callable[[], None]

    @property
    def id(self) -> str:
        return self.ids["id"]

    def read(self, spec: Spec, required: Iterable[str] = ()) -> dict[str, Any]:
        """The parameters, checked; `expand` is read by the front door for everybody."""
        asked = params.read(self.given, {**spec, "expand": params.EXPAND}, required)
        asked.pop("expand", None)
        self.pause()
        return asked


Endpoint = Callable[[Call], Row]
routes = Routes()


def on(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    def note(endpoint: Endpoint) -> Endpoint:
        routes.add(method, f"/v1{path}", lambda request, world: _executed(endpoint, request, world))
        return endpoint

    return note


def choose(request: Request, worlds: Mapping[str, World]) -> World | Reply:
    text = keys.sent(request)
    for world in tuple(worlds.values()):
        if keys.known(world, text):
            return world
    return _refused(keys.refuse(text), "req_unauthenticated")


def answer(request: Request, world: World) -> Reply:
    request_id = world.new_id("req_", 14)
    headers = {"Request-Id": request_id, "Stripe-Version": versions.asked(request, world)}
    request = replace(request, headers={**request.headers, "request-id": request_id})
    try:
        reply = _answer(request, world)
    except Refusal as refusal:
        reply = _refused(refusal, request_id)
    return Reply(reply.status, reply.body, {**headers, **reply.headers}, reply.content_type, reply.made)


def _answer(request: Request, world: World) -> Reply:
    key = keys.known(world, keys.sent(request))
    if key is None or key.status != "active":
        raise keys.expired(key) if key else keys.refuse(keys.sent(request))
    versions.check(request, world)
    found = routes.find(request)
    if found is None:
        raise unknown_url(request.method, request.path)
    route, request = found
    resource = keys.RESOURCES[request.path.split("/")[2]]
    key.allow(resource, "read" if request.method == "GET" else "write", world.state["account"]["id"])
    idempotency_key = request.headers.get("idempotency-key", "")
    if request.method == "POST" and idempotency_key:
        return _once(idempotency_key, key.livemode, request, world, route.handler)
    return route.handler(request, world)


def _once(
    key: str, livemode: bool, request: Request, world: World, handler: Callable[[Request, World], Reply]
) -> Reply:
    """The first answer is kept and given again for a day; see `NOT_KEPT` and `Invalid` for what is not."""
    if len(key) > KEY_LENGTH_MAX:
        raise Invalid(f"Idempotency keys can be at most {KEY_LENGTH_MAX} characters long.")
    kept: dict[str, Row] = world.state.setdefault(f"idempotency/{livemode}", {})
    now, print_ = world.clock.time(), fingerprint(request)
    first = kept.get(key)
    if first and now - first["at"] < KEY_MEMORY_SECONDS:
        return _again(key, first, print_, request.path)
    kept[key] = {
        "at": now,
        "print": print_,
        "path": request.path,
        "request": request.headers["request-id"],
        "answer": None,
    }
    try:
        reply = handler(request, world)
    except Refusal as refusal:
        reply = _refused(refusal, request.headers["request-id"])
        if isinstance(refusal, Invalid) or refusal.status in NOT_KEPT:
            del kept[key]
            return reply
    except Exception:
        del kept[key]
        raise
    kept[key]["answer"] = {"status": reply.status, "body": reply.body.decode()}
    return reply


def _again(key: str, first: Row, print_: str, path: str) -> Reply:
    if first["path"] != path:
        said = f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{first['path']}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a different request."
        raise Refusal(said, type="idempotency_error")
    if first["print"] != print_:
        said = f"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
        raise Refusal(said, type="idempotency_error")
    if first["answer"] is None:
        said = f"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): {key}."
        raise Refusal(said, code="idempotency_key_in_use", status=409)
    headers = {"Idempotent-Replayed": "true", "Original-Request": first["request"]}
    return Reply(first["answer"]["status"], first["answer"]["body"].encode(), headers)


def _executed(endpoint: Endpoint, request: Request, world: World) -> Reply:
    key = keys.known(world, keys.sent(request))
    assert key is not None  # the front door has let it in
    idempotency_key = request.headers.get("idempotency-key") if request.method == "POST" else None
    cause = Cause(request.headers["request-id"], idempotency_key)
    books = Books(world, key.livemode, cause)
    given = params.nested(request.form() if request.method == "POST" else request.pairs())
    wanted = params.EXPAND(given.get("expand", params.UNSET), "expand")
    call = Call(books, request.path, request.params, given, request.lens, request.pause)
    if _breaks(world, request, before=True):
        raise Refusal("An unknown error occurred", status=500)
    value = endpoint(call)
    made = "" if request.method == "GET" else _made(request, value)
    if made and _breaks(world, request, before=False):
        broken = Refusal("An unknown error occurred", status=500)
        return Reply(500, json.dumps(broken.body()).encode(), made=made)
    shaped = versions.shaped(expanded(books, value, wanted), versions.asked(request, world))
    return Reply.of(shaped, made=made)


def _made(request: Request, value: Row) -> str:
    last = request.path.rsplit("/", 1)[-1]
    verb = "" if "id" not in request.params or last == request.params["id"] else last
    return f"{value.get('object', '')} {value.get('id', '')} {verb}".strip()


def _breaks(world: World, request: Request, *, before: bool) -> bool:
    """An act may have asked that the vendor itself breaks during the next write: such a 500 is kept under the key."""
    wish = world.state.get("breaks")
    if not wish or request.method != "POST" or wish["before"] is not before:
        return False
    del world.state["breaks"]
    return True


def fingerprint(request: Request) -> str:
    whole = sorted(request.form())
    return hashlib.sha256(repr((request.method, request.path, whole)).encode()).hexdigest()


def _refused(refusal: Refusal, request_id: str) -> Reply:
    headers = {"Request-Id": request_id}
    refusal.error["request_log_url"] = f"https://dashboard.stripe.com/logs/{request_id}"
    if refusal.status == 409:
        headers["Stripe-Should-Retry"] = "true"
    return Reply(refusal.status, json.dumps(refusal.body()).encode(), headers)

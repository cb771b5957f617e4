"""The way a call takes through the instance: the login page, the token, the workspace, the role, and then the service.

What stands earlier answers first, so an expired token on a forbidden path is a 401.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from connectors.sandbox.kit import Reply, Request
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import browse_api, entity_api, openapi, orders_api, signin
from connectors.systems.qad.sandbox.document_kinds import PURCHASE_ORDER, PURCHASE_ORDER_LINE
from connectors.systems.qad.sandbox.kinds import Kind
from connectors.systems.qad.sandbox.refusals import Denied
from connectors.systems.qad.sandbox.replies import (
    denied,
    error,
    json_reply,
    login_page,
    not_found,
    unauthorized,
)
from connectors.systems.qad.sandbox.rows import KINDS
from connectors.systems.qad.sandbox.switches import path_of, switches, used_up
from connectors.systems.qad.sandbox.workspace import Workspace

ROOT = "clouderp"
PLATFORM = "/api/qracore/"
OPENAPI = "/api/erp/v3/api-docs"
ACCESS_DENIED = "Access is denied"

DOORS: dict[tuple[str, str], Callable[[Request, World], Reply]] = {
    ("POST", "/oauth/token"): signin.token,
    ("POST", "/api/qracore/login"): signin.jwt_login,
}
ORDER_CALLS: dict[tuple[str, str], tuple[Kind, Callable[[Workspace, Request], Reply]]] = {
    ("GET", "/api/erp/purchaseOrderLinesGrid"): (PURCHASE_ORDER_LINE, orders_api.grid),
    ("POST", "/api/erp/purchaseOrderLinesGrid"): (PURCHASE_ORDER_LINE, orders_api.save_line),
    ("GET", "/api/erp/purchaseOrderLines/isReceivedPurchaseOrderLineV2"): (
        PURCHASE_ORDER_LINE,
        orders_api.is_received,
    ),
    **{
        ("POST", f"/api/erp/{plural}/{call}"): (PURCHASE_ORDER, orders_api.field_change)
        for plural in ("purchaseOrderHeaders", "purchaseOrderLines", "purchaseOrderLinesGrid")
        for call in ("fieldChange", "fieldChangeV2")
    },
}
ENTITY_CALLS: dict[str, Callable[[Workspace, Kind, Request], Reply]] = {
    "GET": entity_api.get,
    "POST": entity_api.post,
    "DELETE": entity_api.delete,
}


def choose(request: Request, worlds: Mapping[str, World]) -> World | Reply:
    """The tenant is named by the address, as each tenant has its own host."""
    return worlds.get(request.path.split("/")[1]) or not_found()


def answer(request: Request, world: World) -> Reply:
    _, _, root, *rest = request.path.split("/", 3)
    path = f"/{rest[0]}" if rest else "/"
    if root != ROOT:
        return not_found()
    try:
        return _served(request, world, path)
    except Denied as denial:
        return denied(denial)


def _served(request: Request, world: World, path: str) -> Reply:
    if page := switches(world).login_page:
        return login_page(page, f"{request.base}/{world.name}/{ROOT}")
    if door := DOORS.get((request.method, path)):
        return door(request, world)
    if any(path == known for _, known in DOORS):
        return error(405, "405", "Method not allowed.")
    if used_up(world, "unauthorized"):
        return unauthorized("The access token has expired.")
    user = signin.user_of(request, world, platform=path.startswith(PLATFORM))
    if user is None:
        return unauthorized("Full authentication is required to access this resource.")
    return _for_user(request, world, path, user)


def _for_user(request: Request, world: World, path: str, user: str) -> Reply:
    if path == "/api/qracore/securityControl":
        return signin.security_control(world)
    if path == "/api/webshell/workspaces":
        return signin.workspaces(world, user)
    if path == OPENAPI:
        hidden = switches(world).openapi_hidden
        server = f"{request.base}/{world.name}/{ROOT}"
        return not_found() if hidden else json_reply(openapi.document(world, server))
    desk = signin.desk_for(request, world, user)
    if isinstance(desk, Reply):
        return desk
    return _browse(desk, path, request) or _orders(desk, path, request) or _entity(desk, path, request)


def _browse(desk: Workspace, path: str, request: Request) -> Reply | None:
    calls = {
        "/api/qracore/browses": browse_api.browse,
        "/api/qracore/browses/totalCount": browse_api.total,
    }
    call = calls.get(path.rstrip("/"))
    if call is None:
        return None
    if request.method != "GET":
        return error(405, "405", "Method not allowed.")
    kind = browse_api.kind_of(request)
    _check_role(desk, kind, request.method)
    return call(desk, kind, request)


def _orders(desk: Workspace, path: str, request: Request) -> Reply | None:
    found = ORDER_CALLS.get((request.method, path))
    if found is None or found[0].slug in switches(desk.world).hidden_kinds:
        return None
    kind, call = found
    _check_role(desk, kind, request.method)
    return call(desk, request)


def _entity(desk: Workspace, path: str, request: Request) -> Reply:
    for kind in KINDS:
        if path == path_of(desk.world, kind.slug, kind.path):
            if kind.slug in switches(desk.world).hidden_kinds:
                break
            _check_role(desk, kind, request.method)
            if request.method not in kind.methods:
                return error(405, "405", f"Method {request.method} is not supported.")
            return ENTITY_CALLS[request.method](desk, kind, request)
    return not_found()


def _check_role(desk: Workspace, kind: Kind, method: str) -> None:
    if method in switches(desk.world).forbidden.get(kind.slug, ()):
        raise Denied(HTTPStatus.FORBIDDEN, ACCESS_DENIED)

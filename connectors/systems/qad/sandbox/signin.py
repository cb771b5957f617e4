"""Who may come in: tokens for a user name and password, a client or a pasted bearer, and the workspace they act in.

Without the workspace header QAD quietly uses the user's default company.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox import tokens
from connectors.sandbox.kit import Reply, Request
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.replies import error, json_reply, unauthorized
from connectors.systems.qad.sandbox.switches import switches
from connectors.systems.qad.sandbox.workspace import Workspace

WORKSPACE_HEADER = "x-qad-workspace-id"
FORM = "application/x-www-form-urlencoded"


def token(request: Request, world: World) -> Reply:
    """`POST /oauth/token`; older clients put the fields into the query string."""
    if not request.headers.get("content-type", FORM).startswith(FORM):
        return error(415, "415", "Content type not supported.")
    asked = dict([*request.pairs(), *request.form()])
    grant = asked.get("grant_type", "")
    if (
        grant not in ("password", "refresh_token", "client_credentials")
        or grant not in switches(world).sign_ins
    ):
        return _oauth_error(400, "unsupported_grant_type", f"Unsupported grant type: {grant}")
    security = world.state["security"]
    if asked.get("client_id") != security["clientId"]:
        return _oauth_error(401, "invalid_client", "Bad client credentials")
    if (security["clientSecret"] or grant == "client_credentials") and not _same(
        asked.get("client_secret", ""), security["clientSecret"]
    ):
        return _oauth_error(401, "invalid_client", "Bad client credentials")
    return _granted(world, grant, asked)


def jwt_login(request: Request, world: World) -> Reply:
    """`POST /api/qracore/login` with JSON: the answer carries a JWT."""
    if "jwt" not in switches(world).sign_ins:
        return error(404, "404", "Not found")
    try:
        asked = json.loads(request.body)
    except ValueError:
        return error(400, "400", "The body is no JSON.")
    user = _user(world, str(asked.get("username", "")), str(asked.get("password", "")))
    if user is None:
        return unauthorized("Bad credentials")
    pair = tokens.issue(world, user)
    return json_reply({"token": _jwt(world, pair.access, user)})


def user_of(request: Request, world: World, *, platform: bool) -> str | None:
    """Whose call this is. Basic authentication opens the platform services only."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    allowed = switches(world).sign_ins
    if scheme.lower() == "basic":
        return _basic_user(world, value) if platform and "basic" in allowed else None
    if scheme.lower() != "bearer":
        return None
    static: Mapping[str, str] = world.state["static_tokens"]
    if value in static:
        return static[value] if "static" in allowed else None
    return tokens.subject_of(world, _unwrapped(world, value))


def desk_for(request: Request, world: World, user: str) -> Workspace | Reply:
    row = world.table("users")[user]
    wanted = request.headers.get(WORKSPACE_HEADER) or row["defaultWorkspace"]
    if wanted not in row["workspaces"]:
        return error(403, "403", f"User {user} has no access to workspace {wanted}.")
    return workspace(world, wanted, user)


def workspace(world: World, name: str, user: str) -> Workspace:
    for entity in world.table("entities").values():
        if f"{entity['domainCode']}_{entity['entityCode']}" == name:
            now = world.clock.now().astimezone(ZoneInfo(entity["timeZone"]))
            return Workspace(world, entity["entityCode"], entity["domainCode"], user, now)
    raise KeyError(name)


def security_control(world: World) -> Reply:
    rules = tokens.policy(world)
    row = {
        "clientId": world.state["security"]["clientId"],
        "sessionLength": int(rules.access_seconds // 60),
        "timeoutMinutes": int((rules.idle_seconds or 0) // 60),
    }
    return json_reply({"data": {"securityControls": [row]}})


def workspaces(world: World, user: str) -> Reply:
    if switches(world).workspaces_hidden:
        return error(404, "404", "Not found")
    row = world.table("users")[user]
    known = {f"{each['domainCode']}_{each['entityCode']}": each for each in world.table("entities").values()}
    shown = [
        {
            "workspaceId": name,
            "domainCode": known[name]["domainCode"],
            "entityCode": known[name]["entityCode"],
            "description": known[name]["description"],
            "isDefault": name == row["defaultWorkspace"],
        }
        for name in row["workspaces"]
    ]
    return json_reply({"data": {"workspaces": shown}})


def _granted(world: World, grant: str, asked: Mapping[str, str]) -> Reply:
    if grant == "refresh_token":
        pair = tokens.refresh(world, asked.get("refresh_token", ""))
        if pair is None:
            return _oauth_error(400, "invalid_grant", "Invalid refresh token")
        return _token_reply(world, pair, "")
    user = world.state["security"]["clientUser"]
    if grant == "password":
        user = _user(world, asked.get("username", ""), asked.get("password", ""))
    if user is None:
        return _oauth_error(400, "invalid_grant", "Bad credentials")
    return _token_reply(world, tokens.issue(world, user), user)


def _token_reply(world: World, pair: tokens.Pair, user: str) -> Reply:
    access = _jwt(world, pair.access, user) if switches(world).jwt_tokens else pair.access
    body: dict[str, Any] = {"access_token": access, "refresh_token": pair.refresh, "token_type": "bearer"}
    if switches(world).expires_in:
        body["expires_in"] = int(pair.access_seconds)
    return json_reply(body, Cache_Control="no-store")


def _oauth_error(status: int, code: str, text: str) -> Reply:
    return json_reply({"error": code, "error_description": text}, status)


def _user(world: World, name: str, password: str) -> str | None:
    row = world.table("users").get(name)
    if row is None or row["locked"] or not _same(password, row["password"]):
        return None
    return name


def _basic_user(world: World, value: str) -> str | None:
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return _user(world, name, password)


def _same(given: str, kept: str) -> bool:
    return bool(kept) and hmac.compare_digest(given.encode(), kept.encode())


def _jwt(world: World, access: str, user: str) -> str:
    """Signed by the instance; it names the token that ages and is revoked like any other."""
    until = int(world.clock.time() + tokens.policy(world).access_seconds)
    head = _packed(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _packed(json.dumps({"sub": user, "exp": until, "jti": access}).encode())
    return f"{head}.{body}.{_signature(world, f'{head}.{body}')}"


def _unwrapped(world: World, value: str) -> str:
    signed, _, signature = value.rpartition(".")
    if signed.count(".") != 1 or not hmac.compare_digest(signature, _signature(world, signed)):
        return value
    body = signed.partition(".")[2]
    return str(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["jti"])


def _signature(world: World, text: str) -> str:
    secret = f"{world.name}/{world.seed}".encode()
    return _packed(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

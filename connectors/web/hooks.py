"""Where vendors knock. The address alone says whose door it is; the raw bytes are verified before anything is read from them."""

from __future__ import annotations

from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors.engine.inbox import receive
from connectors.errors import Forged
from tenants.access import open_to

BODY_BYTES_MAX = 1024 * 1024
RETRY_SECONDS = 30


class Hook(APIView):
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []
    parser_classes: list[Any] = []
    http_method_names = ["post"]
    schema = None

    def post(self, request: Request, door: str) -> HttpResponse:
        raw = _body(request)
        if raw is None:
            return _short(413, "This is more than an event may be.")
        try:
            known = receive(door, raw, dict(request.headers))
        except Forged:
            return _short(401, "Not signed by a secret of this address.")
        except DatabaseError:
            answer = _short(503, "Not stored: send it again.")
            answer.headers["Retry-After"] = str(RETRY_SECONDS)
            return answer
        return _short(200, "Stored.") if known else _short(404, "No such address.")


hook = open_to("anybody")(Hook.as_view())


def _body(request: Request) -> bytes | None:
    """Read up to the limit and one byte more: what was announced is not believed."""
    stated = request.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated) > BODY_BYTES_MAX:
        return None
    raw = request._request.read(BODY_BYTES_MAX + 1)
    return raw if len(raw) <= BODY_BYTES_MAX else None


def _short(status: int, said: str) -> HttpResponse:
    return Response({"said": said}, status=status, content_type="application/json")

"""Two answers for load balancers and supervisors: `/healthz` (this process runs) and `/readyz` (it may be sent work).

They come before hosts, redirects and sessions, because a probe knows none of these; they tell no name and no secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from mlconnector import readiness

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]


class Health:
    def __init__(self, get_response: Answer) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe() if probe else self._next(request)


def healthz() -> HttpResponse:
    return _answer({"status": "alive"})


def readyz() -> HttpResponse:
    try:
        found = readiness.problems()
    except readiness.OutOfReach as trouble:
        found = [str(trouble)]
    if not found:
        return _answer({"status": "ready"})
    log.error("not ready: %s", "; ".join(found))  # the words are for the log: a probe's answer may be public
    return _answer({"status": "not ready"}, status=503)


def _answer(body: dict[str, str], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}

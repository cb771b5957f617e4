"""A requests.Session for libraries that bring their own client: it looks like any other, and rides on our one way out.

Such a library keeps its own names and types; where its bytes go, how long they may take and what is kept stays ours.
"""

from __future__ import annotations

from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter

from connectors.transport.exchange import Answer

SAFE_METHODS = ("GET", "HEAD")


class Carrier(Protocol):
    def carry(self, request: requests.PreparedRequest, reads: bool) -> Answer: ...


class Riding(BaseAdapter):
    """Raises the errors of `connectors.errors` even through libraries that wrap them: look for them in `__cause__`."""

    def __init__(self, carrier: Carrier) -> None:
        super().__init__()
        self._carrier = carrier

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = self._carrier.carry(request, request.method in SAFE_METHODS)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.url, response.request = str(request.url), request
        response.encoding = "utf-8"
        response._content = answer.body
        return response

    def close(self) -> None:
        """The pool belongs to the process and stays open for the others."""


def riding(carrier: Carrier) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("https://", "http://"):
        session.mount(scheme, Riding(carrier))
    return session

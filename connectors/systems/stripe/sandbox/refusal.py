"""How this vendor says no: the body, the code and the headers of each refusal.

`Invalid` is raised while parameters are read, before anything is executed: such an answer is never kept under an
idempotency key. Every other `Refusal` is.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.kit import Reply

TYPES = {402: "card_error", 409: "idempotency_error"}
LIMIT_REASONS = {
    "second": "global-rate",
    "minute": "global-rate",
    "endpoint": "endpoint-rate",
    "concurrency": "global-concurrency",
}


class Refusal(Exception):
    def __init__(
        self, message: str, *, code: str = "", param: str = "", status: int = 400, type: str = "", **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": type or type_of(status), "message": message}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.error["param"] = param
        self.error |= more

    @property
    def code(self) -> str:
        return str(self.error.get("code", ""))

    def body(self) -> dict[str, Any]:
        return {"error": self.error}


class Invalid(Refusal):
    """The parameters themselves are wrong."""


def type_of(status: int) -> str:
    return "api_error" if status >= 500 else TYPES.get(status, "invalid_request_error")


def missing(kind: str, id: str, *, param: str = "id", other_mode: str = "") -> Refusal:
    message = f"No such {kind}: '{id}'"
    if other_mode:
        asked = "test" if other_mode == "live" else "live"
        message += f"; a similar object exists in {other_mode} mode, but a {asked} mode key was used to make this request."
    return Refusal(message, code="resource_missing", param=param, status=404)


def unknown_url(method: str, path: str) -> Refusal:
    return Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def on_cue(status: int, code: str, message: str) -> Reply:
    """The same shape for refusals that a fault or a limit asks for."""
    headers: dict[str, str] = {}
    if status == 429 and code != "lock_timeout":
        reason = LIMIT_REASONS.get(code, code or "global-rate")
        headers = {"Stripe-Rate-Limited-Reason": reason}
        code, message = "rate_limit", message or "Request rate limit exceeded."
    refusal = Refusal(message or SAID.get(status, "Something went wrong."), code=code, status=status)
    return Reply.of(refusal.body(), status, **headers)


SAID = {
    401: "Invalid API Key provided",
    403: "The provided key does not have the required permissions for this endpoint.",
    409: "There is currently another in-progress request using this Idempotent Key.",
    429: "This object cannot be accessed right now because another API request is currently accessing it.",
    500: "An unknown error occurred",
    503: "The service is temporarily unavailable.",
}

"""The shapes QAD answers in: data, submit results, gateway errors, and the login page that looks like success.

A business refusal travels with HTTP 200; only `submitResult.success` tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from connectors.sandbox.kit import Reply
from connectors.systems.qad.sandbox.jsontext import written
from connectors.systems.qad.sandbox.refusals import Complaint, Denied, Refused

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>QAD Adaptive ERP - Sign In</title></head>"
    '<body><form action="j_spring_security_check" method="post"><input name="j_username"/></form></body></html>'
)


def json_reply(value: Any, status: int = 200, made: str = "", **headers: str) -> Reply:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, written(value).encode(), names, made=made)


def accepted(plural: str, row: Any, text: str, warnings: Iterable[Any], made: str) -> Reply:
    body = {
        "data": {plural: [row]},
        "submitResult": {"success": True, "errors": list(warnings)},
        f"{singular(plural)}Confs": [{"messageText": text}],
    }
    return json_reply(body, made=made)


def refused(refusal: Refused, status: int) -> Reply:
    errors = [complaint.row() for complaint in refusal.complaints]
    return json_reply({"submitResult": {"success": False, "errors": errors}}, status)


def denied(denial: Denied) -> Reply:
    return json_reply({"errors": [denial.complaint.row()]}, denial.status)


def error(status: int, code: str, message: str) -> Reply:
    """The gateway's own form, also for faults on cue."""
    text = message or HTTPStatus(status).phrase
    return json_reply({"errors": [Complaint("", text, code=code or str(status)).row()]}, status)


def unauthorized(message: str) -> Reply:
    return error(401, "401", message).with_headers(WWW_Authenticate='Bearer error="invalid_token"')


def not_found() -> Reply:
    """The web server's page for a path that no service has."""
    return Reply(404, b"<html><body><h1>HTTP Status 404</h1></body></html>", content_type="text/html")


def login_page(how: str, base: str) -> Reply:
    if how == "302":
        return Reply(302, b"", {"Location": f"{base}/login.html"}, "text/html")
    return Reply(200, LOGIN_PAGE.encode(), content_type="text/html; charset=UTF-8")


def singular(plural: str) -> str:
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")

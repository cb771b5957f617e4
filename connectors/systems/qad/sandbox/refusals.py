"""How the simulated QAD says no: business refusals ride inside `submitResult`, gateway refusals are an HTTP status.

The wording matters, because clients classify on it: closed, locked, inactive, does not exist, field length, balance …
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn


@dataclass(frozen=True)
class Complaint:
    field: str
    message: str
    value: str = ""
    code: str = ""
    severity: int = 1

    def row(self) -> dict[str, Any]:
        return {
            "fieldName": self.field,
            "message": self.message,
            "fieldValue": self.value,
            "code": self.code,
            "severity": self.severity,
        }


class Refused(ValueError):
    """The business logic declines the record; nothing was changed."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("; ".join(complaint.message for complaint in complaints))
        self.complaints = complaints


class Denied(Exception):
    """The gateway declines the call before any business logic has run."""

    def __init__(self, status: HTTPStatus, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.complaint = Complaint(field, message, code=str(int(status)))


def refuse(field: str, message: str, value: object = "", code: str = "") -> NoReturn:
    raise Refused(Complaint(field, message, str(value), code))

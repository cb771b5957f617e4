"""How QAD words a refusal, and what a finance team does about each.

HTTP 200 means nothing here: the truth of a write stands in `submitResult.success`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import Said
from connectors.transport.classify import Dialect, Reply, Rule, Then

LANGUAGE = "en-US"
"""Messages are localised, and some of them are told apart by their words."""


@dataclass(frozen=True)
class Reason:
    """A kind of refusal: words that tell it, in the field name or the message, and its remedy."""

    code: str
    words: re.Pattern[str]
    remedy: str
    fields: re.Pattern[str] | None = None

    def fits(self, field: str, message: str) -> bool:
        return bool(self.words.search(message)) and (self.fields is None or bool(self.fields.search(field)))


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


REASONS = (
    Reason(
        "stale", _re(r"changed by another user|concurrency"), "It is read again and our fields are set anew."
    ),
    Reason(
        "closed_period",
        _re(r"closed|locked|period"),
        "Open the period or daybook in QAD, or choose the policy that posts on the next open day.",
        _re(r"date|period|daybook"),
    ),
    Reason("duplicate", _re(r"already exists"), "It is looked up there and linked instead."),
    Reason("too_long", _re(r"field length"), "Shorten the value at its source."),
    Reason(
        "inactive_reference", _re(r"inactive|not active"), "Activate the code in QAD, or map another one."
    ),
    Reason(
        "missing_reference",
        _re(r"does not exist|not found|invalid"),
        "Create the code in QAD, or map one that exists.",
    ),
    Reason(
        "coa_combination",
        _re(r"\bmask\b|combination|analysis"),
        "Choose account, sub-account and cost centre that the chart allows together.",
    ),
    Reason("unbalanced", _re(r"balance"), "Ask support: a document that does not balance must not leave us."),
    Reason("customer_locked", _re(r"credit hold|locked"), "Release the customer in QAD.", _re(r"customer")),
)
OTHERWISE = "Correct what QAD names, then replay. Nothing was posted."


def reason(field: str, message: str) -> Reason | None:
    return next((one for one in REASONS if one.fits(field, message)), None)


def remedy(said: Said) -> str:
    return next((one.remedy for one in REASONS if one.code == said.code), OTHERWISE)


def succeeded(body: Any) -> bool | None:
    """None where the answer does not say."""
    result = body.get("submitResult") if isinstance(body, Mapping) else None
    found = result.get("success") if isinstance(result, Mapping) else None
    return found if isinstance(found, bool) else None


def _said(reply: Reply) -> Said:
    errors = _errors(reply.json)
    if not errors:
        return Said()
    field, message = str(errors[0].get("fieldName") or ""), str(errors[0].get("message") or "")
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    found = reason(field, message)
    return Said(
        code=found.code if found else str(errors[0].get("code") or "refused"),
        message=message + others,
        field=field,
    )


def _errors(body: Any) -> list[Mapping[str, Any]]:
    if not isinstance(body, Mapping):
        return []
    result = body.get("submitResult")
    listed = result.get("errors") if isinstance(result, Mapping) else None
    rows = listed or body.get("errors") or []
    return [row for row in rows if isinstance(row, Mapping)]


def _says_no(reply: Reply) -> bool:
    return succeeded(reply.json) is False


DIALECT = Dialect(
    said=_said,
    rules=(
        Rule(Then.REFUSED, statuses=(200, 201, 400, 422), when=_says_no),
        Rule(Then.REFUSED, statuses=(400, 405, 415)),
    ),
    request_id_headers=("X-Request-Id",),
    headers={"Accept-Language": LANGUAGE},
)


def _sign_in_said(reply: Reply) -> Said:
    body = reply.json if isinstance(reply.json, Mapping) else {}
    return Said(code=str(body.get("error") or ""), message=str(body.get("error_description") or ""))


SIGN_IN_DIALECT = Dialect(
    said=_sign_in_said,
    rules=(
        Rule(Then.LOCKED_OUT, statuses=(400, 401, 403), code="invalid_grant"),
        Rule(Then.LOCKED_OUT, statuses=(400, 401, 403), code="invalid_client"),
        Rule(Then.LOCKED_OUT, statuses=(401, 403)),
    ),
    headers={"Accept-Language": LANGUAGE},
)

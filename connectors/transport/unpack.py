"""What came back, opened: JSON where JSON was promised, in the shape that was asked for, or the error that it is instead.

Nothing half-read passes: what is cut short, doubled, or a web page is never taken for an empty list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import OutcomeUnknown, Refused, Said, TryLater, Unreadable, WireError
from connectors.transport.classify import Dialect, Reply, Then, failure, judge
from connectors.transport.exchange import Answer, Call, Raw
from connectors.transport.masking import Mask, carried_by
from connectors.transport.reading import NotJson, load


def unpack(
    call: Call, raw: Raw, dialect: Dialect, mask: Mask, now_epoch: float, took: float
) -> Answer | WireError:
    if 300 <= raw.status < 400:
        return _moved(call, raw)
    value, flaw = _json(raw, call)
    reply = Reply(raw.status, raw.headers, value, raw.body[:2_000].decode("utf-8", "replace"))
    then, said = judge(reply, dialect, call.reads)
    said = replace(said, message=mask.knowing(carried_by(call.request.headers))(said.message))
    if then is not Then.FINE:
        # A page from a proxy or a wrong address, not a word of the interface that we speak to.
        said = replace(said, code="web_page") if _is_page(raw) and not said.code else said
        return failure(then, said, reply, dialect, now_epoch=now_epoch)
    if flaw:
        return _unusable(call, raw, flaw, said)
    if call.expects not in (bytes, None) and not isinstance(value, call.expects or object):
        return _other_shape(call, value, said)
    return Answer(raw.status, raw.headers, value, raw.body, said.request_id, took)


def _json(raw: Raw, call: Call) -> tuple[Any, str]:
    """The value, and what keeps it from being one."""
    if call.expects is bytes and raw.status < 300:
        return None, ""
    if not raw.body.strip():
        return None, "" if call.expects is None else "it is empty"
    try:
        return load(raw.body), ""
    except NotJson as error:
        return None, "it is a web page" if _is_page(raw) else str(error)


def _is_page(raw: Raw) -> bool:
    return "html" in raw.headers.get("Content-Type", "").lower() or raw.body.lstrip()[:1] == b"<"


def _unusable(call: Call, raw: Raw, flaw: str, said: Said) -> WireError:
    """A good status over a body that cannot be read: cut short, or a maintenance page. Never an empty list."""
    text = f"The answer is not the data that was asked for: {flaw}."
    said = replace(said, code="web_page" if _is_page(raw) else "unreadable")
    if not call.reads:
        return OutcomeUnknown(text, said=said, remedy="What was written is looked up there.")
    if "twice" in flaw or "number" in flaw:
        return Unreadable(text, said=said)
    return TryLater(text, said=said)


def _other_shape(call: Call, value: Any, said: Said) -> WireError:
    kinds = {dict: "an object", list: "a list", type(None): "null", str: "a text", bool: "true or false"}
    text = f"The answer is {kinds.get(type(value), 'a number')} where something else belongs."
    return Unreadable(text, said=said) if call.reads else OutcomeUnknown(text, said=said)


def _moved(call: Call, raw: Raw) -> WireError:
    """Not followed: a redirect would carry the credential to whoever is named there."""
    old = urlsplit(str(call.request.url))
    new = urlsplit(raw.headers.get("Location", "")[:2_000])
    there = new.hostname or old.hostname
    return Refused(
        f"{old.hostname} answers that this address has moved to {there}.",
        remedy="Nothing was sent there. If the vendor really moved, enter the new address in the connection.",
        said=Said(status=raw.status, code="redirect"),
    )

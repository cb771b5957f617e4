"""One trip over the wire and back: send, read within the limits, judge, and write down what happened.

Errors are returned, not raised, so that no frame that held a request in its hands hangs on a traceback.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from connectors.errors import OutcomeUnknown, Refused, Said, TryLater, Unreadable, WireError
from connectors.transport.classify import Dialect, Reply, Then, failure, judge
from connectors.transport.egress import unreachable
from connectors.transport.exchange import Answer, Exchange
from connectors.transport.masking import Mask, carried_by
from connectors.transport.pace import Turn
from connectors.transport.reading import NotJson, load
from connectors.transport.wire import Passage, WayOut, passing

CHUNK_BYTES = 65_536
EXCERPT_CHARS = 200


@dataclass(frozen=True)
class Deadlines:
    """How long a call may take and how much it may bring."""

    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 60
    answer_bytes_max: int = 20_000_000


@dataclass(frozen=True, repr=False)
class Call:
    request: requests.PreparedRequest
    reads: bool
    expects: type | tuple[type, ...] | None
    key: str
    times: Deadlines
    endpoint: str = ""
    turn: Turn | None = None


class Way(Protocol):
    """What a trip needs of the Http it is made for."""

    @property
    def out(self) -> WayOut: ...
    @property
    def system(self) -> str: ...
    @property
    def dialect(self) -> Dialect: ...
    @property
    def mask(self) -> Mask: ...
    @property
    def now(self) -> Callable[[], datetime]: ...
    @property
    def observe(self) -> Callable[[Exchange], None] | None: ...


@dataclass(frozen=True, repr=False)
class Raw:
    """What came back before anybody read it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def travel(way: Way, call: Call) -> Answer | WireError:
    began, started = way.now(), time.monotonic()
    back, passage = _send(way, call)
    outcome = back if isinstance(back, WireError) else _read(way, call, back, time.monotonic() - started)
    if isinstance(outcome, WireError):
        outcome.system = way.system
    if way.observe:
        way.observe(_note(way, call, back, outcome, passage, began, time.monotonic() - started))
    return outcome


def _send(way: Way, call: Call) -> tuple[Raw | WireError, Passage]:
    """A pooled connection may have died in its sleep: what provably was not sent, or only reads, goes once more."""
    until = time.monotonic() + call.times.total_seconds
    passage = _passage(way, call, until)
    back = _once(way, call, passage)
    again = _died_asleep(back, passage) and (call.reads or not passage.sent_bytes)
    if again and time.monotonic() < until - call.times.read_seconds / 2:
        passage = _passage(way, call, until)
        back = _once(way, call, passage)
    return back, passage


def _died_asleep(back: Raw | WireError, passage: Passage) -> bool:
    return isinstance(back, WireError) and not passage.dialled and not passage.received_bytes


def _passage(way: Way, call: Call, until: float) -> Passage:
    confirm = call.turn.confirm if call.turn else None
    return Passage(way.out.egress, until, call.times.connect_seconds, call.times.read_seconds, confirm)


def _once(way: Way, call: Call, passage: Passage) -> Raw | WireError:
    adapter = way.out.adapter(str(call.request.url))
    if way.out.mounted(str(call.request.url)):
        # No socket of ours tells how far it got in there, so nothing is provably unsent.
        passage.dialled, passage.sent_bytes = True, 1
    try:
        with passing(passage):
            timeout = (call.times.connect_seconds, call.times.read_seconds)
            response = adapter.send(call.request, stream=True, timeout=timeout, verify=True, proxies={})
            try:
                body = _body(response, call)
            finally:
                response.close()
    except WireError as error:
        return bare(error)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        return _broken(call, passage, error)
    if isinstance(body, WireError):
        return body
    return Raw(response.status_code, response.headers, body)


def bare(error: WireError) -> WireError:
    """Without the frames below, which held the request."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def _body(response: requests.Response, call: Call) -> bytes | WireError:
    """Decoded bytes are counted as they come, so a small bomb stops where a large answer does."""
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK_BYTES):
        size += len(chunk)
        if size > call.times.answer_bytes_max:
            return _too_large(call)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(call: Call) -> WireError:
    text = f"The answer is larger than {call.times.answer_bytes_max} bytes."
    return Unreadable(text) if call.reads else OutcomeUnknown(text + " What was written is looked up there.")


def _broken(call: Call, passage: Passage, error: Exception) -> WireError:
    host = urlsplit(str(call.request.url)).hostname or ""
    if passage.dialled and not passage.sent_bytes:
        return _no_tls(host, error) or unreachable(host)
    if call.reads or not passage.sent_bytes:
        return TryLater(f"{host} was reached, but {_how(passage, call)}.")
    return OutcomeUnknown(
        f"The write was sent to {host}, but {_how(passage, call)}.",
        remedy="It is looked up there before anything is sent again.",
    )


def _how(passage: Passage, call: Call) -> str:
    if time.monotonic() >= passage.until:
        return f"the answer was not complete after {call.times.total_seconds:g} seconds"
    if not passage.received_bytes:
        return "it closed the connection or fell silent before it answered"
    return "the answer broke off"


def _no_tls(host: str, error: Exception) -> WireError | None:
    """What is wrong with a public server's certificate is said; anything less certain is plain unreachable."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused(
                f"The certificate of {host} is not valid: {cause.verify_message}",
                remedy="The server's administrator renews or replaces its certificate; it cannot be ignored here.",
                said=Said(code="certificate"),
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in _OLD_TLS:
            return Refused(
                f"{host} offers only outdated encryption; TLS 1.2 or newer is needed.",
                remedy="The server's administrator turns on TLS 1.2.",
                said=Said(code="tls_version"),
            )
    return None


_OLD_TLS = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE")


def _chain(error: BaseException | None) -> list[BaseException]:
    """urllib3 keeps the cause in its arguments, Python beside them."""
    found: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            todo += [*one.args, one.__cause__, one.__context__, getattr(one, "reason", None)]
    return found


def _read(way: Way, call: Call, raw: Raw, took: float) -> Answer | WireError:
    if 300 <= raw.status < 400:
        return _moved(call, raw)
    value, flaw = _json(raw, call)
    reply = Reply(raw.status, raw.headers, value, raw.body[:2_000].decode("utf-8", "replace"))
    then, said = judge(reply, way.dialect, call.reads)
    said = replace(said, message=way.mask.knowing(carried_by(call.request.headers))(said.message))
    if then is not Then.FINE:
        return failure(then, said, reply, way.dialect, now_epoch=way.now().timestamp())
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


def _note(
    way: Way,
    call: Call,
    back: Raw | WireError,
    outcome: Answer | WireError,
    passage: Passage,
    began: datetime,
    took: float,
) -> Exchange:
    request, raw = call.request, back if isinstance(back, Raw) else None
    mask = way.mask.knowing(carried_by(request.headers))
    failed = isinstance(outcome, WireError)
    return Exchange(
        system=way.system,
        method=str(request.method),
        address=mask(str(request.url)),
        sent_headers=mask.headers(request.headers),
        sent_body=mask(_readable(request.body)),
        key=call.key,
        status=raw.status if raw else None,
        answer_headers=mask.headers(raw.headers) if raw else {},
        answer_body=mask(_readable(raw.body)) if raw else "",
        request_id=outcome.said.request_id if isinstance(outcome, WireError) else outcome.request_id,
        began=began,
        took_seconds=took,
        sent=raw is not None or passage.sent_bytes > 0,
        outcome=type(outcome).__name__ if failed else "fine",
        why=outcome.why if isinstance(outcome, WireError) else "",
    )


def _readable(body: Any) -> str:
    if body is None:
        return ""
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)

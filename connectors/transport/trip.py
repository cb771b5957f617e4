"""One trip over the wire and back: send, read within the limits, judge, and write down what happened.

Errors are returned, not raised, so that no frame that held a request in its hands hangs on a traceback.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from connectors.errors import OutcomeUnknown, Refused, Said, TryLater, Unreadable, WireError
from connectors.transport.classify import Dialect
from connectors.transport.egress import unreachable
from connectors.transport.exchange import Answer, Call, Exchange, Raw
from connectors.transport.masking import Mask, carried_by
from connectors.transport.unpack import unpack
from connectors.transport.wire import Passage, WayOut, passing

CHUNK_BYTES = 65_536
log = logging.getLogger(__name__)


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


def travel(way: Way, call: Call) -> Answer | WireError:
    began, started = way.now(), time.monotonic()
    back, passage = _send(way, call)
    outcome = back if isinstance(back, WireError) else _unpacked(way, call, back, time.monotonic() - started)
    if isinstance(outcome, WireError):
        outcome.system = way.system
    if way.observe:
        took = time.monotonic() - started
        _observed(way.observe, lambda: _note(way, call, back, outcome, passage, began, took), call.reads)
    return outcome


def _unpacked(way: Way, call: Call, raw: Raw, took: float) -> Answer | WireError:
    """A fault of ours must not turn a write that was answered into one that looks as if it never happened."""
    try:
        return unpack(call, raw, way.dialect, way.mask, way.now().timestamp(), took)
    except Exception:
        if call.reads:
            raise
        log.exception("the answer to a write could not be unpacked")
    return OutcomeUnknown(
        "The write was answered, but a fault of ours kept the answer from being read.",
        remedy="It is looked up there before anything is sent again.",
    )


def _observed(observe: Callable[[Exchange], None], note: Callable[[], Exchange], reads: bool) -> None:
    """Who keeps the record may fail; what happened at the vendor must be told all the same."""
    try:
        observe(note())
    except Exception:
        if reads:
            raise
        log.exception("the record of a write could not be kept")


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

"""What each fault on cue does, once the script has said that it happens now.

Grouped by the moment: before the request is read, in place of the vendor's answer, and on the answer's way back.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.sandbox.faults import Fault
from connectors.sandbox.kit import Lens, Reply, Simulator
from connectors.sandbox.limits import Limit
from connectors.sandbox.wire import Talk, head_bytes

MEGABYTE = 1_000_000
FAULTY_SECONDS = 300.0

Args = Mapping[str, Any]


def before_reading(talk: Talk, faults: Sequence[Fault]) -> bool:
    """True when the connection is over before the vendor has read anything."""
    for fault in faults:
        if fault.kind == "reset_before_reading":
            talk.reset()
            return True
        if fault.kind == "hang_before_reading":
            talk.hang(fault.args.get("seconds", FAULTY_SECONDS))
            talk.close()
            return True
    return False


def instead(simulator: Simulator, faults: Sequence[Fault], now: float) -> Reply | None:
    """The answer of a vendor that never came to handle the call."""
    for fault in faults:
        if fault.kind in INSTEAD:
            return INSTEAD[fault.kind](simulator, fault.args, now)
    return None


def lens(faults: Sequence[Fault]) -> Lens:
    seen = Lens()
    for fault in faults:
        if fault.kind == "hide_new":
            seen = replace(seen, hide_new_seconds=fault.args["seconds"])
        if fault.kind == "duplicate_rows":
            seen = replace(seen, duplicate_rows=fault.args["rows"])
        if fault.kind == "cap_rows":
            seen = replace(seen, rows_most=fault.args["rows"])
    return seen


def seconds_of(faults: Sequence[Fault], kind: str) -> float:
    return sum(float(fault.args.get("seconds", 0)) for fault in faults if fault.kind == kind)


def altered(simulator: Simulator, faults: Sequence[Fault], reply: Reply) -> Reply:
    for fault in faults:
        if fault.kind in ALTER:
            reply = ALTER[fault.kind](simulator, fault.args, reply)
    return reply


def send(talk: Talk, faults: Sequence[Fault], reply: Reply) -> bool:
    """Put the answer on the wire, well or badly; True when the connection can go on."""
    headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body)), **reply.headers}
    for fault in faults:
        if fault.kind in SEND:
            return SEND[fault.kind](talk, fault.args, reply, headers)
    talk.send(head_bytes(reply.status, headers) + reply.body)
    return True


def _error(simulator: Simulator, args: Args, _now: float) -> Reply:
    status = args.get("status", 500)
    return _headed(simulator.error(status, args.get("code", ""), args.get("message", "")), args)


def _rate_limited(simulator: Simulator, args: Args, now: float) -> Reply:
    limit = Limit(retry_after=args.get("retry_after"), retry_date_seconds=args.get("seconds", 7))
    reply = simulator.error(429, args.get("code", ""), args.get("message", ""))
    return replace(reply, headers={**reply.headers, **limit.headers(now)})


def _answer(_simulator: Simulator, args: Args, _now: float) -> Reply:
    body = json.dumps(args["json"]) if "json" in args else args.get("text", "")
    return _headed(
        Reply(
            args.get("status", 200), body.encode(), content_type=args.get("content_type", "application/json")
        ),
        args,
    )


def _html_page(_simulator: Simulator, args: Args, _now: float) -> Reply:
    text = args.get("text", "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>")
    return Reply(args.get("status", 200), text.encode(), content_type="text/html; charset=utf-8")


def _redirect(_simulator: Simulator, args: Args, _now: float) -> Reply:
    return Reply(args.get("status", 302), b"", {"Location": args["to"]}, "text/plain")


INSTEAD: dict[str, Callable[[Simulator, Args, float], Reply]] = {
    "error": _error,
    "rate_limited": _rate_limited,
    "answer": _answer,
    "answer_then_commit": _error,
    "html_page": _html_page,
    "redirect": _redirect,
}


def _headed(reply: Reply, args: Args) -> Reply:
    return replace(reply, headers={**reply.headers, **args.get("headers", {})})


def _error_after_commit(simulator: Simulator, args: Args, _reply: Reply) -> Reply:
    return _error(simulator, args, 0)


def _more_headers(_simulator: Simulator, args: Args, reply: Reply) -> Reply:
    return _headed(reply, args)


def _content_type(_simulator: Simulator, args: Args, reply: Reply) -> Reply:
    return replace(reply, content_type=args["value"])


def _body(_simulator: Simulator, args: Args, reply: Reply) -> Reply:
    body = json.dumps(args["json"]) if "json" in args else args.get("text", "")
    return replace(reply, body=body.encode())


def _edit(_simulator: Simulator, args: Args, reply: Reply) -> Reply:
    """For what no vendor's own code would write: the same key twice, an amount in words, a field that is not there."""
    body = reply.body.decode().replace(args["old"], args["new"], args.get("times", 1))
    return replace(reply, body=body.encode())


def _bomb(_simulator: Simulator, args: Args, reply: Reply) -> Reply:
    packed = gzip.compress(b" " * (args.get("megabytes", 200) * MEGABYTE), compresslevel=9)
    return replace(reply, body=packed, headers={**reply.headers, "Content-Encoding": "gzip"})


ALTER: dict[str, Callable[[Simulator, Args, Reply], Reply]] = {
    "error_after_commit": _error_after_commit,
    "headers": _more_headers,
    "content_type": _content_type,
    "body": _body,
    "edit": _edit,
    "bomb": _bomb,
}


def _drop_answer(talk: Talk, args: Args, _reply: Reply, _headers: dict[str, str]) -> bool:
    if args.get("how", "reset") == "reset":
        talk.reset()
    else:
        talk.close()
    return False


def _hang_after_headers(talk: Talk, args: Args, reply: Reply, headers: dict[str, str]) -> bool:
    talk.send(head_bytes(reply.status, headers))
    talk.hang(args.get("seconds", FAULTY_SECONDS))
    return False


def _drip(talk: Talk, args: Args, reply: Reply, headers: dict[str, str]) -> bool:
    talk.send(head_bytes(reply.status, headers))
    talk.drip(reply.body, args.get("bytes_per_second", 1))
    return True


def _close_after(talk: Talk, args: Args, reply: Reply, headers: dict[str, str]) -> bool:
    talk.send((head_bytes(reply.status, headers) + reply.body)[: args["bytes"]])
    return False


def _truncate(talk: Talk, args: Args, reply: Reply, headers: dict[str, str]) -> bool:
    """Without Content-Length the end of the connection is the end of the body, so nothing looks wrong."""
    if not args.get("content_length", True):
        del headers["Content-Length"]
        headers["Connection"] = "close"
    talk.send(head_bytes(reply.status, headers) + reply.body[: args.get("bytes", len(reply.body) // 2)])
    return False


SEND: dict[str, Callable[[Talk, Args, Reply, dict[str, str]], bool]] = {
    "drop_answer": _drop_answer,
    "hang_after_headers": _hang_after_headers,
    "drip": _drip,
    "close_after": _close_after,
    "truncate": _truncate,
}

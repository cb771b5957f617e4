"""Carries a vendor's webhooks: real POSTs, retried on the world's clock, and as unreliable as the script asks.

A letter waits in the world's state, so a snapshot holds what is still to be delivered.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.faults import Call, Fault, Script
from connectors.sandbox.kit import Simulator
from connectors.sandbox.world import Row, World

log = logging.getLogger(__name__)

POST_SECONDS = 10.0
ROUND_SECONDS = 0.05
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Parcel:
    """One POST as it goes out: what is signed and what is sent are the same, unless a fault says otherwise."""

    letter: Row
    signed: bytes
    sent: bytes
    headers: Mapping[str, str]
    partial: bool = False


@dataclass(frozen=True)
class Posted:
    """What came of it: the status, or 0 when there was no answer."""

    world: str
    event: str
    event_id: str
    url: str
    status: int
    faults: tuple[str, ...] = ()


def post(
    world: World, *, url: str, event: str, event_id: str, body: str, secrets: Sequence[str], **note: Any
) -> None:
    """Put a letter in the world's box; the postman takes it from there."""
    letters: list[Row] = world.state.setdefault("letters", [])
    letters.append(
        {
            "url": url,
            "event": event,
            "event_id": event_id,
            "body": body,
            "secrets": list(secrets),
            "tries": 0,
            "due": world.clock.time(),
            "note": note,
        }
    )


class Postman:
    """`round()` delivers what is due and returns; `walk()` keeps doing it in the background."""

    def __init__(
        self,
        simulators: Mapping[str, Simulator],
        worlds: Callable[[], Sequence[World]],
        script: Script,
        hosts: frozenset[str] = LOOPBACK,
    ) -> None:
        self.posted: list[Posted] = []
        self._simulators = simulators
        self._worlds = worlds
        self._script = script
        self._hosts = hosts
        self._held: dict[int, list[tuple[World, Row]]] = {}
        self._stopping = threading.Event()
        self._one_round = threading.Lock()

    def round(self) -> list[Posted]:
        """Everything that is due now, in the order it was put in the box."""
        with self._one_round:
            before = len(self.posted)
            for world in self._worlds():
                for letter in self._due(world):
                    if not self._stopping.is_set():
                        self._handle(world, letter)
            return self.posted[before:]

    def walk(self) -> None:
        threading.Thread(target=self._walk, name="postman", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def waiting(self) -> int:
        return sum(len(world.state.get("letters", [])) for world in self._worlds())

    def _walk(self) -> None:
        while not self._stopping.wait(ROUND_SECONDS):
            try:
                self.round()
            except Exception:
                log.exception("a round of the sandbox's postman failed; the next one goes on")

    def _due(self, world: World) -> list[Row]:
        """They stay in the box until it is known what came of them, so that a kept world never loses one."""
        with world.lock:
            now = world.clock.time()
            return [letter for letter in world.state.get("letters", []) if letter["due"] <= now]

    def _remove(self, world: World, letter: Row) -> None:
        with world.lock:
            letters: list[Row] = world.state["letters"]
            world.state["letters"] = [other for other in letters if other is not letter]

    def _handle(self, world: World, letter: Row) -> None:
        call = Call(world.system, world.name, "POST", letter["event"])
        faults = [] if letter.get("met") else self._script.take(call, hooks=True)
        by_kind = {fault.kind: fault for fault in faults}
        for kind in ("hook_drop", "hook_delay", "hook_reorder"):
            if kind in by_kind:
                self._remove(world, letter)
                SET_ASIDE[kind](self, world, letter, by_kind[kind].args)
                return
        self._deliver(world, letter, faults)
        if "hook_resend" in by_kind:
            self._again(world, letter, by_kind["hook_resend"].args["seconds"], resent=True)

    def _deliver(self, world: World, letter: Row, faults: Sequence[Fault]) -> None:
        simulator = self._simulators[world.system]
        parcel = wrapped(simulator, world, letter, faults)
        times, at_once = 1, 1
        for fault in faults:
            if fault.kind in ("hook_duplicate", "hook_burst"):
                times = fault.args.get("times", 1) + (fault.kind == "hook_duplicate")
                at_once = fault.args.get("at_once", 1)
        if times == 1:
            statuses = [self._send(parcel)]
        else:
            with ThreadPoolExecutor(at_once) as hands:
                statuses = list(hands.map(self._send, [parcel] * times))
        kinds = tuple(fault.kind for fault in faults)
        for status in statuses:
            self._note(world, letter, status, kinds)
        self._settle(simulator, world, letter, any(200 <= status < 300 for status in statuses))

    def _settle(self, simulator: Simulator, world: World, letter: Row, arrived: bool) -> None:
        retries = simulator.webhook_retries(world, letter)
        with world.lock:
            letter["tries"] += 1
            final = arrived or letter["tries"] > len(retries)
            if final:
                self._remove(world, letter)
            else:
                letter["due"] = world.clock.time() + retries[letter["tries"] - 1]
            simulator.webhook_tried(world, letter, arrived, final)
        world.changed()

    def _send(self, parcel: Parcel) -> int:
        url = urlsplit(parcel.letter["url"])
        if (url.hostname or "") not in self._hosts:
            log.warning("sandbox webhook not sent: %s is not on this machine", url.hostname)
            return 0
        if parcel.partial:
            return _send_half(url.hostname or "", url.port or 80, url.path, parcel)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=POST_SECONDS)
        with contextlib.closing(connection):
            try:
                path = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
                connection.request("POST", path, parcel.sent, dict(parcel.headers))
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    def _note(self, world: World, letter: Row, status: int, kinds: tuple[str, ...]) -> None:
        self.posted.append(
            Posted(world.name, letter["event"], letter["event_id"], letter["url"], status, kinds)
        )

    def _again(self, world: World, letter: Row, seconds: float, *, resent: bool = False) -> None:
        copy = {**letter, "tries": 0, "due": world.clock.time() + seconds, "met": True, "resent": resent}
        with world.lock:
            world.state["letters"].append(copy)

    def _drop(self, world: World, letter: Row, _args: Mapping[str, Any]) -> None:
        self._note(world, letter, 0, ("hook_drop",))

    def _delay(self, world: World, letter: Row, args: Mapping[str, Any]) -> None:
        self._again(world, letter, args["seconds"])

    def _reorder(self, world: World, letter: Row, args: Mapping[str, Any]) -> None:
        held = self._held.setdefault(id(world), [])
        held.append((world, letter))
        if len(held) >= args["events"]:
            del self._held[id(world)]
            held.sort(key=lambda pair: self._script.dice("reorder", pair[1]["event_id"]))
            for _, one in held:
                self._deliver(world, one, ())


SET_ASIDE: dict[str, Callable[[Postman, World, Row, Mapping[str, Any]], None]] = {
    "hook_drop": Postman._drop,
    "hook_delay": Postman._delay,
    "hook_reorder": Postman._reorder,
}


def wrapped(simulator: Simulator, world: World, letter: Row, faults: Sequence[Fault]) -> Parcel:
    """Sign the letter, and let the script's faults at it."""
    body = letter["body"].encode()
    at, secrets, signed = world.clock.time(), list(letter["secrets"]), True
    for fault in faults:
        if fault.kind == "hook_body" and fault.args["how"] in CONTENT:
            body = CONTENT[fault.args["how"]](body, fault.args)
        if fault.kind == "hook_signature":
            how, seconds = fault.args["how"], fault.args.get("seconds", 3600)
            at += {"old": -seconds, "future": seconds}.get(how, 0)
            secrets = {"wrong": ["wrong" + "0" * 27], "retired": [letter["note"].get("retired", "")]}.get(
                how, secrets
            )
            signed = how != "missing"
    headers = {"Content-Type": "application/json; charset=utf-8"}
    headers |= simulator.webhook_headers(world, body, at, secrets) if signed else {}
    parcel = Parcel(letter, body, body, headers)
    for fault in faults:
        if fault.kind == "hook_body" and fault.args["how"] in SPOIL:
            parcel = SPOIL[fault.args["how"]](parcel)
    return parcel


def _oversized(body: bytes, args: Mapping[str, Any]) -> bytes:
    """Still the same JSON, still signed: only blown up with white space."""
    return body.ljust(int(args["bytes"]))


def _other_text(_body: bytes, args: Mapping[str, Any]) -> bytes:
    return str(args["text"]).encode("utf-8", "surrogatepass")


def _ids_only(body: bytes, _args: Mapping[str, Any]) -> bytes:
    """Keeps ids, types and times, at every depth."""
    return json.dumps(_bare(json.loads(body))).encode()


def _bare(value: Any) -> Any:
    kept = ("id", "object", "type", "created", "livemode", "api_version")
    if not isinstance(value, dict):
        return value
    return {name: _bare(part) for name, part in value.items() if name in kept or isinstance(part, dict)}


def _altered(parcel: Parcel) -> Parcel:
    """One digit or letter becomes another; it stays JSON."""
    at = max(parcel.sent.rfind(b"1"), parcel.sent.rfind(b"e"))
    other = b"2" if parcel.sent[at : at + 1] == b"1" else b"f"
    return replace(parcel, sent=parcel.sent[:at] + other + parcel.sent[at + 1 :])


def _reserialised(parcel: Parcel) -> Parcel:
    return replace(parcel, sent=json.dumps(json.loads(parcel.sent), indent=4, sort_keys=True).encode())


CONTENT: dict[str, Callable[[bytes, Mapping[str, Any]], bytes]] = {
    "oversized": _oversized,
    "text": _other_text,
    "edit": lambda body, args: body.replace(args["old"].encode(), args["new"].encode(), 1),
    "ids_only": _ids_only,
}
SPOIL: dict[str, Callable[[Parcel], Parcel]] = {
    "altered": _altered,
    "reserialised": _reserialised,
    "partial": lambda parcel: replace(parcel, partial=True),
}


def _send_half(host: str, port: int, path: str, parcel: Parcel) -> int:
    """Announce everything, send half, and go away."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}:{port}", f"Content-Length: {len(parcel.sent)}"]
    lines += [f"{name}: {value}" for name, value in parcel.headers.items()]
    with contextlib.suppress(OSError), socket.create_connection((host, port), POST_SECONDS) as sock:
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + parcel.sent[: len(parcel.sent) // 2])
    return 0

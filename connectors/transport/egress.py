"""Which addresses may be dialled at all: tenants type addresses, and none may lead inside our own network.

Typed text is judged once, when a connection is opened; the numbers behind a name are judged at the moment of connecting,
and only a number that was judged is dialled, so a name server that changes its answer gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import idna

from connectors.errors import Refused, TryLater

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port in, numeric addresses out; raises OSError when there are none."""

HTTPS_PORT = 443
HOST_CHARS_MAX = 253


def ask_name_server(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[4][0]) for where in found]


@dataclass(frozen=True)
class Place:
    """An address that passed the judgement of its text: what is shown, stored and dialled is this form of it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        usual = HTTPS_PORT if self.scheme == "https" else 80
        return f"{self.scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")

    @property
    def base(self) -> str:
        return self.origin + self.path.rstrip("/")


@dataclass(frozen=True)
class Egress:
    """The deployment's rule for the way out. The default opens nothing but https on 443 to public addresses."""

    resolver: Resolver = ask_name_server
    opened: frozenset[str] = frozenset()
    """`host:port` of simulators: any scheme, any number behind them. For development and demo only."""
    ports: frozenset[str] = frozenset()
    """`host:port` that an operator allows beyond 443: still https, still a public address."""

    def judge(self, url: str) -> Place:
        """The normal form of a typed address, or Refused with the reason in plain words."""
        text = url.strip(" ")
        if not text or any(ord(c) <= 32 or ord(c) == 127 for c in text):
            raise Refused("The address contains a space, a tab, a line break or another invisible character.")
        if "\\" in text:
            raise Refused("The address contains a backslash.")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise Refused("This is not an address of the form https://host/path.") from None
        if "@" in parts.netloc:
            raise Refused("The address contains a user name or an @; enter credentials in their own fields.")
        if parts.query or parts.fragment or text.endswith(("?", "#")):
            raise Refused("The address contains a ? or a #; enter it up to the path only.")
        if parts.scheme.lower() not in ("https", "http") or not parts.hostname:
            raise Refused("Only addresses that begin with https:// are allowed.")
        host = normal_host(parts.hostname)
        place = Place(parts.scheme.lower(), host, port or _usual_port(parts.scheme), safe_path(parts.path))
        self._allow(place)
        return place

    def numbers(self, host: str, port: int, tls: bool, within_seconds: float) -> tuple[str, ...]:
        """The numeric addresses that may be dialled for this name, asked for exactly once."""
        host = normal_host(host)
        self._allow(Place("https" if tls else "http", host, port, ""))
        if is_numeric(host):
            return (host.strip("[]"),)
        found = tuple(dict.fromkeys(_in_time(self.resolver, host, port, within_seconds)))
        if not found:
            raise unreachable(host)
        if self._is_opened(host, port):
            return found
        if not all(is_public(number) for number in found):
            raise Refused(unreachable(host).why, remedy=unreachable(host).remedy)
        return found

    def _allow(self, place: Place) -> None:
        if self._is_opened(place.host, place.port):
            return
        if place.scheme != "https":
            raise Refused("Only addresses that begin with https:// are allowed.")
        if is_numeric(place.host):
            raise Refused("Enter the host's name: addresses made of numbers are not allowed.")
        if "." not in place.host:
            raise Refused(f"{place.host} is not the full name of a host on the internet.")
        if place.port != HTTPS_PORT and f"{place.host}:{place.port}" not in self.ports:
            raise Refused(
                f"Port {place.port} is not allowed; vendors answer on port {HTTPS_PORT}.",
                remedy="If this server really listens there, ask the operator to allow this host and port.",
            )

    def _is_opened(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self.opened


def unreachable(host: str) -> TryLater:
    """One text for no such name, nobody there, not listening, and an address inside: a ping is no port scanner."""
    return TryLater(
        f"{host} could not be reached at a public address.",
        remedy="Check the spelling of the host, that the server is up, and that it is open to the internet.",
    )


_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def normal_host(typed: str) -> str:
    """Lower case, punycode, no trailing dot; look-alike digits and letters become what they look like first."""
    bare = typed.strip("[]").lower()
    if ":" in bare:
        return f"[{bare.split('%')[0]}]"
    try:
        name = bare if bare.isascii() else idna.encode(bare, uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError):
        raise Refused("The host's name contains letters that no host can have.") from None
    name = name.removesuffix(".")
    if len(name) > HOST_CHARS_MAX or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise Refused("The host's name contains letters that no host can have.")
    return name


def is_numeric(host: str) -> bool:
    """Whatever a resolver would read as a number: dotted, decimal, octal, hexadecimal, short, or IPv6."""
    last = host.rsplit(".", 1)[-1]
    return host.startswith("[") or last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def safe_path(typed: str) -> str:
    """A path that stays where it is: no climbing, no doubled slash, nothing that a server might decode into either."""
    plain = unquote(unquote(typed))
    steps = plain.replace("\\", "/").split("/")
    if any(step in (".", "..") for step in steps):
        raise Refused("The path must not contain . or .. as a step.")
    if "//" in plain or "\\" in plain:
        raise Refused("The path must not contain // or a backslash.")
    if any(ord(c) < 32 or ord(c) == 127 for c in plain):
        raise Refused("The path contains an invisible character.")
    if typed and not typed.startswith("/"):
        raise Refused("The path must begin with a slash.")
    if any(c in typed for c in "?#@ ") or any(c in plain for c in "?#"):
        raise Refused("The path must not contain a ?, a # or an @; parameters are given apart.")
    return typed


def join_path(base: str, path: str) -> str:
    """An address below the base and nowhere else."""
    return base.rstrip("/") + (safe_path(path) if path else "")


_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # One cloud answers its machines' metadata questions on this public-looking number.
        "168.63.129.16/32",
    )
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    # Protocol assignments with Teredo, documentation twice, and 6to4; NAT64 and mapped forms lie outside 2000::/3.
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def is_public(number: str) -> bool:
    """Closed by default: what is not known to be public is not, and an IPv4 inside an IPv6 never is."""
    try:
        address = ipaddress.ip_address(number.split("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    if address not in _PUBLIC_6 or any(address in network for network in _NOT_PUBLIC_6):
        return False
    return not _hides_ipv4(address)


def _hides_ipv4(address: ipaddress.IPv6Address) -> bool:
    """ISATAP: the middle of the lower half says that an IPv4 number follows."""
    return (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE


def _usual_port(scheme: str) -> int:
    return HTTPS_PORT if scheme.lower() == "https" else 80


def _in_time(resolver: Resolver, host: str, port: int, within_seconds: float) -> Sequence[str]:
    """The system's name look-up knows no time limit, so it is waited for from outside."""
    found: list[Sequence[str]] = []

    def look_up() -> None:
        try:
            found.append(resolver(host, port))
        except (OSError, UnicodeError):
            found.append(())

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(within_seconds)
    return found[0] if found else ()

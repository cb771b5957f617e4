"""Which addresses are dialled, and the many ways of writing one that must not be."""

import socket
from collections.abc import Sequence

import pytest

from connectors.errors import Refused, TryLater, WireError
from connectors.transport.auth import Header
from connectors.transport.egress import Egress, is_public, join_path
from connectors.transport.http import Deadlines, Http
from connectors.transport.wire import WayOut
from tests.transport.loopback import says, serving, way_to

QUICK = Deadlines(connect_seconds=5, read_seconds=5, total_seconds=10)
PUBLIC = "93.184.216.34"

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.1.1",
    "100.64.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "192.0.0.8",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "192.88.99.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "fec0::1",
    "2001:2::1",
    "2001:20::1",
]
METADATA = [
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "fd00:ec2::254",
    "fe80::a9fe:a9fe",
]
DISGUISED = [
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2001:0:7f00:1::",
    "2001:0:5ef5:79fd:0:0:80ff:fffe",
    "2a00:1450::5efe:127.0.0.1",
    "2a00:1450::200:5efe:7f00:1",
]


@pytest.mark.parametrize("number", INSIDE + METADATA + DISGUISED)
def test_a_name_that_leads_inside_is_refused_before_any_byte(number: str) -> None:
    assert not is_public(number)
    http = Http(WayOut(Egress(lambda *_: [number])), times=QUICK).at("https://erp.example.com")
    with pytest.raises(Refused) as caught:
        http.call("GET", "/x")
    assert number.split("%")[0] not in str(caught.value)


@pytest.mark.parametrize("number", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "172.32.0.1", "100.128.0.1"])
def test_public_numbers_are_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("answer", [[PUBLIC, "10.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::ffff:10.0.0.1"]])
def test_one_inside_number_among_public_ones_refuses_the_name(answer: list[str]) -> None:
    with pytest.raises(Refused):
        Egress(lambda *_: answer).numbers("erp.example.com", 443, True, 1)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "8.8.8.8",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7F.1",
        "127.1",
        "127.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1%25eth0]",
        "127.0.0.1.",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ],
)
def test_a_number_in_any_disguise_is_not_a_host(host: str) -> None:
    with pytest.raises(Refused, match="numbers are not allowed"):
        Egress().judge(f"https://{host}/x")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://erp.example.com", "begin with https"),
        ("ftp://erp.example.com", "begin with https"),
        ("file:///etc/passwd", "begin with https"),
        ("gopher://erp.example.com:70/x", "begin with https"),
        ("javascript:alert(1)", "begin with https"),
        ("//erp.example.com", "begin with https"),
        ("erp.example.com", "begin with https"),
        ("https://", "begin with https"),
        ("https://user:pass@erp.example.com", "user name"),
        ("https://erp.example.com@10.0.0.1", "user name"),
        ("https://erp.example.com%40evil.example.com", "letters that no host"),
        ("https://erp.example.com:22", "Port 22"),
        ("https://erp.example.com:25", "Port 25"),
        ("https://erp.example.com:6379", "Port 6379"),
        ("https://erp.example.com:99999", "form https"),
        ("https://erp.example.com:x", "form https"),
        ("https://erp.example.com\\@evil.example.com", "backslash"),
        ("https://erp.example.com#@evil.example.com", "#"),
        ("https://erp.example.com?x=1", r"\?"),
        ("https://erp.exa\tmple.com", "invisible"),
        ("https://erp.example.com/\r\nX-Evil: 1", "invisible"),
        ("https://erp.example.com\x00.evil.example.com", "invisible"),
        ("https://localhost", "full name"),
        ("https://intranet/x", "full name"),
        ("https://erp..example.com", "letters that no host"),
        ("https://-erp.example.com", "letters that no host"),
        ("https://erp.example.com/a/../b", r"\. or \.\."),
        ("https://[::1", "form https"),
    ],
)
def test_a_tricky_address_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        Http(WayOut(Egress())).at(url)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://ERP.Example.COM", "https://erp.example.com"),
        ("  https://erp.example.com/  ", "https://erp.example.com"),
        ("https://erp.example.com./clouderp/", "https://erp.example.com/clouderp"),
        ("HTTPS://erp.example.com:443/x", "https://erp.example.com/x"),
        ("https://münchen.example.com", "https://xn--mnchen-3ya.example.com"),
        ("https://аpple.example.com", "https://xn--pple-43d.example.com"),
    ],
)
def test_an_address_is_brought_to_one_form_and_shown_in_it(typed: str, kept: str) -> None:
    assert Egress().judge(typed).base == kept


class Rebinding:
    """Public when asked first, loopback ever after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return [PUBLIC] if self.asked == 1 else ["127.0.0.1"]


def test_a_name_is_asked_for_once_and_only_what_was_judged_is_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialled: list[tuple[str, int]] = []

    def connect(sock: socket.socket, where: tuple[str, int]) -> None:
        dialled.append(where)
        raise OSError

    monkeypatch.setattr("connectors.transport.wire.TimedSocket.connect", connect)
    names = Rebinding()
    http = Http(WayOut(Egress(names)), times=QUICK).at("https://erp.example.com")
    with pytest.raises(TryLater):
        http.call("GET", "/x")
    assert names.asked == 1
    assert dialled == [(PUBLIC, 443)]
    with pytest.raises(Refused):
        http.call("GET", "/x")
    assert dialled == [(PUBLIC, 443)]


def test_credentials_and_own_headers_never_leave_the_first_host() -> None:
    with serving(says()) as other:
        moved = says(status=307, headers={"Location": f"http://localhost:{other.port}/"})
        with serving(moved) as server, pytest.raises(Refused):
            way_to(server, auth=Header("X-Workspace-Key", "a-secret-value")).call("POST", "/x", json={})
        assert other.connections == 0


def test_a_library_riding_along_cannot_be_led_away() -> None:
    with serving(says()) as server, serving(says()) as other:
        base = f"http://{server.address}/base"
        session = way_to(server, base=base).session()
        for url in (
            f"http://{other.address}/base/x",
            f"{base}/../x",
            f"{base}%2e%2e/x",
            "https://10.0.0.1/base/x",
        ):
            with pytest.raises(Refused):
                session.get(url)
        assert session.get(f"{base}/x").json() == {}
        assert other.connections == 0


def test_header_injection_is_impossible() -> None:
    with serving(says()) as server:
        for value in ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\r\n\r\nGET /evil"):
            with pytest.raises(Refused):
                way_to(server).call("GET", "/x", headers={"X-Id": value})
            with pytest.raises(WireError):
                way_to(server, auth=Header("X-Key", value)).call("GET", "/x")
        assert not server.requests


def failing(how: object) -> WireError:
    def resolver(host: str, port: int) -> Sequence[str]:
        if isinstance(how, Exception):
            raise how
        return how  # type: ignore[return-value]

    address = "probe.example.com:1"
    opened = frozenset({address}) if how == ["127.0.0.1"] else frozenset[str]()
    egress = Egress(resolver, opened=opened, ports=frozenset({address}))
    with pytest.raises(WireError) as caught:
        Http(WayOut(egress), times=QUICK).at("https://probe.example.com:1").call("GET", "/x")
    return caught.value


def test_a_ping_tells_a_port_scanner_nothing() -> None:
    texts = {
        f"{(error := failing(how))} {error.remedy}"
        for how in (
            socket.gaierror("no such name"),
            [],
            ["10.0.0.1"],
            ["127.0.0.1"],
        )
    }
    assert len(texts) == 1
    assert texts.pop().startswith("probe.example.com could not be reached at a public address.")


def test_an_answer_from_inside_is_never_part_of_an_error() -> None:
    with serving(says(b"root:x:0:0:internal secret page", 500)) as server, pytest.raises(TryLater) as caught:
        way_to(server).call("GET", "/x")
    assert "internal" not in str(caught.value) + caught.value.said.message


def test_simulators_are_opened_only_by_name_and_port() -> None:
    with serving(says()) as server:
        closed = Egress(opened=frozenset({f"127.0.0.1:{server.port + 1}"}))
        with pytest.raises(Refused):
            Http(WayOut(closed)).at(f"http://{server.address}")
        assert way_to(server).call("GET", "/x").status == 200


def test_an_operator_may_allow_another_port_but_never_an_inside_number() -> None:
    egress = Egress(lambda *_: ["10.0.0.1"], ports=frozenset({"erp.example.com:8443"}))
    assert egress.judge("https://erp.example.com:8443").port == 8443
    with pytest.raises(Refused):
        egress.judge("http://erp.example.com:8443")
    with pytest.raises(Refused):
        egress.numbers("erp.example.com", 8443, True, 1)


@pytest.mark.parametrize(
    "path",
    [
        "/a/../b",
        "/..",
        "/%2e%2e/b",
        "/%2E%2E%2Fb",
        "/%252e%252e/b",
        "/a/./b",
        "//evil.example.com/x",
        "/a//b",
        "/a%2f%2fb",
        "/a?x=1",
        "/a%3fx=1",
        "/a#x",
        "/a\\b",
        "/a%5cb",
        "relative",
        "https://evil.example.com",
        "@evil.example.com",
        "/a b",
        "/a\r\nb",
        "/a%0d%0ab",
        "/a%00",
    ],
)
def test_a_path_cannot_leave_its_base(path: str) -> None:
    with pytest.raises(Refused):
        join_path("https://erp.example.com/clouderp", path)


def test_a_plain_path_lands_below_its_base() -> None:
    assert (
        join_path("https://erp.example.com/clouderp/", "/api/erp/x")
        == "https://erp.example.com/clouderp/api/erp/x"
    )
    assert join_path("https://erp.example.com/a", "/v1/ch_1%20x") == "https://erp.example.com/a/v1/ch_1%20x"

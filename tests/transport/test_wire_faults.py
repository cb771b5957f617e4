"""What the network and a vendor's server can do to a call, and what must come of it."""

import contextlib
import gzip
import multiprocessing
import socket
import ssl
import threading
import time
import tracemalloc
from functools import cache
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.errors import LockedOut, NotFound, OutcomeUnknown, Refused, TryLater, Unreadable, WireError
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Deadlines, Http
from connectors.transport.wire import IDLE_SECONDS_MAX, Passage, WayOut, dial, passing
from tests.transport.certificates import Authority
from tests.transport.loopback import (
    Loopback,
    Manner,
    closes,
    drips,
    hangs,
    head,
    resets,
    says,
    serving,
    then_closes,
    way_to,
)

QUICK = Deadlines(connect_seconds=0.3, read_seconds=0.3, total_seconds=0.6)
"""For what never connects, or where it does not matter how far it got."""
SILENT = Deadlines(connect_seconds=5, read_seconds=0.5, total_seconds=5)
DRIPPING = Deadlines(connect_seconds=5, read_seconds=5, total_seconds=1.5)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def named(host: str, *, resolver: object, times: Deadlines = QUICK) -> Http:
    return Http(WayOut(Egress(resolver=resolver)), times=times).at(f"https://{host}")  # type: ignore[arg-type]


def test_a_refused_connection_is_tried_later_even_for_a_write() -> None:
    address = f"127.0.0.1:{closed_port()}"
    seen: list[Exchange] = []
    http = Http(WayOut(Egress(opened=frozenset({address}))), times=QUICK, observe=seen.append)
    with pytest.raises(TryLater):
        http.at(f"http://{address}").call("POST", "/v1/thing", json={})
    assert not seen[0].sent


def no_such_name(host: str, port: int) -> list[str]:
    raise socket.gaierror("name or service not known")


def slow_names(host: str, port: int) -> list[str]:
    time.sleep(5)
    return ["93.184.216.34"]


@pytest.mark.parametrize("resolver", [no_such_name, slow_names])
def test_a_name_that_does_not_resolve_is_tried_later_and_named(resolver: object) -> None:
    started = time.monotonic()
    with pytest.raises(TryLater, match=r"erp\.example\.com could not be reached"):
        named("erp.example.com", resolver=resolver).call("POST", "/v1/thing", json={})
    assert time.monotonic() - started < 4


def test_a_connect_that_hangs_ends_at_the_connect_timeout() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        started = time.monotonic()
        with pytest.raises(TryLater):
            Http(WayOut(Egress(opened=frozenset({address}))), times=QUICK).at(f"http://{address}").call(
                "POST", "/x"
            )
        assert 0.2 < time.monotonic() - started < 4
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(("method", "error"), [("GET", TryLater), ("POST", OutcomeUnknown)])
@pytest.mark.parametrize(
    "manner",
    [
        hangs(),
        hangs(head(200, {"Content-Length": "100"})),
        resets(),
        resets(head(200, {"Content-Length": "100"}) + b'{"a"'),
        closes(head(200, {"Content-Length": "100"}) + b'{"rows": ['),
        closes(head(200) + b'{"rows": ['),
        closes(head(200) + b""),
        closes(head(200, {"Transfer-Encoding": "chunked"}) + b'a\r\n{"rows": ['),
        closes(b"SSH-2.0-OpenSSH_9.6\r\n"),
    ],
    ids=[
        "silence",
        "silence after headers",
        "reset after the request",
        "reset in the answer",
        "cut with a length",
        "cut without a length",
        "nothing without a length",
        "cut in a chunk",
        "not http",
    ],
)
def test_a_broken_answer_is_tried_later_when_reading_and_in_doubt_when_writing(
    manner: Manner, method: str, error: type[Exception]
) -> None:
    with serving(manner) as server, pytest.raises(error):
        way_to(server, times=SILENT).call(method, "/v1/thing")


@pytest.mark.parametrize("raw", [head(200, {"Content-Length": "60"}) + b" " * 60, head(200)])
def test_dripping_bytes_end_at_the_total_deadline(raw: bytes) -> None:
    with serving(drips(raw, 0.1)) as server:
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown, match=r"after 1\.5 seconds"):
            way_to(server, times=DRIPPING).call("POST", "/v1/thing")
        assert 1.4 < time.monotonic() - started < 4


def test_a_report_stated_to_be_slow_may_take_longer() -> None:
    with serving(drips(head(200, {"Content-Length": "2"}) + b"{}", 0.01)) as server:
        http = way_to(server, times=Deadlines(1, 1, 0.2))
        assert http.call("GET", "/report", times=Deadlines(1, 1, 10)).json == {}


def test_a_write_on_a_pooled_connection_that_was_closed_is_sent_once_on_a_new_one() -> None:
    with serving(then_closes(says()), says({"made": 1})) as server:
        http = way_to(server)
        http.call("GET", "/v1/thing")
        time.sleep(0.1)
        assert http.call("POST", "/v1/thing").json == {"made": 1}
    assert server.connections == 2
    assert [request[:4] for request in server.requests] == [b"GET ", b"POST"]


def test_a_write_that_reached_a_dying_pooled_connection_is_in_doubt_and_not_sent_again() -> None:
    with serving(says(), resets(), says({"made": 2})) as server:
        http = way_to(server)
        http.call("GET", "/v1/thing")
        with pytest.raises(OutcomeUnknown):
            http.call("POST", "/v1/thing")
    assert len(server.requests) == 2


def test_a_read_on_a_dying_pooled_connection_goes_once_more() -> None:
    with serving(says(), resets(), says({"read": 2})) as server:
        http = way_to(server)
        http.call("GET", "/v1/thing")
        assert http.call("GET", "/v1/thing").json == {"read": 2}


def test_a_connection_that_rested_long_is_not_trusted_with_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says()) as server:
        http = way_to(server)
        http.call("GET", "/v1/thing")
        monkeypatch.setattr("connectors.transport.wire.IDLE_SECONDS_MAX", 0.0)
        http.call("POST", "/v1/thing")
    assert IDLE_SECONDS_MAX > 0
    assert server.connections == 2


def test_connections_are_shared() -> None:
    with serving(says()) as server:
        http = way_to(server)
        for _ in range(3):
            http.call("GET", "/v1/thing")
    assert server.connections == 1


def test_the_kernel_watches_over_idle_connections() -> None:
    with serving(says()) as server:
        egress = Egress(opened=frozenset({server.address}))
        with (
            passing(Passage(egress, time.monotonic() + 5, 5, 5)),
            dial("127.0.0.1", server.port, False) as sock,
        ):
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            idle, gap, tries = (
                sock.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
    assert idle + gap * tries <= 30


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (403, LockedOut), (502, TryLater), (400, Refused)]
)
def test_a_web_page_under_an_error_is_told_from_the_vendors_own_word(
    status: int, error: type[WireError]
) -> None:
    with serving(says(b"<!DOCTYPE html><p>nginx", status)) as server, pytest.raises(error) as caught:
        way_to(server).call("GET", "/x")
    assert caught.value.said.code == "web_page"


def test_a_web_page_where_data_belongs_is_tried_later_and_an_excerpt_kept() -> None:
    seen: list[Exchange] = []
    page = says(b"<html><title>Maintenance until 4</title></html>", headers={"Content-Type": "text/html"})
    with serving(page) as server, pytest.raises(TryLater) as caught:
        way_to(server, seen).call("GET", "/v1/thing")
    assert caught.value.said.code == "web_page"
    assert "Maintenance until 4" in seen[0].answer_body
    assert "Maintenance" not in str(caught.value)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"7", b"true"])
def test_another_shape_than_an_object_is_unreadable(body: bytes) -> None:
    with serving(says(body)) as server:
        with pytest.raises(Unreadable):
            way_to(server).call("GET", "/v1/thing")
        with pytest.raises(OutcomeUnknown):
            way_to(server).call("POST", "/v1/thing")


@pytest.mark.parametrize("body", [b'{"id": 1, "id": 2}', b'{"amount": NaN}', b'{"amount": 1e400}'])
def test_an_answer_that_two_readers_could_read_in_two_ways_is_unreadable(body: bytes) -> None:
    with serving(says(body)) as server, pytest.raises(Unreadable):
        way_to(server).call("GET", "/v1/thing")


@cache
def two_hundred_megabytes() -> bytes:
    """Some 200 kB of them."""
    return gzip.compress(b"[" + b" " * 200_000_000, 6)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_compressed_bomb_is_stopped_at_the_limit_with_memory_flat(chunked: bool) -> None:
    bomb = two_hundred_megabytes()
    headers = {"Content-Encoding": "gzip"} | ({"Transfer-Encoding": "chunked"} if chunked else {})
    raw = b"%x\r\n%s\r\n0\r\n\r\n" % (len(bomb), bomb) if chunked else bomb
    with serving(closes(head(200, headers) + raw)) as server:
        tracemalloc.start()
        with pytest.raises(Unreadable, match="larger than 20000000 bytes"):
            way_to(server, times=Deadlines(5, 10, 30)).call("GET", "/v1/thing")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_both_hosts_are_named(status: int) -> None:
    with serving(says()) as other:
        moved = says(status=status, headers={"Location": f"http://localhost:{other.port}/v1/thing"})
        with serving(moved) as server, pytest.raises(Refused, match=r"127\.0\.0\.1 .* moved to localhost"):
            way_to(server).call("GET", "/v1/thing")
        assert not other.requests
        assert other.connections == 0


def test_a_retired_version_says_so() -> None:
    with serving(says({}, 410)) as server, pytest.raises(Refused) as caught:
        way_to(server).call("GET", "/v1/thing")
    assert "no longer served" in caught.value.remedy


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def tls_way(server: Loopback, authority: Authority, host: str = "127.0.0.1") -> Http:
    address = f"{host}:{server.port}"
    out = WayOut(Egress(lambda *_: ["127.0.0.1"], opened=frozenset({address})), ca_file=str(authority.file))
    return Http(out, times=Deadlines(5, 5, 10)).at(f"https://{address}")


def test_a_good_certificate_is_accepted_for_the_name_that_was_typed(authority: Authority) -> None:
    with serving(says({"ok": 1}), tls=authority.server("erp.example.com")) as server:
        assert tls_way(server, authority, "erp.example.com").call("GET", "/x").json == {"ok": 1}


def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    with serving(says(), tls=authority.server(days=-1)) as server, pytest.raises(Refused, match="expired"):
        tls_way(server, authority).call("POST", "/x")
    assert not server.requests


def test_a_self_signed_certificate_is_refused(authority: Authority) -> None:
    context = authority.server(self_signed=True)
    with serving(says(), tls=context) as server, pytest.raises(Refused, match="self-signed"):
        tls_way(server, authority).call("POST", "/x")


def test_a_certificate_of_another_name_is_refused(authority: Authority) -> None:
    context = authority.server("other.example.com")
    with serving(says(), tls=context) as server, pytest.raises(Refused, match=r"erp\.example\.com"):
        tls_way(server, authority, "erp.example.com").call("POST", "/x")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_outdated_encryption_is_refused(authority: Authority) -> None:
    context = authority.server()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with serving(says(), tls=context) as server, pytest.raises(Refused, match=r"TLS 1\.2"):
        tls_way(server, authority).call("POST", "/x")


def test_bytes_dripping_under_tls_end_at_the_total_deadline_too(authority: Authority) -> None:
    with serving(drips(head(200), 0.1), tls=authority.server()) as server:
        address = server.address
        out = WayOut(Egress(opened=frozenset({address})), ca_file=str(authority.file))
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            Http(out, times=DRIPPING).at(f"https://{address}").call("POST", "/x")
        assert time.monotonic() - started < 4


def test_a_handshake_that_never_ends_ends_at_the_connect_timeout(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        out = WayOut(Egress(opened=frozenset({address})), ca_file=str(authority.file))
        started = time.monotonic()
        with pytest.raises(TryLater):
            Http(out, times=QUICK).at(f"https://{address}").call("POST", "/x")
        assert time.monotonic() - started < 4


def test_proxies_and_netrc_of_the_host_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password of-the-host\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving(says()) as proxy, serving(says()) as server:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.address}")
        http = way_to(server)
        http.call("GET", "/v1/thing")
        http.session().get(f"http://{server.address}/v1/thing")
        assert proxy.connections == 0
    assert len(server.requests) == 2
    assert b"uthorization" not in b"".join(server.requests)


def test_cookies_of_one_call_never_ride_on_another() -> None:
    with serving(says(headers={"Set-Cookie": "session=of-tenant-a"})) as server:
        http = way_to(server)
        http.call("GET", "/a")
        http.call("GET", "/b")
        session = http.session()
        session.get(f"http://{server.address}/c")
        session.get(f"http://{server.address}/d")
    assert all(b"cookie" not in request.lower() for request in server.requests)


def test_many_threads_share_one_way_out() -> None:
    with serving(says({"ok": 1})) as server:
        http = way_to(server)
        good: list[object] = []
        threads = [
            threading.Thread(target=lambda: good.append(http.call("GET", "/x").json)) for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert good == [{"ok": 1}] * 16


def test_a_vendor_that_is_slow_for_one_tenant_keeps_nobody_else_waiting() -> None:
    with serving(hangs()) as slow, serving(says({"ok": 1})) as quick:
        out = WayOut(Egress(opened=frozenset({slow.address, quick.address})))
        stuck = way_to(slow, out=out, times=Deadlines(5, 10, 10))
        threads = [threading.Thread(target=lambda: swallowed(stuck)) for _ in range(40)]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        for _ in range(20):
            way_to(quick, out=out).call("GET", "/x")
        assert time.monotonic() - started < 5
        slow.over.set()
        for thread in threads:
            thread.join()


def swallowed(http: Http) -> None:
    with contextlib.suppress(TryLater):
        http.call("GET", "/x")


def test_the_second_number_of_a_name_is_dialled_when_the_first_is_silent() -> None:
    with socket.socket() as silent, serving(says({"ok": 1})) as server:
        silent.bind(("127.0.0.2", server.port))
        silent.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
        address = f"two.example.com:{server.port}"
        egress = Egress(lambda *_: ["127.0.0.2", "127.0.0.1"], opened=frozenset({address}))
        http = Http(WayOut(egress), times=Deadlines(2, 5, 10)).at(f"http://{address}")
        assert http.call("GET", "/x").json == {"ok": 1}
        for filler in fillers:
            filler.close()


class InProcess(BaseAdapter):
    """A simulator behind the mount seam that commits and then drops the line."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.commits += 1
        raise requests.ConnectionError

    def close(self) -> None: ...


def test_a_mounted_simulator_that_drops_the_line_leaves_a_write_in_doubt() -> None:
    simulator = InProcess()
    http = Http(WayOut(mounts={"https://vendor.sandbox/": simulator})).at("https://vendor.sandbox/")
    with pytest.raises(OutcomeUnknown):
        http.call("POST", "/x")
    assert simulator.commits == 1


def test_a_forked_child_starts_with_no_connection_of_its_parent() -> None:
    with serving(says()) as server:
        http = way_to(server)
        http.call("GET", "/parent")
        child = multiprocessing.get_context("fork").Process(target=lambda: http.call("GET", "/child"))
        child.start()
        child.join(10)
        http.call("GET", "/parent")
        assert server.connections == 2
    assert child.exitcode == 0


def test_deep_waits_do_not_pile_up_in_the_deadline_of_the_next_call() -> None:
    with serving(hangs(), says({"ok": 1})) as server:
        http = way_to(server)
        with pytest.raises(OutcomeUnknown):
            http.call("POST", "/x", times=SILENT)
        assert http.call("POST", "/x").json == {"ok": 1}


def test_the_first_bytes_of_an_upload_that_is_never_read_end_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            Http(WayOut(Egress(opened=frozenset({address}))), times=SILENT).at(f"http://{address}").call(
                "POST", "/x", json={"text": "x" * 30_000_000}
            )
        assert time.monotonic() - started < 4

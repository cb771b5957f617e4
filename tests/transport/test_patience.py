"""Waiting: as long as the vendor asks, never in step with others, never for ever."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.errors import OutcomeUnknown, TryLater
from connectors.transport.patience import Circuit, Patience, retry_after
from tests.transport.loopback import says, serving, way_to

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DATE = format_datetime(NOW + timedelta(seconds=90), usegmt=True)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("86400", 86_400),
        (DATE, 90),
        ("Mon, 04 May 2026 11:00:00 GMT", None),
        ("0", None),
        ("-3", None),
        ("soon", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
        (None, None),
        ("99999999999", 7 * 86_400),
    ],
)
def test_what_the_vendor_asks_for_is_read_as_seconds_or_not_at_all(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after(header, NOW.timestamp()) == seconds


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("86400", 86_400), ("0", None), ("soon", None)])
def test_a_slow_down_carries_the_wait_that_was_asked_for(header: str, seconds: float | None) -> None:
    with serving(says({}, 429, {"Retry-After": header})) as server, pytest.raises(TryLater) as caught:
        way_to(server).call("POST", "/x")
    assert caught.value.after_seconds == seconds


def test_a_maintenance_window_carries_its_length_for_reads_and_writes() -> None:
    with serving(says({}, 503, {"Retry-After": "3600"})) as server:
        with pytest.raises(TryLater) as reading:
            way_to(server).call("GET", "/x")
        with pytest.raises(OutcomeUnknown) as writing:
            way_to(server).call("POST", "/x")
    assert (reading.value.after_seconds, writing.value.after_seconds) == (3600, 3600)


def longest(_: float, most: float) -> float:
    return most


def shortest(least: float, _: float) -> float:
    return least


def test_steps_double_up_to_a_cap_with_jitter_over_their_whole_length() -> None:
    patience = Patience(first_seconds=1, step_seconds_max=60)
    assert [patience.wait(n, None, 0, longest) for n in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [patience.wait(n, None, 0, shortest) for n in range(3)] == [0, 0, 0]
    assert patience.wait(10**9, None, 0, longest) == 60


def test_what_was_asked_for_is_a_floor_and_may_exceed_the_cap() -> None:
    patience = Patience(step_seconds_max=60)
    assert patience.wait(0, 7, 0, shortest) == 7
    assert patience.wait(0, 86_400, 0, shortest) == 86_400
    assert 7 <= (patience.wait(5, 7, 0) or 0) <= 7.7


def test_patience_ends() -> None:
    assert Patience(total_seconds_max=100).wait(3, None, 100) is None
    assert Patience(total_seconds_max=100).wait(3, 7, 101) is None


def test_six_hours_of_failures_cost_one_probe_an_interval_and_end_by_themselves() -> None:
    circuit, now, probes = Circuit(), NOW, 0
    while now < NOW + timedelta(hours=6):
        if not circuit.is_shut(now):
            probes += 1
            circuit = circuit.probing(now).failed(now)
        now += timedelta(seconds=1)
    assert probes < Circuit.FAILURES_MAX + 6 * 3600 / Circuit.PROBE_SECONDS_MAX + 6
    now += timedelta(seconds=Circuit.PROBE_SECONDS_MAX)
    assert not circuit.is_shut(now)
    assert circuit.succeeded() == Circuit()


def test_only_one_caller_probes() -> None:
    circuit = Circuit()
    for _ in range(Circuit.FAILURES_MAX):
        circuit = circuit.failed(NOW)
    later = NOW + timedelta(seconds=Circuit.PROBE_SECONDS_FIRST)
    assert circuit.is_shut(NOW)
    assert not circuit.is_shut(later)
    assert circuit.probing(later).is_shut(later)


def test_a_vendor_that_named_its_time_is_left_alone_until_then() -> None:
    circuit = Circuit().failed(NOW, asked_seconds=3600)
    assert circuit.asked
    assert circuit.is_shut(NOW + timedelta(seconds=3599))
    assert not circuit.is_shut(NOW + timedelta(seconds=3600))


def test_a_few_failures_do_not_shut_the_circuit() -> None:
    circuit = Circuit()
    for _ in range(Circuit.FAILURES_MAX - 1):
        circuit = circuit.failed(NOW)
    assert not circuit.is_shut(NOW)

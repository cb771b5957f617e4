"""Numbers, money and moments on a page: exact, aligned, and never without their unit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from mlconnector.templatetags import figures

NOW = datetime(2026, 11, 20, 18, 32, tzinfo=UTC)


@dataclass(frozen=True)
class Sum:
    amount: Decimal
    currency: str


def test_money_keeps_each_decimal_and_names_its_currency() -> None:
    assert figures.money(Sum(Decimal("-28198.750"), "KWD")) == (
        '<span class="money">−28,198.750<abbr class="cur">KWD</abbr></span>'
    )


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        figures.number(0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(hours=-26), "1 day ago"),
        (timedelta(minutes=15), "in 15 minutes"),
    ],
)
def test_relative_times(gap: timedelta, words: str) -> None:
    assert figures.relative(NOW + gap, NOW) == words


def test_a_time_says_its_zone_on_hover() -> None:
    with timezone.override("America/Chicago"):
        shown = figures.at(NOW)
    assert 'title="20 Nov 2026, 12:32:00 America/Chicago"' in shown
    assert 'datetime="2026-11-20T18:32:00+00:00"' in shown


def test_one_record_two_records() -> None:
    assert figures.counted(1, "record,records") == "1 record"
    assert figures.counted(4325, "record,records") == "4,325 records"

"""A company reads its numbers as it writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlconnector.templatetags.figures import number
from tenants.numbers import writing


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en", "−1,234.50"),
        ("de", "−1.234,50"),
        ("fr", "−1\N{NARROW NO-BREAK SPACE}234,50"),
        ("de-ch", "−1’234.50"),
        ("unheard-of", "−1,234.50"),
    ],
)
def test_a_number_is_written_in_the_way_of_the_company(locale: str, shown: str) -> None:
    with writing(locale):
        assert number(Decimal("-1234.50")) == shown
    assert number(1234) == "1,234"

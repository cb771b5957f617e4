from datetime import date

from connectors.flows.terms import nearest, stated, when
from tests.flows.made import MOMENT, POLICIES, bill, invoice, money, order, payment, payout


def test_the_date_that_decides_about_the_cut_over() -> None:
    assert when(payment(), POLICIES) == MOMENT.date()
    assert when(payment(), {**POLICIES, "time_zone": "Pacific/Kiritimati"}) == date(2026, 5, 5)
    assert when(invoice(), POLICIES) == date(2026, 5, 1)
    assert when(payout("1"), POLICIES) == date(2026, 5, 6)
    assert when(order(), POLICIES) is None


def test_the_amount_a_record_is_about() -> None:
    assert stated(payment()) == money("100") and stated(bill()) == money("425") and stated(order()) is None


def test_words_that_say_nothing_are_left_out_of_an_account() -> None:
    assert nearest(("", "item:seat", "", "lines/sale")).keys == ("item:seat", "lines/sale")

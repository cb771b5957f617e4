from connectors.canon.kind import Ref
from connectors.canon.portable import fingerprint
from connectors.canon.receivables import Allocation, CreditSort, Invoice, InvoiceStatus, PaymentStatus
from connectors.flow import Hold, Replace
from tests.flows.made import change, credit, money, payment, run


def test_a_payment_that_still_says_the_same_is_no_question() -> None:
    result = change("payments", payment(fee=money("9"), url="x", allocations=payment().allocations))
    assert isinstance(result, Replace) and fingerprint(result.body) == fingerprint(run("payments", payment()))


def test_money_used_after_it_was_booked_on_account_is_a_persons_question() -> None:
    booked = run("payments_from_billing", payment(allocations=()))
    later = payment(allocations=(Allocation(invoice=Ref(Invoice, "INV-7"), amount=money("60")),))
    result = change("payments_from_billing", later)
    assert isinstance(result, Replace) and fingerprint(result.body) != fingerprint(booked)
    assert isinstance(result.held, Hold) and "60 USD on INV-7" in result.held.fact


def test_a_credit_used_later_is_a_persons_question_too() -> None:
    used = (Allocation(invoice=Ref(Invoice, "INV-7"), amount=money("19")),)
    result = change("credits_from_billing", credit(sort=CreditSort.REFUNDABLE, allocations=used))
    assert isinstance(result, Replace) and result.held and result.held.name == "changed_after_booking"


def test_what_is_taken_back_is_the_other_flows_matter() -> None:
    assert change("payments", payment(status=PaymentStatus.REVERSED)) is None
    assert change("credits_from_billing", credit(status=InvoiceStatus.VOID)) is None
    assert change("payments", payment(customer=None)) is None

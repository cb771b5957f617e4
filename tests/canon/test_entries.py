import pytest
from hypothesis import given, settings

from connectors.canon.entries import journal_of
from connectors.canon.journal import Journal
from connectors.canon.kind import Kind, kinds
from tests.canon.strategies import records

BOOKS = (
    "CashReceipt ReceiptReversal RefundOut RefundReturned DisputeMovement Settlement ClearingEntry SettlementReversal "
    "CustomerInvoice CreditMemo CreditMemoReversal Adjustment SupplierInvoice SupplierCredit"
).split()


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.__name__)
def test_every_booking_balances_and_nothing_else_moves_accounts(cls: type[Kind]) -> None:
    @settings(max_examples=30)
    @given(records(cls))
    def balances(record: Kind) -> None:
        made = journal_of(record)
        assert made is None or isinstance(made, Journal)
        assert made is None or cls.__name__ in BOOKS

    balances()

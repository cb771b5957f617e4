from connectors.canon.bookings import DisputeMovement
from connectors.canon.entries import journal_of
from connectors.canon.kind import Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import Direction, Dispute
from tests.flows.made import dispute, held, money, of, run

CLEARING, DISPUTES, FEES = "gl_account:clearing/USD", "gl_account:disputes", "gl_account:dispute_fees"
LOSSES = "gl_account:dispute_losses"


def moved(record: Dispute, **policies: str) -> dict[str, Money]:
    journal = journal_of(of(DisputeMovement, run("disputes", record, **policies)))
    assert journal
    return {account: amount for (account, _), amount in journal.accounts().items()}


def test_when_opened_the_money_and_its_fee_leave_clearing() -> None:
    assert moved(dispute()) == {DISPUTES: money("100"), FEES: money("15"), CLEARING: money("-115")}


def test_when_won_the_money_comes_back_and_the_fee_stays() -> None:
    won = dispute(Direction.REINSTATED, fee=money("0"))
    assert moved(won) == {CLEARING: money("100"), DISPUTES: money("-100")}


def test_when_won_with_its_fee_everything_is_as_before() -> None:
    won = moved(dispute(Direction.REINSTATED, fee=money("-15")))
    assert won == {account: -amount for account, amount in moved(dispute()).items()}


def test_when_lost_clearing_does_not_move_again() -> None:
    assert moved(dispute(Direction.LOST)) == {LOSSES: money("100"), DISPUTES: money("-100")}


def test_when_lost_the_customer_may_owe_again_by_policy() -> None:
    lost = dispute(Direction.LOST, customer=Ref(Customer, "cus_1"))
    assert moved(lost, lost_disputes="customer_owes") == {"receivable": money("100"), DISPUTES: money("-100")}


def test_each_step_has_its_own_reference_and_follows_the_first() -> None:
    opened, won, lost = (of(DisputeMovement, run("disputes", dispute(direction))) for direction in Direction)
    assert len({opened.reference, won.reference, lost.reference}) == 3
    assert opened.opened is None
    assert won.opened == lost.opened == Ref(Dispute, "dp_1/withdrawn")


def test_it_moves_in_the_currency_of_the_balance() -> None:
    movement = of(DisputeMovement, run("disputes", dispute(amount=money("90 EUR"), settled=money("97.31"))))
    assert movement.amount == money("97.31") and movement.clearing.key == "clearing/USD"


def test_it_waits_for_the_balances_own_row_and_is_left_to_billing_by_policy() -> None:
    held(run("disputes", dispute(settled=None)), "not_settled_yet")
    assert run("disputes", dispute(), receipt_source="billing") is None

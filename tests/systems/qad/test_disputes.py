import pytest

from connectors.canon.bookings import DisputeMovement
from connectors.canon.receivables import Direction
from connectors.errors import Refused
from connectors.systems.qad.book import read_book
from connectors.systems.qad.profile import read_profile
from connectors.systems.qad.records.render import document
from tests.flows.made import dispute, of, run

BOOK = read_book({"book": {"entity": "10USACO", "daybook_journal": "STRJE"}})


def test_a_lost_dispute_that_the_customer_owes_is_never_booked_as_a_loss() -> None:
    owed = of(DisputeMovement, run("disputes", dispute(Direction.LOST), lost_disputes="customer_owes"))
    with pytest.raises(Refused) as refused:
        document(owed, BOOK, read_profile({}))
    assert "bounced" in refused.value.remedy
    lost = of(DisputeMovement, run("disputes", dispute(Direction.LOST)))
    assert document(lost, BOOK, read_profile({})).journal

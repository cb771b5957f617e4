"""Keys that expire, are rolled, or lack a right: the connection stops, names what is missing, and goes on afterwards."""

from __future__ import annotations

import pytest

from connectors.canon.parties import Customer
from connectors.canon.receivables import Invoice, Payment
from connectors.errors import LockedOut
from tests.systems.stripe.conftest import Acme


def test_an_expired_key_stops_at_once_and_a_new_one_goes_on_from_the_cursor(acme: Acme) -> None:
    charge = acme.charge()
    _, cursor = acme.changed(Payment)
    acme.act("expire_key", key=acme.stand.secrets["api_key"])
    calls = len(acme.stand.exchanges)
    with pytest.raises(LockedOut) as told:
        acme.changed(Payment, cursor)
    assert (told.value.said.code, len(acme.stand.exchanges) - calls) == ("api_key_expired", 1)
    acme.stand.secrets["api_key"] = acme.stand.stage.credentials(acme.stand.world)["secret_key"]
    assert charge in acme.changed(Payment, cursor)[0]


def test_a_right_that_is_missing_is_named_and_costs_no_other_kind(acme: Acme) -> None:
    acme.charge()
    acme.act("set_permissions", key=acme.stand.secrets["api_key"], charge="none")
    with pytest.raises(LockedOut) as told:
        acme.changed(Payment)
    assert told.value.permission == "rak_charge_read"
    assert acme.customer in acme.changed(Customer)[0]
    assert acme.changed(Invoice)[0] == {}

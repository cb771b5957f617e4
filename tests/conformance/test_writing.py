"""Writing: one effect, whatever is repeated, lost or busy, and the very amount in currencies of 0, 2 and 3 decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.canon.kind import Kind
from connectors.canon.money import Money
from connectors.errors import OutcomeUnknown, Refused, TryLater
from connectors.system import Once
from tests.conformance.stand import Stand, Writing

REFERENCE = "ACME:doc_1Ab"
AMOUNTS = {"JPY": Decimal(12345), "KWD": Decimal("12.340"), "ISK": Decimal(500), "UGX": Decimal(90000)}
USUAL = Decimal("1234.56")


def each(stand: Stand) -> list[tuple[type[Kind], Writing, Kind]]:
    return [(kind, one, one.body(REFERENCE, USUAL, "USD")) for kind, one in stand.writings.items()]


def test_every_kind_that_is_written_is_declared_with_how_it_stays_one(stand: Stand) -> None:
    assert set(stand.writings) <= set(stand.system.writes)
    assert all(isinstance(once, Once) for once in stand.system.writes.values())


def test_what_is_written_is_found_by_our_reference(stand: Stand) -> None:
    adapter = stand.adapter()
    for kind, writing, body in each(stand):
        document = adapter.render(body)
        assert adapter.find(kind, REFERENCE, document, stand.now()) is None
        written = adapter.write(document, None, "key-1")
        assert stand.adapter().find(kind, REFERENCE, document, stand.now()) == written.id
        assert stand.adapter().find(kind, REFERENCE.swapcase(), document, stand.now()) is None
        assert writing.made(REFERENCE) == 1


def test_the_same_key_twice_is_one_document(stand: Stand) -> None:
    for kind, writing, body in each(stand):
        document = stand.adapter().render(body)
        first = stand.adapter().write(document, None, "key-1")
        again = stand.adapter().write(document, None, "key-1")
        assert (first.id, writing.made(REFERENCE)) == (again.id, 1), kind


def test_an_answer_lost_after_the_commit_is_unknown_and_ends_as_one(stand: Stand) -> None:
    for kind, writing, body in each(stand):
        document = stand.adapter().render(body)
        stand.fault("drop_answer", method="POST", path=f"{writing.path}*", how="reset")
        with pytest.raises(OutcomeUnknown):
            stand.adapter().write(document, None, "key-1")
        stand.adapter().write(document, None, "key-1")
        assert writing.made(REFERENCE) == 1, kind


def test_a_server_error_after_the_commit_is_unknown_and_ends_as_one(stand: Stand) -> None:
    for kind, writing, body in each(stand):
        document = stand.adapter().render(body)
        stand.fault("error_after_commit", method="POST", path=f"{writing.path}*", status=502)
        with pytest.raises(OutcomeUnknown):
            stand.adapter().write(document, None, "key-1")
        stand.adapter().write(document, None, "key-1")
        assert writing.made(REFERENCE) == 1, kind


@pytest.mark.parametrize(("asked", "waits"), [(7, 7.0), (None, None), ("soon", None)])
def test_a_busy_vendor_says_when_and_nothing_happened(
    stand: Stand, asked: object, waits: float | None
) -> None:
    for kind, writing, body in each(stand):
        document = stand.adapter().render(body)
        stand.fault("rate_limited", method="POST", path=f"{writing.path}*", retry_after=asked)
        with pytest.raises(TryLater) as told:
            stand.adapter().write(document, None, "key-1")
        assert (told.value.after_seconds, writing.made(REFERENCE)) == (waits, 0), kind
        stand.adapter().write(document, None, "key-1")
        assert writing.made(REFERENCE) == 1


def test_amounts_stand_there_to_the_last_unit(stand: Stand) -> None:
    for writing in stand.writings.values():
        for currency in writing.currencies if writing.read_back else ():
            amount = AMOUNTS.get(currency, USUAL)
            reference = f"ACME:{currency}"
            document = stand.adapter().render(writing.body(reference, amount, currency))
            written = stand.adapter().write(document, None, f"key-{currency}")
            assert writing.read_back is not None
            assert writing.read_back(written.id) == Money(amount, currency)


def test_what_is_previewed_balances(stand: Stand) -> None:
    """A journal that did not would not exist; a ledger's documents all have one."""
    for _, _, body in each(stand):
        document = stand.adapter().render(body)
        assert document.reference == REFERENCE
        assert document.steps
        if document.journal:
            assert all(not rest for rest in _rests(document.journal.accounts()).values())


def _rests(accounts: dict[tuple[str, str], Money]) -> dict[str, Decimal]:
    rests: dict[str, Decimal] = {}
    for (_, currency), amount in accounts.items():
        rests[currency] = rests.get(currency, Decimal(0)) + amount.amount
    return rests


def test_rendering_changes_nothing_and_is_always_the_same(stand: Stand) -> None:
    before = len(stand.world.effects)
    for _, _, body in each(stand):
        assert stand.adapter().render(body) == stand.adapter().render(body)
    assert len(stand.world.effects) == before


def test_a_refusal_says_what_the_vendor_said(stand: Stand) -> None:
    for kind, _, body in each(stand):
        document = stand.adapter().render(body)
        last = [step for step in document.steps if step.method == "POST"][-1]
        path = f"*{last.path.replace('{id}', '*').split('/v1')[-1]}*"
        stand.fault("error", method="POST", path=path, status=400, message="No, for a test.")
        with pytest.raises(Refused) as told:
            stand.adapter().write(document, None, "key-1")
        assert "No, for a test." in told.value.why, kind
        assert told.value.said.status in (200, 400)


def test_what_was_written_reads_back_as_it_was(stand: Stand) -> None:
    """Vendor to kind and kind to vendor are one vocabulary: nothing is lost or turned on the way."""
    for kind, writing, body in each(stand):
        if writing.same:
            written = stand.adapter().write(stand.adapter().render(body), None, "key-1")
            read = stand.adapter().fetch(kind, written.id)
            assert {name: getattr(read, name) for name in writing.same} == {
                name: getattr(body, name) for name in writing.same
            }


def test_a_person_who_saves_in_between_loses_nothing(stand: Stand) -> None:
    """Our version is stale by then: it is read again, our fields are set anew, theirs stay."""
    for kind, writing, body in each(stand):
        if writing.edited and writing.kept:
            document = stand.adapter().render(body)
            written = stand.adapter().write(document, None, "key-1")
            act, args = writing.edited
            stand.fault("act_first", method="POST", path=f"{writing.path}*", act=act, args=args(written.id))
            assert stand.adapter().write(document, written.id, "key-2").id == written.id
            assert writing.kept(written.id), kind
            assert writing.made(REFERENCE) == 1

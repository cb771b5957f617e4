import json
import typing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.canon.bookings import Application, CashReceipt
from connectors.canon.kind import Code, Kind, Part, Ref, kind, kind_named, kinds, part, shapes
from connectors.canon.money import Money, Unfit
from connectors.canon.parties import Customer, Supplier
from connectors.canon.payables import GoodsReceipt
from connectors.canon.portable import fingerprint, from_json, to_json
from connectors.canon.receivables import Invoice, Payment, PaymentStatus
from tests.canon.strategies import any_record, records


@given(any_record())
def test_a_record_survives_json_exactly(record: Kind) -> None:
    text = json.dumps(to_json(record))
    again = from_json(json.loads(text))
    assert again == record and type(again) is type(record)
    assert json.dumps(to_json(again)) == text


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.__name__)
def test_every_kind_survives_json(cls: type[Kind]) -> None:
    @settings(max_examples=20)
    @given(records(cls))
    def survives(record: Kind) -> None:
        assert from_json(to_json(record)) == record

    survives()


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.__name__)
def test_no_field_of_any_kind_takes_a_float(cls: type[Kind]) -> None:
    @settings(max_examples=10)
    @given(records(cls), st.floats())
    def refuses(record: Kind, odd: float) -> None:
        for name in shapes(cls):
            with pytest.raises(Unfit, match=name):
                replace(record, **{name: odd})  # type: ignore[arg-type]
            with pytest.raises(Unfit):
                from_json(to_json(record) | {name: odd})

    refuses()


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.__name__)
def test_no_hint_of_any_kind_mentions_a_float(cls: type[Kind]) -> None:
    def mentioned(hint: object) -> set[object]:
        return {hint}.union(*(mentioned(inner) for inner in typing.get_args(hint)))

    hints = typing.get_type_hints(cls, include_extras=True)
    assert not any({float, complex, object, typing.Any, dict} & mentioned(hint) for hint in hints.values())


def receipt(**changes: object) -> CashReceipt:
    return replace(
        CashReceipt(
            id="ch_1",
            reference="PAY:ch_1",
            customer=Ref(Customer, "cus_1"),
            dated=date(2026, 5, 4),
            amount=Money(D("10.50"), "USD"),
            clearing=Code("gl_account", "clearing"),
        ),
        **changes,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("dated", datetime(2026, 5, 4, tzinfo=UTC)),
        ("dated", "2026-05-04"),
        ("amount", D("10.50")),
        ("amount", None),
        ("customer", Ref(Supplier, "S1")),
        ("customer", "cus_1"),
        ("clearing", Code("tax_code", "clearing")),
        ("applications", []),
        ("applications", (Ref(Invoice, "in_1"),)),
        ("text", "with a \x00 in it"),
        ("text", "half a pair \ud83d"),
        ("text", None),
        ("changed", datetime(2026, 5, 4)),
    ],
)
def test_a_value_that_is_not_what_its_hint_says_is_refused_by_name(field: str, odd: object) -> None:
    with pytest.raises(Unfit, match=field):
        receipt(**{field: odd})


def test_text_is_kept_as_it_is() -> None:
    name = "O’Brien & Søn <script> \u202e" + "x" * 300 + " 🧾"
    customer = Customer(id="C1", name=name)
    assert from_json(to_json(customer)) == customer


def test_a_receipt_cannot_be_applied_beyond_its_amount() -> None:
    half = Application(invoice=Ref(Invoice, "in_1"), amount=Money(D("5.25"), "USD"))
    assert receipt(applications=(half, half)).unapplied == Money(D(0), "USD")
    assert receipt(applications=(half, replace(half, invoice=None))).unapplied == Money(D("5.25"), "USD")
    with pytest.raises(Unfit, match="applied"):
        receipt(applications=(half, half, half))
    with pytest.raises(Unfit, match="one currency"):
        receipt(applications=(replace(half, amount=Money(D(1), "EUR")),))


def test_a_rate_comes_from_what_was_settled() -> None:
    assert receipt().rate is None
    assert receipt(settled=Money(D("10.50"), "USD")).rate is None
    assert receipt(settled=Money(D("9.45"), "EUR")).rate == D("0.9")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "Nonsense"}, "no kind is called 'Nonsense'"),
        ({"colour": "red"}, "CashReceipt.colour: no such field"),
        ({"amount": "10,50 USD"}, "CashReceipt.amount"),
        ({"amount": 10.5}, "CashReceipt.amount"),
        ({"dated": "04.05.2026"}, "CashReceipt.dated"),
        ({"customer": "cus_1"}, "CashReceipt.customer"),
        ({"applications": None}, "CashReceipt.applications"),
        ({"applications": [{"invoice": None}]}, "amount"),
    ],
)
def test_json_that_is_not_a_record_is_refused_by_name(change: dict[str, object], words: str) -> None:
    with pytest.raises(Unfit, match=words):
        from_json(to_json(receipt()) | change)


@pytest.mark.parametrize("odd", [None, [], "CashReceipt", {}, {"kind": 5}])
def test_json_without_a_kind_is_refused(odd: object) -> None:
    with pytest.raises(Unfit, match="kind"):
        from_json(odd)


def test_a_missing_field_is_named() -> None:
    data = to_json(receipt())
    del data["reference"]
    with pytest.raises(Unfit, match="reference"):
        from_json(data)


def test_kinds_are_known_by_name() -> None:
    assert kind_named("Payment") is Payment
    with pytest.raises(TypeError, match="two kinds"):
        kind(type("Payment", (Kind,), {}))


@pytest.mark.parametrize(
    "hint", [float, dict, list[str], object, str | int, "Ref", typing.Any, bytes, tuple[str, int]]
)
def test_a_field_outside_the_vocabulary_cannot_be_declared(hint: object) -> None:
    made = part(type("Odd", (Part,), {"__annotations__": {"field": hint}}))
    with pytest.raises((TypeError, NameError)):
        shapes(made)


def test_a_status_reads_back_as_itself() -> None:
    payment = Payment(
        id="p",
        status=PaymentStatus.SUCCEEDED,
        amount=Money(D(1), "JPY"),
        occurred=datetime(2026, 1, 1, tzinfo=UTC),
    )
    again = from_json(to_json(payment))
    assert isinstance(again, Payment) and again.status is PaymentStatus.SUCCEEDED
    by_day = replace(payment, occurred=date(2026, 1, 1))
    assert from_json(to_json(by_day)) == by_day != payment


def test_quantities_are_decimals_with_their_own_digits() -> None:
    line = GoodsReceipt(
        id="r", order="PO1", order_line="1", receipt="RC1", line="1", supplier=Ref(Supplier, "S1"),
        dated=date(2026, 5, 3), quantity=D("100.000"), open=D("40.5"),
    )  # fmt: skip
    assert str(from_json(to_json(line)).quantity) == "100.000"  # type: ignore[attr-defined]
    assert fingerprint(line) == fingerprint(replace(line, quantity=D(100)))

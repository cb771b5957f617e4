"""The demo company at this vendor: its customers, the month's invoices, and what came of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from connectors.sandbox import story
from connectors.sandbox.story import Customer, Happening, Invoice
from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox import (
    acts,
    collecting,
    customers,
    drafting,
    invoice_items,
    money,
    money_acts,
)
from connectors.systems.stripe.sandbox.books import Books

MORNING = time(9, 0, tzinfo=UTC)
FEE_TAX = {"tax_percent": "7.5"}


def tell_customers(world: World) -> None:
    """Customers that somebody typed in here once, known by their e-mail only."""
    for customer in story.CUSTOMERS.values():
        _customer(Books(world, False), customer, {})


def tell(world: World) -> None:
    """The whole month until now: linked customers, invoices, payments, payouts every second day."""
    now, clock = world.clock.time(), world.clock.state()
    today = datetime.fromtimestamp(now, UTC).date()
    books = Books(world, False)
    books.account["fees"] |= FEE_TAX
    first = date.fromordinal(today.toordinal() - 45)
    world.clock.freeze(datetime.combine(first, MORNING).timestamp())
    for customer in story.CUSTOMERS.values():
        _customer(books, customer, {"mlc_source": "qad", "mlc_source_id": customer.number})
    made = {invoice.number: invoice for invoice in story.invoices(today)}
    happenings = story.happenings(today)
    for day in range(today.toordinal() - 44, today.toordinal()):
        _at(world, date.fromordinal(day))
        _day(world, books, date.fromordinal(day), made, happenings)
    world.pass_time(now - world.clock.time(), acts.TIMERS)
    world.clock.restore(clock)


def _day(
    world: World, books: Books, day: date, made: dict[str, Invoice], happenings: list[Happening]
) -> None:
    for invoice in made.values():
        if invoice.dated == day:
            _invoice(books, invoice)
    for happening in happenings:
        if happening.on == day:
            HAPPENS[happening.what](books, happening)
            world.pass_time(600, acts.TIMERS)
    if day.toordinal() % 2 == 0:
        money_acts.run_payout(books)


def _at(world: World, day: date) -> None:
    """Let time pass until that morning."""
    world.pass_time(datetime.combine(day, MORNING).timestamp() - world.clock.time(), acts.TIMERS)


def _customer(books: Books, customer: Customer, metadata: dict[str, str]) -> Row:
    address = {
        "line1": customer.line1,
        "city": customer.city,
        "state": customer.state,
        "postal_code": customer.postal_code,
        "country": customer.country,
    }
    row = customers.made(
        books,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        address=address,
        description=f"QAD {customer.number}" if metadata else "",
        metadata=metadata,
    )
    books.world.state.setdefault("story", {})[customer.number] = row["id"]
    return row


def _invoice(books: Books, invoice: Invoice) -> None:
    customer = books.get("customers", _id(books, invoice.customer.number))
    currency = invoice.customer.currency.lower()
    row = drafting.made(
        books,
        customer["id"],
        currency=currency,
        collection_method="send_invoice",
        days_until_due=invoice.customer.terms_days,
        auto_advance=False,
        custom_fields=[{"name": "ERP invoice", "value": invoice.number}],
        metadata={"mlc_source": "qad", "mlc_source_id": invoice.number},
    )
    for line in invoice.lines:
        words = {
            "amount": money.minor(line.amount, currency),
            "description": f"{line.item.name}, {line.quantity} pcs",
        }
        invoice_items.made(books, customer, currency, words, row)
    collecting.finalized(books, row)
    collecting.sent(books, row)
    books.world.state["story"][invoice.number] = row["id"]


def _pays(books: Books, happening: Happening) -> None:
    acts.pay_invoice(books, _id(books, happening.invoice), _amount(happening))


def _sale(books: Books, happening: Happening) -> None:
    amount = _amount(happening) or 0
    currency = happening.customer.currency.lower()
    money_acts.charge(
        books, amount, currency, _id(books, happening.customer.number), description="Spare parts, web shop"
    )


def _refund(books: Books, happening: Happening) -> None:
    money_acts.refund(
        books, _charge(books, happening)["id"], _amount(happening), reason="requested_by_customer"
    )


def _disputes(books: Books, happening: Happening) -> None:
    money_acts.open_dispute(books, _charge(books, happening)["id"], reason="product_not_received")


def _won(books: Books, happening: Happening) -> None:
    money_acts.win_dispute(books, _dispute(books, happening)["id"])


def _lost(books: Books, happening: Happening) -> None:
    money_acts.lose_dispute(books, _dispute(books, happening)["id"])


def _payout_fails(books: Books, _happening: Happening) -> None:
    paid = books.where("payouts", status="paid")
    money_acts.fail_payout(books, paid[-1]["id"])


HAPPENS = {
    "pays": _pays,
    "pays_part": _pays,
    "sale": _sale,
    "refund": _refund,
    "refund_part": _refund,
    "disputes": _disputes,
    "dispute_won": _won,
    "dispute_lost": _lost,
    "payout_fails": _payout_fails,
}


def _id(books: Books, number: str) -> str:
    return str(books.world.state["story"][number])


def _amount(happening: Happening) -> int | None:
    return (
        None
        if happening.amount is None
        else money.minor(happening.amount, happening.customer.currency.lower())
    )


def _charge(books: Books, happening: Happening) -> Row:
    links = collecting.existing(books, _id(books, happening.invoice))["_payments"]
    intents = [books.get("invoice_payments", id)["payment"]["payment_intent"] for id in links]
    charges = [books.get("payment_intents", id)["latest_charge"] for id in intents]
    return books.get("charges", next(id for id in charges if id))


def _dispute(books: Books, happening: Happening) -> Row:
    return books.where("disputes", charge=_charge(books, happening)["id"])[-1]

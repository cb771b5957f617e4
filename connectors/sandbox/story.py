"""The demo company: Northmoor Instruments, who makes measuring machines, and one month of its business.

Neutral facts only. Each simulator tells them in its vendor's words, so all of them tell the same story: the invoice that
one shows as open is the one that its customer pays in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

COMPANY = "Northmoor Instruments"
DOMAIN, ENTITY, CURRENCY, COUNTRY = "10USA", "10USACO", "USD", "US"


@dataclass(frozen=True)
class Customer:
    number: str
    name: str
    email: str
    phone: str
    line1: str
    city: str
    state: str
    postal_code: str
    country: str
    currency: str
    terms_days: int = 30


@dataclass(frozen=True)
class Item:
    number: str
    name: str
    usd: Decimal
    account: str
    """The revenue account it is sold on."""


@dataclass(frozen=True)
class Line:
    item: Item
    quantity: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True)
class Invoice:
    number: str
    customer: Customer
    dated: date
    lines: tuple[Line, ...]

    @property
    def due(self) -> date:
        return self.dated + timedelta(days=self.customer.terms_days)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class Happening:
    """Something a customer or a bank did. `what` is pays, pays_part, pays_twice, refund, refund_part, refund_fails,
    disputes, dispute_won, dispute_lost, sale (money without an invoice) or payout_fails."""

    on: date
    what: str
    customer: Customer
    invoice: str = ""
    amount: Decimal | None = None


def _customers() -> Iterator[Customer]:
    rows = """
    C1001|Harbor Tooling GmbH|ap@harbor-tooling.example|+4940000001|Kai 4|Hamburg||20457|DE|EUR|30
    C1002|Bluefield Aerospace Inc.|payables@bluefield-aero.example|+12065550102|1200 Flight Way|Seattle|WA|98108|US|USD|30
    C1003|Cedar Ridge Dental Labs|office@cedarridge-labs.example|+15035550103|88 Cedar St|Portland|OR|97201|US|USD|14
    C1004|Meridian Foods LLC|ap@meridianfoods.example|+13125550104|410 W Lake St|Chicago|IL|60606|US|USD|30
    C1005|Okafor & Sons Precision|accounts@okafor-precision.example|+442075550105|9 Foundry Lane|Sheffield||S3 8AB|GB|GBP|30
    C1006|Sakura Optics K.K.|keiri@sakura-optics.example|+81355550106|2-8-1 Kanda|Tokyo||101-0041|JP|JPY|30
    C1007|Gulf Calibration W.L.L.|finance@gulfcal.example|+96522550107|Block 3, Shuwaikh|Kuwait City||70651|KW|KWD|30
    C1008|Vallée Horlogère SA|compta@vallee-horlogere.example|+41225550108|Rue du Lac 17|Genève||1207|CH|CHF|30
    C1009|Tidewater Research Institute|grants@tidewater.example|+17575550109|5 Harbor Rd|Norfolk|VA|23510|US|USD|45
    C1010|Prairie Wind Turbines|ap@prairiewind.example|+14025550110|700 Plains Ave|Omaha|NE|68102|US|USD|30
    C1011|Northern Lights Brewing|books@nlbrewing.example|+12185550111|31 Superior St|Duluth|MN|55802|US|USD|14
    C1012|O'Brien Marine Survey|mary@obrien-marine.example|+35315550112|12 Quay Street|Galway||H91 A2RC|IE|EUR|30
    C1013|Zenith Robotics Inc.|payables@zenith-robotics.example|+14155550113|1 Automation Dr|San Jose|CA|95110|US|USD|30
    C1014|Kestrel Medical Devices|ap@kestrel-med.example|+16175550114|220 Binney St|Cambridge|MA|02142|US|USD|60
    """
    for row in rows.split("\n"):
        if row.strip():
            number, name, email, phone, line1, city, state, code, country, currency, terms = (
                row.strip().split("|")
            )
            yield Customer(
                number, name, email, phone, line1, city, state, code, country, currency, int(terms)
            )


CUSTOMERS = {customer.number: customer for customer in _customers()}

ITEMS = {
    number: Item(number, name, Decimal(usd), account)
    for number, name, usd, account in (
        ("CAL-100", "Calibration service, on site", "640.00", "4200"),
        ("CAL-110", "Calibration certificate", "85.50", "4200"),
        ("GAU-210", "Digital bore gauge", "389.90", "4100"),
        ("GAU-220", "Height gauge 600 mm", "1249.00", "4100"),
        ("LAS-300", "Laser interferometer", "12480.00", "4100"),
        ("PRO-410", "Touch probe TP-20", "915.25", "4100"),
        ("PRO-420", "Stylus set, ruby", "148.75", "4100"),
        ("SUP-900", "Support contract, one month", "210.00", "4300"),
        ("FRT-001", "Freight and insurance", "74.20", "4400"),
    )
}

RATES = {  # units of the currency for one US dollar in Northmoor's price list
    "USD": Decimal(1),
    "EUR": Decimal("0.92"),
    "GBP": Decimal("0.79"),
    "CHF": Decimal("0.88"),
    "JPY": Decimal(150),
    "KWD": Decimal("0.307"),
}
STEPS = {"JPY": Decimal(1), "KWD": Decimal("0.010")}

# number, customer, days before today, items with their quantities
INVOICES = """
AR-88101|C1002|41|GAU-220*2 FRT-001
AR-88102|C1003|40|PRO-420*4 CAL-110*2
AR-88103|C1004|38|CAL-100*3
AR-88104|C1010|37|LAS-300 CAL-100 FRT-001
AR-88105|C1001|36|GAU-210*3 FRT-001
AR-88106|C1005|34|PRO-410*2
AR-88107|C1011|33|SUP-900
AR-88108|C1013|31|PRO-410*6 PRO-420*6
AR-88109|C1006|30|GAU-220*4
AR-88110|C1009|29|LAS-300*2 CAL-100*2
AR-88111|C1008|27|GAU-210*5 CAL-110*5
AR-88112|C1014|26|CAL-100*4 CAL-110*12
AR-88113|C1012|24|GAU-210
AR-88114|C1007|23|CAL-100*2 CAL-110*3
AR-88115|C1002|21|PRO-420*10
AR-88116|C1004|19|SUP-900*3
AR-88117|C1003|18|CAL-110*6
AR-88118|C1010|16|PRO-410 FRT-001
AR-88119|C1013|14|SUP-900*2
AR-88120|C1001|13|GAU-220*2 CAL-110*2
AR-88121|C1011|12|SUP-900
AR-88122|C1005|10|CAL-100
AR-88123|C1009|9|CAL-110*20
AR-88124|C1006|8|PRO-420*12
AR-88125|C1014|7|GAU-220
AR-88126|C1008|6|PRO-410*2 FRT-001
AR-88127|C1002|5|LAS-300 FRT-001
AR-88128|C1012|4|PRO-420*3
AR-88129|C1007|3|GAU-210*2
AR-88130|C1004|2|CAL-100 CAL-110*4
"""

# days before today, what, customer, invoice, amount
HAPPENINGS = """
33|pays|C1002|AR-88101|
32|pays|C1003|AR-88102|
31|sale|C1011||48.00
30|pays|C1001|AR-88105|
29|pays|C1011|AR-88107|
28|pays|C1004|AR-88103|
27|refund_part|C1003|AR-88102|148.75
26|pays|C1005|AR-88106|
25|sale|C1014||85.50
24|pays|C1006|AR-88109|
23|pays_part|C1010|AR-88104|6000.00
21|disputes|C1004|AR-88103|
20|pays|C1008|AR-88111|
19|pays|C1013|AR-88108|
17|pays|C1007|AR-88114|
16|payout_fails|C1002||
15|pays|C1012|AR-88113|
14|dispute_won|C1004|AR-88103|
13|refund|C1012|AR-88113|
12|pays|C1002|AR-88115|
11|pays|C1004|AR-88116|
9|pays|C1003|AR-88117|
8|pays|C1001|AR-88120|
7|disputes|C1002|AR-88115|
6|pays|C1013|AR-88119|
5|sale|C1003||389.90
4|pays|C1011|AR-88121|
3|dispute_lost|C1002|AR-88115|
2|pays|C1005|AR-88122|
1|pays_part|C1009|AR-88110|10000.00
"""


def price(item: Item, currency: str) -> Decimal:
    step = STEPS.get(currency, Decimal("0.01"))
    return (item.usd * RATES[currency] / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def invoices(today: date) -> list[Invoice]:
    """The month's invoices, oldest first, dated before `today`."""
    return [_invoice(row, today) for row in _rows(INVOICES)]


def happenings(today: date) -> list[Happening]:
    """What came of them, in order."""
    return [_happening(row, today) for row in _rows(HAPPENINGS)]


def _rows(text: str) -> list[list[str]]:
    return [row.split("|") for row in text.split("\n") if row]


def _invoice(row: list[str], today: date) -> Invoice:
    number, customer, days, items = row
    buyer = CUSTOMERS[customer]
    return Invoice(number, buyer, today - timedelta(days=int(days)), tuple(_lines(items, buyer.currency)))


def _lines(items: str, currency: str) -> Iterator[Line]:
    for word in items.split():
        number, _, quantity = word.partition("*")
        yield Line(ITEMS[number], int(quantity or 1), price(ITEMS[number], currency))


def _happening(row: list[str], today: date) -> Happening:
    days, what, customer, invoice, amount = row
    on = today - timedelta(days=int(days))
    return Happening(on, what, CUSTOMERS[customer], invoice, Decimal(amount) if amount else None)

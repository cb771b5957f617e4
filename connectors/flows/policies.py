"""The choices a customer has, each with its default and why that is the default. Pages are drawn from these."""

from __future__ import annotations

from connectors.flow import Account, Choice

EVERY_INTEGRATION = (
    Choice(
        "unmatched_customer",
        "A customer that has no match",
        (
            ("hold", "Wait for a person"),
            ("create", "Create it"),
            ("default", "Post to a named default customer"),
        ),
        "hold",
        "A wrong match is dearer than a short wait: money would stand on somebody else's account.",
        "A card payment of a guest names no customer: it waits, or goes to customer WEB-GUEST.",
    ),
    Choice(
        "default_customer",
        "The default customer",
        (),
        "",
        "Used only where the choice above says so.",
        table="customer",
    ),
    Choice(
        "unbound_links",
        "A payment whose invoice is not known in the ledger",
        (("on_account", "Post it on the customer's account"), ("hold", "Wait for a person")),
        "on_account",
        "The money is there either way; on account it can be applied later without a correction.",
    ),
    Choice(
        "conflict_rule",
        "Changed on both sides",
        (("left", "The ledger wins"), ("right", "The other side wins"), ("newest", "The newest change wins")),
        "left",
        "The ledger is where master data is usually kept. A conflict is shown whichever side wins.",
    ),
    Choice(
        "closed_period",
        "A date in a closed period",
        (
            ("hold", "Wait for a person"),
            ("next_open", "Post on the next open day, the true date in the text"),
        ),
        "hold",
        "Moving a posting into another period is an accountant's decision.",
    ),
    Choice(
        "reversal_date",
        "The date of a counter-document",
        (("event", "When it happened"), ("today", "The day it is posted")),
        "event",
        "A refund that failed on 30 April belongs to April.",
        "Choose the day of posting where periods close quickly.",
    ),
    Choice(
        "approval",
        "Approval before posting",
        (("automatic", "None needed"), ("every", "Every document"), ("above", "Above an amount")),
        "automatic",
        "The preview was approved as a whole before going live; what cannot be posted safely is held anyway.",
    ),
    Choice("approval_above", "The amount", (), "", "Used only where approval is asked for above an amount."),
)

RECEIPT_SOURCE = Choice(
    "receipt_source",
    "Who reports what customers paid",
    (("payments", "The payment system"), ("billing", "The billing system that collects through it")),
    "payments",
    "Money is booked once. Where a billing system collects through this account and is connected to the same ledger, "
    "it knows the invoices; the payment system then supplies payouts and fees only.",
)
OWN_INVOICES = Choice(
    "own_invoices",
    "Invoices the payment system makes by itself",
    (("receipt_only", "Book the money only"), ("invoice", "Book the invoice, then the money against it")),
    "receipt_only",
    "Revenue is often booked elsewhere already; booking it twice is the classic mistake.",
    "A subscription of 40.00: a receipt of 40.00 on account, or an invoice of 40.00 and a receipt that closes it.",
)
LOST_DISPUTES = Choice(
    "lost_disputes",
    "A dispute that is lost",
    (("losses", "Is a loss"), ("customer_owes", "The customer owes it again")),
    "losses",
    "The bank has decided; asking the customer again is a separate matter.",
)
REFUNDS_TO = Choice(
    "refunds_to",
    "Refunds are booked",
    (("customer", "On the customer's account"), ("account", "On an account for refunds")),
    "customer",
    "The customer's account then shows all that was paid and given back; a credit note, where there is one, meets it there.",
)
FEES_BY = Choice(
    "fees_by",
    "Fees are booked",
    (("payout", "With the payout that contains them"), ("row", "Each as it is charged")),
    "payout",
    "One entry per payout is what an accountant expects. Choose each row where payouts are taken by hand or instantly: "
    "nobody can tell which rows such a payout contains.",
    "Payout of 96.80: bank 96.80, fees 3.20, clearing 100.00.",
)
ROUNDING = Choice(
    "rounding",
    "A document whose lines miss its total by a rounding",
    (("hold", "Waits"), ("line", "Gets a rounding line that anyone can see")),
    "hold",
    "A difference is usually a mistake. At most one smallest unit per line is ever taken for a rounding.",
    "Lines 33.33 + 33.33 + 33.33 with a total of 100.00: a rounding line of 0.01.",
)
PART_PAID = Choice(
    "part_paid_invoices",
    "An invoice that is partly paid already",
    (("remaining", "Ask for what remains, as one line"), ("skip", "Do not put it up for payment")),
    "remaining",
    "The customer can pay what is open, and nothing twice.",
)
TAX_CODES = Choice(
    "tax_codes",
    "Taxes on booked invoices",
    (("amounts", "Post the amounts stated"), ("mapped", "Post them with the ledger's tax codes")),
    "amounts",
    "Tax was computed where the invoice was made and must not be computed again.",
)
NO_ORDER = Choice(
    "no_order",
    "A bill line without a purchase order",
    (("hold", "Waits"), ("cost_line", "Is booked as a cost on its mapped account")),
    "hold",
    "The match against order and receipt is the control that this connection exists for.",
)
PRICE_TOLERANCE = Choice(
    "price_tolerance_percent",
    "Price above the order, in percent",
    (),
    "0",
    "Any higher price is a person's decision until you say how much is not.",
    "With 2, an order price of 4.25 lets 4.33 pass and holds 4.34.",
)
POSTING_DATE = Choice(
    "posting_date",
    "Posting date of a bill",
    (("today", "The day it is posted"), ("bill", "The date on the bill")),
    "today",
    "A bill approved in May for April would otherwise meet a closed April.",
)
LOOKUPS = tuple(
    Choice(
        f"lookup_{kind}", f"Lookup for {words}", (), "", "Nothing is brought over until a lookup is named."
    )
    for kind, words in (("CostCentre", "cost centres"), ("Project", "projects"), ("GlAccount", "GL accounts"))
)

BANK = Account("bank", "Bank", "Where payouts arrive.", per_currency=True)
CLEARING = Account(
    "clearing",
    "Clearing",
    "Money the payment system holds for you; its balance is always what was not paid out yet.",
    per_currency=True,
)
FEES = Account("fees", "Processing fees", "What the payment system keeps.")
FEE_TAX = Account("fee_tax", "Tax on fees", "Input tax on those fees.")
REFUNDS = Account("refunds", "Refunds", "Used only where refunds are not booked on the customer's account.")
DISPUTES = Account("disputes", "Disputed funds", "An asset: money a bank has taken back until it decides.")
DISPUTE_LOSSES = Account("dispute_losses", "Dispute losses", "Disputes that were lost.")
DISPUTE_FEES = Account("dispute_fees", "Dispute fees", "What a dispute costs, won or lost.")
RESERVE = Account("reserve", "Reserve", "An asset: money the payment system holds back for a time.")
TOPUPS = Account("topups", "Top-ups in transit", "Money sent from the bank to the payment system.")
SUSPENSE = Account("suspense", "Suspense", "Rows of no known category, after a person has let them pass.")
ROUNDING_ACCOUNT = Account("rounding", "Rounding", "Cents that a rounding line makes visible.")
WRITE_OFF = Account("write_off", "Bad debt", "Invoices written off at their source.")
TAX = Account("tax", "Sales tax", "For taxes that have no account of their own.")
RECEIVED = Account(
    "received",
    "Bank for cash, cheques and transfers",
    "Money received outside any gateway.",
    per_currency=True,
)
COST = Account("cost", "Costs", "For cost lines that have no mapped account of their own.")

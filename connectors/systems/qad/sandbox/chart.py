"""The chart of accounts of the demo company, with its daybooks, GL profiles, payment instruments and status codes.

Every book setting that a connector asks an administrator for has an account or a code here.
"""

from __future__ import annotations

# code, description, GL type, currency, whether sub-account, cost center and project may be analysed
ACCOUNTS = """
1010|Operating bank USD|BANK|USD|NONE
1011|Bank EUR|BANK|EUR|NONE
1012|Bank GBP|BANK|GBP|NONE
1013|Bank CHF|BANK|CHF|NONE
1014|Bank JPY|BANK|JPY|NONE
1015|Bank KWD|BANK|KWD|NONE
1090|Stripe clearing USD|BANK|USD|NONE
1091|Stripe clearing EUR|BANK|EUR|NONE
1092|Stripe clearing GBP|BANK|GBP|NONE
1093|Stripe clearing CHF|BANK|CHF|NONE
1094|Stripe clearing JPY|BANK|JPY|NONE
1095|Stripe clearing KWD|BANK|KWD|NONE
1080|Other gateways clearing|BANK||NONE
1096|Payments allocated|SYSTEM||NONE
1097|Payments for collection|SYSTEM||NONE
1099|Unallocated bank entries|STANDARD||NONE
1150|Disputes|STANDARD||NONE
1160|Refunds clearing|STANDARD||NONE
1190|Suspense|STANDARD||NONE
1200|Customer control|CUSTOMERCONTROL||NONE
1210|Customer credit notes|CUSTOMERCONTROL||NONE
1220|Customer deductions|CUSTOMERCONTROL||NONE
1300|Supplier prepayments|SUPPLIERCONTROL||NONE
1400|Inventory|STANDARD||NONE
2000|Supplier control|SUPPLIERCONTROL||NONE
2010|Supplier credit notes|SUPPLIERCONTROL||NONE
2050|Unmatched invoices|SYSTEM||NONE
2060|Accrued receipts|SYSTEM||NONE
2090|Supplier payments|SYSTEM||NONE
2300|Deferred revenue|STANDARD||OPTIONAL
2350|Sales tax payable|STANDARD||NONE
2360|Input tax|STANDARD||NONE
2400|Customer prepayments|CUSTOMERCONTROL||NONE
3000|Retained earnings|STANDARD||NONE
4000|Subscriptions|STANDARD||OPTIONAL
4100|Instruments|STANDARD||OPTIONAL
4200|Calibration services|STANDARD||OPTIONAL
4300|Support contracts|STANDARD||OPTIONAL
4400|Freight billed|STANDARD||OPTIONAL
4800|Discounts granted|STANDARD||OPTIONAL
5000|Purchases|STANDARD||OPTIONAL
5210|Purchase rate variance|STANDARD||NONE
5220|Purchase usage variance|STANDARD||NONE
5300|Freight in|STANDARD||OPTIONAL
6100|Processing fees|STANDARD||OPTIONAL
6105|Tax on fees|STANDARD||OPTIONAL
6110|Dispute fees|STANDARD||OPTIONAL
6120|Bad debt|STANDARD||OPTIONAL
6130|Write-offs|STANDARD||OPTIONAL
6200|Marketing|STANDARD||MANDATORY
6900|Old expenses|STANDARD||OPTIONAL
7000|Exchange gain|STANDARD||NONE
7010|Exchange loss|STANDARD||NONE
7090|Rounding differences|STANDARD||NONE
7100|Payment discounts|STANDARD||NONE
"""
INACTIVE_ACCOUNTS = ("6900",)

# code, description, type, layer, control
DAYBOOKS = """
SALES|Sales invoices|CUSTOMERINVOICES|OFFICIAL|OPERATIONAL
CRN|Credit notes|CUSTOMERCREDITNOTES|OFFICIAL|OPERATIONAL
STINV|Stripe invoices|CUSTOMERINVOICES|OFFICIAL|FINANCIAL
STCRN|Stripe credit notes|CUSTOMERCREDITNOTES|OFFICIAL|FINANCIAL
CBINV|Chargebee invoices|CUSTOMERINVOICES|OFFICIAL|FINANCIAL
CBCRN|Chargebee credit notes|CUSTOMERCREDITNOTES|OFFICIAL|FINANCIAL
ZUINV|Zuora invoices|CUSTOMERINVOICES|OFFICIAL|FINANCIAL
ZUCRN|Zuora credit memos|CUSTOMERCREDITNOTES|OFFICIAL|FINANCIAL
CUSTADJ|Customer adjustments|CUSTOMERADJUSTMENTS|OFFICIAL|FINANCIAL
ARADJ|Open item adjustments|OPENITEMADJUSTMENTS|OFFICIAL|FINANCIAL
STRJE|Stripe journals|JOURNALENTRIES|OFFICIAL|FINANCIAL
EXTJE|External journals|JOURNALENTRIES|OFFICIAL|EXTERNAL
OPSJE|Operational postings|JOURNALENTRIES|OFFICIAL|OPERATIONAL
TRNJE|Transient journals|JOURNALENTRIES|TRANSIENT|FINANCIAL
MGTJE|Management journals|JOURNALENTRIES|MANAGEMENT|FINANCIAL
OLDJE|Old journals|JOURNALENTRIES|OFFICIAL|FINANCIAL
STRPAY|Stripe receipts|CUSTOMERPAYMENTS|OFFICIAL|FINANCIAL
GWPAY|Gateway receipts|CUSTOMERPAYMENTS|OFFICIAL|FINANCIAL
CHKPAY|Checks received|CUSTOMERPAYMENTS|OFFICIAL|FINANCIAL
BANK|Bank statements|BANKING|OFFICIAL|FINANCIAL
APINV|Supplier invoices|SUPPLIERINVOICES|OFFICIAL|FINANCIAL
APCRN|Supplier credit notes|SUPPLIERCREDITNOTES|OFFICIAL|FINANCIAL
APMAT|Receiver matching|APMATCHING|OFFICIAL|FINANCIAL
APPAY|Supplier payments|SUPPLIERPAYMENTS|OFFICIAL|FINANCIAL
RECV|PO receipts|RECEIPTS|OFFICIAL|OPERATIONAL
"""
INACTIVE_DAYBOOKS = ("OLDJE",)

PROFILES = {
    "CUST-INV": "1200",
    "CUST-CRN": "1210",
    "CUST-DED": "1220",
    "CUST-PRE": "2400",
    "CUST-SALES": "4100",
    "SUPP-INV": "2000",
    "SUPP-CRN": "2010",
    "SUPP-PRE": "1300",
    "SUPP-PUR": "5000",
}

# instrument, daybook, status to account; a blank account is the bank account of the payment itself
INSTRUMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "STRIPE": ("STRPAY", {"PAID": ""}),
    "GATEWAY": ("GWPAY", {"PAID": ""}),
    "CHECK": ("CHKPAY", {"ALLOCATED": "1096", "FORCOLLECTION": "1097", "PAID": ""}),
    "ACH": ("APPAY", {}),
}

# code, usage, allocation allowed, receiver matching
STATUSES = """
AR-ALLOC|AR|yes|no
AR-CONTESTED|AR|no|no
AP-INITIAL|AP|no|no
AP-NOALLOC|AP|no|no
AP-RMALLOC|AP|yes|yes
AP-GLALLOC|AP|yes|no
"""

# code, description, net days, discount percent, discount days
TERMS = """
N14|Net 14|14|0|0
N30|Net 30|30|0|0
N45|Net 45|45|0|0
N60|Net 60|60|0|0
2-10-N30|2% 10 days, net 30|30|2|10
"""

SETTINGS = {
    "roundingAccount": "7090",
    "exchangeGainAccount": "7000",
    "exchangeLossAccount": "7010",
    "discountAccount": "7100",
    "unallocatedAccount": "1099",
    "taxAccount": "2350",
    "inputTaxAccount": "2360",
    "unmatchedInvoicesAccount": "2050",
    "accruedReceiptsAccount": "2060",
    "supplierPaymentAccount": "2090",
    "inventoryAccount": "1400",
    "rateVarianceAccount": "5210",
    "usageVarianceAccount": "5220",
    "matchTolerancePercent": "10",
    "bankingDaybook": "BANK",
    "receiptsDaybook": "RECV",
}

UNITS = {
    "USD": ("US Dollar", "0.01"),
    "EUR": ("Euro", "0.01"),
    "GBP": ("Pound Sterling", "0.01"),
    "CHF": ("Swiss Franc", "0.01"),
    "JPY": ("Yen", "1"),
    "KWD": ("Kuwaiti Dinar", "0.001"),
    "HUF": ("Forint", "0.01"),
}


def table(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.split("\n") if line]

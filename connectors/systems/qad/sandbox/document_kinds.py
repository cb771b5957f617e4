"""The documents an instance serves: orders and receivers, invoices, payments, bank lines, adjustments, journals.

Field names and lengths as the instance publishes them in its OpenAPI document.
"""

from __future__ import annotations

from connectors.systems.qad.sandbox.fields import Fields, amounts, days, flags, integers, rows, text
from connectors.systems.qad.sandbox.kinds import BEBROWSE, LEGACY, Kind, Scope

ANALYSIS: Fields = (
    *text(8, "glAccountCode!", "subAccountCode"),
    *text(4, "costCenterCode"),
    *text(8, "projectCode"),
)
INVOICE_KEY: Fields = (*integers("invoiceYear"), *text(8, "invoiceDaybookCode"), *integers("invoiceVoucher"))
RATE: Fields = (*amounts("exchangeRate", "exchangeRateScale"),)
VOUCHER_KEYS = ("entityCode", "year", "daybookCode", "voucher")
PAYMENT_KEYS = ("entityCode", "year", "paymentInstrument", "number")

PO_LINE: Fields = (
    *integers("purchaseOrderLine!"),
    *text(8, "siteCode"),
    *text(18, "itemCode!"),
    *amounts("quantityOrdered!", "quantityReceived", "purchaseCost!"),
    *text(8, "unitOfMeasure"),
    *days("dueDate"),
    *text(1, "lineStatus"),
)

PURCHASE_ORDER = Kind(
    "purchase_order",
    "purchaseOrderHeaders",
    ("domainCode", "purchaseOrderNumber"),
    (
        *text(8, "domainCode!", "purchaseOrderNumber!", "supplierCode!"),
        *text(3, "currencyCode!"),
        *amounts("exchangeRate", "exchangeRate2"),
        *text(20, "exchangeRateType"),
        *text(8, "creditTermsCode", "daybookSetCode", "shipToSite", "billToCode", "taxEnvironment"),
        *days("orderDate!", "dueDate"),
        *text(1, "orderStatus", "ERSOption"),
        *flags("isConfirmed"),
        rows("purchaseOrderLines", PO_LINE),
    ),
    "purchaseOrderHeader",
    Scope.DOMAIN,
    "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader",
    browses=(f"{BEBROWSE}purchasing.purchaseOrderHeaders", f"{LEGACY}po803"),
    legacy={
        "po_mstr.po_domain": "domainCode",
        "po_mstr.po_nbr": "purchaseOrderNumber",
        "po_mstr.po_vend": "supplierCode",
        "po_mstr.po_stat": "orderStatus",
        "po_mstr.po_curr": "currencyCode",
        "po_mstr.po_cr_terms": "creditTermsCode",
        "po_mstr.po_ord_date": "orderDate",
    },
    codes={"supplierCode": ("supplier", "Supplier"), "currencyCode": ("currency", "Currency")},
)

PURCHASE_ORDER_LINE = Kind(
    "purchase_order_line",
    "purchaseOrderLines",
    ("domainCode", "purchaseOrderNumber", "purchaseOrderLine"),
    (*text(8, "domainCode!", "purchaseOrderNumber!"), *PO_LINE),
    "purchaseOrderLine",
    Scope.DOMAIN,
    path_name="purchaseOrderLinesGrid",
    browses=(f"{LEGACY}po804",),
    legacy={
        "pod_det.pod_domain": "domainCode",
        "pod_det.pod_nbr": "purchaseOrderNumber",
        "pod_det.pod_line": "purchaseOrderLine",
        "pod_det.pod_part": "itemCode",
        "pod_det.pod_qty_ord": "quantityOrdered",
        "pod_det.pod_qty_rcvd": "quantityReceived",
        "pod_det.pod_pur_cost": "purchaseCost",
        "pod_det.pod_um": "unitOfMeasure",
        "pod_det.pod_status": "lineStatus",
    },
)

PO_RECEIPT = Kind(
    "po_receipt",
    "purchaseOrderReceipts",
    ("domainCode", "receiverNumber", "line"),
    (
        *text(8, "domainCode!", "receiverNumber!"),
        *integers("line!"),
        *text(8, "purchaseOrderNumber"),
        *integers("purchaseOrderLine"),
        *text(8, "supplierCode", "siteCode"),
        *text(18, "itemCode"),
        *days("receiptDate"),
        *amounts("quantityReceived", "quantityVouchered", "purchaseCost"),
        *text(8, "unitOfMeasure"),
        *text(3, "currencyCode"),
        *text(20, "packingSlip"),
        *flags("isReturn"),
    ),
    "purchaseOrderReceipt",
    Scope.DOMAIN,
    browses=(f"{LEGACY}po501", f"{LEGACY}ap007", f"{LEGACY}po046"),
    legacy={
        "prh_hist.prh_domain": "domainCode",
        "prh_hist.prh_receiver": "receiverNumber",
        "prh_hist.prh_nbr": "purchaseOrderNumber",
        "prh_hist.prh_line": "purchaseOrderLine",
        "prh_hist.prh_vend": "supplierCode",
        "prh_hist.prh_part": "itemCode",
        "prh_hist.prh_rcp_date": "receiptDate",
        "prh_hist.prh_rcvd": "quantityReceived",
        "prh_hist.prh_pur_cost": "purchaseCost",
        "prh_hist.prh_curr": "currencyCode",
        "prh_hist.prh_ps_nbr": "packingSlip",
        "prh_hist.prh_site": "siteCode",
    },
    methods=("GET",),
)

CUSTOMER_INVOICE = Kind(
    "customer_invoice",
    "customerInvoices",
    VOUCHER_KEYS,
    (
        *text(8, "entityCode!", "daybookCode!"),
        *integers("year", "period", "voucher"),
        *text(24, "invoiceType!"),
        *text(8, "customerCode!"),
        *text(3, "currencyCode!"),
        *amounts("amountTC!", "balanceTC?"),
        *flags("isOpen?", "isPaymentAllowed?", "isSelected?"),
        *text(40, "description!"),
        *days("invoiceDate!", "postingDate!", "taxPointDate!", "dueDate", "discountDueDate", "lastPaidDate?"),
        *text(8, "creditTermsCode"),
        *text(20, "invoiceStatusCode!"),
        *flags("isTaxable!"),
        *text(8, "subAccountCode"),
        *text(4, "costCenterCode"),
        *RATE,
        *text(8, "shipFromBusinessRelation", "shipToBusinessRelation"),
        *text(40, "linkedInvoice"),
        rows(
            "customerInvoicePostings",
            (
                *integers("line"),
                *ANALYSIS,
                *amounts("amountTC!"),
                *text(1, "debitCredit!"),
                *text(40, "description"),
                *text(8, "taxCode"),
            ),
        ),
    ),
    "customerInvoice",
    Scope.ENTITY,
    "urn:be:com.qad.financials.salesledger.customerinvoice.ICustomerInvoice",
    browses=(f"{BEBROWSE}financials.customerInvoices", f"{LEGACY}an001"),
)

CUSTOMER_PAYMENT = Kind(
    "customer_payment",
    "customerPayments",
    PAYMENT_KEYS,
    (
        *text(8, "entityCode!"),
        *text(20, "paymentInstrument!"),
        *integers("year", "number"),
        *text(40, "reference!"),
        *text(8, "customerCode!"),
        *text(3, "currencyCode!"),
        *amounts("amountTC!"),
        *text(8, "bankGlAccountCode!"),
        *days("paymentDate!", "postingDate!", "dueDate"),
        *text(20, "status!", "subType"),
        *RATE,
        *flags("isOpen?"),
        rows(
            "customerPaymentLines",
            (
                *integers("line"),
                *text(12, "lineType!"),
                *INVOICE_KEY,
                *amounts("allocatedAmountTC!", "discountAmountTC"),
            ),
        ),
    ),
    "customerPayment",
    Scope.ENTITY,
    "urn:be:com.qad.financials.salesledger.customerpayment.ICustomerPayment",
    browses=(f"{BEBROWSE}financials.customerPayments",),
)

BANKING_ENTRY = Kind(
    "banking_entry",
    "bankingEntries",
    ("entityCode", "bankGlAccountCode", "year", "statementNumber", "line"),
    (
        *text(8, "entityCode!", "bankGlAccountCode!"),
        *integers("year", "statementNumber", "line"),
        *days("postingDate!", "valueDate"),
        *text(3, "currencyCode!"),
        *text(3, "direction!"),
        *amounts("amountTC!"),
        *text(40, "description!", "externalReference", "externalName"),
        *text(20, "status"),
        *RATE,
        rows(
            "bankingEntryAllocations",
            (
                *integers("line"),
                *text(16, "allocationType!"),
                *text(8, "customerCode", "supplierCode"),
                *INVOICE_KEY,
                *amounts("amountTC!", "discountAmountTC"),
                *text(8, "glAccountCode", "subAccountCode"),
                *text(4, "costCenterCode"),
                *text(8, "projectCode"),
            ),
        ),
    ),
    "bankingEntry",
    Scope.ENTITY,
    browses=(f"{BEBROWSE}financials.bankingEntries",),
)

OPEN_ITEM_ADJUSTMENT = Kind(
    "open_item_adjustment",
    "openItemAdjustments",
    VOUCHER_KEYS,
    (
        *text(8, "entityCode!", "daybookCode!"),
        *integers("year", "period", "voucher"),
        *text(8, "customerCode!"),
        *text(3, "currencyCode!"),
        *days("postingDate!"),
        *text(40, "description!"),
        rows(
            "openItemAdjustmentLines",
            (
                *integers("line"),
                *text(12, "itemType!"),
                *INVOICE_KEY,
                *amounts("amountTC!"),
                *text(8, "glAccountCode", "subAccountCode"),
                *text(4, "costCenterCode"),
                *text(8, "projectCode"),
            ),
        ),
    ),
    "openItemAdjustment",
    Scope.ENTITY,
)

JOURNAL_ENTRY = Kind(
    "journal_entry",
    "journalEntries",
    VOUCHER_KEYS,
    (
        *text(8, "entityCode!", "daybookCode!"),
        *integers("year!", "period!", "voucher"),
        *days("postingDate!", "valueDate"),
        *text(40, "description!", "secondText"),
        *text(80, "invoiceReferenceText"),
        *flags("autoReversal"),
        rows(
            "journalEntryLines",
            (
                *integers("line"),
                *ANALYSIS,
                *text(3, "currencyCode!"),
                *amounts("debitTC", "creditTC", "debitBC", "creditBC", "debitSC", "creditSC"),
                *RATE,
                *text(40, "description"),
            ),
        ),
    ),
    "journalEntry",
    Scope.ENTITY,
    "urn:be:com.qad.financials.generalledger.journalentry.IJournalEntry",
    browses=(f"{BEBROWSE}financials.journalEntries",),
    methods=("GET", "POST", "DELETE"),
)

SUPPLIER_INVOICE = Kind(
    "supplier_invoice",
    "supplierInvoices",
    VOUCHER_KEYS,
    (
        *text(8, "entityCode!", "daybookCode!", "matchingDaybookCode"),
        *integers("year", "period", "voucher"),
        *text(24, "invoiceType!"),
        *text(8, "supplierCode!"),
        *text(40, "supplierReference!"),
        *text(3, "currencyCode!"),
        *amounts("amountTC!", "balanceTC?"),
        *days("invoiceDate!", "postingDate!", "taxPointDate", "dueDate", "discountDueDate", "lastPaidDate?"),
        *text(8, "creditTermsCode"),
        *text(20, "invoiceStatusCode!"),
        *flags("isInitialStatus", "isTaxable", "isERS", "isOpen?", "isMatchingFinal?"),
        *amounts("holdAmountTC"),
        *text(40, "description", "batchNumber", "registrationNumber"),
        *RATE,
        rows("purchaseOrders", (*text(8, "poDomain!", "purchaseOrderNumber!"),)),
        rows(
            "receiverMatchings",
            (
                *text(8, "purchaseOrderNumber!", "receiverNumber!"),
                *integers("purchaseOrderLine!"),
                *amounts("matchQuantity!", "matchUnitPrice!"),
                *flags("isFinished"),
            ),
        ),
        rows("costLines", (*ANALYSIS, *amounts("amountTC!"), *text(40, "description"))),
    ),
    "supplierInvoice",
    Scope.ENTITY,
    "urn:be:com.qad.financials.purchaseledger.supplierinvoice.ISupplierInvoice",
    browses=(f"{BEBROWSE}financials.supplierInvoices",),
)

SUPPLIER_PAYMENT = Kind(
    "supplier_payment",
    "supplierPayments",
    PAYMENT_KEYS,
    (
        *text(8, "entityCode!"),
        *integers("year", "number"),
        *text(20, "paymentInstrument!"),
        *text(8, "supplierCode!", "bankGlAccountCode!"),
        *text(3, "currencyCode!"),
        *amounts("amountTC!"),
        *days("paymentDate!", "postingDate!"),
        *text(40, "reference"),
        *text(20, "status!"),
        rows(
            "supplierPaymentLines",
            (
                *integers("line"),
                *INVOICE_KEY,
                *text(40, "supplierReference"),
                *amounts("paidAmountTC!", "discountAmountTC"),
            ),
        ),
    ),
    "supplierPayment",
    Scope.ENTITY,
    "urn:be:com.qad.financials.purchaseledger.supplierpayment.ISupplierPayment",
    browses=(f"{BEBROWSE}financials.supplierPayments",),
    methods=("GET",),
)

DOCUMENTS = (
    PURCHASE_ORDER,
    PURCHASE_ORDER_LINE,
    PO_RECEIPT,
    CUSTOMER_INVOICE,
    CUSTOMER_PAYMENT,
    BANKING_ENTRY,
    OPEN_ITEM_ADJUSTMENT,
    JOURNAL_ENTRY,
    SUPPLIER_INVOICE,
    SUPPLIER_PAYMENT,
)

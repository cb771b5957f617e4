"""The master data an instance serves: parties, items, the chart and its analyses, calendars and terms.

Which fields are mandatory, how long they may be and what they must refer to is all here, as data.
"""

from __future__ import annotations

from connectors.systems.qad.sandbox.fields import Fields, amounts, codes, days, flags, integers, nested, text
from connectors.systems.qad.sandbox.kinds import BEBROWSE, LEGACY, Kind, Scope

ADDRESS: Fields = (
    *text(28, "addressSearchName"),
    *text(80, "street1", "street2", "street3"),
    *text(40, "city"),
    *text(20, "zipCode"),
    *text(10, "stateCode", "countryCode"),
    *text(8, "taxZone"),
)

HEAD_OFFICE: Fields = (*text(20, "addressTypeCode"), *text(80, "addressName"), *ADDRESS)

BUSINESS_RELATION = Kind(
    "business_relation",
    "businessRelationV2s",
    ("businessRelationCode",),
    (
        *text(8, "businessRelationCode!"),
        *text(80, "businessRelationName1!", "businessRelationName2", "businessRelationName3"),
        *text(28, "businessRelationSearchName"),
        *flags("isActive", "isPreDefaulted"),
        *text(4, "languageCode"),
        nested("headOffice", HEAD_OFFICE),
    ),
    "businessRelation",
    Scope.SYSTEM,
    "urn:be:com.qad.base.address.IBusinessRelationV2",
    browses=(f"{LEGACY}ad037",),
)

PARTY_CODES = {
    "businessRelationCode": ("business_relation", "Business relation"),
    "currencyCode": ("currency", "Currency"),
    "creditTermsCode": ("credit_terms", "Credit terms"),
    "invoiceStatusCode": ("invoiceStatuses", "Invoice status"),
    "invoiceControlGLProfileCode": ("glProfiles", "GL profile"),
    "creditNoteControlGLProfileCode": ("glProfiles", "GL profile"),
    "prePaymentControlGLProfileCode": ("glProfiles", "GL profile"),
    "taxZone": ("tax_zone", "Tax zone"),
    "taxClass": ("tax_class", "Tax class"),
}

PARTY: Fields = (
    *text(8, "sharedSetCode!", "businessRelationCode!"),
    *flags("isActive!"),
    *text(3, "currencyCode!"),
    *text(8, "creditTermsCode!"),
    *text(20, "invoiceStatusCode!", "invoiceControlGLProfileCode!"),
    *text(20, "creditNoteControlGLProfileCode!", "prePaymentControlGLProfileCode!"),
    *text(80, "businessRelationName"),
    *ADDRESS,
    *text(100, "EMail"),
    *text(40, "telephone"),
    *text(8, "taxClass"),
    *flags("isTaxable"),
)

CUSTOMER = Kind(
    "customer",
    "customerV2s",
    ("sharedSetCode", "customerCode"),
    (
        *text(8, "customerCode!"),
        *PARTY,
        *text(20, "salesAccountGLProfileCode!", "deductionControlGLProfileCode"),
        *text(8, "customerTypeCode", "creditRatingCode", "billToCustomerCode"),
        *amounts("fixedCreditLimit"),
        *flags("isLockedCreditLimit"),
    ),
    "customer",
    Scope.SHARED,
    "urn:be:com.qad.base.customer.ICustomerV2",
    browses=(f"{BEBROWSE}base.customers", f"{LEGACY}ad001"),
    codes={
        **PARTY_CODES,
        "salesAccountGLProfileCode": ("glProfiles", "GL profile"),
        "deductionControlGLProfileCode": ("glProfiles", "GL profile"),
        "billToCustomerCode": ("customer", "Customer"),
    },
    set_code="CUST-SS",
)

CUSTOMER_DOMAIN = Kind(
    "customer_domain",
    "mfgCustomers",
    ("domainContext", "customerCode"),
    (*text(8, "domainContext!", "customerCode!", "siteCode", "daybookSetCode"),),
    "mfgCustomer",
    Scope.DOMAIN,
    "urn:be:com.qad.base.customer.IMfgCustomer",
    codes={"siteCode": ("site", "Site"), "daybookSetCode": ("daybookSets", "Daybook set")},
    scope_field="domainContext",
)

SUPPLIER = Kind(
    "supplier",
    "supplierV2s",
    ("sharedSetCode", "supplierCode"),
    (
        *text(8, "supplierCode!"),
        *PARTY,
        *text(20, "purchaseAccountGLProfileCode!"),
        *text(40, "taxIdFederal"),
    ),
    "supplier",
    Scope.SHARED,
    "urn:be:com.qad.base.supplier.ISupplierV2",
    browses=(f"{BEBROWSE}base.suppliers", f"{LEGACY}ad014"),
    codes={**PARTY_CODES, "purchaseAccountGLProfileCode": ("glProfiles", "GL profile")},
    set_code="SUPP-SS",
)

ITEM = Kind(
    "item",
    "items",
    ("domainCode", "itemCode"),
    (
        *text(8, "domainCode!"),
        *text(18, "itemCode!"),
        *text(24, "description1", "description2"),
        *text(8, "unitOfMeasure", "productLine", "itemStatus"),
        *flags("isActive"),
    ),
    "item",
    Scope.DOMAIN,
    "urn:be:com.qad.base.item.IItem",
    browses=(f"{BEBROWSE}base.items", f"{LEGACY}pp036"),
    methods=("GET", "POST", "DELETE"),
)

SITE = Kind(
    "site",
    "sites",
    ("domainCode", "siteCode"),
    (
        *text(8, "domainCode!", "siteCode!"),
        *text(24, "description"),
        *text(8, "entityCode"),
        *flags("isActive"),
    ),
    "site",
    Scope.DOMAIN,
    "urn:be:com.qad.base.item.ISite",
    browses=(f"{BEBROWSE}base.sites",),
)

SUPPLIER_ITEM = Kind(
    "supplier_item",
    "supplierItems",
    ("domainCode", "supplierCode", "itemCode", "supplierItemCode"),
    (
        *text(8, "domainCode!", "supplierCode!"),
        *text(18, "itemCode!"),
        *text(30, "supplierItemCode!"),
        *text(8, "unitOfMeasure"),
        *text(3, "currencyCode"),
        *amounts("price"),
    ),
    "supplierItem",
    Scope.DOMAIN,
    "urn:be:com.qad.purchasing.setup.ISupplierItem",
    folder="purchasing",
    codes={"supplierCode": ("supplier", "Supplier"), "currencyCode": ("currency", "Currency")},
)

GL_ACCOUNT = Kind(
    "gl_account",
    "glAccounts",
    ("sharedSetCode", "glAccountCode"),
    (
        *text(8, "sharedSetCode!", "glAccountCode!"),
        *text(24, "description!"),
        *text(20, "glType!"),
        *text(3, "currencyCode"),
        *flags("isActive!"),
        *text(10, "subAccountAnalysis", "costCenterAnalysis", "projectAnalysis"),
    ),
    "glAccount",
    Scope.SHARED,
    browses=(f"{BEBROWSE}base.glAccounts",),
    codes={"currencyCode": ("currency", "Currency")},
    set_code="GL-SS",
)


def _analysis(slug: str, plural: str, code: str, length: int, set_code: str, *browses: str) -> Kind:
    fields = (
        *text(8, "sharedSetCode!"),
        *text(length, f"{code}!"),
        *text(24, "description!"),
        *flags("isActive!"),
    )
    key = ("sharedSetCode", code)
    return Kind(slug, plural, key, fields, plural[:-1], Scope.SHARED, browses=browses, set_code=set_code)


SUB_ACCOUNT = _analysis(
    "sub_account", "subAccounts", "subAccountCode", 8, "SUB-SS", f"{BEBROWSE}base.subAccounts"
)
COST_CENTER = _analysis("cost_center", "costCenters", "costCenterCode", 4, "CC-SS", f"{LEGACY}gp059")
PROJECT = _analysis("project", "projects", "projectCode", 8, "PRJ-SS", f"{BEBROWSE}financials.projects")

CURRENCY = Kind(
    "currency",
    "currencies",
    ("currencyCode",),
    (*text(3, "currencyCode!"), *text(24, "description!"), *amounts("roundingUnit!"), *flags("isActive!")),
    "currency",
    Scope.SYSTEM,
    browses=(f"{BEBROWSE}base.currencies",),
)

CREDIT_TERMS = Kind(
    "credit_terms",
    "creditTerms",
    ("creditTermsCode",),
    (
        *text(8, "sharedSetCode", "creditTermsCode!"),
        *text(24, "description!"),
        *integers("netDays", "discountDays"),
        *amounts("discountPercent"),
        *flags("isActive!"),
    ),
    "creditTerms",
    Scope.SHARED,
    browses=(f"{BEBROWSE}base.creditTerms",),
    set_code="CT-SS",
)

DAYBOOK = Kind(
    "daybook",
    "daybooks",
    ("daybookCode",),
    (
        *text(8, "sharedSetCode", "daybookCode!"),
        *text(24, "description!"),
        *text(30, "daybookType!"),
        *text(12, "layerType!", "control!"),
        *flags("isActive!"),
    ),
    "daybook",
    Scope.SHARED,
    browses=(f"{LEGACY}gl031",),
    set_code="DB-SS",
)

GL_PERIOD = Kind(
    "gl_period",
    "glPeriods",
    ("entityCode", "year", "period"),
    (
        *text(8, "entityCode!"),
        *integers("year!", "period!"),
        *days("startDate!", "endDate!"),
        *flags("isClosed"),
        codes("lockedDaybooks"),
    ),
    "glPeriod",
    Scope.ENTITY,
    browses=(f"{LEGACY}gl111", f"{LEGACY}gl921"),
    methods=("GET",),
)


def _tax(slug: str, plural: str, singular: str) -> Kind:
    fields = (*text(8, "code!"), *text(24, "description"), *amounts("taxPercent"), *flags("isActive"))
    return Kind(slug, plural, ("code",), fields, singular, Scope.SYSTEM, methods=("GET",))


TAX_ZONE = _tax("tax_zone", "taxZones", "taxZone")
TAX_CLASS = _tax("tax_class", "taxClasses", "taxClass")

MASTERS = (
    BUSINESS_RELATION,
    CUSTOMER,
    CUSTOMER_DOMAIN,
    SUPPLIER,
    ITEM,
    SITE,
    SUPPLIER_ITEM,
    GL_ACCOUNT,
    SUB_ACCOUNT,
    COST_CENTER,
    PROJECT,
    CURRENCY,
    CREDIT_TERMS,
    DAYBOOK,
    GL_PERIOD,
    TAX_ZONE,
    TAX_CLASS,
)

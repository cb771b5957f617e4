"""What an instance calls things: paths, keys, fields and how lists are read, since no two instances need agree.

Every value is a default that an administrator may correct; the names used in this folder are those of the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from connectors.errors import Refused

PAGE_CAP = 100
TRANSPORTS = ("auto", "offset", "browse")
AUTH_MODES = ("oauth_password", "oauth_client_credentials", "jwt_login", "basic", "static_bearer")
_PATH = re.compile(r"/[A-Za-z0-9_\-./]*")


@dataclass(frozen=True)
class KindProfile:
    """One record kind of the instance. `fields` renames what this instance calls differently."""

    path: str
    plural: str
    keys: tuple[str, ...]
    view_uri: str = ""
    browse_id: str = ""
    browse_prefix: str = ""
    transport: str = "auto"
    fields: Mapping[str, str] = field(default_factory=dict)
    modified: str = "lastModifiedDate"
    """The field to filter changes by; empty where the instance has none."""
    required: tuple[str, ...] = ()
    """What must be there for us to read a row; checked against the instance."""
    page_rows: int = PAGE_CAP

    def theirs(self, name: str) -> str:
        return self.fields.get(name, name)


@dataclass(frozen=True)
class Signing:
    mode: str = "oauth_password"
    token_path: str = "/oauth/token"  # noqa: S105
    login_path: str = "/api/qracore/login"
    token_pointers: tuple[str, ...] = ("/access_token", "/token", "/jwt")


@dataclass(frozen=True)
class Profile:
    signing: Signing = field(default_factory=Signing)
    workspace_header: str = "x-qad-workspace-id"
    workspace_format: str = "{domain}_{entity}"
    browse_path: str = "/api/qracore/browses"
    openapi: tuple[str, ...] = (
        "/api/erp/v3/api-docs",
        "/api/erp/openapi.json",
        "/api/erp/swagger.json",
        "/v3/api-docs",
        "/swagger/v1/swagger.json",
    )
    kinds: Mapping[str, KindProfile] = field(default_factory=dict)

    def kind(self, name: str) -> KindProfile:
        return self.kinds[name]

    def workspace(self, domain: str, entity: str) -> str:
        return self.workspace_format.format(domain=domain, entity=entity)


def _be(module: str) -> str:
    return f"urn:browse:bebrowse:com.qad.erp.{module}"


def _mfg(code: str) -> str:
    return f"urn:browse:mfg:{code}"


DOCUMENT = ("entityCode", "year", "daybookCode", "voucher")
_AR = "urn:be:com.qad.financials.salesledger"
_AP = "urn:be:com.qad.financials.purchaseledger"
_BASE = "urn:be:com.qad.base"

DEFAULTS: Mapping[str, KindProfile] = {
    "business_relation": KindProfile(
        "/api/erp/businessRelationV2s",
        "businessRelationV2s",
        ("businessRelationCode",),
        f"{_BASE}.address.IBusinessRelationV2",
        _mfg("ad037"),
        "businessRelation",
        required=("businessRelationName1",),
    ),
    "customer": KindProfile(
        "/api/erp/customerV2s",
        "customerV2s",
        ("sharedSetCode", "customerCode"),
        f"{_BASE}.customer.ICustomerV2",
        _be("base.customers"),
        "customer",
        required=("businessRelationName", "isActive", "currencyCode"),
    ),
    "customer_domain": KindProfile(
        "/api/erp/mfgCustomers",
        "mfgCustomers",
        ("domainContext", "customerCode"),
        f"{_BASE}.customer.IMfgCustomer",
    ),
    "supplier": KindProfile(
        "/api/erp/supplierV2s",
        "supplierV2s",
        ("sharedSetCode", "supplierCode"),
        f"{_BASE}.supplier.ISupplierV2",
        _be("base.suppliers"),
        "supplier",
        required=("businessRelationName", "isActive"),
    ),
    "item": KindProfile(
        "/api/erp/items",
        "items",
        ("domainCode", "itemCode"),
        f"{_BASE}.item.IItem",
        _be("base.items"),
        "item",
        required=("description1",),
    ),
    "gl_account": KindProfile(
        "/api/erp/glAccounts",
        "glAccounts",
        ("sharedSetCode", "glAccountCode"),
        browse_id=_be("base.glAccounts"),
        browse_prefix="glAccount",
        required=("description", "isActive"),
    ),
    "cost_center": KindProfile(
        "/api/erp/costCenters",
        "costCenters",
        ("sharedSetCode", "costCenterCode"),
        browse_id=_mfg("gp059"),
        browse_prefix="costCenter",
        required=("description",),
    ),
    "project": KindProfile(
        "/api/erp/projects",
        "projects",
        ("sharedSetCode", "projectCode"),
        browse_id=_be("financials.projects"),
        browse_prefix="project",
        required=("description",),
    ),
    "currency": KindProfile(
        "/api/erp/currencies",
        "currencies",
        ("currencyCode",),
        browse_id=_be("base.currencies"),
        browse_prefix="currency",
        modified="",
        required=("isActive",),
    ),
    "credit_terms": KindProfile(
        "/api/erp/creditTerms",
        "creditTerms",
        ("sharedSetCode", "creditTermsCode"),
        browse_id=_be("base.creditTerms"),
        browse_prefix="creditTerms",
        modified="",
    ),
    "daybook": KindProfile(
        "/api/erp/daybooks",
        "daybooks",
        ("sharedSetCode", "daybookCode"),
        browse_id=_mfg("gl031"),
        browse_prefix="daybook",
        modified="",
        required=("isActive",),
    ),
    "gl_period": KindProfile(
        "/api/erp/glPeriods",
        "glPeriods",
        ("entityCode", "year", "period"),
        browse_id=_mfg("gl111"),
        browse_prefix="glPeriod",
        modified="",
        required=("startDate", "endDate", "isClosed"),
    ),
    "tax_class": KindProfile("/api/erp/taxClasses", "taxClasses", ("code",), modified=""),
    "customer_invoice": KindProfile(
        "/api/erp/customerInvoices",
        "customerInvoices",
        DOCUMENT,
        f"{_AR}.customerinvoice.ICustomerInvoice",
        _be("financials.customerInvoices"),
        "customerInvoice",
        required=(
            "invoiceType",
            "customerCode",
            "currencyCode",
            "amountTC",
            "balanceTC",
            "isOpen",
            "description",
        ),
    ),
    "customer_payment": KindProfile(
        "/api/erp/customerPayments",
        "customerPayments",
        ("entityCode", "year", "paymentInstrument", "number"),
        f"{_AR}.customerpayment.ICustomerPayment",
        required=("reference", "customerCode", "amountTC", "currencyCode", "status"),
    ),
    "banking_entry": KindProfile(
        "/api/erp/bankingEntries",
        "bankingEntries",
        ("entityCode", "bankGlAccountCode", "year", "statementNumber", "line"),
        required=("externalReference", "amountTC", "direction"),
    ),
    "open_item_adjustment": KindProfile(
        "/api/erp/openItemAdjustments", "openItemAdjustments", DOCUMENT, required=("description",)
    ),
    "journal_entry": KindProfile(
        "/api/erp/journalEntries",
        "journalEntries",
        DOCUMENT,
        "urn:be:com.qad.financials.generalledger.journalentry.IJournalEntry",
        _be("financials.journalEntries"),
        "journalEntry",
        required=("description", "postingDate"),
    ),
    "purchase_order": KindProfile(
        "/api/erp/purchaseOrderHeaders",
        "purchaseOrderHeaders",
        ("domainCode", "purchaseOrderNumber"),
        "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader",
        _be("purchasing.purchaseOrderHeaders"),
        "purchaseOrderHeader",
        required=("supplierCode", "currencyCode", "orderStatus", "purchaseOrderLines"),
    ),
    "po_receipt": KindProfile(
        "/api/erp/purchaseOrderReceipts",
        "purchaseOrderReceipts",
        ("domainCode", "receiverNumber", "line"),
        browse_id=_mfg("po501"),
        browse_prefix="prh_hist",
        required=("purchaseOrderNumber", "purchaseOrderLine", "quantityReceived"),
    ),
    "supplier_invoice": KindProfile(
        "/api/erp/supplierInvoices",
        "supplierInvoices",
        DOCUMENT,
        f"{_AP}.supplierinvoice.ISupplierInvoice",
        _be("financials.supplierInvoices"),
        "supplierInvoice",
        required=("supplierCode", "supplierReference", "amountTC", "balanceTC"),
    ),
    "supplier_payment": KindProfile(
        "/api/erp/supplierPayments",
        "supplierPayments",
        ("entityCode", "year", "paymentInstrument", "number"),
        f"{_AP}.supplierpayment.ISupplierPayment",
        required=("supplierCode", "amountTC", "status", "supplierPaymentLines"),
    ),
}


def read_profile(stored: Mapping[str, Any]) -> Profile:
    """The defaults with an administrator's corrections. A correction that fits nowhere is refused by name."""
    profile = Profile(kinds=dict(DEFAULTS))
    kinds = dict(DEFAULTS)
    for name, changes in dict(stored.get("kinds") or {}).items():
        if name not in kinds:
            raise _odd(f"kinds.{name}", f"one of {', '.join(sorted(kinds))}")
        kinds[name] = _changed(kinds[name], changes, f"kinds.{name}")
        if kinds[name].transport not in TRANSPORTS:
            raise _odd(f"kinds.{name}.transport", " or ".join(TRANSPORTS))
    signing = _changed(profile.signing, dict(stored.get("auth") or {}), "auth")
    if signing.mode not in AUTH_MODES:
        raise _odd("auth.mode", " or ".join(AUTH_MODES))
    rest = {name: value for name, value in stored.items() if name not in ("kinds", "auth", "version")}
    return replace(_changed(profile, rest, "profile"), kinds=kinds, signing=signing)


P = TypeVar("P", KindProfile, Signing, Profile)


def _changed(part: P, changes: Mapping[str, Any], where: str) -> P:
    known = {one.name: getattr(part, one.name) for one in fields(part)}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise _odd(f"{where}.{name}", f"one of {', '.join(known)}")
        values[name] = _value(value, known[name], f"{where}.{name}")
    return replace(part, **values)


def _value(value: Any, like: Any, where: str) -> Any:
    if (
        isinstance(like, tuple)
        and isinstance(value, list | tuple)
        and all(isinstance(one, str) for one in value)
    ):
        return tuple(_checked(one, where) for one in value)
    if isinstance(like, Mapping) and isinstance(value, Mapping):
        return {str(name): _text(one, where) for name, one in value.items()}
    if isinstance(like, int) and isinstance(value, int) and 1 <= value <= PAGE_CAP:
        return value
    if isinstance(like, str) and isinstance(value, str):
        return _checked(value, where)
    raise _odd(where, f"a {type(like).__name__}")


def _checked(value: str, where: str) -> str:
    """Paths stay below the customer's own base address."""
    if where.endswith(("path", "openapi")) and (not _PATH.fullmatch(value) or ".." in value or "//" in value):
        raise _odd(where, "a path that begins with / and stays below the instance address")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise _odd(where, "a name")
    return value


def _odd(where: str, wanted: str) -> Refused:
    return Refused(
        f"The profile's {where} must be {wanted}.",
        system="qad",
        remedy="Correct it on the connection's profile page, or empty it to use the default.",
    )

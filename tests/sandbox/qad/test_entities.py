"""The entity grammar: whole keys, whole records, hashes that go stale, and success that only the body tells."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.qad.client import Qad, day, exact
from tests.sandbox.qad.records import customer, invoice, relation


def test_a_master_sent_twice_is_an_update(qad: Qad) -> None:
    answers = [exact(qad.send("customerV2s", customer("C1", city=city))) for city in ("Toledo", "Akron")]
    assert [answer["customerV2Confs"][0]["messageText"] for answer in answers] == [
        "Customer C1 updated.",
        "Customer C1 updated.",
    ]
    assert qad.get("customerV2s", customerCode="C1")[0]["city"] == "Akron"


def test_what_an_update_leaves_out_is_blank(qad: Qad) -> None:
    qad.post("customerV2s", customer("C1", city="Toledo", customShort0="cb:1"))
    qad.post("customerV2s", customer("C1", city="Toledo"))
    row = qad.get("customerV2s", customerCode="C1")[0]
    assert (row["city"], row["customShort0"]) == ("Toledo", "")


def test_housekeeping_fields_are_there(qad: Qad) -> None:
    row = qad.get("customerV2s", customerCode="C1")[0]
    assert row["uri"] == "urn:be:com.qad.base.customer.ICustomerV2:CUST-SS.C1"
    assert (row["dataOperation"], row["changeStatus"]) == ("", "2")
    assert (row["lastModifiedDate"], row["lastModifiedTime"]) == (day("2026-05-15"), 7 * 3600)
    assert row["lastModifiedUser"] == "mlconnector"


def test_a_dot_in_a_key_is_escaped_in_the_uri(qad: Qad) -> None:
    qad.post("items", {"domainCode": "10USA", "itemCode": "A.1"})
    assert qad.get("items", itemCode="A.1")[0]["uri"].endswith(":10USA.A%2E1")


def test_a_record_that_is_not_there_is_an_empty_list(qad: Qad) -> None:
    assert qad.get("customerV2s", customerCode="C404") == []
    assert qad.get("customerV2s", sharedSetCode="OTHER", customerCode="C1") == []


def test_half_a_key_is_an_error_and_not_a_search(qad: Qad) -> None:
    answer = qad.call("GET", "/api/erp/customerV2s", {"customerCode": "C1"})
    assert (answer.status_code, answer.json()["errors"][0]["fieldName"]) == (400, "sharedSetCode")
    assert qad.call("GET", "/api/erp/customerV2s").status_code == 400


def test_a_supplier_takes_a_blank_domain(qad: Qad) -> None:
    assert len(qad.get("supplierV2s", supplierCode="S1", domainCode="")) == 1


def test_the_view_must_be_the_kinds_own(qad: Qad) -> None:
    asked = {"sharedSetCode": "CUST-SS", "customerCode": "C1"}
    good = {**asked, "viewUri": "urn:be:com.qad.base.customer.ICustomerV2"}
    assert qad.call("GET", "/api/erp/customerV2s", good).status_code == 200
    bad = {**asked, "viewUri": "urn:be:com.qad.base.supplier.ISupplierV2"}
    assert qad.call("GET", "/api/erp/customerV2s", bad).status_code == 400


def test_a_stale_hash_is_refused(qad: Qad) -> None:
    old = qad.get("customerV2s", customerCode="C1")[0]
    qad.act("edit", kind="customer", key="C1", telephone="1")
    field, message = qad.refusal("customerV2s", {**old, "city": "Akron"})
    assert (field, "changed by another user" in message) == ("concurrencyHash", True)
    fresh = qad.get("customerV2s", customerCode="C1")[0]
    assert qad.post("customerV2s", {**fresh, "city": "Akron"})["telephone"] == "1"


def test_an_update_of_nothing_is_refused(qad: Qad) -> None:
    qad.post("businessRelationV2s", relation("C7"))
    refused = qad.refusal("customerV2s", {**customer("C7"), "dataOperation": "U"})
    assert refused == ("customerCode", "Customer C7 does not exist.")


def test_mandatory_fields_are_named_all_at_once(qad: Qad) -> None:
    answer = qad.send("customerV2s", {"customerCode": "C8", "sharedSetCode": "CUST-SS"}).json()
    missing = {error["fieldName"] for error in answer["submitResult"]["errors"]}
    assert {"businessRelationCode", "creditTermsCode", "salesAccountGLProfileCode"} <= missing


def test_references_must_exist_and_be_active(qad: Qad) -> None:
    assert "does not exist" in qad.refusal("customerV2s", customer("C9"))[1]
    for field in ("currencyCode", "creditTermsCode", "invoiceStatusCode", "taxZone"):
        value = "XXX"
        assert qad.refusal("customerV2s", customer("C1", **{field: value}))[0] == field
    assert "Shared set" in qad.refusal("customerV2s", customer("C1", sharedSetCode="WRONG"))[1]


def test_text_that_is_too_long_is_refused_in_qads_words(qad: Qad) -> None:
    field, message = qad.refusal("customerV2s", customer("C1", addressSearchName="x" * 29))
    assert (field, message) == ("AddressSearchName", "Field length should be less than 29.")
    assert "less than 21" in qad.refusal("customerV2s", customer("C1", customShort0="x" * 21))[1]


def test_types_are_not_guessed(qad: Qad) -> None:
    assert "true or false" in qad.refusal("customerV2s", customer("C1", isActive="yes"))[1]
    assert "must be text" in qad.refusal("customerV2s", customer("C1", city=7))[1]


def test_a_new_customer_appears_in_every_domain_without_site(qad: Qad) -> None:
    qad.post("businessRelationV2s", relation("C5"))
    qad.post("customerV2s", customer("C5"))
    row = qad.get("mfgCustomers", domainContext="10USA", customerCode="C5")[0]
    assert (row["siteCode"], row["daybookSetCode"]) == ("", "")
    wrong = {"domainContext": "10USA", "customerCode": "C5", "siteCode": "99"}
    assert "does not exist" in qad.refusal("mfgCustomers", wrong)[1]


def test_dates_keep_their_day(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice(invoiceDate="2026-05-31", taxPointDate="2026-05-31T00:00:00Z"))
    assert (row["invoiceDate"], row["taxPointDate"]) == (day("2026-05-31"), day("2026-05-31"))
    assert "must be a date" in qad.refusal("customerInvoices", invoice(invoiceDate="2026-05-31T06:00:00Z"))[1]
    assert "calendar" in qad.refusal("customerInvoices", invoice(invoiceDate="2026-02-29"))[1]


def test_the_workspace_hides_other_companies(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice())
    qad.workspace = "20EUR_20EURCO"
    assert qad.list("customerInvoices") == []
    keys = {name: row[name] for name in ("entityCode", "year", "daybookCode", "voucher")}
    assert qad.get("customerInvoices", **keys) == []
    assert [row["customerCode"] for row in qad.list("customerV2s")] == ["C1", "C2"]


def test_the_workspace_decides_the_company_whatever_the_record_says(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice(entityCode="20EURCO"))
    assert row["entityCode"] == "10USACO"
    changed = qad.post("customerInvoices", {**row, "entityCode": "20EURCO", "customShort1": "x"})
    assert (changed["entityCode"], changed["customShort1"]) == ("10USACO", "x")


def test_a_body_that_is_not_understood_is_400_or_415(qad: Qad) -> None:
    for body in (
        b"{",
        b"[]",
        b'{"customerV2s":{}}',
        b'{"customerV2s":[{},{}]}',
        b'{"customerV2s":[{"a":NaN}]}',
    ):
        assert qad.call("POST", "/api/erp/customerV2s", body=body).status_code == 400
    assert qad.call("POST", "/api/erp/customerV2s", body=b"[" * 100_000).status_code == 400
    qad.headers["Content-Type"] = "text/xml"
    assert qad.send("customerV2s", customer("C1")).status_code == 415


def test_methods_and_paths_that_do_not_exist(qad: Qad) -> None:
    assert qad.call("PUT", "/api/erp/customerV2s").status_code == 405
    assert qad.call("DELETE", "/api/erp/customerV2s", {"customerCode": "C1"}).status_code == 405
    unknown = qad.call("GET", "/api/erp/nothings")
    assert (unknown.status_code, unknown.headers["Content-Type"]) == (404, "text/html")


def test_an_item_can_be_deleted(qad: Qad) -> None:
    qad.post("items", {"domainCode": "10USA", "itemCode": "X1"})
    answer = qad.call("DELETE", "/api/erp/items", {"domainCode": "10USA", "itemCode": "X1"})
    assert answer.json()["submitResult"]["success"] is True
    assert qad.get("items", itemCode="X1") == []


def test_the_address_and_the_record_must_name_the_same_key(qad: Qad) -> None:
    asked = {"sharedSetCode": "CUST-SS", "customerCode": "C2"}
    body = {"customerV2s": [customer("C1")]}
    answer = qad.call("POST", "/api/erp/customerV2s", asked, body).json()
    assert answer["submitResult"]["errors"][0]["fieldName"] == "customerCode"


def test_unknown_fields_are_dropped_and_listed_for_the_test(qad: Qad) -> None:
    qad.post("customerV2s", customer("C1", emailAddress="x"))
    assert qad.act("rows", kind="ignoredFields") == [{"kind": "customer", "field": "emailAddress"}]


def test_accepted_writes_are_effects_and_refused_ones_are_not(qad: Qad) -> None:
    before = len(qad.world.effects)
    qad.refusal("customerInvoices", invoice("0"))
    row = qad.post("customerInvoices", invoice("12.50"))
    assert [effect.made for effect in qad.world.effects[before:]] == [
        f"customer_invoice 10USACO|2026|CBINV|{row['voucher']}"
    ]


def test_amounts_come_back_as_exact_numbers(qad: Qad) -> None:
    text = qad.send("customerInvoices", invoice("0.30")).text
    assert '"amountTC":0.3,' in text
    assert qad.list("customerInvoices")[0]["balanceTC"] == Decimal("0.3")

"""Each way an instance may differ or misbehave, switched on alone."""

from __future__ import annotations

import pytest
import requests

from connectors.sandbox.stage import Stage
from tests.sandbox.qad.client import Qad, exact
from tests.sandbox.qad.records import invoice, posting

API_DOCS = "/api/erp/v3/api-docs"


def test_a_renamed_path_is_renamed_everywhere(qad: Qad) -> None:
    qad.act("switch", paths={"customer_invoice": "arInvoices"})
    row = qad.post("arInvoices", invoice("10.00"))
    assert qad.list("arInvoices")[0]["voucher"] == row["voucher"]
    assert qad.call("GET", "/api/erp/customerInvoices", {"offset": 0}).status_code == 404
    paths = qad.call("GET", API_DOCS).json()["paths"]
    assert ("/api/erp/arInvoices" in paths, "/api/erp/customerInvoices" in paths) == (True, False)


def test_a_renamed_field_is_renamed_everywhere(qad: Qad) -> None:
    qad.act("switch", fields={"customer_invoice": {"description": "extText"}})
    record = {**invoice(), "customerInvoicePostings": [posting("1080.00")]}
    assert qad.refusal("customerInvoices", record)[0] == "extText"
    line = {**posting("1080.00"), "extText": "x"}
    del record["description"], line["description"]
    row = qad.post("customerInvoices", {**record, "extText": "CB:1", "customerInvoicePostings": [line]})
    assert (row["extText"], "description" in row) == ("CB:1", False)
    assert qad.list("customerInvoices", "extText,eq,CB:1,literal")[0]["voucher"] == row["voucher"]
    browse = "urn:browse:bebrowse:com.qad.erp.financials.customerInvoices"
    assert (
        qad.browse(browse, "customerInvoice.extText,sw,CB,literal")["data"][0]["customerInvoice.extText"]
        == "CB:1"
    )
    schema = qad.call("GET", API_DOCS).json()["components"]["schemas"]["customerInvoice"]
    assert schema["properties"]["extText"]["maxLength"] == 40


def test_openapi_tells_paths_methods_lengths_and_required_fields(qad: Qad) -> None:
    document = qad.call("GET", API_DOCS).json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]["/api/erp/customerV2s"]) == {"get", "post"}
    assert set(document["paths"]["/api/erp/supplierPayments"]) == {"get"}
    schema = document["components"]["schemas"]["customerInvoice"]
    assert {"customerCode", "amountTC", "description"} <= set(schema["required"])
    assert schema["properties"]["description"] == {"type": "string", "maxLength": 40}
    names = {each["name"] for each in document["paths"]["/api/erp/customerV2s"]["get"]["parameters"]}
    assert {"sharedSetCode", "customerCode", "filter", "offset"} <= names


def test_openapi_may_be_hidden(qad: Qad) -> None:
    qad.act("switch", openapi_hidden=True)
    assert qad.call("GET", API_DOCS).status_code == 404


def test_a_kind_may_not_exist_here(qad: Qad) -> None:
    qad.act("switch", hidden_kinds=["banking_entry"])
    assert qad.call("GET", "/api/erp/bankingEntries", {"offset": 0}).status_code == 404
    assert "/api/erp/bankingEntries" not in qad.call("GET", API_DOCS).json()["paths"]


def test_a_role_may_lack_a_kind(qad: Qad) -> None:
    qad.act("switch", forbidden={"customer_invoice": ["POST"], "journal_entry": ["GET", "POST"]})
    assert qad.list("customerInvoices") == []
    answer = qad.send("customerInvoices", invoice())
    assert answer.status_code == 403
    assert answer.json()["errors"] == [
        {"fieldName": "", "message": "Access is denied", "fieldValue": "", "code": "403", "severity": 1}
    ]
    asked = {"browseId": "urn:browse:bebrowse:com.qad.erp.financials.journalEntries"}
    assert qad.call("GET", "/api/qracore/browses", asked).status_code == 403


def test_a_refusal_on_cue_comes_with_http_200(qad: Qad) -> None:
    cue = {"kind": "customer_invoice", "fieldName": "daybookCode", "message": "Something odd."}
    qad.act("switch", refusals=[cue])
    assert qad.refusal("customerInvoices", invoice()) == ("daybookCode", "Something odd.")
    qad.post("customerInvoices", invoice())


def test_refusals_may_be_http_400(qad: Qad) -> None:
    qad.act("switch", refusal_status=400)
    answer = qad.send("customerInvoices", invoice("0"))
    assert (answer.status_code, answer.json()["submitResult"]["success"]) == (400, False)


def test_an_accepted_write_may_be_answered_without_its_result(qad: Qad) -> None:
    qad.act("switch", no_submit_result=1)
    assert qad.send("customerInvoices", invoice()).json() == {"data": {}}
    assert len(qad.list("customerInvoices")) == 1


@pytest.mark.parametrize(("how", "status"), [("200", 200), ("302", 302)])
def test_a_login_page_looks_like_an_answer(qad: Qad, how: str, status: int) -> None:
    qad.act("switch", login_page=how)
    answer = qad.call("GET", "/api/erp/customerInvoices", {"offset": 0})
    assert (answer.status_code, "html" in answer.headers["Content-Type"]) == (status, True)


def test_an_unknown_switch_is_an_error(qad: Qad) -> None:
    with pytest.raises(ValueError, match="no switch is called colour"):
        qad.act("switch", colour="red")


def test_a_wrong_context_root_or_tenant_is_a_page_not_found(qad: Qad) -> None:
    root = qad.base.removesuffix("/clouderp")
    for address in (f"{root}/wrong/oauth/token", f"{root.removesuffix('acme')}nobody/clouderp/oauth/token"):
        answer = requests.post(address, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


def test_a_commit_whose_answer_is_lost_leaves_one_document(qad: Qad, stage: Stage) -> None:
    stage.fault("drop_answer", method="POST", path="*customerInvoices")
    with pytest.raises(requests.ConnectionError):
        qad.send("customerInvoices", invoice(description="CB:LOST"))
    assert len(qad.list("customerInvoices", "description,eq,CB:LOST,literal")) == 1


@pytest.mark.parametrize("after", ["7", None])
def test_too_many_requests_with_and_without_advice(qad: Qad, stage: Stage, after: str | None) -> None:
    stage.fault("rate_limited", path="*customerInvoices", retry_after=after)
    answer = qad.call("GET", "/api/erp/customerInvoices", {"offset": 0})
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, after)
    assert answer.json()["errors"][0]["code"] == "429"


def test_a_maintenance_window_is_503_in_the_gateways_form(qad: Qad, stage: Stage) -> None:
    stage.fault("error", status=503, headers={"Retry-After": "3600"})
    answer = qad.call("GET", "/api/erp/customerInvoices", {"offset": 0})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")
    assert answer.json()["errors"][0]["message"] == "Service Unavailable"


def test_a_good_answer_may_have_stored_nothing(qad: Qad, stage: Stage) -> None:
    stage.fault("not_stored", method="POST", path="*customerInvoices")
    assert exact(qad.send("customerInvoices", invoice()))["submitResult"]["success"] is True
    assert qad.list("customerInvoices") == []

"""Both ways of listing: browses with all their oddities, and offsets where the instance has them."""

from __future__ import annotations

import pytest

from connectors.sandbox.stage import Stage
from tests.sandbox.qad.client import Qad, exact
from tests.sandbox.qad.records import customer, invoice, relation

CUSTOMERS = "urn:browse:bebrowse:com.qad.erp.base.customers"
INVOICES = "urn:browse:bebrowse:com.qad.erp.financials.customerInvoices"


@pytest.fixture
def many(qad: Qad) -> Qad:
    """Invoices CB:1 to CB:5 of 10 to 50 dollars."""
    for place in range(1, 6):
        qad.post("customerInvoices", invoice(f"{place}0.00", description=f"CB:{place}"))
    return qad


def texts(answer: dict) -> list[str]:
    return [row["customerInvoice.description"] for row in answer["data"]]


def test_without_page_and_action_there_is_nothing_and_no_error(many: Qad) -> None:
    for missing in ({"page": None}, {"pageAction": None}, {"pageAction": "next"}):
        answer = many.browse(INVOICES, **missing)
        assert answer == {"data": [], "auxillaryData": {"HasMoreParams": "false"}}


def test_pages_follow_under_one_call_id_and_more_is_told_as_text(many: Qad) -> None:
    seen = []
    for page in (1, 2, 3):
        action = "first" if page == 1 else "next"
        answer = many.browse(INVOICES, page=page, pageAction=action, pageSize=2)
        seen.append((texts(answer), answer["auxillaryData"]["HasMoreParams"]))
    assert seen == [(["CB:1", "CB:2"], "true"), (["CB:3", "CB:4"], "true"), (["CB:5"], "false")]
    assert texts(many.browse(INVOICES, page=2, pageAction="next", callId="other")) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["customerInvoice.description,eq,CB:3,literal"], ["CB:3"]),
        (
            ["customerInvoice.description,sw,CB:,literal", "customerInvoice.voucher,gt,3,literal"],
            ["CB:4", "CB:5"],
        ),
        (["customerInvoice.description,ew,2,literal"], ["CB:2"]),
        (["customerInvoice.description,cn,B:1,literal"], ["CB:1"]),
        (["customerInvoice.amountTC,rg,20,literal,30,literal"], ["CB:2", "CB:3"]),
        (["customerInvoice.amountTC,ge,40,literal"], ["CB:4", "CB:5"]),
        (["customerInvoice.amountTC,le,10.00,literal"], ["CB:1"]),
        (["customerInvoice.isOpen,eq,true,literal", "customerInvoice.amountTC,lt,20,literal"], ["CB:1"]),
        (["customerInvoice.postingDate,ge,2026-05-06,literal"], []),
        (["customerInvoice.customerCode,eq,C2,literal"], []),
    ],
)
def test_filters_are_joined_by_and(many: Qad, filters: list[str], found: list[str]) -> None:
    assert texts(many.browse(INVOICES, *filters)) == found
    plain = [text.removeprefix("customerInvoice.") for text in filters]
    assert [row["description"] for row in many.list("customerInvoices", *plain)] == found


@pytest.mark.parametrize(
    "bad",
    [
        "customerInvoice.description,eq,a,b,literal",
        "customerInvoice.description,is,a,literal",
        "customerInvoice.nothing,eq,a,literal",
        "customerInvoice.amountTC,eq,ten,literal",
        "customerInvoice.postingDate,ge,today,literal",
        "customerInvoice.amountTC,sw,1,literal",
    ],
)
def test_a_filter_that_breaks_the_grammar_is_400(many: Qad, bad: str) -> None:
    asked = {"browseId": INVOICES, "page": 1, "pageAction": "first", "filter": bad}
    assert many.call("GET", "/api/qracore/browses", asked).status_code == 400
    entity = {"offset": 0, "filter": bad.removeprefix("customerInvoice.")}
    assert many.call("GET", "/api/erp/customerInvoices", entity).status_code == 400


def test_text_is_found_in_any_case_unless_the_instance_minds(many: Qad) -> None:
    asked = "customerInvoice.description,eq,cb:3,literal"
    assert texts(many.browse(INVOICES, asked)) == ["CB:3"]
    many.act("switch", ignores_case=False)
    assert texts(many.browse(INVOICES, asked)) == []


def test_the_total_is_counted_apart(many: Qad) -> None:
    asked = {"browseId": INVOICES, "filter": "customerInvoice.amountTC,gt,20,literal"}
    assert many.call("GET", "/api/qracore/browses/totalCount/", asked).json() == {"totalCount": 3}


def test_browse_rows_are_flat_summaries(many: Qad) -> None:
    row = many.browse(INVOICES)["data"][0]
    assert all(name.startswith("customerInvoice.") for name in row)
    assert not any("Postings" in name or "concurrencyHash" in name for name in row)


def test_legacy_browses_have_table_names(qad: Qad) -> None:
    assert qad.browse("urn:browse:mfg:po803")["data"] == []
    assert qad.call("GET", "/api/qracore/browses", {"browseId": "urn:browse:mfg:zz999"}).status_code == 404


def test_a_page_of_a_browse_is_never_more_than_100_rows(qad: Qad) -> None:
    for place in range(101):
        qad.act("create", kind="business_relation", **relation(f"B{place:03}"))
    browse = "urn:browse:bebrowse:com.qad.erp.base.customers"
    for place in range(101):
        qad.act("create", kind="customer", **customer(f"B{place:03}"))
    assert len(qad.browse(browse, pageSize=99999)["data"]) == 100
    assert len(qad.browse("urn:browse:mfg:ad037", pageSize=99999)["data"]) == 104
    assert len(qad.list("customerV2s", limit="500")) == 100
    qad.act("switch", limit_refused=True)
    assert qad.call("GET", "/api/erp/customerV2s", {"offset": 0, "limit": 101}).status_code == 400


def test_offsets_walk_and_count(many: Qad) -> None:
    answer = exact(many.call("GET", "/api/erp/customerInvoices", {"offset": 3, "limit": 100}))
    assert ([row["voucher"] for row in answer["data"]["customerInvoices"]], answer["totalCount"]) == (
        [4, 5],
        5,
    )
    down = many.call("GET", "/api/erp/customerInvoices", {"sort": "-amountTC", "limit": 2})
    assert [row["voucher"] for row in exact(down)["data"]["customerInvoices"]] == [5, 4]


@pytest.mark.parametrize("status", [400, 404, 405])
def test_offsets_may_be_off(many: Qad, status: int) -> None:
    many.act("switch", offset=str(status))
    assert many.call("GET", "/api/erp/customerInvoices", {"offset": 0, "limit": 1}).status_code == status
    assert len(many.browse(INVOICES)["data"]) == 5


def test_offsets_may_be_ignored(many: Qad) -> None:
    many.act("switch", offset="ignored")
    pages = [exact(many.call("GET", "/api/erp/customerInvoices", {"offset": n, "limit": 1})) for n in (0, 1)]
    assert [page["data"]["customerInvoices"][0]["voucher"] for page in pages] == [1, 1]


def test_a_field_may_not_be_filterable(many: Qad) -> None:
    many.act("switch", unfilterable={"customer_invoice": ["lastModifiedDate", "description"]})
    asked = {"offset": 0, "filter": "description,sw,CB:,literal"}
    assert many.call("GET", "/api/erp/customerInvoices", asked).status_code == 400


def test_changes_are_known_by_the_day_only(many: Qad, stage: Stage) -> None:
    asked = "lastModifiedDate,ge,2026-05-16,literal"
    assert many.list("customerInvoices", asked) == []
    stage.advance(24 * 3600)
    many.sign_in()
    many.act("pay_by_check", invoice="2026/CBINV/2")
    row = many.list("customerInvoices", asked)[0]
    assert (row["voucher"], row["lastModifiedDate"]) == (2, "2026-05-16T00:00:00.000Z")


def test_the_day_of_a_change_is_the_entitys_own(qad: Qad, stage: Stage) -> None:
    stage.advance(16 * 3600)
    qad.sign_in()
    row = qad.post("customerInvoices", invoice())
    assert (row["lastModifiedDate"][:10], row["lastModifiedTime"]) == ("2026-05-15", 23 * 3600)


def test_rows_shift_while_paging(many: Qad) -> None:
    def walk() -> list[int]:
        pages = [many.call("GET", "/api/erp/customerInvoices", {"offset": n, "limit": 2}) for n in (0, 2, 4)]
        return [row["voucher"] for page in pages for row in exact(page)["data"]["customerInvoices"]]

    many.act("switch", shift_rows=-1)
    assert walk() == [1, 2, 2, 3, 4, 5]
    many.act("switch", shift_rows=1)
    assert walk() == [1, 2, 4, 5]


def test_new_records_may_stay_hidden_for_a_while(many: Qad, stage: Stage) -> None:
    stage.advance(600)
    row = many.post("customerInvoices", invoice("60.00"))
    stage.fault("hide_new", path="*customerInvoices", seconds=60, times=0)
    assert row["voucher"] not in [each["voucher"] for each in many.list("customerInvoices")]
    stage.advance(61)
    assert row["voucher"] in [each["voucher"] for each in many.list("customerInvoices")]

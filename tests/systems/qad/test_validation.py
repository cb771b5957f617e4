"""The profile is held against the instance's own description, or against its rows where it publishes none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from connectors.errors import Refused
from tests.conformance.conftest import standing
from tests.conformance.stand import Stand


@pytest.fixture
def qad() -> Iterator[Stand]:
    with standing("qad") as stand:
        yield stand


def found(stand: Stand, description: bytes | None = None, **profile: Any) -> dict[str, tuple[str, str]]:
    checks = stand.adapter(profile=profile).check_profile(description)  # type: ignore[attr-defined]
    return {check.name: (check.colour.value, check.seen) for check in checks}


def test_the_usual_names_fit_the_usual_instance(qad: Stand) -> None:
    checks = found(qad)
    assert checks["profile"][0] == "green"
    assert [name for name, (colour, _) in checks.items() if colour == "red"] == []


def test_a_renamed_path_is_named_and_a_corrected_profile_fits(qad: Stand) -> None:
    qad.act("switch", paths={"customer_invoice": "arInvoices"})
    colour, seen = found(qad)["profile:customer_invoice"]
    assert (colour, seen) == ("red", "Path /api/erp/customerInvoices is not in the description.")
    corrected = {"customer_invoice": {"path": "/api/erp/arInvoices", "plural": "arInvoices"}}
    assert found(qad, kinds=corrected)["profile:customer_invoice"][0] == "green"


def test_a_renamed_field_is_named_and_read_through_a_corrected_profile(qad: Stand) -> None:
    qad.act("switch", fields={"customer_invoice": {"balanceTC": "openTC"}})
    assert "balanceTC" in found(qad)["profile:customer_invoice"][1]
    profile = {"kinds": {"customer_invoice": {"fields": {"balanceTC": "openTC"}}}}
    assert found(qad, **profile)["profile:customer_invoice"][0] == "green"
    kind, rows = next(iter(qad.rows.items()))
    id = rows.make(1)
    assert qad.adapter(profile=profile).fetch(kind, id).id == id


def test_an_uploaded_description_is_read_as_json_or_yaml(qad: Stand) -> None:
    paths: dict[str, Any] = {"/customerInvoices": {"get": {}, "post": {}}}
    for raw in (
        json.dumps({"swagger": "2.0", "paths": paths}),
        yaml.safe_dump({"openapi": "3.0.1", "paths": paths}),
    ):
        checks = found(qad, raw.encode())
        assert checks["profile:customer_invoice"][0] == "amber"
        assert checks["profile:customer_payment"][0] == "red"


@pytest.mark.parametrize("raw", [b"<html>", b"[1]", b"{", b"paths: 5"])
def test_what_is_no_description_is_refused(qad: Stand, raw: bytes) -> None:
    with pytest.raises(Refused, match="no OpenAPI"):
        found(qad, raw)


def test_without_a_description_one_row_of_each_kind_is_read(qad: Stand) -> None:
    qad.act("switch", openapi_hidden=True, forbidden={"gl_account": ["GET"]})
    checks = found(qad)
    assert checks["profile"][0] == "amber"
    assert checks["profile:customer"][0] == "green"
    assert checks["profile:gl_account"][0] == "red"


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"kinds": {"customer": {"path": "//evil.example/x"}}}, "kinds.customer.path"),
        ({"kinds": {"customer": {"path": "/api/../admin"}}}, "kinds.customer.path"),
        ({"kinds": {"spaceship": {}}}, "kinds.spaceship"),
        ({"kinds": {"customer": {"transport": "pigeon"}}}, "kinds.customer.transport"),
        ({"kinds": {"customer": {"colour": "red"}}}, "kinds.customer.colour"),
        ({"auth": {"mode": "magic"}}, "auth.mode"),
        ({"workspace_header": 5}, "workspace_header"),
    ],
)
def test_an_odd_correction_is_refused_by_name(qad: Stand, profile: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        found(qad, **profile)

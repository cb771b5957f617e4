"""A thin hand on the simulator's wire for tests: real HTTP, exact numbers, nothing hidden."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.jsontext import written

MAIN = "10USA_10USACO"
OTHER = "20EUR_20EURCO"
KEYS = {
    "customerV2s": {"sharedSetCode": "CUST-SS"},
    "supplierV2s": {"sharedSetCode": "SUPP-SS"},
    "glAccounts": {"sharedSetCode": "GL-SS"},
    "purchaseOrderHeaders": {"domainCode": "10USA"},
    "purchaseOrderReceipts": {"domainCode": "10USA"},
    "items": {"domainCode": "10USA"},
}
FINANCE = {"entityCode": "10USACO"}


@dataclass
class Qad:
    stage: Stage
    world: World
    workspace: str | None = MAIN
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return str(self.stage.credentials(self.world)["base_url"])

    def act(self, act: str, **args: Any) -> Any:
        return self.stage.act(self.world, act, **args)

    def sign_in(self, **changes: str) -> requests.Response:
        known = self.stage.credentials(self.world)
        form = {
            "grant_type": "password",
            **{name: known[name] for name in ("client_id", "username", "password")},
        }
        answer = requests.post(f"{self.base}/oauth/token", data={**form, **changes}, timeout=5)
        self.token = answer.json().get("access_token", self.token)
        return answer

    def call(self, method: str, path: str, params: Any = None, body: Any = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **self.headers}
        if self.workspace:
            headers["x-qad-workspace-id"] = self.workspace
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        sent = None if body is None else body if isinstance(body, bytes) else written(body).encode()
        where = f"{self.base}{path}"
        return requests.request(
            method, where, params=params, data=sent, headers=headers, timeout=5, allow_redirects=False
        )

    def get(self, plural: str, **keys: Any) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/api/erp/{plural}", {**KEYS.get(plural, FINANCE), **keys})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = exact(answer)["data"][plural]
        return rows

    def list(self, plural: str, *filters: str, **params: Any) -> list[dict[str, Any]]:
        asked = [("offset", "0"), ("limit", "100"), *(("filter", text) for text in filters), *params.items()]
        answer = self.call("GET", f"/api/erp/{plural}", asked)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = exact(answer)["data"][plural]
        return rows

    def send(self, plural: str, record: Mapping[str, Any]) -> requests.Response:
        body = {"supplementaryMessages": [], plural: [record]}
        return self.call("POST", f"/api/erp/{plural}", body=body)

    def post(self, plural: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Must be accepted; the answer row."""
        answer = exact(self.send(plural, record))
        assert answer["submitResult"]["success"] is True, answer
        row: dict[str, Any] = answer["data"][plural][0]
        return row

    def refusal(self, plural: str, record: Mapping[str, Any]) -> tuple[str, str]:
        """Must be refused over HTTP 200; field and message of the first error."""
        reply = self.send(plural, record)
        assert reply.status_code == 200, reply.text
        result = reply.json()["submitResult"]
        assert result["success"] is False, reply.text
        return result["errors"][0]["fieldName"], result["errors"][0]["message"]

    def browse(self, browse: str, *filters: str, **params: Any) -> Any:
        usual = {
            "browseId": browse,
            "callId": "c1",
            "page": 1,
            "pageSize": 100,
            "pageAction": "first",
            **params,
        }
        asked = [*usual.items(), *(("filter", text) for text in filters)]
        answer = self.call("GET", "/api/qracore/browses", [(k, v) for k, v in asked if v is not None])
        return exact(answer)

    def balance(self, account: str, entity: str = "10USACO", currency: str = "") -> Decimal:
        row = self.act("account_balance", entity=entity, account=account, currency=currency)
        return Decimal(row["balanceTC"])

    def lines(self, kind: str, row: Mapping[str, Any], *keys: str) -> list[tuple[str, Decimal]]:
        """The GL lines of a document: account and signed base amount, debit positive."""
        names = keys or ("entityCode", "year", "daybookCode", "voucher")
        key = "|".join(str(row[name]) for name in names)
        found = self.act("postings", kind=kind, key=key)
        return [
            (line["glAccountCode"], Decimal(line["debitBC"]) - Decimal(line["creditBC"])) for line in found
        ]


def exact(answer: requests.Response) -> Any:
    return json.loads(answer.content, parse_float=Decimal)


def day(text: str) -> str:
    return f"{text}T00:00:00.000Z"

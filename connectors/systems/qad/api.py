"""Speaks to one instance in its entity grammar: keyed reads, saves, and the two ways it lists.

Fields are named here as the default profile names them; what an instance calls differently is renamed at this edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.errors import LockedOut, NotFound, OutcomeUnknown, Refused
from connectors.system import Account
from connectors.systems.qad.address import instance_address
from connectors.systems.qad.book import Book, read_book
from connectors.systems.qad.profile import KindProfile, Profile, read_profile
from connectors.systems.qad.signin import auth_for
from connectors.systems.qad.wording import DIALECT, remedy, succeeded
from connectors.transport.exchange import Answer
from connectors.transport.http import Deadlines, Http
from connectors.transport.stated import Stated, odd_field, stated

READ = Deadlines(connect_seconds=10, read_seconds=30, total_seconds=90)
WRITE = Deadlines(connect_seconds=10, read_seconds=60, total_seconds=120)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Api:
    account: Account

    @cached_property
    def profile(self) -> Profile:
        return read_profile(dict(self.account.settings.get("profile") or {}))

    @cached_property
    def book(self) -> Book:
        return read_book(self.account.settings)

    @cached_property
    def base(self) -> str:
        return instance_address(str(self.account.settings.get("address", "")))

    @cached_property
    def workspace(self) -> str:
        return self.profile.workspace(self.book.code("domain"), self.book.code("entity"))

    @cached_property
    def http(self) -> Http:
        return self.account.http.at(
            self.base,
            system="qad",
            auth=auth_for(self.account, self.profile.signing, self.base),
            dialect=DIALECT,
            times=READ,
            secrets=tuple(self.account.secrets.values()),
        )

    def row(self, name: str, keys: Mapping[str, Any]) -> Stated:
        """One record by its whole key: part of a key is an error there, not a search."""
        kind = self.profile.kind(name)
        answer = self.call(name, "GET", kind.path, params=self.keyed(kind, keys))
        rows = self.rows(name, answer)
        if not rows:
            raise NotFound(
                f"QAD has no {_words(name)} {'/'.join(str(v) for v in keys.values())}.", system="qad"
            )
        return rows[0]

    def save(self, name: str, row: Row, keys: Mapping[str, Any] | None = None) -> tuple[Stated, str]:
        """Create or update; the record is always whole, because what is left out is blanked there."""
        kind = self.profile.kind(name)
        body = {"supplementaryMessages": [], kind.plural: [_renamed(row, kind.fields)]}
        answer = self.call(
            name, "POST", kind.path, params=self.keyed(kind, keys or {}), json=body, times=WRITE
        )
        if succeeded(answer.json) is not True:
            raise OutcomeUnknown(
                "QAD answered without saying whether it was saved.",
                system="qad",
                remedy="It is looked up there before anything is sent again.",
            )
        rows = self.rows(name, answer)
        if not rows:
            raise OutcomeUnknown("QAD saved it and did not say under which key.", system="qad")
        return rows[0], _confirmations(answer.json)

    def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        params: Any = (),
        json: Any = None,
        times: Deadlines | None = None,
    ) -> Answer:
        """Always in the book's workspace: without it QAD would use the user's own default company."""
        headers = {self.profile.workspace_header: self.workspace}
        try:
            return self.http.call(
                method, path, params=params, json=json, headers=headers, times=times, endpoint=name
            )
        except LockedOut as error:
            if error.said.status == 403:
                error.permission = error.permission or name
                error.remedy = (
                    f"Give the role read and write on {_words(name)} in QAD, and allow its APIs node."
                )
            raise
        except Refused as error:
            error.remedy = error.remedy or remedy(error.said)
            raise

    def keyed(self, kind: KindProfile, keys: Mapping[str, Any]) -> list[tuple[str, Any]]:
        pairs = [(kind.theirs(name), value) for name, value in keys.items()]
        return [*pairs, ("viewUri", kind.view_uri)] if kind.view_uri else pairs

    def rows(self, name: str, answer: Answer) -> list[Stated]:
        """Under `data.{plural}` or beside it: both are seen."""
        kind = self.profile.kind(name)
        body = stated(answer.json, name)
        data = answer.json.get("data")
        holder = data if isinstance(data, Mapping) and kind.plural in data else body.body
        listed = holder.get(kind.plural, data if isinstance(data, list) else [])
        if not isinstance(listed, list):
            raise odd_field(_words(name), kind.plural, "a list was expected")
        back = {theirs: ours for ours, theirs in kind.fields.items()}
        return [stated(_renamed(one, back), _words(name)) for one in listed]

    def keys_of(self, name: str, row: Row) -> dict[str, Any]:
        return {key: row[key] for key in self.profile.kind(name).keys if key in row}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Also in the lines: an instance that renames a field renames it throughout the document."""
    if not names:
        return value
    match value:
        case Mapping():
            return {names.get(name, name): _renamed(one, names) for name, one in value.items()}
        case list() | tuple():
            return [_renamed(one, names) for one in value]
        case _:
            return value


def _confirmations(body: Any) -> str:
    found = [
        str(one.get("messageText", ""))
        for name, rows in body.items()
        if name.endswith("Confs") and isinstance(rows, list)
        for one in rows
        if isinstance(one, Mapping)
    ]
    return " ".join(text for text in found if text)


def _words(name: str) -> str:
    return name.replace("_", " ")

"""Search: a small query language over an index that lags behind what has just been written."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import params
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Invalid

CLAUSE = re.compile(
    r"""(-?)(\w+)(?:\[["']([^"']+)["']\])?\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(null|-?\d+))"""
)
FIELDS = {
    "customers": ("created", "email", "metadata", "name", "phone"),
    "invoices": ("created", "currency", "customer", "metadata", "number", "status", "total"),
    "charges": ("amount", "created", "currency", "customer", "disputed", "metadata", "refunded", "status"),
    "payment_intents": ("amount", "created", "currency", "customer", "metadata", "status"),
}
SEARCHES_LIMIT_MAX = 100
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ":": lambda held, asked: held == asked,
    "~": lambda held, asked: asked in (held or ""),
    ">": lambda held, asked: int(held) > int(asked),
    "<": lambda held, asked: int(held) < int(asked),
    ">=": lambda held, asked: int(held) >= int(asked),
    "<=": lambda held, asked: int(held) <= int(asked),
}


def _search(table: str) -> None:
    @on("GET", f"/{table}/search")
    def search(call: Call) -> Row:
        spec = {"query": params.text(), "limit": params.integer(1, SEARCHES_LIMIT_MAX), "page": params.text()}
        asked = call.read(spec, ("query",))
        clauses, either = _clauses(asked["query"], table)
        lag, now = call.books.world.state["search_lag_seconds"], call.books.world.clock.time()
        judge = any if either else all
        rows = [
            row
            for row in call.books.table(table).values()
            if row["_changed"] + lag <= now
            and not row.get("_gone")
            and judge(clause(row) for clause in clauses)
        ]
        rows.reverse()
        start, limit = _start(asked.get("page", "")), asked.get("limit", 10)
        more = len(rows) > start + limit
        return {
            "object": "search_result",
            "url": call.path,
            "has_more": more,
            "next_page": base64.urlsafe_b64encode(str(start + limit).encode()).decode() if more else None,
            "data": [show(call.books, row) for row in rows[start : start + limit]],
        }


def _clauses(query: str, table: str) -> tuple[list[Callable[[Row], bool]], bool]:
    words = [word.upper() for word in re.findall(r"\b(AND|OR)\b", query, re.I)]
    if "AND" in words and "OR" in words:
        raise Invalid("You cannot use AND and OR in the same query.", param="query")
    parts = re.split(r"\s+(?:AND|OR)\s+", query.strip(), flags=re.I)
    return [_clause(part, table) for part in parts], "OR" in words


def _clause(text: str, table: str) -> Callable[[Row], bool]:
    found = CLAUSE.fullmatch(text.strip())
    if not found:
        raise Invalid(f"We were unable to parse your search query: {text}", param="query")
    minus, field, key, sign, double, single, bare = found.groups()
    if field not in FIELDS[table]:
        raise Invalid(
            f"Field `{field}` is an unsupported search field for resource `{table}`.", param="query"
        )
    asked = next(part for part in (double, single, bare) if part is not None)

    def holds(row: Row) -> bool:
        held = row[field].get(key) if key else row[field]
        if asked == "null" and bare:
            return (held is None) is not bool(minus)
        held = str(held).lower() if isinstance(held, bool) else str(held) if isinstance(held, int) else held
        return held is not None and COMPARE[sign](held, asked) is not bool(minus)

    return holds


def _start(page: str) -> int:
    if not page:
        return 0
    try:
        return int(base64.urlsafe_b64decode(page.encode()))
    except ValueError:
        raise Invalid(f"Invalid page: {page}", param="page") from None


for table in FIELDS:
    _search(table)

"""A document comes back from its row as it was, decimals to the last digit."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from connectors.models.documents import document_from_json, document_to_json
from connectors.system import Document, Step

LINES = [{"line": 1, "amountTC": Decimal("12.340")}, {"line": 2, "amountTC": Decimal("1E+2")}]
SENT = Step("customer_payment", "POST", "/payments", {"lines": LINES, "text": "Größe", "open": None})


def test_what_is_kept_is_sent_again_word_for_word() -> None:
    document = Document("CashReceipt", "Customer payment", "STRIPE:ch_1", date(2026, 5, 4), (SENT,))
    back = document_from_json(json.loads(json.dumps(document_to_json(document))))
    assert back == document
    assert str(back.steps[0].body["lines"][0]["amountTC"]) == "12.340"


def test_a_value_that_cannot_be_kept_exactly_is_refused() -> None:
    step = Step("x", "POST", "/x", {"amount": 1.5})
    with pytest.raises(TypeError, match="float"):
        document_to_json(Document("X", "X", "X:1", None, (step,)))

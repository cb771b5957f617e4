"""The living page of components: each part rendered beside the template that makes it, for those who build pages.

Its figures are made up here, so it needs no company; it is there in the demo and for support staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.views.decorators.http import require_safe

PARTS = {
    "status": "Eight statuses, states and marks",
    "figures": "Money, numbers and moments",
    "buttons": "Buttons",
    "tabs": "Tabs and filters",
    "list": "A short list of what needs somebody",
    "work": "Work list with its four lines",
    "table": "Table, pager and selection",
    "fields": "Form fields",
    "sealed": "A sealed value",
    "steps": "Checklist",
    "kv": "Definition list and progress",
    "notes": "Notes and empty states",
    "story": "Story of a record",
    "journal": "Journal and document",
    "chart": "Chart",
}


@dataclass(frozen=True)
class Part:
    name: str
    words: str

    @property
    def template(self) -> str:
        return f"samples/{self.name}.html"

    @property
    def source(self) -> str:
        backed: Any = get_template(self.template)
        return str(backed.template.source)


@dataclass(frozen=True)
class Sum:
    amount: Decimal
    currency: str


class Everything(forms.Form):
    name = forms.CharField(
        help_text="How you tell it from other accounts. Only you see it.", initial="Stripe US"
    )
    secret = forms.CharField(
        label="Webhook signing secret",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        required=False,
        help_text="Leave empty to keep the sealed one.",
    )
    since = forms.DateField(label="Cut-over date", widget=forms.DateInput(attrs={"type": "date"}))
    table = forms.ChoiceField(
        label="Default account", choices=[("4000", "4000 Sales"), ("6210", "6210 Fees")]
    )
    mode = forms.ChoiceField(
        label="Which account is this?",
        widget=forms.RadioSelect,
        choices=[("live", "Live, real money"), ("sandbox", "Sandbox, a simulated account that needs no key")],
    )
    words = forms.CharField(label="Reason, kept in the audit", widget=forms.Textarea(attrs={"rows": 3}))
    ticked = forms.BooleanField(label="Require two-factor sign-in of everybody", required=False)

    def clean_secret(self) -> str:
        raise forms.ValidationError(
            "Only the beginning was pasted: a signing secret is longer. Paste it again."
        )


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    _for_builders(request)
    if "toast" in request.GET:
        messages.success(request, "Checking 37 again. None can post twice.")
    return render(request, "showcase.html", _figures())


@require_safe
def component_dialog(request: HttpRequest) -> HttpResponse:
    _for_builders(request)
    return render(request, "samples/dialog.html", _figures())


def _for_builders(request: HttpRequest) -> None:
    if settings.PRODUCTION and not (request.user.is_authenticated and request.user.is_staff):
        raise Http404


def _figures() -> dict[str, Any]:
    now = timezone.now()
    form = Everything({"name": "Stripe US", "secret": "whsec_", "table": "6210", "mode": "live", "words": "Entered by hand.", "since": "2026-11-01"})  # fmt: skip
    rows = [
        {"name": name, "supplier": supplier, "amount": usd(amount), "since": now - timedelta(days=days)}
        for name, supplier, amount, days in (
            ("CP-88213", "S2001 Delmar Bearing Supply", "12750.00", 9),
            ("CP-88240", "S2014 Castor Optics", "31204.80", 8),
            ("CP-88251", "S2030 Union Fasteners", "2976.00", 7),
        )
    ]
    return {
        "parts": [Part(*part) for part in PARTS.items()],
        "form": form,
        "rows": rows,
        "page": Paginator(range(1108), 50).page(2),
        "sum": usd("21480.00"),
        "owed": usd("-979.50"),
        "total": usd("46930.80"),
        "many": 4325,
        "moment": now - timedelta(minutes=2),
        "later": now + timedelta(minutes=13),
        "queues": [
            {"words": words, "href": f"#{words}", "count": count, "current": words == "Held"}
            for words, count in {
                "Needs you": 18, "Waiting": 7, "Held": 58, "In doubt": 1, "Refused": 3, "Delivered": 4325, "Skipped": 212,
            }.items()
        ],
        "setting_up": [
            {"words": words, "note": note, "done": number < 2, "current": number == 2, "href": ""}
            for number, (words, note) in enumerate(
                {
                    "Connect the ledger": "done by consent", "Connect payments": "done", "Ping both": "11 of 12",
                    "Mappings": "accountant", "Preview": "last payout", "Approve": "administrator", "Go live": "administrator",
                }.items()
            )
        ],
    }  # fmt: skip


def usd(amount: str) -> Sum:
    return Sum(Decimal(amount), "USD")

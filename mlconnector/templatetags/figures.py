"""How numbers, money and moments are written on a page.

One place, so that every column lines up, every amount carries its currency and every time can be told absolutely.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tenants.numbers import written

register = template.Library()

MINUS = "\N{MINUS SIGN}"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Amounted(Protocol):
    amount: Decimal
    currency: str


@register.filter
def number(value: int | Decimal | None) -> str:
    """4,325 or −12.50, in the company's own way; never a float, which would show digits that nobody entered."""
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("a float is not written on a page: pass a Decimal or an int")
    plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return written(plain).replace("-", MINUS)


@register.filter
def money(value: Amounted | None) -> SafeString:
    """1,790.00 USD with the code set small, for a right-aligned column or a sentence alike."""
    if value is None:
        return mark_safe("")
    return format_html(
        '<span class="money">{}<abbr class="cur">{}</abbr></span>', number(value.amount), value.currency
    )


@register.filter
def counted(value: int, words: str) -> str:
    """`3|counted:"record,records"` → 3 records."""
    one, many = words.split(",")
    return f"{number(value)} {one if value == 1 else many}"


@register.filter
def day(value: date | datetime | None) -> str:
    """20 Nov 2026, in the zone that is in force."""
    if value is None:
        return ""
    shown = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{shown.day} {shown:%b %Y}"


@register.filter
def clock(value: datetime) -> str:
    """18:30 today, otherwise 18 Nov, 18:30; with the year when it is another one."""
    local, now = timezone.localtime(value), timezone.localtime()
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return (
        f"{local.day} {local:%b}, {local:%H:%M}" if local.year == now.year else f"{day(value)}, {local:%H:%M}"
    )


@register.simple_tag
def ago(value: datetime | None, never: str = "never") -> SafeString | str:
    """2 minutes ago, or in 2 minutes; the absolute time and its zone on hover and for machines."""
    if value is None:
        return never
    return _time(value, relative(value, timezone.now()))


@register.simple_tag
def at(value: datetime | None, never: str = "never") -> SafeString | str:
    """18:30, or 18 Nov, 18:30; the full time with its zone on hover and for machines."""
    if value is None:
        return never
    return _time(value, clock(value))


@register.simple_tag
def zone() -> str:
    """The zone in force, as every page with times names it."""
    return timezone.get_current_timezone_name()


def relative(value: datetime, now: datetime) -> str:
    gap = abs(now - value)
    if gap < MINUTE:
        return "just now" if value <= now else "in a moment"
    span = _span(gap)
    return f"{span} ago" if value <= now else f"in {span}"


def _span(gap: timedelta) -> str:
    for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if gap >= unit:
            many = gap // unit
            return f"{many} {word}" if many == 1 else f"{number(many)} {word}s"
    return "a moment"


def _time(value: datetime, words: str) -> SafeString:
    local = timezone.localtime(value)
    full = f"{day(value)}, {local:%H:%M:%S} {timezone.get_current_timezone_name()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)

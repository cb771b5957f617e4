"""The components of every page: a page says what it means, this module says how that looks.

They are tags and not copied markup, so that captions, scopes, names and live regions cannot be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import get_template, render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mlconnector.templatetags.figures import number

register = template.Library()

STATUSES = {
    "waiting": "Waiting",
    "held": "Held",
    "sending": "Sending",
    "doubt": "In doubt",
    "delivered": "Delivered",
    "refused": "Refused",
    "skipped": "Skipped",
    "undone": "Undone",
}
STATES = {"live": "Live", "draft": "Draft", "paused": "Paused"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon from the sprite: silent beside a word, named when it stands alone. An unknown name fails."""
    if name not in _drawn():
        raise template.TemplateSyntaxError(f"no icon is called {name!r}")
    if label:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="#i-{}"/></svg>', label, name)
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@cache
def _drawn() -> frozenset[str]:
    return frozenset(re.findall(r'id="i-([a-z]+)"', str(get_template("components/sprite.html").render())))


@register.simple_tag
def pill(status: str, words: str | int = "", line: bool = False) -> SafeString:
    """One of the eight statuses as word, shape and colour. `words` replaces the word, `line` drops the wash."""
    key = slug(status)
    shown = number(words) if isinstance(words, int) else words or STATUSES[key]
    spoken = (
        format_html('<span class="hide-eyes">{} </span>', STATUSES[key]) if isinstance(words, int) else ""
    )
    return format_html(
        '<span class="pill {}{}">{}{}{}</span>', key, " line" if line else "", icon(key), spoken, shown
    )


def slug(status: str) -> str:
    """`IN_DOUBT`, `In doubt` and `doubt` are one status; what is none of the eight fails."""
    key = str(status).lower().replace("_", " ").removeprefix("in ")
    if key not in STATUSES:
        raise template.TemplateSyntaxError(f"{status!r} is none of the eight statuses")
    return key


@register.simple_tag
def mark(kind: str, words: str) -> SafeString:
    """What is checked or proven but is no status of a Delivery: green, red, amber, todo."""
    tone, shape = {
        "green": ("delivered", "check"),
        "red": ("refused", "x"),
        "amber": ("held", "info"),
        "todo": ("waiting", "todo"),
    }[kind]
    return format_html('<span class="pill {} line">{}{}</span>', tone, icon(shape), words)


@register.simple_tag
def state(name: str) -> SafeString:
    """An Integration's state: live, draft or paused."""
    return format_html('<span class="state {}">{}</span>', name, STATES[name])


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A form field with its label, control, error and help, tied together for a screen reader."""
    return bound.as_field_group()


@register.filter
def is_tick(bound: BoundField) -> bool:
    """A single box, whose label stands behind it."""
    return bound.widget_type == "checkbox"


@register.filter
def monogram(name: str) -> str:
    """NI for Northmoor Instruments."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return ("".join(word[0] for word in words[:2]) or "·").upper()


@register.filter
def css(bound: BoundField, names: str) -> SafeString:
    """The control with more classes on it."""
    return bound.as_widget(attrs={"class": names})


@register.simple_block_tag
def table(content: SafeString, caption: str, show: bool = False, kind: str = "") -> SafeString:
    """A table in its own focusable, named scrolling region; the caption is spoken, and seen with `show`."""
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table class="{}">'
        '<caption class="{}">{}</caption>{}</table></div>',
        caption,
        kind,
        "" if show else "hide-eyes",
        caption,
        content,
    )


@register.simple_tag(takes_context=True)
def sorted_by(
    context: template.Context, key: str, words: str, num: bool = False, wide: bool = False
) -> SafeString:
    """A column head that sorts by `?sort=key`, then by `-key`; it says which way it stands."""
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", "")
    turned = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    address = with_query(request, sort=f"-{key}" if now == key else key, page=None)
    names = " ".join(name for name, on in (("num", num), ("col-wide", wide)) if on)
    return format_html(
        '<th scope="col" class="{}"{}><a href="{}">{}{}</a></th>',
        names,
        format_html(' aria-sort="{}"', turned) if turned else "",
        address,
        words,
        icon("up" if turned == "ascending" else "down") if turned else "",
    )


def with_query(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its query replaced; None takes one away."""
    query = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_block_tag
def explain(
    content: SafeString, what: str, why: str, releases: str, who: str, status: str = "held"
) -> SafeString:
    """The four lines, always in this order; between the tags stand the buttons."""
    lines = (("What", what), ("Why", why), ("What releases it", releases), ("Who can act", who))
    return render("explain", tone=slug(status), lines=lines, acts=content)


@register.simple_block_tag
def cause(
    content: SafeString,
    title: str,
    count: int,
    about: str = "",
    who: str = "",
    you: bool = False,
    amount: Any = None,
    status: str = "held",
    open: bool = False,
) -> SafeString:
    """One cause of a work list: how many, why, who acts, how much; it opens into its explanation and rows."""
    return render(
        "cause",
        tone=slug(status),
        title=title,
        count=count,
        about=about,
        who=who,
        you=you,
        amount=amount,
        open=open,
        content=content,
    )


@register.simple_block_tag
def empty(content: SafeString, title: str) -> SafeString:
    """Nothing here: said as the success or the beginning that it is, and when it was checked."""
    return format_html('<div class="empty"><b>{}</b>{}</div>', title, content)


@register.simple_block_tag
def note(content: SafeString, shape: str = "info", tone: str = "") -> SafeString:
    """A remark that stays on the page; `tone` is a status when it speaks of one."""
    return format_html(
        '<div class="note {}">{}<div>{}</div></div>',
        slug(tone) if tone else "",
        icon(shape),
        content,
    )


@register.simple_tag
def progress(
    done: int, total: int | None, label: str, rate: str = "", left: str = "", status: str = ""
) -> SafeString:
    """How far long work has come, in a bar and in words. With no total the bar only says that it moves."""
    return render("progress", done=done, total=total, label=label, rate=rate, left=left, status=status)


@register.simple_tag
def tabs(links: Iterable[Any], label: str) -> SafeString:
    """Queues side by side; the number is part of the name. A link has words, href, count and current."""
    return render("tabs", links=links, label=label)


@register.simple_tag
def steps(items: Iterable[Any], label: str) -> SafeString:
    """A checklist; an item has words, note, href, done and current."""
    return render("steps", items=items, label=label)


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Page, words: str = "rows") -> SafeString:
    """Where this page stands in the whole, and the way to its neighbours with the filters kept."""
    request: HttpRequest = context["request"]
    back = with_query(request, page=page.previous_page_number()) if page.has_previous() else ""
    onward = with_query(request, page=page.next_page_number()) if page.has_next() else ""
    return render("pager", page=page, words=words, back=back, onward=onward)


@register.simple_tag
def copy(target: str, words: str = "Copy") -> SafeString:
    """A button that copies the text of the element with this id; without a script it is not there."""
    return format_html(
        '<button type="button" class="tight" data-copy="{}" hidden>{}<span>{}</span></button>',
        target,
        icon("copy"),
        words,
    )


def render(component: str, **context: Any) -> SafeString:
    return render_to_string(f"components/{component}.html", context)

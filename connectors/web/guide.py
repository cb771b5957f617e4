"""A system's guide as a page shows it: the few marks of Markdown that our guides use, and nothing that a text could smuggle in.

Everything is escaped first; only then do headings, lists, tables, paragraphs, bold, emphasis and code become elements.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from connectors.system import System

FIRST_LEVEL = 3
"""The panel around a guide has the heading above."""
_ITEM = re.compile(r"(\d+\.|[-*]) +(.*)")
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?!\w)"), r"<em>\1</em>"),
)


def guide(of: System) -> SafeString:
    """Of its title nothing: the page has one."""
    return _read(of.slug, of.guide) if of.guide else mark_safe("")


@cache
def _read(slug: str, file: str) -> SafeString:
    folder = importlib.resources.files(f"connectors.systems.{slug}")
    return rendered((folder / file).read_text(encoding="utf-8"))


def rendered(text: str) -> SafeString:
    blocks = (_block(block) for block in _blocks(text))
    return mark_safe("\n".join(blocks))  # noqa: S308 - each part is escaped where it is made


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines between empty ones; a heading stands alone."""
    for filled, lines in groupby(text.splitlines(), key=lambda line: bool(line.strip())):
        if filled:
            yield from _apart(list(lines))


def _apart(lines: list[str]) -> Iterator[list[str]]:
    rest: list[str] = []
    for line in lines:
        if line.startswith("#"):
            if rest:
                yield rest
            yield [line]
            rest = []
        else:
            rest.append(line)
    if rest:
        yield rest


def _block(lines: list[str]) -> str:
    if lines[0].startswith("#"):
        return _heading(lines[0])
    if lines[0].lstrip().startswith("|") and len(lines) > 1:
        return _table(lines)
    if _ITEM.match(lines[0]):
        return _list(lines)
    return f"<p>{_inline(' '.join(line.strip() for line in lines))}</p>"


def _heading(line: str) -> str:
    depth = len(line) - len(line.lstrip("#"))
    if depth == 1:
        return ""
    level = min(FIRST_LEVEL + depth - 2, 6)
    return f"<h{level}>{_inline(line.lstrip('# '))}</h{level}>"


def _list(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        if found := _ITEM.match(line):
            items.append(found[2])
        else:
            items[-1] += " " + line.strip()
    tag = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"


def _table(lines: list[str]) -> str:
    head, *body = [_cells(line) for line in lines if set(line) - set("|-: ")]
    first = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
    rows = "".join(
        f'<tr><th scope="row">{_inline(row[0])}</th>'
        + "".join(f"<td>{_inline(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in body
    )
    name = _inline(", ".join(head).replace("`", "").replace("*", ""))
    table = f"<table><thead><tr>{first}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> str:
    """Code is set aside while the rest is marked up, so that a star inside it stays a star."""
    parts = re.split(r"(`[^`]+`)", str(escape(text)))
    return "".join(
        _INLINE[0][0].sub(_INLINE[0][1], part) if part.startswith("`") else _marked(part) for part in parts
    )


def _marked(text: str) -> str:
    for pattern, into in _INLINE[1:]:
        text = pattern.sub(into, text)
    return text

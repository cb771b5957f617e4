"""A guide is rendered by a small hand: what our guides use, and nothing that a text could smuggle in."""

from __future__ import annotations

import pytest

from connectors.system import System
from connectors.systems import systems
from connectors.web.guide import guide, rendered


def test_headings_lists_tables_bold_and_code() -> None:
    html = rendered(
        "# Title\n\n## Where\nOne **two** `a*b*c`.\n\n1. first\n   goes on\n2. second\n\n| a | b |\n|---|---|\n| `x` | y |\n"
    )
    assert "Title" not in html
    assert "<h3>Where</h3>\n<p>One <b>two</b> <code>a*b*c</code>.</p>" in html
    assert "<ol><li>first goes on</li><li>second</li></ol>" in html
    assert '<th scope="row"><code>x</code></th><td>y</td>' in html


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "**<b onclick=x>**", "`<img src=x>`", "| <i> | b |\n|-|-|\n| <u> | c |"]
)
def test_nothing_of_the_text_becomes_an_element_of_its_own(text: str) -> None:
    html = rendered(text)
    for element in ("<script", "<b onclick", "<img", "<i>", "<u>"):
        assert element not in html


@pytest.mark.parametrize("of", systems(), ids=lambda of: of.slug)
def test_every_system_has_a_guide_and_no_mark_is_left_standing(of: System) -> None:
    html = guide(of)
    assert "<h3>" in html
    assert "**" not in html
    assert "|---" not in html

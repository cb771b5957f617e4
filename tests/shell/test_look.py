"""The components keep their promises: captions, scopes, names, ties between a field and its words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from mlconnector.templatetags.look import STATUSES


@dataclass(frozen=True)
class Sum:
    amount: Decimal
    currency: str


def show(source: str, path: str = "/", **context: Any) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(path)} | context))


@pytest.mark.parametrize(("status", "word"), STATUSES.items())
def test_a_status_is_word_shape_and_colour(status: str, word: str) -> None:
    shown = show("{% pill status %}", status=status)
    assert word in shown
    assert f"#i-{status}" in shown
    assert f'class="pill {status}"' in shown


@pytest.mark.parametrize("spelt", ["IN_DOUBT", "In doubt", "in_doubt", "doubt"])
def test_a_status_is_known_however_it_is_spelt(spelt: str) -> None:
    assert 'class="pill doubt"' in show("{% pill spelt %}", spelt=spelt)


@pytest.mark.parametrize("source", ['{% pill "pending" %}', '{% icon "rocket" %}'])
def test_a_ninth_status_or_an_unknown_icon_fails(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        show(source)


def test_a_number_in_a_pill_is_spoken_with_its_status() -> None:
    assert '<span class="hide-eyes">Held </span>21' in show('{% pill "held" 21 line=True %}')


def test_a_table_has_a_caption_and_a_region_that_keys_can_scroll() -> None:
    shown = show("{% table caption=words %}<tr></tr>{% endtable %}", words="A & B")
    assert 'tabindex="0" role="region" aria-label="A &amp; B"' in shown
    assert '<caption class="hide-eyes">A &amp; B</caption>' in shown


def test_a_column_head_says_how_it_is_sorted_and_turns_it_round_keeping_the_filters() -> None:
    source = '{% sorted_by "amount" "Amount" %}'
    assert "aria-sort" not in show(source)
    shown = show(source, "/?sort=amount&held=yes&page=3")
    assert 'aria-sort="ascending"' in shown
    assert 'href="?sort=-amount&amp;held=yes"' in shown
    assert 'aria-sort="descending"' in show(source, "/?sort=-amount")


def test_a_pager_counts_the_whole_and_keeps_the_filters() -> None:
    shown = show('{% pager page "records" %}', "/?q=4711", page=Paginator(range(1108), 50).page(2))
    assert "51–100 of 1,108 records" in shown
    assert 'href="?q=4711&amp;page=3"' in shown


def test_the_four_lines_come_in_their_order_and_are_escaped() -> None:
    shown = show('{% explain what=what why="y" releases="r" who="w" %}{% endexplain %}', what="<b>")
    names = ["What", "Why", "What releases it", "Who can act"]
    assert [shown.index(f"<dt>{name}</dt>") for name in names] == sorted(
        shown.index(f"<dt>{name}</dt>") for name in names
    )
    assert "&lt;b&gt;" in shown
    assert "acts" not in shown


class Wish(forms.Form):
    name = forms.CharField(help_text="As it stands there.", min_length=3)
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    agreed = forms.BooleanField(required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Both at once cannot be.")


def test_a_field_is_tied_to_its_help_and_its_error() -> None:
    shown = show("{{ form }}", form=Wish({"name": "x"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert '<label for="id_name">' in shown


def test_choices_stand_in_a_fieldset_with_a_legend_and_a_box_before_its_label() -> None:
    shown = show("{{ form }}", form=Wish())
    assert '<legend class="label">Kind' in shown
    assert '<label for="id_agreed"><input type="checkbox"' in shown


def test_what_is_wrong_with_the_whole_form_is_said_first() -> None:
    shown = show("{{ form }}", form=Wish({"name": "long enough", "kind": "a"}))
    assert shown.index("Both at once cannot be.") < shown.index("id_name")
    assert 'role="alert"' in shown


def test_progress_without_a_total_claims_none() -> None:
    assert "value=" not in show('{% progress 640 None "Run 8412" %}')
    assert 'value="640" max="1108"' in show('{% progress 640 1108 "Run 8412" %}')


def test_money_in_a_cause_carries_its_currency() -> None:
    shown = show(
        '{% cause title="T" count=37 amount=sum %}{% endcause %}', sum=Sum(Decimal("1790.00"), "USD")
    )
    assert '1,790.00<abbr class="cur">USD</abbr>' in shown

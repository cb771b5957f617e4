"""What every flow promises by being declared, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.canon.entries import journal_of
from connectors.canon.kind import Code, Kind
from connectors.canon.links import codes_of, needs, refs_of
from connectors.canon.portable import fingerprint, from_json, to_json
from connectors.flow import Choice, Flow, Hold, Replace, Undo, Update, held, outcome, revision
from connectors.flows import ALL_FLOWS, BY_NAME
from connectors.flows.policies import EVERY_INTEGRATION
from tests.canon.strategies import records
from tests.flows.made import POLICIES
from tests.flows.sound import any_or_sound

CHOICES = {choice.name: choice for flow in ALL_FLOWS for choice in flow.choices}
WRITING = [flow for flow in ALL_FLOWS if flow.writes]


def by_name(flow: Flow) -> str:
    return flow.name


def policies() -> st.SearchStrategy[dict[str, object]]:
    """Any setting a customer could have made."""
    chosen = {
        choice.name: st.sampled_from([value for value, _ in choice.options])
        for choice in (*EVERY_INTEGRATION, *CHOICES.values())
        if choice.options
    }
    named = st.fixed_dictionaries(
        {
            "default_customer": st.sampled_from(["", "WEB"]),
            "accepted": st.just(("category:odd",)),
            "lookup_CostCentre": st.sampled_from(["", "Cost Center"]),
        }
    )
    return st.builds(lambda a, b: {**POLICIES, **a, **b}, st.fixed_dictionaries(chosen), named)


def test_names_are_unique_and_titles_are_sentences() -> None:
    assert len(BY_NAME) == len(ALL_FLOWS)
    for flow in ALL_FLOWS:
        assert (
            flow.name.replace("_", "").islower() and flow.title[0].isupper() and not flow.title.endswith(".")
        )
        assert flow.unless, f"{flow.name} does not say what it leaves out"


def test_what_undoes_a_flow_reads_the_same_record_on_the_same_way() -> None:
    for flow in ALL_FLOWS:
        if flow.undone_by:
            back = BY_NAME[flow.undone_by]
            assert (back.reads, back.source, back.target) == (flow.reads, flow.source, flow.target)


@pytest.mark.parametrize("choice", [*EVERY_INTEGRATION, *CHOICES.values()], ids=lambda choice: choice.name)
def test_every_choice_has_a_default_among_its_options_and_says_why(choice: Choice) -> None:
    values = [value for value, _ in choice.options]
    assert choice.label and choice.why
    assert choice.default in values if values else True
    assert len(set(values)) == len(values)


def test_a_choice_of_one_name_is_one_choice() -> None:
    for flow in ALL_FLOWS:
        for choice in flow.choices:
            assert CHOICES[choice.name] == choice


@pytest.mark.parametrize("flow", WRITING, ids=by_name)
def test_any_record_under_any_policies_is_booked_held_or_left_out(flow: Flow) -> None:
    @settings(max_examples=40)
    @given(any_or_sound(flow.reads), policies())
    def answers(record: Kind, chosen: dict[str, object]) -> None:
        result = outcome(flow, record, chosen)
        if isinstance(result, Hold):
            assert result.name and result.fact and result.releases
        elif result is not None:
            assert type(result) is flow.writes
            assert result.id == record.id
            assert from_json(to_json(result)) == result
            again = outcome(flow, record, chosen)
            assert isinstance(again, Kind) and fingerprint(again) == fingerprint(result)

    answers()


@pytest.mark.parametrize("flow", ALL_FLOWS, ids=by_name)
def test_any_change_of_a_record_has_an_answer(flow: Flow) -> None:
    @settings(max_examples=20)
    @given(any_or_sound(flow.reads), policies())
    def answers(record: Kind, chosen: dict[str, object]) -> None:
        result = revision(flow, record, chosen)
        assert result is None or isinstance(result, (Update, Replace, Undo, Hold))
        if isinstance(result, (Update, Replace)):
            assert type(result.body) is flow.writes

    answers()


@pytest.mark.parametrize("flow", WRITING, ids=by_name)
def test_it_asks_for_every_account_that_it_books_on(flow: Flow) -> None:
    declared = {account.name for account in flow.accounts}

    @settings(max_examples=30)
    @given(any_or_sound(flow.reads), policies())
    def asks(record: Kind, chosen: dict[str, object]) -> None:
        body = outcome(flow, record, chosen)
        if isinstance(body, Kind):
            assert set(_roles(body)) <= declared | {"rounding", "tax", "cost"}

    asks()


def _roles(body: Kind) -> Iterator[str]:
    """The last word of each account code that is a role of the integration, not a word of the source."""
    for found in codes_of(body):
        assert isinstance(found.value, Code)
        last = found.value.keys[-1]
        if found.value.table == "gl_account" and not last.startswith(("lines/", "cost/")):
            yield last


def test_what_is_read_beside_is_never_delivered() -> None:
    for flow in ALL_FLOWS:
        if flow.writes is None:
            assert flow.unless

            @settings(max_examples=5)
            @given(records(flow.reads))
            def nothing(record: Kind) -> None:
                assert outcome(flow, record, POLICIES) is None  # noqa: B023

            nothing()


@pytest.mark.parametrize("flow", [flow for flow in WRITING if flow.undone_by], ids=by_name)
def test_a_record_is_never_booked_and_taken_back_at_once(flow: Flow) -> None:
    @settings(max_examples=40)
    @given(any_or_sound(flow.reads), policies())
    def one_of_them(record: Kind, chosen: dict[str, object]) -> None:
        assert not (flow.takes(record, chosen) and BY_NAME[flow.undone_by].takes(record, chosen))

    one_of_them()


def test_dependencies_are_on_kinds_that_some_flow_reads() -> None:
    read = {flow.reads for flow in ALL_FLOWS}
    written = {flow.writes for flow in ALL_FLOWS}
    for flow in WRITING:
        assert flow.writes
        for need in needs(flow.writes):
            assert not need.kinds or set(need.kinds) & (read | written), (
                f"{flow.name}: nothing carries {need.path}"
            )


def test_holds_are_asked_in_their_order_and_only_of_what_is_taken() -> None:
    from tests.flows.made import payment

    strange = payment(settled=None)
    first = held(BY_NAME["payments"], strange, {**POLICIES, "currencies": ("EUR",)})
    assert first and first.name == "currency_not_allowed"
    assert outcome(BY_NAME["payment_failures"], strange, POLICIES) is None


@given(any_or_sound(BY_NAME["payments"].reads), policies())
def test_what_is_booked_points_back_to_its_record_by_reference(
    record: Kind, chosen: dict[str, object]
) -> None:
    body = outcome(BY_NAME["payments"], record, chosen)
    if isinstance(body, Kind):
        assert body.reference == f"PAY:{record.id}"  # type: ignore[attr-defined]
        assert all(found.value for found in refs_of(body))
        assert journal_of(body)

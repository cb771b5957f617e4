from connectors.canon.kind import Ref
from connectors.canon.reference import CostCentre, GlAccount, LookupValue, Project
from connectors.flow import Update
from tests.flows.made import change, of, run

SALES = CostCentre(id="CC-SS/0100", number="0100", name="Sales", parent="CC-SS/0001")


def test_a_cost_centre_becomes_a_value_under_its_parent() -> None:
    value = of(LookupValue, run("cost_centres", SALES, lookup_CostCentre="Cost Center"))
    assert (value.lookup, value.code, value.name) == ("Cost Center", "0100", "Sales")
    assert value.parent == Ref(CostCentre, "CC-SS/0001")


def test_nothing_is_brought_over_until_a_lookup_is_named() -> None:
    assert run("cost_centres", SALES) is None and change("cost_centres", SALES) is None


def test_each_dimension_has_its_own_lookup_and_its_own_parents() -> None:
    project = Project(id="P1", name="Bridge", parent="P0")
    account = GlAccount(id="6300", name="Cleaning", parent="6000")
    assert of(LookupValue, run("projects", project, lookup_Project="Project")).parent == Ref(Project, "P0")
    assert of(LookupValue, run("gl_accounts", account, lookup_GlAccount="Account")).parent == Ref(
        GlAccount, "6000"
    )
    assert run("projects", project, lookup_CostCentre="Cost Center") is None


def test_inactive_is_deactivated_there_and_never_deleted() -> None:
    gone = CostCentre(id="1", number="0100", name="Sales", active=False)
    assert run("cost_centres", gone, lookup_CostCentre="Cost Center") is None
    result = change("cost_centres", gone, lookup_CostCentre="Cost Center")
    assert isinstance(result, Update) and isinstance(result.body, LookupValue) and not result.body.active

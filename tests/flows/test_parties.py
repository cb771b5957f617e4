from connectors.canon.parties import Customer, Supplier
from connectors.canon.portable import fingerprint
from connectors.flow import Update
from tests.flows.made import change, of, run

HARBOR = Customer(
    id="C10045", number="C10045", name="Harbor Valve Co", email="ap@harbor.example", version="9f", url="x"
)


def test_a_customer_carries_our_reference_and_none_of_the_sources_tokens() -> None:
    there = of(Customer, run("customers_to_payments", HARBOR))
    assert there.known_as == ("PAY:C10045",) and there.version == "" and there.url == ""
    assert (there.name, there.email, there.number) == (HARBOR.name, HARBOR.email, "C10045")


def test_the_echo_of_our_own_write_is_recognised() -> None:
    written = of(Customer, run("customers_to_billing", HARBOR))
    reported = Customer(id="cus_9", name="Harbor Valve Co", email="ap@harbor.example", version="55")
    assert fingerprint(reported) == fingerprint(written)


def test_inactive_from_the_start_is_not_brought_over() -> None:
    assert run("customers_to_payments", Customer(id="C1", name="Gone", active=False)) is None


def test_inactive_later_is_noted_there() -> None:
    result = change("customers_to_payments", Customer(id="C1", name="Gone", active=False))
    assert isinstance(result, Update) and isinstance(result.body, Customer) and not result.body.active


def test_one_that_was_merged_is_left_as_it_is() -> None:
    merged = Customer(id="C1", name="Old", active=False, survivor="C2")
    assert run("customers_to_payments", merged) is None and change("customers_to_payments", merged) is None


def test_suppliers_go_the_same_way() -> None:
    quay = Supplier(id="S2001", name="Quayside Bearings Ltd")
    assert of(Supplier, run("suppliers_to_procurement", quay)).known_as == ("PAY:S2001",)
    assert isinstance(change("suppliers_from_procurement", quay), Update)
    assert run("suppliers_to_procurement", Supplier(id="S1", name="Gone", active=False)) is None


def test_hostile_names_are_kept_as_they_are() -> None:
    name = "<script>alert(1)</script> ‮" + "ü" * 300
    assert of(Customer, run("customers_to_payments", Customer(id="C1", name=name))).name == name

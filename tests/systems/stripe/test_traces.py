"""An object that we or somebody linked to another system is known by our reference, in one word or in two."""

import pytest

from connectors.systems.stripe.records.traces import traces
from connectors.transport.stated import Stated


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"mlc_ref": "QAD:2026/SALES/7"}, ("QAD:2026/SALES/7",)),
        ({"mlc_source": "qad", "mlc_source_id": "C10045"}, ("QAD:C10045",)),
        ({"mlc_ref": "QAD:C1", "mlc_source": "qad", "mlc_source_id": "C2"}, ("QAD:C1",)),
        ({"mlc_source": "qad"}, ()),
        ({"order": "5"}, ()),
        (None, ()),
    ],
)
def test_our_reference_is_found(metadata: object, found: tuple[str, ...]) -> None:
    assert traces(Stated({"metadata": metadata}, "customer cus_1")) == found

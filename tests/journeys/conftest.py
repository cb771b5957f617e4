"""A business that is open: simulated books and payments over HTTP, and the integration between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.engine import dial
from connectors.sandbox.control import control
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.systems.qad.sandbox import SIMULATOR as QAD
from connectors.systems.stripe.sandbox import SIMULATOR as STRIPE
from tenants.scoping import tenant_scope
from tests.factories import TenantFactory
from tests.journeys.business import Business, opened


@pytest.fixture
def draft(transactional_db: None, settings) -> Iterator[Business]:  # type: ignore[no-untyped-def]
    """Nothing is live yet. However a journey goes, both ledgers balance at its end."""
    with Stage([QAD, STRIPE], seed=11, control=control) as stage:
        settings.SANDBOX_HOSTS = [stage.wire.address.split("://")[1]]
        dial.way_out.cache_clear()
        business = opened(TenantFactory(), stage)
        stage.limit(business.stripe, Limit())
        yield business
        dial.way_out.cache_clear()
        assert stage.bugs == []
        assert stage.check(business.qad) == []
        assert stage.check(business.stripe) == []


@pytest.fixture
def business(draft: Business) -> Business:
    """Live, and every account mapped."""
    draft.maps("bank", "clearing", "fees", "fee_tax", "refunds")
    with tenant_scope(draft.tenant):
        draft.integration.go_live()
    return draft

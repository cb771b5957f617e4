"""Each page of the product, walked: as a person sees it, at three widths, by day and by night."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse

from tests.browser import world
from tests.browser.atlas import ACTS, PAGES, names
from tests.browser.conftest import Opened
from tests.browser.walk import Walk


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fit_for_everybody(name: str, opened: Opened) -> None:
    place, there = PAGES[name], world.made()
    walk = Walk(opened({"owner": there.owner, "careful": there.careful, "nobody": None}[place.who]))
    if place.way:
        place.way(walk.page, there)
        faults = walk.faults()
        assert resolve(urlsplit(walk.page.url).path).url_name == name, walk.page.url
    else:
        faults = walk.faults(reverse(name, kwargs=place.kwargs(there)) + place.query, place.status)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("nobody", [True, False], ids=["signed out", "signed in"])
def test_an_address_where_nothing_is_leads_on(nobody: bool, opened: Opened) -> None:
    page = opened(None if nobody else world.made().owner)
    faults = Walk(page).faults("/nothing/here", status=404)
    assert not faults, "\n".join(faults)


def test_every_address_is_walked_or_is_an_act() -> None:
    assert set(names()) == PAGES.keys() | ACTS.keys()

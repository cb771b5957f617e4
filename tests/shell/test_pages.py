"""The pages that need no company: first page, theme, keys, and what a person reads when something went wrong."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory

from mlconnector import pages

TOLD = [
    (400, pages.bad_request), (403, pages.forbidden), (404, pages.not_found),
    (429, pages.too_many), (500, pages.broken), (503, pages.not_ready),
]  # fmt: skip


@pytest.fixture
def request_() -> HttpRequest:
    request = RequestFactory().get("/somewhere")
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(("status", "page"), TOLD)
def test_a_page_for_each_trouble_says_what_happened_and_the_next_step(
    request_: HttpRequest, status: int, page: Any
) -> None:
    answer = page(request_)
    assert answer.status_code == status
    told = pages.TROUBLES[status]
    assert told.heading.encode() in answer.content
    assert b'class="btn go"' in answer.content


def test_an_error_page_asks_the_database_nothing(request_: HttpRequest) -> None:
    # No database is granted to this test: a query would fail it.
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError("the person was asked for")

    request_.user = Broken()  # type: ignore[assignment]
    assert pages.broken(request_).status_code == 500


def test_a_forged_form_is_told_that_nothing_was_changed() -> None:
    answer = Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"})
    assert answer.status_code == 403
    assert b"Nothing was changed" in answer.content


def test_the_theme_is_set_by_the_server_from_the_cookie() -> None:
    client = Client()
    assert client.post("/theme", {"theme": "dark", "next": "/keys"}).headers["Location"] == "/keys"
    assert b'<html lang="en" data-theme="dark">' in client.get("/").content
    client.post("/theme", {"theme": "system"})
    assert b'<html lang="en">' in client.get("/").content


def test_a_script_gets_no_page_back_for_a_theme() -> None:
    assert Client().post("/theme", {"theme": "light"}, headers={"HX-Request": "true"}).status_code == 204


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_theme_switch_leads_nowhere_else(away: str) -> None:
    assert Client().post("/theme", {"theme": "light", "next": away}).headers["Location"] == "/"


def test_a_theme_that_is_none_is_refused() -> None:
    assert Client().post("/theme", {"theme": '"><script>'}).status_code == 400


def test_keys_can_be_turned_off() -> None:
    client = Client()
    client.post("/keys", {"keys": "off"})
    assert b'<body data-keys="off">' in client.get("/").content
    client.post("/keys", {"keys": "on"})
    assert b"data-keys" not in client.get("/").content


def test_an_unknown_address_is_answered_in_the_look_of_the_product() -> None:
    answer = Client().get("/nothing/here")
    assert answer.status_code == 404
    assert b"There is nothing at this address" in answer.content
    assert b"/nothing/here" in answer.content


def test_no_other_site_may_show_us_in_a_frame() -> None:
    answer = Client().get("/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

"""A planted secret comes out nowhere: not in SQL that is logged, a debug page, a dump, an error mail or an exported trail."""

from __future__ import annotations

import io
import json
import logging
import sys
from base64 import b64encode
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from connectors.models import Connection
from connectors.system import Mode
from tenants.models import Tenant
from tenants.scoping import tenant_scope

CANARY = "rk_live_canary/51+abc=def&ghi jkl"
FORMS = (CANARY, quote(CANARY, safe=""), b64encode(CANARY.encode()).decode(), CANARY.encode().hex())


@pytest.fixture
def planted(tenant: Tenant) -> Connection:
    with tenant_scope(tenant):
        made = Connection.make("stripe", "Payments", Mode.LIVE, {})
        made.keep_secrets({"api_key": CANARY, "webhook_secret": CANARY})
    return made


def clean(*texts: str) -> bool:
    assert all(texts), "an empty text proves nothing"
    return not [form for form in FORMS for text in texts if form in text]


def test_no_statement_that_is_logged_carries_it(tenant: Tenant) -> None:
    database.force_debug_cursor = True
    try:
        with tenant_scope(tenant):
            made = Connection.make("stripe", "Payments", Mode.LIVE, {})
            made.keep_secrets({"api_key": CANARY})
            made.open_secrets()
        assert clean(*(query["sql"] for query in database.queries))
    finally:
        database.force_debug_cursor = False


def test_a_debug_page_and_an_error_mail_do_not_show_it(planted: Connection) -> None:
    request = RequestFactory().post("/c/x/connections/new", {"api_key": CANARY, "secret": CANARY})
    assert get_exception_reporter_filter(request)
    try:
        with tenant_scope(planted.tenant_id):
            opened = planted.open_secrets()
            raise RuntimeError(f"while holding {sorted(opened)}")
    except RuntimeError:
        reporter = ExceptionReporter(None, *sys.exc_info())
        assert clean(reporter.get_traceback_html(), reporter.get_traceback_text())


def test_a_dump_of_every_table_does_not_hold_it(planted: Connection) -> None:
    out = io.StringIO()
    with tenant_scope(planted.tenant_id):
        call_command("dumpdata", "connectors.connection", stdout=out)
    assert json.loads(out.getvalue())
    assert clean(out.getvalue())


def test_a_log_line_that_names_it_by_mistake_shows_dots(planted: Connection) -> None:
    with tenant_scope(planted.tenant_id):
        opened = planted.open_secrets()
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "opened %r as %r", (opened, opened["api_key"]), None
    )
    assert clean(record.getMessage(), repr(opened))


def test_the_trail_that_an_auditor_gets_does_not_hold_it(planted: Connection, tmp_path) -> None:  # type: ignore[no-untyped-def]
    call_command("audit_seal", stdout=io.StringIO())
    file = tmp_path / "trail"
    call_command("audit_export", str(planted.tenant_id), str(file), stdout=io.StringIO())
    assert clean(file.read_text())

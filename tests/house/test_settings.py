"""Settings are read loudly: what is odd, missing in production or unsafe is refused by its name, and no secret is told."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlconnector import keys
from mlconnector.gates import like_production
from mlconnector.management.commands.settings import table
from mlconnector.settings import env

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for variable in env.declared:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.setenv("VAR", str(tmp_path))
    return monkeypatch


@pytest.fixture
def production(demo: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in like_production().items():
        demo.setenv(name, value)
    return demo


def read() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "mlconnector" / "settings.py"))


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        read()
    return str(refused.value)


def test_a_demo_needs_no_variable_and_makes_keys_that_only_its_owner_reads(
    demo: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read()
    assert settings["SECRET_KEY"] not in settings["FERNET_KEYS"]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert read()["FERNET_KEYS"] == settings["FERNET_KEYS"], "a second start finds the same keys"


def test_production_is_closed_where_a_demo_is_open(production: pytest.MonkeyPatch) -> None:
    settings = read()
    assert settings["ALLOWED_HOSTS"] == ["connector.example.com"]
    assert (
        settings["SESSION_COOKIE_SECURE"]
        and settings["CSRF_COOKIE_SECURE"]
        and settings["SECURE_SSL_REDIRECT"]
    )
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert "unsafe" not in str(settings["CONTENT_SECURITY_POLICY"])


@pytest.mark.parametrize("name", [v.name for v in env.declared if v.production.startswith("required")])
def test_what_production_needs_is_missed_by_name(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    assert f"{name}: missing" in refusal()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEBUG", "yes", "shows code and settings"),
        ("DEBUG", "maybe", "neither yes nor no"),
        ("SECRET_KEY", "django-insecure-" + "abcdefghij" * 5, "a default key"),
        ("SECRET_KEY", "x" * 60, "too weak"),
        ("SECRET_KEY", "short", "too weak"),
        ("FERNET_KEYS", "for-tests-only", "no Fernet key"),
        ("FERNET_KEYS", "oops,oops", "no Fernet key"),
        ("PUBLIC_URL", "http://connector.example.com", "https"),
        ("PUBLIC_URL", "connector.example.com", "no address"),
        ("ALLOWED_HOSTS", "*", "no host name"),
        ("ALLOWED_HOSTS", "https://a.example", "no host name"),
        ("DATABASE_URL", "sqlite:///db", "postgres://"),
        ("DATABASE_URL", "postgres://127.0.0.1", "names no user"),
        ("EMAIL_URL", "mail.example.com", "no mail address"),
        ("PORT", "99999", "no whole number"),
        ("PORT", "80a", "no whole number"),
        ("WORKERS", "0", "no whole number"),
        ("TRUSTED_PROXIES", "-1", "no whole number"),
        ("SANDBOX_HOSTS", "127.0.0.1:8701", "our own network"),
        ("MODE", "prod", "none of demo, production"),
        ("LOG_FORMAT", "xml", "none of text, json"),
        ("VAR", "relative/path", "no absolute path"),
    ],
)
def test_an_odd_or_unsafe_value_is_refused_by_name(
    production: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    production.setenv(name, value)
    complaint = refusal()
    assert f"{name}: " in complaint and said in complaint


def test_a_demo_serves_no_public_host(demo: pytest.MonkeyPatch) -> None:
    demo.setenv("PUBLIC_URL", "https://connector.example.com")
    assert "MODE: demo serves this machine only" in refusal()


def test_sealing_and_signing_keys_are_never_the_same(production: pytest.MonkeyPatch) -> None:
    production.setenv("FERNET_KEYS", ",".join([key := keys.fernet_key(), key]))
    assert "FERNET_KEYS: one key stands there twice" in refusal()


def test_a_refusal_tells_no_secret(production: pytest.MonkeyPatch) -> None:
    production.setenv("SECRET_KEY", "hush-" * 3)
    production.setenv("FERNET_KEYS", "hush-" * 9)
    production.setenv("DATABASE_URL", "postgres://app:hush-hush@/")
    assert "hush" not in refusal()


def test_all_that_is_wrong_is_told_at_once(production: pytest.MonkeyPatch) -> None:
    production.setenv("PORT", "x")
    production.setenv("WORKERS", "x")
    assert "PORT: " in refusal() and "WORKERS: " in refusal()


def test_the_readme_shows_the_table_of_settings_as_it_is() -> None:
    assert table() in (ROOT / "README.md").read_text(), "run `manage.py settings --into README.md`"


def test_every_variable_that_is_read_is_in_the_table() -> None:
    declared = {variable.name for variable in env.declared}
    assert {"SECRET_KEY", "FERNET_KEYS", "DATABASE_URL", "PORT"} <= declared
    assert all(variable.help.strip() for variable in env.declared)
    assert len(declared) == len(env.declared)
    assert os.environ.get("DJANGO_SETTINGS_MODULE") == "mlconnector.settings"

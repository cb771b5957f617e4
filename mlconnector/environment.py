"""Reads environment variables by type and remembers each with its explanation: the README's table is this memory.

Whatever is odd, missing in production or unsafe is collected and told at once, by the variable's name and never by
its value when that is a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})

Rule = Callable[[str], str | None]  # a complaint about a value, or nothing


@dataclass(frozen=True)
class Variable:
    name: str
    kind: str
    default: str
    help: str
    production: str


class Environment:
    """One pass over the variables; `declared` afterwards is the whole table, `finish` tells what is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._problems: list[str] = []
        self.declared: list[Variable] = []
        self.production = False

    def mode(self, help: str) -> str:
        mode = self.choice("MODE", "demo", ("demo", "production"), help)
        self.production = mode == "production"
        return mode

    def text(
        self,
        name: str,
        default: str,
        help: str,
        *,
        required: bool = False,
        rule: Rule | None = None,
        kind: str = "text",
        shown: str | None = None,
        production: str = "",
    ) -> str:
        note = production or ("required" if required else "")
        self.declared.append(Variable(name, kind, default if shown is None else shown, help, note))
        value = self._values.get(name, "").strip()
        if not value:
            if required and self.production:
                self.refuse(name, "missing, and production needs it")
            return default
        complaint = rule(value) if rule else None
        if complaint:
            self.refuse(name, complaint)
            return default
        return value

    def secret(
        self, name: str, made: Callable[[], str], help: str, *, rule: Rule, required: bool = True
    ) -> str:
        """`made` fills it in for the demo, where a file in var/ remembers it."""
        given = self.text(
            name,
            "",
            help,
            required=required,
            rule=rule,
            kind="secret",
            shown="made in var/" if required else "",
        )
        return given or ("" if self.production else made())

    def choice(self, name: str, default: str, allowed: tuple[str, ...], help: str) -> str:
        def one_of(value: str) -> str | None:
            return None if value in allowed else f"{value!r} is none of {', '.join(allowed)}"

        return self.text(name, default, help, rule=one_of, kind=" or ".join(allowed))

    def flag(self, name: str, default: bool, help: str, *, forbidden: str = "") -> bool:
        def yes_or_no(value: str) -> str | None:
            return None if value.lower() in TRUE | FALSE else f"{value!r} is neither yes nor no"

        word = "yes" if default else "no"
        note = "must be no" if forbidden else ""
        on = self.text(name, word, help, rule=yes_or_no, kind="yes or no", production=note).lower() in TRUE
        if on and forbidden and self.production:
            self.refuse(name, forbidden)
        return on

    def number(self, name: str, default: int, help: str, *, least: int, most: int) -> int:
        def within(value: str) -> str | None:
            fits = re.fullmatch(r"\d{1,9}", value) and least <= int(value) <= most
            return None if fits else f"{value!r} is no whole number from {least} to {most}"

        return int(self.text(name, str(default), help, rule=within, kind=f"{least} to {most}"))

    def words(
        self,
        name: str,
        default: tuple[str, ...],
        help: str,
        *,
        required: bool = False,
        rule: Rule | None = None,
    ) -> list[str]:
        value = self.text(
            name, ",".join(default), help, required=required, rule=_each(rule), kind="list, by comma"
        )
        return [word.strip() for word in value.split(",") if word.strip()]

    def folder(self, name: str, default: Path, help: str, *, shown: str) -> Path:
        def absolute(value: str) -> str | None:
            return None if Path(value).is_absolute() else f"{value!r} is no absolute path"

        return Path(self.text(name, str(default), help, rule=absolute, kind="folder", shown=shown))

    def refuse(self, name: str, why: str) -> None:
        self._problems.append(f"{name}: {why}")

    def finish(self) -> None:
        if self._problems:
            raise ImproperlyConfigured("; ".join(self._problems))


def _each(rule: Rule | None) -> Rule | None:
    if rule is None:
        return None
    return lambda value: next((said for word in value.split(",") if (said := rule(word.strip()))), None)


def web_address(value: str) -> str | None:
    parts = urlsplit(value)
    fits = (
        parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/") and not parts.query
    )
    return None if fits else f"{value!r} is no address like https://connector.example.com"


def host_name(value: str) -> str | None:
    fits = re.fullmatch(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]", value)
    return None if fits else f"{value!r} is no host name (without scheme, port or *)"


def strong_secret(value: str) -> str | None:
    if len(value) < 50 or len(set(value)) < 10:
        return "too weak: 50 random characters or more"
    if re.search(r"insecure|change.?me|example|for-tests|your-secret", value, re.IGNORECASE):
        return "a default key out of some example"
    return None


def fernet_key(value: str) -> str | None:
    fits = re.fullmatch(r"[A-Za-z0-9_-]{43}=", value) and len(set(value)) > 10
    return None if fits else "one entry is no Fernet key (32 random bytes in URL-safe base64)"

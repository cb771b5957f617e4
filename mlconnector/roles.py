"""The database roles: `owner` makes the tables, `app` works in them and can reach no row of a tenant not in scope.

Both the embedded server and one given by DATABASE_URL are prepared here, and an application role with too many
rights is found out here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from mlconnector import keys, postgres
from mlconnector.postgres import DatabaseTrouble, Server

DATABASE = "mlconnector"


@dataclass(frozen=True)
class Role:
    """One way to log in; the password stays out of every repr."""

    user: str
    password: str
    host: str
    port: int
    database: str = DATABASE

    def __repr__(self) -> str:
        return f"Role({self.user}@{self.host}:{self.port}/{self.database})"

    def url(self) -> str:
        host = quote(self.host, safe="")
        return (
            f"postgres://{quote(self.user)}:{quote(self.password)}@{host}:{self.port}/{quote(self.database)}"
        )


def embedded(root: Path, server: Server) -> tuple[Role, Role]:
    """Owner and app of the embedded server, made at its first start."""
    words = keys.passwords(root)
    owner, app = (Role(user, words[user], server.host, server.port) for user in ("owner", "app"))
    if not (root / "roles.done").exists():
        with postgres.alone(root):
            _make_roles(Role("postgres", words["postgres"], server.host, server.port, "postgres"), owner, app)
            (root / "roles.done").touch()
    return owner, app


def _make_roles(chief: Role, owner: Role, app: Role) -> None:
    with psycopg.connect(chief.url(), autocommit=True) as db:
        _ensure_role(db, owner, "createdb createrole")
        _ensure_role(db, app, "")
        db.execute("grant pg_signal_backend to owner")
        _ensure_database(db, owner)


def provisioned(owner_url: str, folder: Path) -> str:
    """The app role's address on a server of which only a powerful role is known (demo and tests)."""
    given = address(owner_url)
    database = str(given.get("dbname") or DATABASE)
    app = Role(
        user=f"{database}_app",
        password=keys.made(folder / "app.password", lambda: secrets.token_urlsafe(24)),
        host=str(given.get("host") or "127.0.0.1"),
        port=int(given.get("port") or 5432),
        database=database,
    )
    try:
        with psycopg.connect(owner_url, autocommit=True, connect_timeout=10) as db:
            _ensure_role(db, app, "")
    except psycopg.Error as trouble:
        raise DatabaseTrouble(f"DATABASE_URL: {first_line(trouble)}") from None
    return app.url()


def address(url: str) -> dict[str, Any]:
    """The parts of a PostgreSQL address, or what is odd about it; its password is in no message."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise DatabaseTrouble("DATABASE_URL: must begin with postgres://")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise DatabaseTrouble("DATABASE_URL: is no address like postgres://app:…@host:5432/name") from None
    missing = [name for name in ("user", "dbname") if not parts.get(name)]
    if missing:
        raise DatabaseTrouble(f"DATABASE_URL: names no {' and no '.join(missing)}")
    return parts


def first_line(trouble: BaseException) -> str:
    return (str(trouble).strip().splitlines() or [type(trouble).__name__])[0]


def _ensure_role(db: psycopg.Connection, role: Role, rights: str) -> None:
    known = db.execute("select 1 from pg_roles where rolname = %s", [role.user]).fetchone()
    verb = "alter" if known else "create"
    statement = "{} role {} login nosuperuser nobypassrls " + rights + " password {}"
    db.execute(
        sql.SQL(statement).format(sql.SQL(verb), sql.Identifier(role.user), sql.Literal(role.password))
    )


def _ensure_database(db: psycopg.Connection, owner: Role) -> None:
    if not db.execute("select 1 from pg_database where datname = %s", [owner.database]).fetchone():
        statement = sql.SQL("create database {} owner {}")
        db.execute(statement.format(sql.Identifier(owner.database), sql.Identifier(owner.user)))

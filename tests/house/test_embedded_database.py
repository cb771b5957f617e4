"""The embedded server in folders of its own: started twice, killed, left behind by a power cut (it is really run)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from mlconnector import postgres, roles
from tests.house.processes import until

STRANGER_SECONDS = 60


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pg")
    yield folder
    postgres.stop(folder)


def answer(root: Path, question: str = "select current_user") -> object:
    _, app = roles.embedded(root, postgres.start(root))
    with psycopg.connect(app.url()) as db:
        row = db.execute(question).fetchone()
    return row and row[0]


def test_everybody_who_starts_it_at_once_finds_the_same_server(root: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        servers = set(pool.map(lambda _: postgres.start(root), range(4)))
    assert len(servers) == 1
    assert answer(root) == "app"


def test_a_killed_server_is_back_on_its_port_with_every_commit(root: Path) -> None:
    before = postgres.start(root)
    owner, _ = roles.embedded(root, before)
    with psycopg.connect(owner.url()) as db:
        db.execute("create table kept (n int); insert into kept values (7)")
        db.execute("grant select on kept to app")
    kill(root)
    assert answer(root, "select n from kept") == 7
    assert postgres.start(root) == before


def test_a_stale_lock_file_with_a_strangers_pid_is_recovered(root: Path) -> None:
    postgres.start(root)
    data = root.resolve() / "data"
    lines = (data / "postmaster.pid").read_text().splitlines()
    kill(root)
    stranger = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({STRANGER_SECONDS})"])
    try:
        (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert postgres.alive(data) is None
        assert answer(root) == "app"
        postgres.stop(root)
        assert stranger.poll() is None, "stopping the database must not touch the stranger"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_folder_is_never_taken_for_a_database(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "PG_VERSION").write_text("18")
    try:
        assert answer(tmp_path) == "app"
    finally:
        postgres.stop(tmp_path)


def test_a_folder_of_another_major_version_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(postgres.DatabaseTrouble, match="was made by PostgreSQL 13"):
        postgres.start(tmp_path)


def test_the_last_process_that_holds_it_stops_it(tmp_path: Path) -> None:
    with postgres.held(tmp_path):
        other = holder(tmp_path)
    assert postgres.alive(tmp_path / "data"), "another process still works with it"
    other.kill()
    other.wait()
    with postgres.held(tmp_path):
        pass
    assert postgres.alive(tmp_path / "data") is None


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(postgres.DatabaseTrouble, match="cannot be written"):
        postgres.start(tmp_path / "file" / "postgres")


def test_secrets_are_readable_by_their_owner_only_and_in_no_repr(root: Path) -> None:
    owner, app = roles.embedded(root, postgres.start(root))
    assert (root / "passwords.json").stat().st_mode & 0o077 == 0
    assert owner.password not in repr(owner) and app.password not in repr(app)


def kill(root: Path) -> None:
    data = root.resolve() / "data"
    pid = postgres.alive(data)
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not postgres.alive(data), 10)


def holder(root: Path) -> subprocess.Popen[str]:
    code = (
        "import sys, time; from pathlib import Path; from mlconnector import postgres;"
        "postgres.hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process

"""The trail: written with the change it tells of, chained by one sealer, and found out when anybody meddles with it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from tenants import anchors, audit, audit_checker, erasure, export, sealer, verification
from tenants.audit import Actor, acting
from tenants.models import AuditEntry, AuditPart, AuditPending, AuditSeal, Membership, Person, Tenant
from tenants.scoping import tenant_scope
from tenants.verification import verify

ENTRIES = 12


def note(tenant: Tenant, number: int, **more: Any) -> None:
    with tenant_scope(tenant):
        audit.record(
            "figure.changed",
            about=f"invoice:{number}",
            before={"total": "1.00"},
            after={"total": "2.00"},
            **more,
        )


@pytest.fixture
def sealed(tenant: Tenant) -> Tenant:
    """Twelve entries, numbered in the order they were made."""
    for number in range(3, ENTRIES + 1):  # founding the company and its owner's membership were 1 and 2
        note(tenant, number, personal={f"customer:{number}": {"name": "Jane"}})
    sealer.seal(tenant.pk)
    return tenant


def forge(db: psycopg.Connection, *statements: str) -> None:
    """What only the owner of the tables can do, with every guard switched off."""
    with db.transaction():
        db.execute("select set_config('app.everywhere', 'on', true)")
        for table in ("tenants_auditentry", "tenants_auditseal", "tenants_auditpending"):
            db.execute(f"alter table {table} disable trigger user")
        for statement in statements:
            db.execute(statement)
        db.execute("set constraints all immediate")
        for table in ("tenants_auditentry", "tenants_auditseal", "tenants_auditpending"):
            db.execute(f"alter table {table} enable trigger user")


def entry_id(number: int) -> str:
    return f"(select entry_id from tenants_auditseal where number = {number})"


def drop(*numbers: int) -> list[str]:
    listed = ", ".join(map(str, numbers))
    ids = f"(select entry_id from tenants_auditseal where number in ({listed}))"
    return [
        f"delete from tenants_auditpart where entry_id in {ids}",
        f"create temp table gone on commit drop as select entry_id from tenants_auditseal where number in ({listed})",
        f"delete from tenants_auditseal where number in ({listed})",
        "delete from tenants_auditentry where id in (select entry_id from gone)",
    ]


class TestWriting:
    pytestmark = pytest.mark.django_db

    def test_an_entry_says_who_did_what_to_what_when_and_why(self, tenant: Tenant, owner: Person) -> None:
        with acting(Actor("person", str(owner.pk), owner.email, "192.0.2.7")):
            note(tenant, 4, reason="asked by phone")
        with tenant_scope(tenant):
            entry = AuditEntry.objects.latest("at")
            (part,) = entry.personal.all()
            who = audit.read_part(part)
        assert (entry.what, entry.about, entry.actor) == ("figure.changed", "invoice:4", f"person:{owner.pk}")
        assert (entry.before, entry.after, entry.reason) == (
            {"total": "1.00"},
            {"total": "2.00"},
            "asked by phone",
        )
        assert who == {"actor": owner.email, "address": "192.0.2.7"}
        assert abs(timezone.now() - entry.at) < timedelta(minutes=1)

    def test_personal_data_lies_sealed(self, tenant: Tenant) -> None:
        note(tenant, 4, personal={"customer:4": {"name": "Jane Canary"}})
        with tenant_scope(tenant), connection.cursor() as cursor:
            cursor.execute(
                "select e::text || p::text from tenants_auditentry e join tenants_auditpart p on p.entry_id = e.id"
            )
            assert "Canary" not in "".join(text for (text,) in cursor.fetchall())

    def test_a_change_that_is_rolled_back_leaves_no_entry_and_no_hole(self, tenant: Tenant) -> None:
        with pytest.raises(LookupError), tenant_scope(tenant):
            audit.record("figure.changed", about="invoice:1")
            raise LookupError
        note(tenant, 2)
        sealer.seal(tenant.pk)
        with tenant_scope(tenant):
            assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]

    def test_a_refusal_is_kept_though_what_surrounds_it_is_rolled_back(self, tenant: Tenant) -> None:
        with pytest.raises(PermissionError), tenant_scope(tenant):
            audit.refused("replay.refused", about="delivery:1", reason="viewers may not replay")
            raise PermissionError
        with tenant_scope(tenant):
            assert AuditEntry.objects.get(what="replay.refused").reason == "viewers may not replay"

    def test_a_float_has_no_place_in_a_figure(self, tenant: Tenant) -> None:
        with pytest.raises(TypeError, match="float"), tenant_scope(tenant):
            audit.record("figure.changed", about="invoice:1", after={"total": 0.1})

    def test_odd_text_is_kept_and_verified(self, tenant: Tenant) -> None:
        note(tenant, 4, reason='nul \0, quote ", line\nbreak, \u2028, 🧾, lone \ud800')
        sealer.seal(tenant.pk)
        assert verify(tenant.pk).faults == []


@pytest.mark.django_db(transaction=True)
class TestSealing:
    def test_every_entry_gets_one_number_in_one_chain(self, sealed: Tenant) -> None:
        report = verify(sealed.pk)
        assert (report.entries, report.waiting, report.faults, report.anchors) == (ENTRIES, 0, [], 1)

    def test_writers_wait_neither_for_each_other_nor_for_the_sealer(self, tenant: Tenant) -> None:
        """The sealer is stopped inside its transaction while eight writers write and commit."""

        def write(number: int) -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("set lock_timeout = '2s'")
                for turn in range(20):
                    note(tenant, number * 100 + turn)
            finally:
                connection.close()

        with tenant_scope(tenant):
            assert sealer._seal_batch(tenant.pk) == 2
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(write, range(8)))
        assert sealer.seal(tenant.pk) == 160
        assert verify(tenant.pk).faults == []

    def test_sealers_side_by_side_with_writers_build_one_chain(self, tenant: Tenant) -> None:
        stop = Event()

        def write(number: int) -> None:
            try:
                for turn in range(30):
                    note(tenant, number * 100 + turn)
            finally:
                connection.close()

        def keep_sealing(_: int) -> None:
            try:
                while not stop.is_set():
                    sealer.seal_all()
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            sealers = [pool.submit(keep_sealing, n) for n in range(2)]
            list(pool.map(write, range(4)))
            stop.set()
            for each in sealers:
                each.result()
        sealer.seal(tenant.pk)
        report = verify(tenant.pk)
        assert (report.entries, report.faults) == (122, [])

    def test_a_second_sealer_does_not_wait_for_the_first(self, tenant: Tenant) -> None:
        def second() -> int:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("set lock_timeout = '2s'")
                return sealer.seal(tenant.pk)
            finally:
                connection.close()

        with tenant_scope(tenant), ThreadPoolExecutor(1) as pool:
            sealer._seal_batch(tenant.pk)
            assert pool.submit(second).result(timeout=10) == 0

    def test_a_sealer_killed_inside_a_seal_leaves_all_to_the_next(self, tenant: Tenant) -> None:
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            with tenant_scope(tenant):
                sealer._seal_batch(tenant.pk)
            raise KeyboardInterrupt
        assert sealer.seal(tenant.pk) == 2
        assert verify(tenant.pk).faults == []

    def test_entries_that_wait_too_long_are_told(self, tenant: Tenant, owner_db: psycopg.Connection) -> None:
        assert sealer.late() is None
        forge(owner_db, "update tenants_auditpending set at = at - interval '6 minutes'")
        age = sealer.late()
        assert age and age > timedelta(minutes=5)
        sealer.seal_all()
        assert sealer.late() is None


MEDDLED: dict[str, tuple[list[str], str]] = {
    "a byte of the facts": (
        [f"update tenants_auditentry set facts = replace(facts, '2.00', '2.01') where id = {entry_id(5)}"],
        "entry 5:",
    ),
    "the actor": ([f"update tenants_auditentry set actor = 'person:x' where id = {entry_id(5)}"], "entry 5:"),
    "the time": ([f"update tenants_auditentry set at = at + interval '1 us' where id = {entry_id(5)}"], "entry 5:"),
    "a seal's hash": (["update tenants_auditseal set hash = sha256('x') where number = 5"], "entry 5:"),
    "an entry in the middle": (drop(5), "entry 5 is missing"),
    "entries in the middle": (drop(5, 6, 7), "entries 5 to 7 are missing"),
    "the last entry": (drop(12), "entry 12 is missing: they were there on"),
    "the last entries": (drop(10, 11, 12), "entries 10 to 12 are missing: they were there on"),
    "two entries changed places": (
        [
            "update tenants_auditseal set number = -5 where number = 5",
            "update tenants_auditseal set number = 5 where number = 6",
            "update tenants_auditseal set number = 6 where number = -5",
        ],
        "entry 5:",
    ),
    "an inserted entry": (
        [
            "update tenants_auditseal set number = -number where number > 5",
            "update tenants_auditseal set number = 1 - number where number < 0",
            "insert into tenants_auditentry select gen_random_uuid(), at, what, actor, about, facts, '[]', mac, tenant_id "
            f"from tenants_auditentry where id = {entry_id(5)}",
            "insert into tenants_auditseal (entry_id, number, hash, mac, tenant_id) select e.id, 6, s.hash, s.mac, e.tenant_id "
            "from tenants_auditentry e, tenants_auditseal s where s.number = 5 "
            "and not exists(select from tenants_auditseal x where x.entry_id = e.id)",
        ],
        "entry 6:",
    ),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestMeddling:
    @pytest.mark.parametrize("what", MEDDLED)
    def test_the_entry_is_named(self, what: str, sealed: Tenant, owner_db: psycopg.Connection) -> None:
        statements, said = MEDDLED[what]
        forge(owner_db, *statements)
        assert any(fault.startswith(said) for fault in verify(sealed.pk).faults), verify(sealed.pk).faults

    def test_one_changed_byte_names_that_entry_only(
        self, sealed: Tenant, owner_db: psycopg.Connection
    ) -> None:
        forge(owner_db, *MEDDLED["a byte of the facts"][0])
        assert verify(sealed.pk).faults == ["entry 5: its content, its place or what it follows was changed"]

    def test_a_chain_rewritten_with_correct_plain_hashes_fails_key_and_anchors(
        self, sealed: Tenant, owner_db: psycopg.Connection
    ) -> None:
        rewrite(owner_db, sealed)
        faults = verify(sealed.pk).faults
        assert "entry 5: its seal was not made with this tenant's key" in faults
        assert any("entry 12: the chain was rewritten" in fault for fault in faults)

    def test_the_anchors_alone_find_a_rewritten_chain(
        self, sealed: Tenant, owner_db: psycopg.Connection, tmp_path: Path
    ) -> None:
        """For an auditor, who has no key."""
        rewrite(owner_db, sealed)
        said = run_checker(sealed, tmp_path)
        assert said.returncode == 1 and "entry 12: the chain was rewritten" in said.stdout

    def test_an_older_backup_is_behind_its_anchors(
        self, sealed: Tenant, owner_db: psycopg.Connection
    ) -> None:
        note(sealed, 13)
        note(sealed, 14)
        sealer.seal(sealed.pk)
        forge(owner_db, *drop(13, 14))
        (fault,) = verify(sealed.pk).faults
        assert fault.startswith("entries 13 to 14 are missing: they were there on")
        assert fault.endswith("Was a backup restored?")

    def test_an_entry_changed_before_it_is_sealed_is_named(
        self, tenant: Tenant, owner_db: psycopg.Connection
    ) -> None:
        forge(owner_db, "update tenants_auditentry set facts = '{}' where what = 'membership.granted'")
        assert any("membership.granted) was changed before" in fault for fault in verify(tenant.pk).faults)
        sealer.seal(tenant.pk)
        assert verify(tenant.pk).faults == ["entry 2 was changed before it was sealed"]

    def test_an_entry_removed_before_it_is_sealed_is_missed_by_the_row_it_told_of(
        self, tenant: Tenant, owner_db: psycopg.Connection
    ) -> None:
        with tenant_scope(tenant):
            membership = Membership.objects.get()
        gone = f"'{membership.entry}'"
        forge(
            owner_db,
            f"delete from tenants_auditpending where entry_id = {gone}",
            f"delete from tenants_auditpart where entry_id = {gone}",
            f"delete from tenants_auditentry where id = {gone}",
        )
        sealer.seal(tenant.pk)
        (fault,) = verify(tenant.pk).faults
        assert fault.startswith(f"membership:{membership.pk} changed, and the entry that told of it")

    def test_an_entry_kept_from_the_sealer_is_named(
        self, tenant: Tenant, owner_db: psycopg.Connection
    ) -> None:
        with tenant_scope(tenant):
            AuditPending.objects.all().delete()
        sealer.seal(tenant.pk)
        assert [
            fault.endswith("neither sealed nor waiting for it") for fault in verify(tenant.pk).faults
        ] == [True, True]

    def test_the_command_fails_on_a_broken_trail_and_names_it(
        self, sealed: Tenant, owner_db: psycopg.Connection
    ) -> None:
        said = StringIO()
        call_command("audit_verify", sealed.slug, stdout=said)
        assert f"UNBROKEN: {ENTRIES} sealed entries; 1 anchors agree" in said.getvalue()
        forge(owner_db, *drop(5))
        with pytest.raises(CommandError):
            call_command("audit_verify", stdout=said)
        assert f"{sealed.slug}: entry 5 is missing" in said.getvalue()


def rewrite(db: psycopg.Connection, tenant: Tenant) -> None:
    """A false figure in entry 5, and every hash from there on computed anew, as one who knows the format but has no key."""
    forge(db, *MEDDLED["a byte of the facts"][0])
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(export._PAGE, [tenant.pk, 1, ENTRIES + 1])
        rows, previous, statements = cursor.fetchall(), audit_checker.START, []
        for number, _, *row in rows:
            previous = audit_checker.link(previous, number, audit.text_of(*row))
            statements.append(f"update tenants_auditseal set hash = '\\x{previous}' where number = {number}")
    forge(db, *statements)


def run_checker(
    tenant: Tenant, folder: Path, edit: Any = None, with_anchors: bool = True
) -> subprocess.CompletedProcess[str]:
    """As an auditor would: the one file, a bare Python, no part of the product importable."""
    lines = list(export.lines(tenant.pk))
    trail, noted = folder / "trail.txt", folder / "anchors.txt"
    trail.write_text("".join(edit(lines) if edit else lines), newline="\n")
    noted.write_text(
        "".join(f"{a.at} {tenant.pk} {a.number} {a.hash}\n" for a in anchors.noted(tenant.pk).values())
    )
    command = [sys.executable, "-I", "-S", audit_checker.__file__, str(trail)]
    return subprocess.run(
        command + (["--anchors", str(noted)] if with_anchors else []),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


def at(lines: list[str], number: int) -> int:
    return next(i for i, line in enumerate(lines) if line.startswith(f"{number} "))


def without(lines: list[str], *numbers: int) -> list[str]:
    kept, skipping = [], False
    for line in lines:
        if line[0] != "+":
            skipping = line.split(" ")[0] in {str(n) for n in numbers}
        if not skipping:
            kept.append(line)
    return kept


def flipped(lines: list[str], number: int, position: int) -> list[str]:
    i = at(lines, number)
    line = lines[i]
    changed = "0" if line[position] != "0" else "1"
    return [*lines[:i], line[:position] + changed + line[position + 1 :], *lines[i + 1 :]]


def inserted(lines: list[str], number: int) -> list[str]:
    """A forged entry, correctly linked to the one before it, in front of the true one."""
    i = at(lines, number)
    _, previous, _, text = lines[i].rstrip("\n").split(" ", 3)
    text = text.replace("2.00", "9.00")
    return [
        *lines[:i],
        f"{number} {previous} {audit_checker.link(previous, number, text)} {text}\n",
        *lines[i:],
    ]


def swapped(lines: list[str], number: int) -> list[str]:
    i, j, k = at(lines, number), at(lines, number + 1), at(lines, number + 2)
    return [*lines[:i], *lines[j:k], *lines[i:j], *lines[k:]]


EDITS: dict[str, tuple[Any, list[str]]] = {
    "a flipped byte in the text": (
        lambda lines: flipped(lines, 5, 150),
        ["entry 5: its content was changed"],
    ),
    "a flipped byte in its hash": (lambda lines: flipped(lines, 5, 70), ["entry 5: its content was changed"]),
    "a flipped byte in the hash before it": (
        lambda lines: flipped(lines, 5, 4),
        ["entry 5: its content was changed"],
    ),
    "a flipped number": (lambda lines: flipped(lines, 5, 0), ["entry 5: its content was changed"]),
    "a missing entry": (lambda lines: without(lines, 5), ["entry 5 is missing"]),
    "missing entries": (lambda lines: without(lines, 5, 6), ["entries 5 to 6 are missing"]),
    "the first one missing": (lambda lines: without(lines, 1), ["entry 1 is missing"]),
    "the last one missing": (lambda lines: without(lines, 12), ["entry 12 is missing"]),
    "an inserted entry": (lambda lines: inserted(lines, 5), ["entry 5: was inserted"]),
    "a doubled entry": (lambda lines: [*lines, lines[at(lines, 5)]], ["entry 5: was inserted"]),
    "two swapped": (lambda lines: swapped(lines, 5), ["entry 5: stands in the wrong place"]),
    "a line of noise": (lambda lines: [*lines, "noise\n"], ["entry 13: line 25 cannot be read"]),
    "false personal data": (
        lambda lines: [
            line.replace("Jane", "June") if i == at(lines, 5) + 1 else line for i, line in enumerate(lines)
        ],
        ["entry 5: personal data was changed or does not belong to it"],
    ),
    "another first line": (
        lambda lines: [lines[0].replace('"entries": 12', '"entries": 14'), *lines[1:]],
        ["entries 13 to 14 are missing"],
    ),
}


@pytest.mark.django_db(transaction=True)
class TestExport:
    def test_a_whole_trail_is_verified_offline(self, sealed: Tenant, tmp_path: Path) -> None:
        said = run_checker(sealed, tmp_path)
        assert said.returncode == 0 and said.stderr == ""
        assert said.stdout.startswith(
            f"UNBROKEN: {ENTRIES} entries, 11 personal parts; 1 anchors agree. Last hash "
        )

    @pytest.mark.parametrize("what", EDITS)
    def test_what_was_done_to_the_file_is_named_by_number(
        self, what: str, sealed: Tenant, tmp_path: Path
    ) -> None:
        edit, expected = EDITS[what]
        said = run_checker(sealed, tmp_path, edit, with_anchors=False)
        *faults, verdict = said.stdout.splitlines()
        assert said.returncode == 1 and verdict.startswith("BROKEN")
        assert [fault for fault in faults if "first line tells" not in fault] == expected

    def test_cutting_the_end_and_the_first_line_alike_is_found_by_the_anchors(
        self, sealed: Tenant, tmp_path: Path
    ) -> None:
        def cut(lines: list[str]) -> list[str]:
            kept = without(lines, 11, 12)
            head = kept[at(kept, 10)].split(" ")[2]
            true_head = lines[at(lines, 12)].split(" ")[2]
            return [kept[0].replace('"entries": 12', '"entries": 10').replace(true_head, head), *kept[1:]]

        assert run_checker(sealed, tmp_path, cut, with_anchors=False).returncode == 0
        assert "entries 11 to 12 are missing: they were there on" in run_checker(sealed, tmp_path, cut).stdout

    def test_the_export_holds_everything_up_to_now_and_is_itself_recorded(
        self, sealed: Tenant, tmp_path: Path
    ) -> None:
        note(sealed, 13)
        call_command("audit_export", sealed.slug, str(tmp_path / "trail.txt"), stdout=StringIO())
        text = (tmp_path / "trail.txt").read_text()
        assert "audit.exported" in text and "invoice:13" in text and '"entries": 14' in text

    def test_a_trail_without_its_key_is_still_whole(self, sealed: Tenant, tmp_path: Path) -> None:
        """After a tenant's end: the entries remain, what was personal in them is beyond reading."""
        with tenant_scope(sealed):
            Tenant.objects.get().destroy()
        said = run_checker(sealed, tmp_path)
        assert said.returncode == 0 and "0 personal parts; 11 personal parts were erased" in said.stdout
        assert verify(sealed.pk).faults == []


@pytest.mark.django_db(transaction=True)
class TestErasure:
    def test_one_persons_data_is_erased_and_the_chain_still_holds(
        self, sealed: Tenant, tmp_path: Path
    ) -> None:
        with tenant_scope(sealed):
            assert erasure.erase_subject("customer:5", "asked to be forgotten") == 1
            assert not AuditPart.objects.filter(subject="customer:5").exists()
            entry = AuditEntry.objects.get(what="audit.personal data erased")
        assert (
            entry.after == {"subject": "customer:5", "parts": 1} and entry.reason == "asked to be forgotten"
        )
        said = run_checker(sealed, tmp_path)
        assert said.returncode == 0 and "10 personal parts; 1 personal parts were erased" in said.stdout

    def test_personal_data_past_its_time_is_erased_and_the_chain_still_holds(self, sealed: Tenant) -> None:
        call_command("audit_erase", sealed.slug, older_than_days=0, reason="kept 0 days", stdout=StringIO())
        with tenant_scope(sealed):
            assert not AuditPart.objects.exists()
        sealer.seal(sealed.pk)
        assert verify(sealed.pk).faults == []


def test_the_report_says_how_many_faults_it_left_out() -> None:
    report = verification.Report(entries=9, faults=["entry 1 is missing"], more_faults=4)
    assert str(report) == "BROKEN: 5 faults in 9 sealed entries."

"""Backup and restore as an operator runs them: into an empty place, over a state, and what they refuse."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from portfolio.runtime import dumps
from portfolio.runtime.folders import FolderLock, prepare
from portfolio.runtime.postgres import Postgres
from tests.financials.books import post
from tests.makers import make_client, make_user
from tests.reliability.conftest import OWN_DATABASE

pytestmark = OWN_DATABASE

KEY = "the-key-of-the-folder-that-was-backed-up"


def run(name: str, *arguments: str, url: str, folder: Path) -> tuple[str, str]:
    """What the command printed, and the words with which it refused (or "")."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch, override_settings(DATA_DIR=folder):
        for variable in ("SECRET_KEY", "DEMO_PASSWORD", "DATABASE_URL"):
            patch.delenv(variable, raising=False)
        if url:
            patch.setenv("DATABASE_URL", url)
        try:
            call_command(name, *arguments, stdout=out)
        except CommandError as refused:
            return out.getvalue(), str(refused)
        except SystemExit as ended:
            return out.getvalue(), f"exit {ended.code}"
    return out.getvalue(), ""


def own_url() -> str:
    return dumps.named(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))


def ask(url: str, question: str) -> Any:
    with dumps.open_database(url) as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a database that is not there; whatever a test makes of it or keeps aside is dropped after it."""
    name = f"{connection.settings_dict['NAME']}_elsewhere"
    yield dumps.named(os.environ["DATABASE_URL"], name)
    with dumps.open_database(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name])
        for (found,) in cursor.fetchall():
            dumps.drop(cursor, found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    prepare(made)
    (made / "secret_key").write_text(KEY)
    return made


@pytest.fixture
def backup(tmp_path: Path, folder: Path) -> Path:
    client = make_client("KEPT", owner=make_user("director"))
    post(client, "gross_revenue", "1234567.89")
    file = tmp_path / "state.backup"
    said, refused = run("backup", str(file), url=own_url(), folder=folder)
    assert refused == ""
    assert "rows of" in said
    return file


def rewritten(file: Path, change: Any) -> Path:
    """The same backup with its manifest changed."""
    made = file.with_name(f"changed-{len(list(file.parent.iterdir()))}")
    with tarfile.open(file) as source, tarfile.open(made, "w") as target:
        for member in source.getmembers():
            stream = source.extractfile(member)
            assert stream is not None
            content = stream.read()
            if member.name == "manifest.json":
                told = json.loads(content)
                change(told)
                content = json.dumps(told).encode()
            member.size = len(content)
            target.addfile(member, BytesIO(content))
    return made


def test_a_backup_comes_back_whole_in_an_empty_place(backup: Path, elsewhere: str, tmp_path: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    prepare(other)
    said, refused = run("restore", str(backup), url=elsewhere, folder=other)
    assert refused == ""
    assert "Restored the state of" in said
    assert "is kept in the database" not in said  # there was nothing to keep
    assert ask(elsewhere, "SELECT amount FROM financials_ledgerentry") == Decimal("1234567.89")
    with dumps.open_database(own_url()) as ours, dumps.open_database(elsewhere) as theirs:
        differ = {name for name, _ in dumps.count_rows(theirs).items() ^ dumps.count_rows(ours).items()}
    assert differ <= {"django_content_type", "auth_permission"}  # what bringing it up to date completes
    assert (other / "secret_key").read_text() == KEY
    # The rules of the database came along: an entry of the ledger cannot be changed.
    with pytest.raises(psycopg2.Error, match=r"append-only|never|cannot"):
        ask(elsewhere, "UPDATE financials_ledgerentry SET amount = 0 RETURNING 1")


def test_a_restore_over_a_state_keeps_that_state_aside(backup: Path, elsewhere: str, folder: Path) -> None:
    assert run("restore", str(backup), url=elsewhere, folder=folder)[1] == ""
    with dumps.open_database(elsewhere) as cursor:
        cursor.execute("UPDATE accounts_client SET name = 'Written since'")
        said, refused = run("restore", str(backup), url=elsewhere, folder=folder)
        assert "1 connection(s) use the database" in refused
        assert "Nothing was changed" in refused
    assert said == ""
    assert left_beside(elsewhere) == []
    said, refused = run("restore", str(backup), url=elsewhere, folder=folder)
    assert refused == ""
    (aside,) = left_beside(elsewhere)
    assert f'kept in the database "{aside}"' in said
    assert ask(dumps.named(elsewhere, aside), "SELECT name FROM accounts_client") == "Written since"
    assert ask(elsewhere, "SELECT key FROM accounts_client WHERE name <> 'Written since'") == "KEPT"


def left_beside(url: str) -> list[str]:
    with dumps.open_database(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{dumps.name_of(url)}_"])
        return [name for (name,) in cursor.fetchall()]


def test_what_cannot_be_restored_changes_nothing(backup: Path, elsewhere: str, folder: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    flipped = tmp_path / "flipped"
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    other = tmp_path / "words"
    other.write_text("dear reader")
    later = rewritten(backup, lambda told: told["migrations"].append("common.9999_of_tomorrow"))
    newer = rewritten(backup, lambda told: told.update(format=2))
    rows = rewritten(backup, lambda told: told["rows"].update(accounts_client=2))
    said = {
        cut: "cut short", flipped: "is damaged", other: "is no backup", tmp_path / "none": "cannot be read",
        later: "made by a later release (common.9999_of_tomorrow", newer: "is of format 2",
        rows: "Not all rows came back: accounts_client",
    }  # fmt: skip
    for file, words in said.items():
        assert words in run("restore", str(file), url=elsewhere, folder=folder)[1], file
    with dumps.open_database(os.environ["DATABASE_URL"]) as cursor:
        assert not dumps.exists(cursor, dumps.name_of(elsewhere))
    assert left_beside(elsewhere) == []


def test_a_backup_never_writes_over_a_file_and_says_what_verify_finds(
    backup: Path, elsewhere: str, folder: Path, tmp_path: Path
) -> None:
    before = backup.read_bytes()
    assert "is there already" in run("backup", str(backup), url=own_url(), folder=folder)[1]
    assert backup.read_bytes() == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE financials_ledgermonth SET amount = amount + 1")
    wrong = tmp_path / "wrong.backup"
    said, refused = run("backup", str(wrong), url=own_url(), folder=folder)
    assert refused == "exit 1"
    assert "1234568.89" in said
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert "They were there when it was made" in run("restore", str(wrong), url=elsewhere, folder=folder)[1]
    assert run("restore", str(wrong), "--accept-faults", url=elsewhere, folder=folder)[1] == ""
    assert ask(elsewhere, "SELECT amount FROM financials_ledgermonth") == Decimal("1234568.89")


def test_a_folder_that_nobody_serves_is_restored_by_itself(backup: Path, tmp_path: Path) -> None:
    """Without an address: the embedded database is made, filled and stopped again; `serve` goes on from there."""
    fresh = tmp_path / "fresh"
    assert "There is no database" in run("backup", str(tmp_path / "nothing"), url="", folder=fresh)[1]
    assert run("restore", str(backup), url="", folder=fresh)[1] == ""
    password = (fresh / "database_password").read_text().strip()
    server = Postgres(fresh / "postgres", log=tmp_path / "server.log", password=password)
    try:
        server.start()
        assert ask(server.url, "SELECT key FROM accounts_client") == "KEPT"
    finally:
        server.stop()
    lock = FolderLock(fresh)
    assert lock.acquire()
    try:
        assert "Another run is just starting" in run("restore", str(backup), url="", folder=fresh)[1]
    finally:
        lock.release()

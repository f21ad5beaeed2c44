"""`manage.py backup FILE`: the whole state in one file, taken while people work."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portfolio.management.backup_steps import faults_in
from portfolio.queries.integrity import EXAMPLES
from portfolio.runtime.backups import DUMP, SECRETS, Manifest, digest, pack
from portfolio.runtime.dumps import count_rows, dump, open_database, server_major
from portfolio.runtime.problems import RuntimeProblem
from portfolio.runtime.standing import database_in_use


class Command(BaseCommand):
    help = (
        "Write the whole state into one new file, as of one moment, while people work; verify is asked first, "
        "and what it finds is said and kept with the file (exit 1)."
    )
    requires_system_checks = []  # the database may have to be started first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a name that is not taken yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = Path(options["file"]).absolute()
        try:
            if not target.parent.is_dir():
                raise RuntimeProblem(f"There is no folder {target.parent}. Make it, or name another file.")
            if target.exists():
                raise RuntimeProblem(f"{target} is there already. Name a new file; nothing was written.")
            with database_in_use(settings.DATA_DIR, os.environ.get("DATABASE_URL", "")) as url:
                manifest = write_backup(url, target)
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from problem
        rows, size = sum(manifest.rows.values()), target.stat().st_size
        self.stdout.write(f"{target}: {rows:,} rows of {len(manifest.rows)} tables, {size / 1e6:,.1f} MB.")
        if manifest.faults:
            self.stdout.write("It was written, but verify finds that the state does not hold together:")
            for fault in manifest.faults[:EXAMPLES]:
                self.stdout.write(f"  {fault}")
            raise SystemExit(1)


def write_backup(url: str, target: Path) -> Manifest:
    faults = faults_in(url)
    # On the target's own disk: the folder for temporary files may be small, or memory.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".principal-backup-") as folder:
        written = Path(folder) / DUMP
        with open_database(url, autocommit=False) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            rows = count_rows(cursor)
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
            migrations = [name for (name,) in cursor.fetchall()]
            wrote = dump(url, written, snapshot=snapshot)
        manifest = Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"), postgres=server_major(url), programs=wrote.major,
            migrations=migrations, rows=rows, sha256=digest(written), faults=faults,
        )  # fmt: skip
        pack(target, manifest=manifest, dump=written, secrets=kept_secrets())
    return manifest


def kept_secrets() -> dict[str, str]:
    """The secrets in force that the data folder keeps. Those of the environment are kept where it is written."""
    found = {}
    for name in SECRETS:
        file = settings.DATA_DIR / name
        if not os.environ.get(name.upper()) and file.exists():
            found[name] = file.read_text()
    return found

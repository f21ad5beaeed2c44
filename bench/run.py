"""`make bench`: a table of what the product takes, each time as a ratio to a floor measured in the same run.

Everything runs on a database of its own, made for the run and thrown away after it. `python bench/run.py m3 recompute`
measures these parts alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python bench/run.py` puts bench/ there, not the root

from portfolio.runtime.folders import prepare  # noqa: E402  # after the path
from portfolio.runtime.postgres import Postgres  # noqa: E402
from portfolio.runtime.valkey import Valkey  # noqa: E402

PASSWORD = "only-for-the-bench"  # on 127.0.0.1, for the length of one run


@contextmanager
def services() -> Iterator[None]:
    """PostgreSQL with its default durability, and Valkey, named in the environment for the settings to read."""
    folder = Path(tempfile.mkdtemp(prefix="principal-bench-"))
    prepare(folder)
    postgres = Postgres(folder / "postgres", log=folder / "log/postgres.log", password=PASSWORD)
    valkey = Valkey(folder / "valkey", log=folder / "log/valkey.log", password=PASSWORD)
    try:
        postgres.start()
        valkey.start()
        os.environ |= {
            "DATA_DIR": str(folder),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "API_RATE": "1000000/min",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "portfolio.settings",
        }
        yield
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    with services():
        import django  # here, because the settings read the services' addresses when they are first imported

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from bench import capacity, deal_edit, decks, exports, ledger, m3, pages, pivots, recompute, seeded, times
        from bench.table import Row, show

        call_command("migrate", verbosity=0)
        settings.ALLOWED_HOSTS = ["testserver"]
        parts: tuple[Callable[[], list[Row]], ...] = (
            pages.measure,
            ledger.measure,
            exports.measure,
            times.measure,
            m3.measure,
            pivots.measure,
            decks.measure,
            seeded.measure,
            capacity.measure,
            recompute.measure,
            deal_edit.measure,  # on the book of the one before
        )
        wanted = {f"bench.{name}" for name in sys.argv[1:]}
        rows = [row for part in parts if not wanted or part.__module__ in wanted for row in part()]
        show(rows)
    return int(any(not row.met for row in rows))


if __name__ == "__main__":
    sys.exit(main())

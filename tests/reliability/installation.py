"""A whole installation as processes: `manage.py serve` on the test's database, with a broker the test may hurt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection

from portfolio.runtime import probe
from portfolio.runtime.folders import free_port
from portfolio.runtime.processes import Identity
from portfolio.runtime.valkey import Valkey

START_SECONDS = 300.0
RESUMED_WITHIN = 30.0
"""The goal of R1 and R2, in seconds, which `make soak` holds them to. Nothing else here is timed."""
PATIENCE = 300.0
"""Beside other tests on the same cores: how long the suite waits before it calls something hung."""


def eventually(condition: Callable[[], object], seconds: float, failed: Callable[[], str] = lambda: "") -> float:
    """Wait until it holds; how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {failed()}"
        time.sleep(0.1)
    return time.monotonic() - began


@dataclass
class Installation:
    folder: Path
    lease_seconds: int
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.broker = Valkey(self.folder / "valkey", log=self.folder / "valkey.log", password="only-for-this-test")
        self.broker.start()
        self.own_broker = current_app.conf.broker_url
        current_app.conf.update(broker_url=self.broker.url)  # the test's own edits wake this installation's workers
        self.output = self.folder / "output"
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, settings.BASE_DIR / "manage.py", "serve", "--no-demo"],
                env=self._environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        eventually(self._ready, START_SECONDS, self.logs)

    def stop(self) -> None:
        current_app.conf.update(broker_url=self.own_broker)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=180)
        finally:
            self.broker.stop()

    def _environment(self) -> dict[str, str]:
        base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        return {
            **os.environ,
            "DATA_DIR": str(self.folder / "var"),
            "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
            "REDIS_URL": self.broker.url,
            "SECRET_KEY": settings.SECRET_KEY,
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "WORKER_CONCURRENCY": "2",
            "JOB_LEASE_SECONDS": str(self.lease_seconds),
        }

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return probe.status(f"{self.address}/readyz", timeout=5) == 200

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pid_of(self, role: str) -> int:
        state = json.loads((self.folder / "var/run/services.json").read_text())
        return int(state["processes"][role][0])

    def is_up(self, role: str) -> bool:
        return bool(Identity.of(self.pid_of(role)).started)

    def worker_children(self) -> list[int]:
        """The processes of the worker's pool: they run the tasks."""
        parent = self.pid_of("worker")
        listed = Path(f"/proc/{parent}/task/{parent}/children")
        try:
            return [int(pid) for pid in listed.read_text().split()]
        except OSError:
            return []

    def logs(self) -> str:
        found = sorted((self.folder / "var/log").glob("*.log"))
        return self.output.read_text() + "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in found)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)

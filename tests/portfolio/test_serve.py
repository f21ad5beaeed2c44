"""`manage.py serve` from outside: started, refused a second time, killed in parts and as a whole, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portfolio.runtime import probe
from portfolio.runtime.discover import service_urls
from portfolio.runtime.folders import free_port
from portfolio.runtime.processes import Identity, carrying

READY_WITHIN = 300.0
"""A limit to waiting, not a goal: two cores may be busy with other tests."""


def eventually(condition: Callable[[], object], seconds: float = READY_WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(0.1)


@dataclass
class Run:
    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.folder / "run/services.json").read_text())
        return state

    def has_state(self) -> bool:
        return (self.folder / "run/services.json").exists()

    def pid_of(self, name: str) -> int:
        return int(self.state["processes"][name][0])

    def is_ready(self) -> bool:
        assert self.process.poll() is None, (self.folder / "output").read_text()
        return probe.status(f"http://127.0.0.1:{self.port}/readyz", timeout=5) == 200

    def everything(self) -> list[Identity]:
        """Every process of this run that lives, the database and the broker included."""
        recorded = [Identity(pid, started) for pid, started in self.state["processes"].values()]
        return [identity for identity in recorded if identity.is_running()] + carrying(
            f"PRINCIPAL_RUN={self.state['token']}"
        )


Start = Callable[[], Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    folder, port, runs = tmp_path / "var", free_port(), list[Run]()

    def begin() -> Run:
        folder.mkdir(exist_ok=True)
        with (folder / "output").open("a") as output:
            process = subprocess.Popen(
                [sys.executable, settings.BASE_DIR / "manage.py", "serve", "--no-demo"],
                env=environment(folder, port),
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
            )
        runs.append(Run(folder, port, process))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGINT)
            run.process.wait(timeout=180)


def environment(folder: Path, port: int) -> dict[str, str]:
    """This test's, without the services of the test run: serve must start its own."""
    without = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return {**kept, "DATA_DIR": str(folder), "PORT": str(port), "WEB_WORKERS": "1", "WORKER_CONCURRENCY": "1"}


def test_one_run_from_start_through_kills_to_stop(start: Start) -> None:
    run = start()
    eventually(run.is_ready)
    assert service_urls(run.folder)["database_url"] == run.state["database_url"]

    # A second one in the same folder says where the first is, and leaves it alone.
    second = start().process
    assert second.wait(timeout=180) == 1
    assert f"already running at http://127.0.0.1:{run.port}" in (run.folder / "output").read_text()

    # Each part, killed, comes back; the database and the broker where their clients expect them.
    urls = service_urls(run.folder)
    for name in ("worker", "scheduler", "web", "valkey", "postgresql"):
        before = run.pid_of(name)
        os.kill(before, signal.SIGKILL)
        eventually(lambda name=name, before=before: run.pid_of(name) != before)  # type: ignore[misc]  # early binding
    eventually(run.is_ready)
    assert service_urls(run.folder) == urls

    # The whole run killed: the next one ends what was left, and only then starts its own.
    left, killed = run.everything(), run.state["token"]
    run.process.kill()
    run.process.wait()
    assert service_urls(run.folder).keys() == {"secret_key"}
    run = start()
    eventually(lambda: run.has_state() and run.state["token"] != killed and run.is_ready())
    assert [identity for identity in left if identity.is_running()] == []

    # Ctrl-C: everything it started ends.
    started = run.everything()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(timeout=180) == 0
    assert [identity for identity in started if identity.is_running()] == []
    assert not run.has_state()


def test_a_taken_port_is_told_before_anything_starts(start: Start) -> None:
    run = start()
    run.process.kill()  # only its port number is of use here
    run.process.wait()
    with socket.create_server(("127.0.0.1", run.port)):
        assert start().process.wait(timeout=180) == 1
    assert f"Port {run.port} is taken by another program" in (run.folder / "output").read_text()
    assert not (run.folder / "postgres").exists()


def test_one_role_in_production_on_services_given_from_outside(tmp_path: Path) -> None:
    port = free_port()
    production = {
        **environment(tmp_path, port),
        "PRODUCTION": "true",
        "SECRET_KEY": "only-for-this-test-0123456789-0123456789-0123456789",
        "ALLOWED_HOSTS": "principal.example",
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
    }
    command: list[str | Path] = [sys.executable, settings.BASE_DIR / "manage.py", "serve", "--only", "web"]
    check = [sys.executable, "-m", "portfolio.runtime.probe", "web"]
    web = subprocess.Popen(command, env=production, cwd=tmp_path)
    try:
        # Its own health check knows the name the site answers to; the plain address is refused.
        eventually(lambda: subprocess.run(check, env=production, cwd=settings.BASE_DIR, check=False).returncode == 0)
        assert probe.status(f"http://127.0.0.1:{port}/healthz", timeout=10) != 200
        assert not (tmp_path / "postgres").exists()
    finally:
        web.send_signal(signal.SIGTERM)
    assert web.wait(timeout=180) == 0


def test_one_role_needs_services_from_outside(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, settings.BASE_DIR / "manage.py", "serve", "--only", "worker"]
    refused = subprocess.run(
        command, env=environment(tmp_path, free_port()), capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "need DATABASE_URL and REDIS_URL" in refused.stderr


@pytest.mark.soak
def test_a_worker_that_hangs_is_replaced(start: Start) -> None:
    run = start()
    eventually(run.is_ready)
    hung = run.pid_of("worker")
    os.killpg(hung, signal.SIGSTOP)

    eventually(lambda: run.pid_of("worker") != hung, seconds=300)
    eventually(run.is_ready)

"""What `manage.py serve` does, from an empty folder to a page that answers, and back to nothing running."""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portfolio.runtime import probe
from portfolio.runtime.discover import SIGNING_FILE, STATE_FILE, State, read_state
from portfolio.runtime.folders import FolderLock, port_is_free, prepare, secret, write_private
from portfolio.runtime.postgres import Postgres
from portfolio.runtime.problems import RuntimeProblem, last_lines
from portfolio.runtime.processes import Identity, carrying, stop_group
from portfolio.runtime.supervisor import WAIT, Child, Role, Service, run_to_end, stop_children, tend_service
from portfolio.runtime.valkey import Valkey

ROLES = ("web", "worker", "scheduler")
DEMO_ACCOUNTS = ("director", "manager", "finance", "legal", "delivery", "leadership", "admin")
MARK = "PRINCIPAL_RUN"
TICK = 0.5
LOOK_EVERY = 2.0
WORKER_START_ALLOWANCE = 45.0
STUCK_AFTER = 12.0
"""Seconds without a sign of life (one is due every five) after which the worker is started anew. Doing so to a worker
that was only slow costs a moment, as its jobs are taken up again; and what waits is resumed within half a minute.
"""
WEB_SILENCE_LIMIT = 45.0
STOP_GRACE = 10.0
SLOW_START = 120.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. roles other than all three: those processes alone, on a database and a broker given from outside."""

    root: Path
    data_dir: Path
    host: str
    port: int
    roles: tuple[str, ...] = ROLES
    demo: bool = True
    workers: int = 2
    concurrency: int = 2
    database_url: str = ""
    redis_url: str = ""

    @property
    def whole(self) -> bool:
        return set(self.roles) == set(ROLES)

    @property
    def address(self) -> str:
        shown = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  # compared, not bound
        return f"http://{shown}:{self.port}"


@dataclass
class Server:
    plan: Plan
    say: Say
    services: list[Service] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    signals: int = 0
    broker_away_at: float = -math.inf
    """By the monotonic clock."""

    def run(self) -> None:
        """Until asked to stop. RuntimeProblem when it cannot start; whatever was started is stopped either way."""
        prepare(self.plan.data_dir)
        lock = FolderLock(self.plan.data_dir)
        if self.plan.whole and not lock.acquire():
            raise RuntimeProblem(already_running(self.plan.data_dir))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._note_signal)
        try:
            self._start()
            self._supervise()
        finally:
            self._stop()
            lock.release()

    def stopping(self) -> bool:
        return self.signals > 0

    def _note_signal(self, *_: object) -> None:
        self.signals += 1

    # --- up ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self.plan.whole:
            clear_leftovers(self.plan.data_dir, self.say)
        if "web" in self.plan.roles and not port_is_free(self.plan.port, self.plan.host):
            raise RuntimeProblem(
                f"Port {self.plan.port} is taken by another program. Choose another: PORT={self.plan.port + 1} make run"
            )
        database_url, redis_url = self._start_services()
        self.environment = self._environment(database_url, redis_url)
        self._write_state()
        if self.plan.whole and not self.stopping():
            self._step("Bringing the database up to date", "migrate", "--no-input")
            if self.plan.demo and not self.stopping() and not probe.has_clients(database_url):
                self._step("Loading the demo portfolio (the first time only)", "demo")
        for name in self.plan.roles:
            if self.stopping():
                return
            log = self.plan.data_dir / "log" / f"{name}.log" if self.plan.whole else None
            child = Child(self._role(name), log=log, environment=self.environment, say=self.say)
            child.start()
            self.children.append(child)
        self._write_state()

    def _start_services(self) -> tuple[str, str]:
        """Addresses of the database and the broker: those given, else of embedded ones, started."""
        plan, folder = self.plan, self.plan.data_dir
        database_url, redis_url = plan.database_url, plan.redis_url
        if not plan.whole and not (database_url and redis_url):
            raise RuntimeProblem("Single roles need DATABASE_URL and REDIS_URL: only a whole `serve` starts its own.")
        if not database_url:
            password = secret(folder, "database_password", size=24)
            postgres = Postgres(folder / "postgres", log=folder / "log/postgresql.log", password=password)
            self.say("Starting PostgreSQL")
            self.services.append(postgres)
            postgres.start()
            database_url = postgres.url
        if not redis_url:
            password = secret(folder, "broker_password", size=24)
            valkey = Valkey(folder / "valkey", log=folder / "log/valkey.log", password=password)
            self.say("Starting Valkey")
            self.services.append(valkey)
            valkey.start()
            redis_url = valkey.url
        return database_url, redis_url

    def _environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        folder = self.plan.data_dir
        ours = {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "portfolio.settings",
            "PYTHONUNBUFFERED": "1",
            "CELERY_SKIP_CHECKS": "1",  # made before every release: a worker that died is back a second sooner
            MARK: self.token,
        }
        if not self.plan.whole:
            return {**os.environ, **ours}  # on several machines a key of each one's own would be no key
        if not os.environ.get("SECRET_KEY"):
            ours["SECRET_KEY"] = secret(folder, SIGNING_FILE, size=48)
        if not os.environ.get("DEMO_PASSWORD"):
            ours["DEMO_PASSWORD"] = secret(folder, "demo_password", size=12)
        return {**os.environ, **ours}

    def _role(self, name: str) -> Role:
        plan, run = self.plan, self.plan.data_dir / "run"
        celery = [sys.executable, "-m", "celery", "-A", "portfolio.celery"]
        if name == "worker":
            worker = (sys.executable, "-m", "portfolio.worker")
            options = ["worker", f"--concurrency={plan.concurrency}", "--prefetch-multiplier=1", "--loglevel=INFO"]
            options += ["--without-gossip", "--without-mingle"]
            return Role(name, (*worker, *options), plan.root, spare=(*worker, WAIT, *options))
        if name == "scheduler":
            # Every schedule is an interval: its memory of the last run is worth nothing, and a torn file would stop it.
            schedule = run / "schedule"
            celery += ["beat", "--pidfile=", f"--schedule={schedule}", "--loglevel=WARNING"]
            return Role(name, tuple(celery), plan.root, scratch=(schedule, *run.glob("schedule.*")))
        # Threads, because a browser opens connections it does not use yet: a plain worker would wait on each.
        gunicorn = [sys.executable, "-m", "gunicorn", "portfolio.wsgi:application", f"--bind={plan.host}:{plan.port}"]
        gunicorn += [f"--workers={plan.workers}", "--worker-class=gthread", "--threads=4", "--timeout=60"]
        return Role(name, (*gunicorn, "--graceful-timeout=8", "--no-control-socket"), plan.root)

    def _step(self, words: str, *command: str) -> None:
        self.say(words)
        log = self.plan.data_dir / "log" / f"{command[0]}.log"
        log.unlink(missing_ok=True)
        manage = [sys.executable, str(self.plan.root / "manage.py"), *command, "--skip-checks"]
        code = run_to_end(manage, log=log, environment=self.environment, stopping=self.stopping)
        if code:
            raise RuntimeProblem(
                f"`manage.py {command[0]}` failed. Its last words, from {log}:\n{last_lines(log.read_text())}"
            )

    def _write_state(self) -> None:
        own = Identity.of(os.getpid())
        running = {service.name: service.process for service in self.services}
        running |= {child.role.name: child.process for child in self.children}
        identities = {name: Identity.of(process.pid) for name, process in running.items() if process is not None}
        state: State = {
            "supervisor": (own.pid, own.started),
            "token": self.token,
            "address": self.plan.address,
            "database_url": self.environment["DATABASE_URL"],
            "redis_url": self.environment["REDIS_URL"],
            "processes": {name: (identity.pid, identity.started) for name, identity in identities.items()},
        }
        if self.plan.whole:
            write_private(self.plan.data_dir / STATE_FILE, json.dumps(state, indent=1))

    # --- running -----------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        began = looked = heard = time.monotonic()
        announced = warned = not self.plan.whole
        while not self.stopping():
            changed = [tend_service(service, self.say) for service in self.services]
            changed += [child.tend() for child in self.children]
            if any(changed):
                self._write_state()
            now = time.monotonic()
            if not announced and probe.status(f"{self.plan.address}/readyz", timeout=5) == 200:
                self._announce()
                announced = True
            elif not announced and not warned and now - began > SLOW_START:
                self.say(f"Still not ready; the reasons are at {self.plan.address}/readyz and in {self._logs}")
                warned = True
            if now - looked >= LOOK_EVERY:
                heard = self._watch_web(heard)
                self._watch_worker()
                looked = time.monotonic()
            time.sleep(TICK)

    def _watch_worker(self) -> None:
        """A worker may be alive and take no messages (kombu after a lost connection). Ask the database, not the pid."""
        worker = self._child("worker")
        if worker is None or worker.age < WORKER_START_ALLOWANCE:
            return
        now = time.monotonic()
        if not probe.broker_answers(self.environment["REDIS_URL"]):
            self.broker_away_at = now  # nobody can consume from a broker that is down: restarting would help nothing
            return
        if now - self.broker_away_at < STUCK_AFTER:
            return  # it had no messages to take; now it is finding the broker again
        if probe.silence_of_worker(self.environment["DATABASE_URL"]) <= STUCK_AFTER:
            return
        worker.restart("no sign of life", grace=2.0)
        if scheduler := self._child("scheduler"):
            scheduler.restart("it should have asked the worker for a sign of life")
        self._write_state()

    def _watch_web(self, heard: float) -> float:
        """The moment the web process was last heard, or now if it is young; restarts it when silent for too long."""
        web, now = self._child("web"), time.monotonic()
        if web is None or web.age < WEB_SILENCE_LIMIT or probe.status(f"{self.plan.address}/healthz", timeout=10):
            return now
        if now - heard > WEB_SILENCE_LIMIT:
            web.restart("no answer")
            self._write_state()
            return time.monotonic()
        return heard

    def _child(self, name: str) -> Child | None:
        return next((child for child in self.children if child.role.name == name), None)

    @property
    def _logs(self) -> Path:
        return self.plan.data_dir / "log"

    def _announce(self) -> None:
        lines = ["", f"Principal is ready: {self.plan.address}"]
        if self.plan.demo and probe.has_demo(self.environment["DATABASE_URL"]):
            lines += ["", "Demo sign-ins:", *(f"  {name}@demo.example" for name in DEMO_ACCOUNTS)]
            lines += [f"Password for all of them: {self.environment['DEMO_PASSWORD']}"]
        self.say("\n".join([*lines, "", f"Logs are in {self._logs}. Ctrl-C stops everything."]))

    # --- down --------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Processes first, then what they stand on. A second Ctrl-C does not wait for unfinished work."""
        if self.children or self.services:
            self.say("Stopping")
        asked = self.signals
        stop_children(self.children, grace=STOP_GRACE, hurry=lambda: self.signals > asked)
        for service in reversed(self.services):
            service.stop()
        if self.plan.whole:
            (self.plan.data_dir / STATE_FILE).unlink(missing_ok=True)


def already_running(data_dir: Path) -> str:
    state = read_state(data_dir)
    if state is None or not Identity(*state["supervisor"]).is_running():
        return f"Another run is just starting on {data_dir}. Give it a moment, or stop it."
    return (
        f"Principal is already running at {state['address']} (process {state['supervisor'][0]}).\n"
        "Stop it with Ctrl-C in its terminal, or start a second one apart: DATA_DIR=/other/folder PORT=8001 make run"
    )


def clear_leftovers(data_dir: Path, say: Say) -> None:
    """End what a killed run left behind: processes it recorded that are still the same ones, and their children."""
    state = read_state(data_dir)
    if state is None:
        return
    ended = [name for name, identity in state["processes"].items() if stop_group(Identity(*identity), grace=STOP_GRACE)]
    for orphan in carrying(f"{MARK}={state['token']}"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(orphan.pid, signal.SIGKILL)
    (data_dir / STATE_FILE).unlink(missing_ok=True)
    say(f"The last run was killed; stopped what it had left: {', '.join(ended) or 'nothing was still running'}")

"""Keeps child processes alive: each in a session of its own, restarted with a growing pause when it dies."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from portfolio.runtime.processes import Identity, kill_group

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
SETTLED_AFTER = 10.0
"""Seconds a child must live for its next death to count as the first again. Work resumes within half a minute of any
death: pause and start must fit in; the work it held is free at once."""
SPARE_AFTER = 3.0
"""Seconds after a start at which the spare is loaded: the process that works goes first."""
WAIT = "--wait"
"""Tells a spare to wait for its line."""
LOG_LIMIT = 20 * 1024 * 1024

Say = Callable[[str], None]


class Service(Protocol):
    """A server that keeps its address over a restart (Postgres, Valkey)."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> Identity: ...
    def stop(self) -> None: ...
    def answers(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process: its name, its command, where it runs, and files to remove before each start.

    spare: the command of a second process that loads everything and waits for a line on its standard input to take
    over; none if empty.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    scratch: tuple[Path, ...] = ()
    spare: tuple[str, ...] = ()


class Child:
    def __init__(self, role: Role, *, log: Path | None, environment: Mapping[str, str], say: Say) -> None:
        self.role = role
        self.log = log
        self.environment = environment
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self.spare: subprocess.Popen[bytes] | None = None
        self.identity: Identity | None = None
        self.started_at = 0.0
        self.pause = FIRST_PAUSE
        self.due_at = 0.0

    def start(self) -> None:
        """log: the file its output goes to; None: into ours (a container's log)."""
        for path in self.role.scratch:
            path.unlink(missing_ok=True)
        self.process = self._called_spare() or self._spawned(self.role.command, stdin=subprocess.DEVNULL)
        self.identity = Identity.of(self.process.pid)
        self.started_at = time.monotonic()

    def _spawned(self, command: tuple[str, ...], *, stdin: int) -> subprocess.Popen[bytes]:
        with opened(self.log) as log:
            return subprocess.Popen(
                command,
                cwd=self.role.folder,
                env=dict(self.environment),
                stdin=stdin,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _called_spare(self) -> subprocess.Popen[bytes] | None:
        """The spare, told to work; None if there is none alive."""
        spare, self.spare = self.spare, None
        if spare is None or spare.stdin is None or spare.poll() is not None:
            return None
        try:
            with spare.stdin as line:
                line.write(b"go\n")
        except OSError:
            return None
        return spare

    def _keep_spare(self) -> None:
        if self.role.spare and self.age > SPARE_AFTER and (self.spare is None or self.spare.poll() is not None):
            self.spare = self._spawned(self.role.spare, stdin=subprocess.PIPE)

    @property
    def age(self) -> float:
        """Seconds since its last start; 0 while it is down."""
        return time.monotonic() - self.started_at if self.process else 0.0

    def tend(self) -> bool:
        """Restart it if it died and its pause is over. True if a new process was started."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                self._keep_spare()
                return False
            kill_group(self.process.pid)  # what it forked must not outlive it: two workers would both consume
            if self.age > SETTLED_AFTER:
                self.pause = FIRST_PAUSE
            self.due_at = now + self.pause
            hint = f", see {self.log}" if self.log else ""
            self.say(f"{self.role.name} ended ({_reason(code)}); again in {self.pause:g} s{hint}")
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.process = None
            return False
        if now < self.due_at:
            return False
        self.start()
        return True

    def restart(self, why: str, *, grace: float = 5.0) -> None:
        self.say(f"{self.role.name}: {why}; restarting it")
        spare, self.spare = self.spare, None
        stop_children([self], grace=grace)
        self.spare = spare
        self.start()


def stop_children(children: list[Child], *, grace: float, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask all of them at once, wait up to `grace` seconds in all (not at all if `hurry`), then kill what is left."""
    running = [process for child in children for process in (child.process, child.spare) if process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + grace
    while any(process.poll() is None for process in running) and time.monotonic() < deadline and not hurry():
        time.sleep(0.05)
    for process in running:
        kill_group(process.pid)
        process.wait()
    for child in children:
        child.process = child.spare = None


def tend_service(service: Service, say: Say) -> bool:
    """Restart an embedded server that died, on the port its clients know. True if it was restarted."""
    if service.process is None or service.process.poll() is None:
        return False
    say(f"{service.name} ended ({_reason(service.process.returncode)}); starting it again")
    service.start()
    return True


@contextmanager
def opened(log: Path | None) -> Iterator[IO[bytes] | None]:
    """The log to append to. One that grew past its limit is set aside first; one older file is kept."""
    if log is None:
        yield None
        return
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
    with log.open("ab") as file:
        yield file


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def run_to_end(
    command: list[str], *, log: Path, environment: Mapping[str, str], stopping: Callable[[], bool]
) -> int | None:
    """Run a step that must end by itself, its output into the log. Its exit code, or None when asked to stop first."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while process.poll() is None:
        if stopping():
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                kill_group(process.pid)
                process.wait()
            return None
        time.sleep(0.05)
    return process.returncode

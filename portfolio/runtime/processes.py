"""Processes that are told apart for certain: a pid alone may since belong to someone else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid and the moment its process started, as the system words it."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Identity:
        return cls(pid, start_time(pid))

    def is_running(self) -> bool:
        return bool(self.started) and start_time(self.pid) == self.started


def start_time(pid: int) -> str:
    """When the process started (ticks and boot on Linux, a date elsewhere); "" if there is none or it is a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return listed.stdout.strip()
    try:
        # The command, field 2, may hold spaces and brackets: count from the last closing one.
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{fields[19]}@{_boot()}"


@cache
def _boot() -> str:
    """Ticks count from the boot: the same number after another one means another process."""
    return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]


def stop_group(identity: Identity, *, gentle: signal.Signals = signal.SIGTERM, grace: float = 10.0) -> bool:
    """Ask a process to stop, wait up to `grace` seconds, then kill it and the group it leads. False if it had gone."""
    if not identity.is_running():
        return False
    try:
        leads_its_group = os.getpgid(identity.pid) == identity.pid
        os.kill(identity.pid, gentle)
    except ProcessLookupError:
        return False
    deadline = time.monotonic() + grace
    while identity.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    if leads_its_group:
        kill_group(identity.pid)
    elif identity.is_running():
        os.kill(identity.pid, signal.SIGKILL)
    return True


def kill_group(leader: int) -> None:
    """End whatever is left of the group a process of ours led, at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def carrying(mark: str) -> list[Identity]:
    """Processes that were started with this text in their environment: the children of a run whose parent is gone.

    Only where /proc tells (Linux), and only of this user's processes.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment.split(b"\0") and int(folder.name) != os.getpid():
            found.append(Identity.of(int(folder.name)))
    return [identity for identity in found if identity.is_running()]

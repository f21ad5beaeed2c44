"""Processes that are told apart for certain: a pid alone may since belong to someone else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
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
    """When the process started (ticks since boot on Linux, a date elsewhere); "" if there is none or it is a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return listed.stdout.strip()
    try:
        # The command, field 2, may hold spaces and brackets: count from the last closing one.
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def stop_group(identity: Identity, *, gentle: signal.Signals = signal.SIGTERM, grace: float = 10.0) -> bool:
    """Stop a process and its group: ask, wait up to `grace` seconds, then kill. False if it was not running."""
    if not identity.is_running():
        return False
    try:
        group = os.getpgid(identity.pid)
    except ProcessLookupError:
        return False
    os.kill(identity.pid, gentle)
    deadline = time.monotonic() + grace
    while identity.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    leads_own_group = group == identity.pid
    if identity.is_running():
        _kill(identity.pid, group=leads_own_group)
    elif leads_own_group:
        _kill(group, group=True)
    return True


def _kill(pid: int, *, group: bool) -> None:
    try:
        if group:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass

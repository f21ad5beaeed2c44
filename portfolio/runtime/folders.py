"""The data folder: made, checked, locked, and holding this installation's secrets."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import tempfile
from pathlib import Path

from portfolio.runtime.problems import RuntimeProblem


def prepare(data_dir: Path) -> None:
    """Make the folder and its parts; RuntimeProblem when it cannot be written to."""
    try:
        for part in (data_dir, data_dir / "run", data_dir / "log"):
            part.mkdir(parents=True, exist_ok=True)
        (data_dir / "run").chmod(0o700)
        # A mode bit does not tell about read-only mounts or full quotas: write something.
        with tempfile.TemporaryFile(dir=data_dir / "run") as probe:
            probe.write(b"x")
            probe.flush()
    except OSError as error:
        raise RuntimeProblem(
            f"The data folder {data_dir} cannot be written to ({error.strerror}).\n"
            "Give this user the right to write there, or choose another folder: DATA_DIR=/path/to/folder make run"
        ) from error


class FolderLock:
    """Held while a server runs on the folder; the system releases it when the process ends, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "run" / "serve.lock"
        self._file: int | None = None

    def acquire(self) -> bool:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._file = descriptor
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def secret(data_dir: Path, name: str, *, size: int) -> str:
    """The installation's own secret of that name, made at the first call and readable by its owner alone."""
    path = data_dir / name
    try:
        kept = path.read_text().strip()
    except FileNotFoundError:
        kept = ""
    if kept:
        return kept
    made = secrets.token_urlsafe(size)
    write_private(path, made + "\n")
    return made


def write_private(path: Path, text: str) -> None:
    """Write in one step: a reader sees the old file or the new one, and no other user sees either."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(temporary).replace(path)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now; it may be gone a moment later, so callers try again."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the web server does: a connection of the last run that is still closing is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True

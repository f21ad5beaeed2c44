"""PostgreSQL refuses to run as root; this finds a way to start it as somebody else without moving its data.

In a user namespace the server sees itself as `nobody` while its files stay root's. Where namespaces are not allowed
(many containers), it becomes `nobody` for real and keeps one privilege: to reach its files whatever folder they are in.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portfolio.runtime.problems import RuntimeProblem

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Disguise:
    """A command prefix, and who must own the data folder for it to work."""

    prefix: tuple[str, ...]
    owner: int


NAMESPACE = Disguise(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"), 0)
UNPRIVILEGED = Disguise(
    (
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",  # else access(2), asked about its own binary, ignores that right
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
    ),
    NOBODY,
)


@cache
def disguise() -> Disguise:
    """How to start PostgreSQL here. RuntimeProblem when this is root and neither way works."""
    if os.geteuid() != 0:
        return Disguise((), os.geteuid())
    for way in (NAMESPACE, UNPRIVILEGED):
        # A bare PATH may leave out where the system keeps its own programs.
        program = shutil.which(way.prefix[0], path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin:/usr/sbin:/sbin")
        if program and _works(found := Disguise((program, *way.prefix[1:]), way.owner)):
            return found
    raise RuntimeProblem(
        "PostgreSQL does not run as root, and this system lets root neither open a user namespace (unshare)\n"
        "nor drop its privileges (setpriv). Run this as an ordinary user, or set DATABASE_URL."
    )


def _works(way: Disguise) -> bool:
    tried = subprocess.run([*way.prefix, sys.executable, "-c", ""], capture_output=True, check=False)
    return tried.returncode == 0


def hand_over(folder: Path, owner: int) -> None:
    """Make root's or nobody's folder the owner's, after a start of the other kind; another person's stays theirs."""
    present = folder.stat().st_uid
    if present == owner:
        return
    if os.geteuid() != 0 or present not in (0, NOBODY):
        raise RuntimeProblem(
            f"The database in {folder} belongs to another user (number {present}).\n"
            "Run this as that user, or choose another folder: DATA_DIR=/path/to/folder make run"
        )
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)

"""What `backup` and `restore` share: the other commands, run on a database that these settings do not name."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.conf import settings

from portfolio.runtime.problems import RuntimeProblem, last_lines


def manage(url: str, *command: str, fine: tuple[int, ...] = (0,)) -> str:
    """What a command of ours prints when it works on that database; RuntimeProblem when it fails."""
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *command, "--skip-checks"],
        env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in fine:
        raise RuntimeProblem(f"`manage.py {command[0]}` failed:\n{last_lines(done.stderr or done.stdout)}")
    return done.stdout


def faults_in(url: str) -> list[str]:
    """What `verify` finds wrong in that database, in its words."""
    checks = json.loads(manage(url, "verify", "--json", fine=(0, 1)))
    return [f"{check['name']}: {fault}" for check in checks for fault in check["faults"]]

"""The worker process: Celery's, loaded before it is needed.

`python -m portfolio.worker --wait worker …` loads everything, then waits for a line on standard input: a spare
that takes over at once when the worker dies. Without a line it ends: whoever started it is gone.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from portfolio.celery import app
from portfolio.runtime.supervisor import WAIT


def main(arguments: Sequence[str]) -> None:
    """arguments: Celery's own, after WAIT if it is to wait."""
    app.finalize()
    app.loader.import_default_modules()
    for name in ("celery.bin.celery", "celery.apps.worker", "celery.concurrency.prefork", "kombu.transport.redis"):
        importlib.import_module(name)
    if arguments[0] == WAIT:
        if not sys.stdin.readline():
            return
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        arguments = arguments[1:]
    app.worker_main(list(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])

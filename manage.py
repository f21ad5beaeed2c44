#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from portfolio.runtime.discover import NOT_RUNNING


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        # The server's own refusals carry a code; without one there was no server to refuse.
        if getattr(error.__cause__, "pgcode", None) is not None:
            raise
        sys.exit(f"{NOT_RUNNING}\n({str(error).splitlines()[0]})")


if __name__ == "__main__":
    main()

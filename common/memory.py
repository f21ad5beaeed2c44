"""Making many rows at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """While a hundred thousand rows are made that are all kept: looking for cycles among them, over and over as they
    grow in number, takes longer than making them. Whoever comes out first of several threads turns it on again, which
    costs the others time and nothing else.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Several acts started at one moment, each in a thread with a database session of its own; none waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

SOON = 30.0


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gave back or raised, in their order. Fails where one has not ended within `SOON` seconds."""
    together = threading.Barrier(len(acts))
    ended: list[Any] = [TimeoutError("it never ended")] * len(acts)

    def run(place: int) -> None:
        try:
            together.wait(SOON)
            ended[place] = acts[place]()
        except Exception as error:
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert not any(thread.is_alive() for thread in threads), ended
    return ended

"""The Celery application: `celery -A portfolio worker|beat`."""

import gc
import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import worker_process_init, worker_ready
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")


class BrokerConnection(Connection):
    """Tries again every few seconds, however long the broker was away: the pauses would grow to half a minute."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        quick = {"interval_start": 1, "interval_step": 1, "interval_max": 3}
        return super().ensure_connection(*args, **{**quick, **options})


class Broker(AMQP):
    Connection = BrokerConnection


app = Celery("principal", amqp=Broker)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def leave_the_program_alone(**_: object) -> None:
    """What is loaded by now stays for the life of the worker: the garbage collector need not walk it at every batch."""
    gc.collect()
    gc.freeze()


@worker_ready.connect
def look_for_work(**_: object) -> None:
    """A worker that starts, or finds the broker again, asks at once for what was left: the messages may be lost."""
    app.send_task("common.tasks.sweep", expires=60)

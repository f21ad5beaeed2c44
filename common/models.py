"""The few tables every app writes. Objects are named by kind and id; no app is imported."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class Record(models.Model):
    """What every editable record carries. version counts its edits and makes its ETag."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class CurrencyField(models.CharField):  # type: ignore[type-arg]  # the stubs' parameters add nothing here
    """An ISO 4217 code, three capital letters."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as given


class AmountField(models.DecimalField):  # type: ignore[type-arg]  # as above
    """Money as stored: 18 digits, 4 decimal places."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as given


class JobState(models.TextChoices):
    READY = "ready", "Waiting"
    LEASED = "leased", "Running"
    DONE = "done", "Done"
    SUPERSEDED = "superseded", "Overtaken by a newer edit"
    FAILED = "failed", "Failed, will be tried again"
    DEAD = "dead", "Set aside after repeated failure"


class InputVersion(models.Model):
    """How often the inputs of an object were edited; bumped in the edit's own transaction."""

    object_ref = models.CharField(max_length=80, primary_key=True)
    value = models.BigIntegerField(default=0)


class Job(models.Model):
    """The queue of record. A broker message is only a wake-up for a row of this table."""

    kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=80, help_text="kind:id of what the job is about")
    input_version = models.BigIntegerField(help_text="the version of the inputs it was asked for")
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=12, choices=JobState, default=JobState.READY)
    priority = models.SmallIntegerField(default=5, help_text="smaller goes first")
    token = models.BigIntegerField(default=0, help_text="fencing token: grows with every lease")
    lease_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="the database session that holds the lease"
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="leases taken")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="leases that ended in an error")
    run_after = models.DateTimeField(db_default=Now())
    done_steps = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    doing = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    asked_by = models.CharField(max_length=254, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_ref", "input_version"], name="job_once_per_input"),
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["priority", "id"],
                name="job_open",
                condition=models.Q(state__in=["ready", "leased", "failed"]),
            ),
            models.Index(fields=["kind", "object_ref", "-id"], name="job_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_ref}@{self.input_version}"

    @property
    def share_done(self) -> float | None:
        return self.done_steps / self.total_steps if self.total_steps else None


class Heartbeat(models.Model):
    """When a process was last known to work; written by the task it must be able to run."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()


class AuditEntry(models.Model):
    """Who did what to which object; written inside the action's transaction, sealed into a hash chain soon after."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=254, help_text="e-mail of the person, or the name of the process")
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    object_label = models.CharField(max_length=200, blank=True, default="")
    client_id = models.BigIntegerField(null=True, blank=True, help_text="whose reader may see the entry")
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="field: [before, after]")
    field_class = models.CharField(max_length=10, blank=True, default="", help_text="strictest class among the changes")
    request_id = models.CharField(max_length=40, blank=True, default="")
    seal_no = models.BigIntegerField(null=True, unique=True)
    seal = models.CharField(max_length=64, blank=True, default="")
    redacted_by = models.BigIntegerField(
        null=True, blank=True, help_text="the entry that tells why a person's name was taken out of this one"
    )

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-id"], name="audit_of_object"),
            models.Index(fields=["client_id", "-id"], name="audit_of_client"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(seal_no=None)),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.object_kind} {self.object_label or self.object_id}"


class IdempotencyKey(models.Model):
    """The first answer given to a POST with an Idempotency-Key, kept to be given again."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    method_path = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="null while the first request is in flight")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once")]


class FxRate(Record):
    """Quote units for one base, for a month. Never edited in place once a month that uses it is closed."""

    month = models.DateField()
    base = CurrencyField()
    quote = CurrencyField()
    average = models.DecimalField(max_digits=18, decimal_places=8)
    closing = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "base", "quote"], name="fx_once"),
            models.CheckConstraint(condition=models.Q(average__gt=0), name="fx_average_positive"),
            models.CheckConstraint(
                condition=models.Q(closing=None) | models.Q(closing__gt=0), name="fx_closing_positive"
            ),
            models.CheckConstraint(condition=~models.Q(base=models.F("quote")), name="fx_two_currencies"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="fx_month_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.month:%Y-%m}"


class ClosedPeriod(models.Model):
    """A month whose figures no longer move. Reopening deletes the row and leaves an audit entry with the reason."""

    month = models.DateField(unique=True)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=254)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(month__day=1), name="closed_month_first_day")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ImportBatch(models.Model):
    """One file (or bundle member) loaded: its report, and what undo needs to know."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being read"
        CHECKED = "checked", "Checked, nothing written"
        LOADED = "loaded", "Loaded"
        REFUSED = "refused", "Refused, nothing written"
        UNDONE = "undone", "Undone"

    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=40, default="neutral")
    file_name = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64)
    bundle = models.CharField(max_length=64, blank=True, default="", help_text="files loaded together share it")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    options = models.JSONField(default=dict)
    loaded_by = models.CharField(max_length=254, blank=True, default="")
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list, help_text="[{text, count, examples}]")
    error = models.TextField(blank=True, default="")
    upload = models.BinaryField(null=True, help_text="the file itself, until it is loaded or refused")
    rejects = models.BinaryField(null=True, help_text="CSV: each refused row with its line and reason")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["queued", "running", "checked", "loaded", "refused", "undone"],
                ),
                name="import_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportChange(models.Model):
    """One row an import created or updated, with what stood there before; undo reads it backwards."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=60, help_text="app_label.model")
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder, help_text="null: the import created the row")
    version_after = models.PositiveIntegerField(null=True, help_text="undo refuses when the row was edited since")

    class Meta:
        indexes = [models.Index(fields=["table", "object_id"], name="import_change_object")]


class SavedView(Record):
    """A list's or report's address under a name: which filters, order and columns it asks for."""

    page = models.CharField(max_length=40, help_text="the name the page is registered under in common.saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True, default="", help_text="the address after its ?")
    owner_id = models.BigIntegerField()
    shared = models.BooleanField(default=False, help_text="whether colleagues see its name and filters too")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "page", "name"], name="saved_view_name_once")]
        indexes = [models.Index(fields=["page"], name="saved_view_of_page")]

    def __str__(self) -> str:
        return self.name


class ViewPin(models.Model):
    """A saved view on somebody's cockpit. Who pins need not be who keeps it: shared views can be pinned too."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="pins")
    owner_id = models.BigIntegerField(help_text="whose cockpit")
    position = models.PositiveSmallIntegerField(help_text="lower stands first")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "view"], name="view_pinned_once")]


__all__ = [
    "AmountField",
    "AuditEntry",
    "ClosedPeriod",
    "CurrencyField",
    "FxRate",
    "Heartbeat",
    "IdempotencyKey",
    "ImportBatch",
    "ImportChange",
    "InputVersion",
    "Job",
    "JobState",
    "Record",
    "SavedView",
    "ViewPin",
]

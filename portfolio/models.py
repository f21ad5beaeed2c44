"""What the roof keeps: reports asked for as PDF, calendar addresses, reminders, and leadership packs that were sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from common.models import Record
from people.models import User


class ReportFile(models.Model):
    """query: of the page's address. The figures are read when the worker makes it, in the reader's own sight."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="report_files")
    name = models.CharField(max_length=40, help_text="the report kind")
    query = models.JSONField(default=dict)
    title = models.CharField(max_length=200, blank=True, default="")
    pdf = models.BinaryField(null=True)
    pages = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "name"], name="report_file_of_reader")]

    def __str__(self) -> str:
        return self.title or self.name


class CalendarFeed(models.Model):
    """A person's private calendar address. The address is made of the word; a new word makes the old one worthless."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    word = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Calendar of {self.user_id}"


class DigestChoice(models.Model):
    """Who does not want the daily reminders; without a row they are sent."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="digest_choice")
    wanted = models.BooleanField(default=True)

    def __str__(self) -> str:
        return "wanted" if self.wanted else "not wanted"


class Mail(models.Model):
    """One reminder to one person for one day of theirs. The row is the claim: written before anything is sent.

    subject: blank where there was nothing to say. sent_at: None where it was kept here instead of sent, or was lost
    between the claim and the server, which is never tried a second time.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mails")
    day = models.DateField()
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="mail_once_a_day")]

    def __str__(self) -> str:
        return self.subject


class PackSchedule(Record):
    """When a person's leadership pack goes out by itself, and to whom; one a person."""

    class Every(models.TextChoices):
        WEEK = "week", "Every week"
        MONTH = "month", "Every month"

    owner = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pack_schedule")
    every = models.CharField(max_length=5, choices=Every)
    day = models.PositiveSmallIntegerField(help_text="of a week from Monday 1 to Sunday 7, of a month from 1 to 28")
    recipients = models.JSONField(default=list, help_text="e-mail addresses of colleagues")
    since = models.DateField(help_text="nothing that fell due before it is sent")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every="week", day__range=(1, 7)) | Q(every="month", day__range=(1, 28)),
                name="pack_schedule_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_every_display()}, day {self.day}"


class PackSend(Record):
    """One sending of a person's leadership pack: what was sent, and to whom. due_on: null where it was asked for."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pack_sends", db_index=False)
    due_on = models.DateField(null=True)
    recipients = models.JSONField(default=list, help_text="e-mail addresses it was meant for")
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    pdf = models.BinaryField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="pack_send_of_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "due_on"], condition=Q(due_on__isnull=False), name="pack_send_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.subject or f"pack {self.pk}"


class PackMail(models.Model):
    """A sending to one person. The row is the claim, written before the mail is handed over: nobody gets it twice.

    sent_at: None where it was refused, where the server failed, or where the worker died in between.
    """

    send = models.ForeignKey(PackSend, on_delete=models.CASCADE, related_name="mails")
    address = models.CharField(max_length=254)
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["address"]
        constraints = [models.UniqueConstraint(fields=["send", "address"], name="pack_mail_once")]

    def __str__(self) -> str:
        return self.address

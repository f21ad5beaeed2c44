"""Reports asked for as PDF: who asked, for what, and the file once it is made."""

from __future__ import annotations

from django.db import models

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

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

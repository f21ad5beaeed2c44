"""Today's tables at once, for a new database; one that has some of the steps goes on by the steps: docs/decisions/0017."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("portfolio", "0001_report_files"), ("portfolio", "0002_reminders"), ("portfolio", "0003_pack_mail")]

    initial = True

    dependencies = [
        ("people", "0003_leave"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_files",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(help_text="the report kind", max_length=40)),
                ("query", models.JSONField(default=dict)),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("pdf", models.BinaryField(null=True)),
                ("pages", models.PositiveIntegerField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["user", "name"], name="report_file_of_reader")],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("word", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DigestChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_choice",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("wanted", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("day", models.DateField()),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("body", models.TextField(blank=True, default="")),
                ("claimed_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["-day", "-id"],
                "constraints": [models.UniqueConstraint(fields=("user", "day"), name="mail_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="PackSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pack_schedule",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("every", models.CharField(choices=[("week", "Every week"), ("month", "Every month")], max_length=5)),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        help_text="of a week from Monday 1 to Sunday 7, of a month from 1 to 28"
                    ),
                ),
                ("recipients", models.JSONField(default=list, help_text="e-mail addresses of colleagues")),
                ("since", models.DateField(help_text="nothing that fell due before it is sent")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("day__range", (1, 7)), ("every", "week")),
                            models.Q(("day__range", (1, 28)), ("every", "month")),
                            _connector="OR",
                        ),
                        name="pack_schedule_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PackSend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pack_sends",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_on", models.DateField(null=True)),
                ("recipients", models.JSONField(default=list, help_text="e-mail addresses it was meant for")),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("body", models.TextField(blank=True, default="")),
                ("pdf", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["owner", "-id"], name="pack_send_of_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("due_on__isnull", False)),
                        fields=("owner", "due_on"),
                        name="pack_send_once_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PackMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "send",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="portfolio.packsend"
                    ),
                ),
                ("address", models.CharField(max_length=254)),
                ("claimed_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["address"],
                "constraints": [models.UniqueConstraint(fields=("send", "address"), name="pack_mail_once")],
            },
        ),
    ]

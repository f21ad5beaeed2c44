"""Today's tables at once, for a new database; one that has some of the steps goes on by the steps: docs/decisions/0017."""

from decimal import Decimal

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.models
import qbr.models.decks
import qbr.models.reviews
import qbr.models.value


class Migration(migrations.Migration):
    replaces = [
        ("qbr", "0001_initial"),
        ("qbr", "0002_slides_in_order"),
        ("qbr", "0003_slides_file_and_links"),
        ("qbr", "0004_life_of_reviews"),
        ("qbr", "0005_value_realised"),
        ("qbr", "0006_look_of_reviews"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0019_map_lines_and_remains"),
        ("people", "0003_leave"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decks", to="accounts.client"
                    ),
                ),
                ("period", models.CharField(help_text="2026-Q3, 2026, 2026-09, FY2026-Q3", max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("qbr", "Quarterly business review"), ("annual", "Annual strategic meeting")],
                        default="qbr",
                        max_length=8,
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("client", "Client"), ("internal", "Internal")], default="client", max_length=8
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(choices=[("draft", "Draft"), ("frozen", "Frozen")], default="draft", max_length=8),
                ),
                (
                    "edition",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="a correction of a frozen deck is a new edition"
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrections",
                        to="qbr.deck",
                    ),
                ),
                ("held_on", models.DateField(blank=True, null=True)),
                (
                    "outline",
                    models.JSONField(blank=True, default=list, help_text="keys of slides in the order a person set"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "period", "kind", "audience", "edition"), name="deck_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["qbr", "annual"])), name="deck_kind_known"),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["client", "internal"])), name="deck_audience_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "frozen"])), name="deck_status_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeckBrand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deck_brand",
                        to="accounts.client",
                    ),
                ),
                ("colour", models.CharField(blank=True, default="", max_length=7)),
                ("accent", models.CharField(blank=True, default="", max_length=7)),
                ("logo", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("client", None)),
                        fields=("client",),
                        name="brand_of_firm_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour", ""), ("colour__regex", "^#[0-9A-F]{6}$"), _connector="OR"),
                        name="brand_colour_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accent", ""), ("accent__regex", "^#[0-9A-F]{6}$"), _connector="OR"),
                        name="brand_accent_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeckTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("qbr", "Quarterly business review"), ("annual", "Annual strategic meeting")],
                        max_length=8,
                        unique=True,
                    ),
                ),
                ("slides", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["kind"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["qbr", "annual"])), name="deck_template_kind_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=qbr.models.reviews.new_review_key, max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="accounts.client"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("qbr", "Quarterly business review"), ("annual", "Annual strategic meeting")],
                        default="qbr",
                        max_length=8,
                    ),
                ),
                ("period", models.CharField(help_text="what it looks at: 2026-Q3, 2026, FY2026-Q3", max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("data", "Data frozen"),
                            ("draft", "Draft"),
                            ("rehearsal", "Rehearsal"),
                            ("sent", "Pre-read sent"),
                            ("held", "Held"),
                            ("rated", "Rated by both"),
                            ("live", "Actions live"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("day", models.DateField()),
                ("starts_at", models.TimeField(blank=True, null=True)),
                (
                    "length",
                    models.PositiveSmallIntegerField(
                        default=75,
                        help_text="minutes",
                        validators=[
                            django.core.validators.MinValueValidator(15),
                            django.core.validators.MaxValueValidator(720),
                        ],
                    ),
                ),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews_led",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("agenda", models.TextField(blank=True, default="")),
                ("minutes", models.TextField(blank=True, default="")),
                ("decisions", models.TextField(blank=True, default="")),
                (
                    "survey",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="review",
                        to="accounts.survey",
                    ),
                ),
                ("as_of", models.DateTimeField(blank=True, null=True)),
                ("run", models.PositiveBigIntegerField(blank=True, null=True)),
                ("ours", models.ManyToManyField(blank=True, related_name="reviews", to=settings.AUTH_USER_MODEL)),
                ("theirs", models.ManyToManyField(blank=True, related_name="reviews", to="accounts.contact")),
                ("promises", models.ManyToManyField(blank=True, related_name="reviews", to="accounts.commitment")),
            ],
            options={
                "ordering": ["day", "id"],
                "indexes": [models.Index(fields=["client", "day"], name="review_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        fields=("client", "period", "kind"),
                        name="review_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True), models.Q(("period", ""), _negated=True)
                        ),
                        name="review_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["qbr", "annual"])), name="review_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "planned",
                                    "data",
                                    "draft",
                                    "rehearsal",
                                    "sent",
                                    "held",
                                    "rated",
                                    "live",
                                    "closed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("length__gte", 15), ("length__lte", 720)), name="review_length"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewCadence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("strategic", "Strategic"),
                            ("key", "Key"),
                            ("growth", "Growth"),
                            ("maintain", "Maintain"),
                        ],
                        max_length=10,
                        unique=True,
                    ),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        default=3, validators=[django.core.validators.MaxValueValidator(24)]
                    ),
                ),
                ("annual", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tier__in", ["strategic", "key", "growth", "maintain"])),
                        name="cadence_tier_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("months__lte", 24)), name="cadence_months"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ValueAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="value_asks", to="accounts.client"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="value_asks", to="accounts.contact"
                    ),
                ),
                ("word", models.CharField(default=qbr.models.value.new_ask_word, max_length=32)),
                ("expires_on", models.DateField(help_text="the last day it opens")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ValueCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=qbr.models.value.new_cost_key, max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="value_costs", to="accounts.client"
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("month", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
                ("currency", common.models.CurrencyField(max_length=3)),
            ],
            options={
                "ordering": ["month", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True), models.Q(("title", ""), _negated=True)
                        ),
                        name="value_cost_named",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="value_cost_month"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="value_cost_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlideEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deck",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="qbr.deck"),
                ),
                ("slide", models.CharField(help_text="the slide's key", max_length=20)),
                ("words", models.JSONField(default=dict, help_text="field name: text or list of rows")),
                ("basis", models.JSONField(blank=True, default=dict)),
                ("hidden", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("deck", "slide"), name="slide_edit_once")],
            },
        ),
        migrations.CreateModel(
            name="SlideNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "deck",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="qbr.deck"),
                ),
                ("slide", models.CharField(help_text="the slide's key", max_length=20)),
                ("text", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("deck", "slide"), name="slide_note_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="slide_note_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "deck",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="snapshot", to="qbr.deck"
                    ),
                ),
                ("content", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("content_hash", models.CharField(max_length=64)),
                ("frozen_at", models.DateTimeField()),
                ("frozen_by", models.CharField(max_length=254)),
                ("pdf", models.BinaryField(null=True)),
                ("pdf_hash", models.CharField(blank=True, default="", max_length=64)),
                ("pages", models.PositiveSmallIntegerField(null=True)),
                ("rendered_at", models.DateTimeField(blank=True, null=True)),
                ("pptx", models.BinaryField(null=True)),
                ("pptx_hash", models.CharField(blank=True, default="", max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="DeckLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "deck",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="links", to="qbr.deck"),
                ),
                ("word", models.CharField(default=qbr.models.decks.new_word, max_length=32, unique=True)),
                ("label", models.CharField(help_text="whom it was made for", max_length=120)),
                ("expires_on", models.DateField(help_text="the last day it opens")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("last_opened_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("label", ""), _negated=True), name="deck_link_labelled")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="qbr.review"
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("planned", "Planned"),
                            ("data", "Data frozen"),
                            ("draft", "Draft"),
                            ("rehearsal", "Rehearsal"),
                            ("sent", "Pre-read sent"),
                            ("held", "Held"),
                            ("rated", "Rated by both"),
                            ("live", "Actions live"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("data", "Data frozen"),
                            ("draft", "Draft"),
                            ("rehearsal", "Rehearsal"),
                            ("sent", "Pre-read sent"),
                            ("held", "Held"),
                            ("rated", "Rated by both"),
                            ("live", "Actions live"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "after__in",
                                [
                                    "planned",
                                    "data",
                                    "draft",
                                    "rehearsal",
                                    "sent",
                                    "held",
                                    "rated",
                                    "live",
                                    "closed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="review_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "before__in",
                                [
                                    "",
                                    "planned",
                                    "data",
                                    "draft",
                                    "rehearsal",
                                    "sent",
                                    "held",
                                    "rated",
                                    "live",
                                    "closed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="review_step_from_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="qbr.review"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_ratings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ]
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("review", "person"), name="review_rating_once"),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 5)), name="review_rating_score"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Benefit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(default=qbr.models.value.new_benefit_key, max_length=80, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="benefits", to="accounts.client"
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                (
                    "driver",
                    models.CharField(
                        choices=[("revenue", "Revenue"), ("cost", "Cost"), ("risk", "Risk"), ("time", "Time")],
                        max_length=7,
                    ),
                ),
                ("hard", models.BooleanField(default=False, help_text="seen in money: more billed or less spent")),
                ("baseline", models.CharField(blank=True, default="", max_length=300)),
                ("method", models.CharField(blank=True, default="", max_length=500)),
                ("share", models.DecimalField(decimal_places=4, default=Decimal("1"), max_digits=5)),
                ("share_reason", models.CharField(blank=True, default="", max_length=300)),
                ("evidence", models.CharField(blank=True, default="", max_length=500)),
                ("evidence_url", models.URLField(blank=True, default="", max_length=500)),
                (
                    "confidence",
                    models.CharField(
                        choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")], default="medium", max_length=6
                    ),
                ),
                ("currency", common.models.CurrencyField(max_length=3)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="benefits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("sent", "Waits for the client"),
                            ("accepted", "Accepted"),
                            ("edited", "Accepted at another amount"),
                            ("declined", "Declined"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                (
                    "ask",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="benefits",
                        to="qbr.valueask",
                    ),
                ),
                ("confirmed", common.models.AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by", models.CharField(blank=True, default="", max_length=200)),
                ("answer_reason", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["client_id", "id"],
                "indexes": [models.Index(fields=["client", "state"], name="benefit_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True), models.Q(("title", ""), _negated=True)
                        ),
                        name="benefit_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("driver__in", ["revenue", "cost", "risk", "time"])),
                        name="benefit_driver_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="benefit_confidence_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "sent", "accepted", "edited", "declined"])),
                        name="benefit_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="benefit_share_of_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("share", 1), models.Q(("share_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="benefit_share_reasoned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed__isnull", False), ("state__in", ["accepted", "edited"])),
                            models.Q(
                                models.Q(("state__in", ["accepted", "edited"]), _negated=True), ("confirmed", None)
                            ),
                            _connector="OR",
                        ),
                        name="benefit_confirmed_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PreRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prereads", to="qbr.review"
                    ),
                ),
                (
                    "link",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="preread", to="qbr.decklink"
                    ),
                ),
                ("name", models.CharField(max_length=161)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("asked_at", models.DateTimeField()),
                (
                    "mail_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not mailed"),
                            ("queued", "Waiting to be mailed"),
                            ("sent", "Mailed"),
                            ("kept", "Kept, not sent: no mail server is set"),
                            ("failed", "Could not be mailed"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("mail_error", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mail_state__in", ["", "queued", "sent", "kept", "failed"])),
                        name="preread_mail_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BenefitAmount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "benefit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="amounts", to="qbr.benefit"
                    ),
                ),
                ("month", models.DateField()),
                ("amount", common.models.AmountField(decimal_places=4, max_digits=18)),
            ],
            options={
                "ordering": ["month", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("benefit", "month"), name="benefit_amount_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="benefit_amount_month"),
                ],
            },
        ),
    ]

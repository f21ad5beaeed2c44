from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from common.models import Record


class BuyingRole(models.TextChoices):
    ECONOMIC = "economic", "Economic buyer"
    TECHNICAL = "technical", "Technical buyer"
    USER = "user", "User"
    COACH = "coach", "Coach"
    SPONSOR = "sponsor", "Sponsor"
    CHAMPION = "champion", "Champion"
    INFLUENCER = "influencer", "Influencer"


class Level(models.IntegerChoices):
    NONE = 0, "None"
    VENDOR = 1, "Vendor"
    CREDIBLE_SOURCE = 2, "Credible source"
    PROBLEM_SOLVER = 3, "Problem solver"
    TRUSTED_ADVISER = 4, "Trusted adviser"


class Stance(models.IntegerChoices):
    OPPONENT = -2, "Opponent"
    SCEPTIC = -1, "Sceptic"
    NEUTRAL = 0, "Neutral"
    SUPPORTER = 1, "Supporter"
    ADVOCATE = 2, "Advocate"


class ContactKind(models.TextChoices):
    """Where somebody of the wider industry stands to us; blank for people at clients."""

    ALUMNI = "alumni", "Alumni of ours or of a client"
    BOARD = "board", "Board member"
    ANALYST = "analyst", "Analyst"
    PARTNER = "partner", "Partner"
    PRESS = "press", "Press"
    OTHER = "other", "Other"


class Contact(Record):
    """A person at a client, or in the wider industry (no client)."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    title = models.CharField(max_length=120, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    kind = models.CharField(max_length=8, choices=ContactKind, blank=True, default="", db_default="")
    employer = models.CharField(max_length=120, blank=True, default="", db_default="", help_text="of no client of ours")
    identified = models.BooleanField(default=True, help_text="False: a seat whose holder nobody knows yet")

    class Meta:
        ordering = ["last_name", "first_name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="contact_key_given"),
            models.CheckConstraint(condition=Q(kind__in=["", *ContactKind.values]), name="contact_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def _between(field: str, low: int, high: int) -> Q:
    return Q(**{field: None}) | Q(**{f"{field}__gte": low, f"{field}__lte": high})


class Stakeholding(Record):
    """A contact's part in one client. Unknown judgements are null, never a middle value."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="stakeholdings")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="stakeholdings")
    reports_to = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    buying_role = models.CharField(max_length=12, choices=BuyingRole, blank=True, default="")
    power = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    interest = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    stance = models.SmallIntegerField(choices=Stance, null=True, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    level_wanted = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="relationships"
    )
    cadence_days = models.PositiveSmallIntegerField(null=True, blank=True)
    evidence = models.TextField(blank=True, default="")
    judged_on = models.DateField(null=True, blank=True)
    judged_by = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "client"], name="stakeholding_once"),
            models.CheckConstraint(condition=_between("power", 1, 5), name="stakeholding_power"),
            models.CheckConstraint(condition=_between("interest", 1, 5), name="stakeholding_interest"),
            models.CheckConstraint(condition=_between("stance", -2, 2), name="stakeholding_stance"),
            models.CheckConstraint(condition=_between("level", 0, 4), name="stakeholding_level"),
            models.CheckConstraint(condition=_between("level_wanted", 0, 4), name="stakeholding_level_wanted"),
            models.CheckConstraint(
                condition=Q(buying_role__in=["", *BuyingRole.values]), name="stakeholding_buying_role"
            ),
            models.CheckConstraint(
                condition=Q(reports_to=None) | ~Q(reports_to=F("contact")), name="stakeholding_not_own_boss"
            ),
        ]


class Touchpoint(Record):
    """A meeting, call or message: when, with whom, what was said or decided."""

    class Kind(models.TextChoices):
        MEETING = "meeting", "Meeting"
        CALL = "call", "Call"
        EMAIL = "email", "E-mail"
        EVENT = "event", "Event"
        OTHER = "other", "Other"

    source_ref = models.CharField(max_length=120, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="touchpoints")
    date = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MEETING)
    theirs: models.ManyToManyField[Contact, models.Model] = models.ManyToManyField(
        Contact, blank=True, related_name="touchpoints"
    )
    ours: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="touchpoints"
    )
    notes = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-date", "-id"]
        indexes = [models.Index(fields=["client", "-date"], name="touchpoint_of_client")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["meeting", "call", "email", "event", "other"]), name="touchpoint_kind_known"
            )
        ]


class Rating(models.Model):
    """A judgement reached by plain questions: what was answered, kept as its evidence. Field class STANCE."""

    class What(models.TextChoices):
        POWER = "power", "Power"
        INTEREST = "interest", "Interest"
        LEVEL = "level", "Relationship"
        STANCE = "stance", "Stance"

    stake = models.ForeignKey(Stakeholding, on_delete=models.CASCADE, related_name="ratings")
    what = models.CharField(max_length=8, choices=What)
    answers = models.JSONField(help_text="by question: what was answered")
    value = models.SmallIntegerField()
    note = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["power", "interest", "level", "stance"]), name="rating_of_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.value}"

"""People: one table for everyone who works on clients, whether they sign in or not; and their API tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from knox.models import AbstractAuthToken

from common import policies
from common.models import CurrencyField, Record


class Role(models.TextChoices):
    DIRECTOR = policies.DIRECTOR, "Account director"
    ACCOUNT_MANAGER = policies.ACCOUNT_MANAGER, "Account manager"
    FINANCE = policies.FINANCE, "Finance"
    LEGAL = policies.LEGAL, "Legal"
    DELIVERY = policies.DELIVERY, "Delivery"
    LEADERSHIP = policies.LEADERSHIP, "Leadership"
    ADMINISTRATOR = policies.ADMINISTRATOR, "Administrator"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """For `manage.py createsuperuser`: the first administrator of an installation."""
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, Record):  # type: ignore[django-manager-missing]  # knox ships no types
    """A person. Signs in by e-mail; one without sign-in has an unusable password."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role, default=Role.DELIVERY)
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    country = models.CharField(max_length=6, blank=True, default="")
    timezone = models.CharField(max_length=40, default="UTC")
    discipline = models.CharField(
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text="what they do for clients, as rates name it",
    )
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)
    reporting_currency = CurrencyField(blank=True, default="", help_text="of this person's portfolio; blank: inherited")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=models.Q(ends=None) | models.Q(starts=None) | models.Q(ends__gte=models.F("starts")),
                name="user_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(weekly_hours=None) | models.Q(weekly_hours__gte=0, weekly_hours__lte=168),
                name="user_weekly_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(email=models.functions.Lower("email")), name="user_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials_name(self) -> str:
        """A. Reyes, for narrow columns."""
        first, _, last = self.name.rpartition(" ")
        return f"{first[:1]}. {last}" if first else last


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox ships no types
    """A bearer token: hashed at rest, scoped, expiring. Sees no more than its user."""

    name = models.CharField(max_length=80)
    scopes: Any = ArrayField(models.CharField(max_length=60))
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]


class ServiceScopes(models.Model):
    """What one OAuth application may ask for. One without a row may ask for nothing."""

    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.CASCADE, related_name="allowed", primary_key=True
    )
    scopes: Any = ArrayField(models.CharField(max_length=60), default=list)

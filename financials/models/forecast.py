from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Client
from common.models import AmountField, CurrencyField, Record
from financials.models.contracts import Contract


class Layer(models.TextChoices):
    """From certain to uncertain; the override is what a person changed of all the others."""

    RECOGNISED = "recognised", "Recognised"
    CONTRACTED = "contracted", "Contracted"
    RENEWAL = "renewal", "Renewal"
    COMMIT = "commit", "Commit"
    BEST_CASE = "best_case", "Best case"
    PIPELINE = "pipeline", "Pipeline"
    RUN_RATE = "run_rate", "Run-rate"
    OVERRIDE = "override", "Override"


class CostRateField(models.DecimalField):  # type: ignore[type-arg]  # not subscriptable at run time
    """What one of net revenue costs."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        for name, value in {"max_digits": 10, "decimal_places": 6}.items():
            kwargs.setdefault(name, value)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as given


class ForecastRun(models.Model):
    """One client's forecast for one version of its inputs; kept for ever. The latest is the current one.

    The portfolio's forecast at an instant is each client's latest run before it.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="forecast_runs")
    input_version = models.BigIntegerField()
    as_of = models.DateField(help_text="the day it was computed for, in the client's time zone")
    closed_through = models.DateField(null=True, help_text="last closed month when it ran")
    computed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    formula_version = models.PositiveSmallIntegerField(default=1)
    unpriced = models.PositiveIntegerField(default=0, help_text="open deals without amount or probability")
    short_history = models.BooleanField(
        default=False, db_default=False, help_text="too few closed months for a run-rate: it is unknown, not zero"
    )
    departed = models.BooleanField(
        default=False, db_default=False, help_text="the client was lost: its run-rate ends with its signed work"
    )
    own_odds = models.PositiveIntegerField(
        default=0, db_default=0, help_text="deals of its layers that count at what own history says of their stage"
    )
    bands_at = models.DateTimeField(null=True, help_text="when its bands were simulated; null while they were not")
    labour_rate = CostRateField(
        null=True, help_text="delivery labour over net revenue of months not closed; null: not known"
    )
    freelancers_rate = CostRateField(null=True)
    direct_rate = CostRateField(null=True, help_text="direct expenses")
    cost_months = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="of the twelve closed months before, those whose cost was known"
    )
    cost_origin = models.CharField(
        max_length=8, blank=True, default="", db_default="", help_text="own, filled or house; blank: no rate"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "input_version", "as_of"], name="forecast_run_once"),
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(is_current=True), name="forecast_run_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class ForecastInput(models.Model):
    """What a run read, so that it can be computed again to the same cent. Never edited."""

    run = models.OneToOneField(ForecastRun, on_delete=models.CASCADE, primary_key=True, related_name="inputs")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body")
    body = models.TextField(help_text="JSON, as financials.calc.forecast_file writes it")


class OverrideLevel(models.TextChoices):
    MANAGER = "manager", "Manager"
    DIRECTOR = "director", "Director"


class ForecastOverride(Record):
    """A person's own figure for a client, or for a whole portfolio, over months. Never deleted: revoked, or expired.

    amount: what the months come to, closed ones too; delta: what is added to them; one of the two. client: blank for
    the portfolio of `owner`, whose parts by client are rows of their own under it.
    """

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="overrides", db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="portfolio_overrides"
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    level = models.CharField(max_length=10, choices=OverrideLevel)
    first_month = models.DateField()
    last_month = models.DateField()
    amount = AmountField(null=True, blank=True)
    delta = AmountField(null=True, blank=True)
    currency = CurrencyField()
    reason = models.CharField(max_length=500)
    expires_on = models.DateField(help_text="the last day it counts")
    author = models.CharField(max_length=254)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=254, blank=True, default="")
    revoked_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["client", "revoked_at"], name="override_of_client")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=OverrideLevel.values), name="override_level_known"),
            models.CheckConstraint(
                condition=Q(first_month__day=1, last_month__day=1, last_month__gte=F("first_month")),
                name="override_months",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, delta__isnull=False) | Q(amount__isnull=False, delta=None),
                name="override_amount_or_delta",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(client=None, owner__isnull=False) | Q(client__isnull=False, owner=None),
                name="override_client_or_portfolio",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="") | Q(revoked_at__isnull=False) & ~Q(revoked_by=""),
                name="override_revoked_by",
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.key}"


class ForecastLine(models.Model):
    """Net revenue of a client by month and layer, in the currency of its source; never edited.

    The three keys are checked by triggers, once for all rows a statement adds: see decision 0013.
    """

    run = models.ForeignKey(
        ForecastRun, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    contract = models.ForeignKey(
        Contract, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )
    opportunity_key = models.CharField(max_length=80, blank=True, default="")
    override = models.ForeignKey(
        ForecastOverride,
        null=True,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
        db_constraint=False,
    )
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    layer = models.CharField(max_length=12, choices=Layer)
    amount = AmountField()
    currency = CurrencyField()
    unopened = models.BooleanField(
        default=False, db_default=False, help_text="of the run-rate: expected of deals that nobody has opened yet"
    )

    class Meta:
        indexes = [models.Index(fields=["run", "month"], name="forecast_line_of_run")]
        constraints = [models.CheckConstraint(condition=models.Q(layer__in=Layer.values), name="forecast_layer_known")]


class ForecastRate(models.Model):
    """What revenue of one contract costs, where that is not the run's own rate: an estimate to complete, or the rate
    of its service line. Never edited."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="rates", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    labour_rate = CostRateField()
    freelancers_rate = CostRateField()
    direct_rate = CostRateField()
    origin = models.CharField(max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "contract"], name="forecast_rate_once")]


class HouseRate(models.Model):
    """What net revenue of everybody's work, or of one service line, cost over the twelve months to the last closed one.
    Taken once for each close, so that every client's run of that close stands on the same. clients: how many it is of.
    """

    closed_through = models.DateField()
    closed_at = models.DateTimeField()
    service_line = models.CharField(max_length=80, blank=True, default="")
    clients = models.PositiveIntegerField()
    labour_rate = CostRateField(null=True)
    freelancers_rate = CostRateField(null=True)
    direct_rate = CostRateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closed_through", "closed_at", "service_line"], name="house_rate_once")
        ]

    def __str__(self) -> str:
        return f"{self.service_line or 'all work'} to {self.closed_through:%Y-%m}"


class OwnRate(models.Model):
    """What own history said of deals at a stage, by how long they had been there, on a day; a row for each age.

    Taken once a day, and once more whenever a deal has closed since, so that runs made together stand on the same.
    newest: the last closing of a deal it knew, as the id of its step; 0 for none. usual: what those deals carried.
    """

    taken_on = models.DateField()
    newest = models.BigIntegerField()
    stage = models.CharField(max_length=60, help_text="casefolded")
    age = models.PositiveSmallIntegerField()
    won = models.PositiveIntegerField()
    deals = models.PositiveIntegerField()
    prior = models.DecimalField(max_digits=7, decimal_places=6)
    value = models.DecimalField(max_digits=7, decimal_places=6)
    usual = models.DecimalField(max_digits=7, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taken_on", "newest", "stage", "age"], name="own_rate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} on {self.taken_on}"


class NewWorkRate(models.Model):
    """What clients earned, a month and client, of contracts that came of deals, over the 36 months to the last closed
    one; a row for all clients and one for each tier with enough of them.

    Taken once a day and close, so that runs made together stand on the same. Amounts are in the firm's currency; blank
    where too few such contracts are known. weight: months of a client's own history that count as much. shares: of
    `monthly`, what came of deals no older than 0, 1, 2… months. size, length: of one contract.
    """

    taken_on = models.DateField()
    closed_through = models.DateField()
    closed_at = models.DateTimeField()
    tier = models.CharField(max_length=10, blank=True, default="")
    clients = models.PositiveIntegerField()
    contracts = models.PositiveIntegerField()
    monthly = AmountField(null=True)
    weight = models.PositiveSmallIntegerField(null=True)
    shares = ArrayField(models.DecimalField(max_digits=7, decimal_places=6), default=list)
    size = AmountField(null=True)
    length = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taken_on", "closed_through", "closed_at", "tier"], name="new_work_once")
        ]

    def __str__(self) -> str:
        return f"{self.tier or 'all clients'} to {self.closed_through:%Y-%m}"


class ForecastBand(models.Model):
    """How far a client's net revenue over some months may lie from what the layers come to; never edited.

    low, mid and high: the simulated 10th, 50th and 90th percentile less the layers' total. spread: the standard
    deviation; lean: its third moment over spread³. Spreads add up over clients as squares, percentiles do not add up.
    """

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="bands", db_index=False)
    first_month = models.DateField()
    last_month = models.DateField()
    low = AmountField()
    mid = AmountField()
    high = AmountField()
    mean = AmountField(help_text="the simulated mean less the layers' total")
    spread = AmountField()
    lean = models.DecimalField(max_digits=10, decimal_places=6)
    currency = CurrencyField()

    class Meta:
        indexes = [models.Index(fields=["run", "first_month", "last_month"], name="forecast_band_of_run")]
        constraints = [
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="forecast_band_months"),
            models.CheckConstraint(condition=Q(low__lte=F("mid"), mid__lte=F("high")), name="forecast_band_order"),
            models.CheckConstraint(condition=Q(spread__gte=0), name="forecast_band_spread"),
        ]

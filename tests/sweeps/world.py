"""One client with every kind of record on it, one that belongs to somebody else, and everyone who might look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from accounts.actions.contact_merge import merge_contacts
from accounts.actions.health import rules_in_force, store_readings
from accounts.actions.plan_versions import keep_version, submit_version
from accounts.models import (
    Action,
    Ask,
    BusinessUnit,
    Campaign,
    CampaignChannel,
    CampaignSpend,
    Client,
    ClientMember,
    Commitment,
    Contact,
    ContactMerge,
    Feedback,
    Idea,
    Imperative,
    Influence,
    Initiative,
    Insight,
    IntelligenceNote,
    Introduction,
    Invitation,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiTarget,
    MeasureReading,
    Objective,
    Offering,
    Opportunity,
    Pitch,
    Plan,
    PlanFact,
    PlanMeasure,
    PlanMilestone,
    PlanningSession,
    PlanPart,
    PlanTarget,
    PlanVersion,
    Proposal,
    ProposalDocument,
    SessionItem,
    Stage,
    StageMove,
    Stakeholding,
    Survey,
    Target,
    Theme,
    Touchpoint,
    WebMetric,
    WhiteSpaceCell,
)
from common import audit, jobs
from common.models import AuditEntry, FxRate, ImportBatch, Job, JobState, SavedView
from financials.actions.contracts import mark_clients_dirty, rebuild_schedules
from financials.actions.time import rebuild_time_months
from financials.models import (
    AlignmentTie,
    Allocation,
    BillingPlanLine,
    Contract,
    ContractDocument,
    Estimate,
    ForecastCall,
    ForecastOverride,
    IndexReading,
    Invoice,
    LedgerEntry,
    Milestone,
    PurchaseOrder,
    Rate,
    Scenario,
    Term,
    TimeEntry,
)
from people.actions import issue_token
from people.models import ApiToken, Leave, User
from portfolio.models import PackSchedule, PackSend, ReportFile
from qbr.actions.decks import create_deck, freeze_deck
from qbr.models import (
    Benefit,
    BenefitAmount,
    Deck,
    DeckBrand,
    DeckLink,
    DeckTemplate,
    PreRead,
    Review,
    ReviewRating,
    ReviewStep,
    SlideNote,
    Snapshot,
    ValueAsk,
    ValueCost,
)
from qbr.pptx import render_pptx
from qbr.queries.decks import frozen_deck
from tests.financials.books import budget, close_through, post, post_worked
from tests.makers import make_client, make_contact, make_contract, make_opportunity, make_stakeholding, make_user

CLOSED = date(2026, 10, 1)
MONTHS = tuple(date(2026, month, 1) for month in range(1, 11))
EVIDENCE = "Zqstance he told the board to drop us"
"""Field class STANCE: these words appear nowhere else."""
SECRETS = ("Zqstance", "Opponent", "−2")
LABOUR = "186431.17"
"""Field class COST: October's delivery labour, and no other amount."""
COST_RATE = "83.1947"
"""Field class SALARY: what an hour of the delivery lead costs."""
TO_GO = "73951.37"
"""Field class COST: the estimate to complete, and no other amount."""
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Book:
    """One client and all that hangs on it."""

    client: Client
    contact: Contact
    boss: Contact
    stake: Stakeholding
    objective: Objective
    action: Action
    deal: Opportunity
    touch: Touchpoint
    msa: Contract
    sow: Contract
    entry: LedgerEntry
    member: ClientMember
    job: Job
    draft: Deck
    frozen: Deck
    invoice: Invoice
    order: PurchaseOrder
    report: ReportFile
    hours: TimeEntry
    bill: Rate
    milestone: Milestone
    estimate: Estimate
    term: Term
    document: ContractDocument
    invoice_line: BillingPlanLine
    proposal: Proposal
    paper: ProposalDocument
    pitch: Pitch
    planned: Allocation
    leave: Leave
    line: Influence
    promise: Commitment
    override: ForecastOverride
    survey: Survey
    asked: Invitation
    insight: Insight
    answer: Feedback
    parts: dict[str, PlanPart]
    """The other parts of the plan, by kind."""
    reading: MeasureReading
    tie: AlignmentTie
    kpi: Kpi
    kpi_reading: KpiReading
    phase: KpiTarget
    web: WebMetric
    note: IntelligenceNote
    introduction: Introduction
    merge: ContactMerge
    ask: Ask
    version: PlanVersion
    campaign: Campaign
    channel: CampaignChannel
    spend: CampaignSpend
    benefit: Benefit
    benefit_amount: BenefitAmount
    value_cost: ValueCost
    value_ask: ValueAsk
    offering: Offering
    unit: BusinessUnit
    cell: WhiteSpaceCell
    session: PlanningSession
    item: SessionItem
    bare: SessionItem
    """An item nobody has written an idea under."""
    idea: Idea
    chosen: Idea
    """One whose session decides."""
    meeting: Review
    """Whose pre-read is sent."""
    met: Review
    """One that was held and rated by both."""


def _browsers() -> dict[bool, Browser]:
    """One that does not ask for the forms' token, as Django's own does not, and one that does."""
    return {csrf: Browser(raise_request_exception=False, enforce_csrf_checks=csrf) for csrf in (False, True)}


@dataclass
class World:
    """people: by role. strangers: a director, an account manager and a delivery lead without any of HAL."""

    people: dict[str, User]
    strangers: dict[str, User]
    own: Book
    theirs: Client
    stage: Stage
    batch: ImportBatch
    token: ApiToken
    trail: AuditEntry
    now: datetime
    bearers: dict[int, str] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    browsers: dict[bool, Browser] = field(default_factory=_browsers)

    def browser(self, user: User | None, *, csrf: bool = False) -> Browser:
        """A browser with that person's session and nothing else. csrf: the forms' token is asked for."""
        browser = self.browsers[csrf]
        browser.cookies.clear()
        if user is None:
            return browser
        if user.pk not in self.sessions:
            browser.force_login(user, backend=BACKEND)
            self.sessions[user.pk] = browser.cookies["sessionid"].value
        browser.cookies["sessionid"] = self.sessions[user.pk]
        return browser

    def bearer(self, user: User | None) -> dict[str, str]:
        if user is None:
            return {}
        if user.pk not in self.bearers:
            made = issue_token(user=user, name="sweep", scopes=["*"], days=1, actor=user.email, now=timezone.now())
            self.bearers[user.pk] = made.plain
        return {"Authorization": f"Bearer {self.bearers[user.pk]}"}


def build_people() -> tuple[dict[str, User], dict[str, User]]:
    director = make_user("director", email="owner@example.com", name="Amara Reyes")
    people = {
        "director": director,
        "account_manager": make_user("account_manager", email="manager@example.com", name="Jon Park", manager=director),
        "finance": make_user("finance", email="finance@example.com", name="Fay Nance"),
        "legal": make_user("legal", email="legal@example.com", name="Lee Gale"),
        "delivery": make_user("delivery", email="delivery@example.com", name="Del Ivers"),
        "leadership": make_user("leadership", email="lead@example.com", name="Lena Ship"),
        "administrator": make_user("administrator", email="admin@example.com", name="Ada Min"),
    }
    people["delivery"].manager = people["account_manager"]
    people["delivery"].save(update_fields=["manager"])
    strangers = {
        "director": make_user("director", email="outsider@example.com", name="Otto Outsider"),
        "account_manager": make_user("account_manager", email="idle@example.com", name="Ida Idle"),
        "delivery": make_user("delivery", email="bench@example.com", name="Ben Bench"),
    }
    return people, strangers


def build_world() -> World:
    """Everything, in one go; the caller holds the transaction."""
    people, strangers = build_people()
    close_through(CLOSED)
    for month in (*MONTHS, date(2026, 11, 1)):
        FxRate.objects.create(month=month, base="EUR", quote="USD", average=Decimal("1.1"), closing=Decimal("1.12"))
    for month, level in ((date(2025, 9, 1), "130"), (date(2026, 9, 1), "134.03")):
        IndexReading.objects.create(index="cpi", month=month, value=Decimal(level), source="Statistics office")
    own = build_book("HAL", "Quorvane Labs", people)
    theirs = make_client("OUT", owner=strangers["director"], name="Outland Foods")
    ClientMember.objects.create(client=theirs, person=make_user("delivery", name="Olga Out"), duty="delivery")
    for month in MONTHS:
        post_worked(theirs, month=month)
    batch = ImportBatch.objects.create(
        kind="contracts",
        file_name="contracts.csv",
        file_hash="0" * 64,
        state="loaded",
        loaded_by=people["director"].email,
        read=2,
        created=1,
        rejected=1,
        rejects="line,reason,number\r\n3,amount: not a number,H-9\r\n".encode("utf-8-sig"),
        finished_at=timezone.now(),
    )
    token = issue_token(
        user=people["director"], name="own", scopes=["read:clients"], days=9, actor="owner@example.com", now=_now()
    ).token
    trail = audit.record(
        actor=people["director"].email,
        verb="wrote",
        kind="report",
        object_id=1,
        label="Board",
        changes={"page": (1, 2)},
    )
    stage = Stage.objects.create(name="Proposal", position=1, probability=Decimal("0.5"), stale_days=60)
    DeckTemplate.objects.create(kind="qbr")  # all slides, as they are composed
    return World(people, strangers, own, theirs, stage, batch, token, trail, _now())


def _now() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def build_book(key: str, name: str, people: dict[str, User]) -> Book:
    director, manager, delivery = people["director"], people["account_manager"], people["delivery"]
    client = make_client(
        key, owner=director, name=name, tier="strategic", industry="Life sciences", members=(manager, delivery)
    )
    contact = make_contact(
        client, key=f"{key}-C1", first_name="Ravi", last_name="Qvmenov", title="Chief financial officer"
    )
    boss = make_contact(client, key=f"{key}-C2", first_name="Greta", last_name="Qvholm", title="Chief executive")
    stake = make_stakeholding(client, contact=contact, power=5, level=1, buying_role="economic", owner=director)
    make_stakeholding(client, contact=boss, power=4, level=2)
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1), ambition="First among agencies")
    objective = Objective.objects.create(plan=plan, key=f"{key}-O", title="Renew the MSA", owner=director, position=1)
    action = Action.objects.create(
        objective=objective, title="Qvsend the benchmark", owner=manager, due=date(2026, 11, 20), position=1
    )
    Action.objects.create(objective=objective, title="Book the workshop", owner=delivery, position=2)
    deal = make_opportunity(client, key=f"{key}-OPP", name="Qvlaunch film", owner=director, category="commit")
    make_opportunity(client, key=f"{key}-OPP2", name="Unpriced idea", amount=None, probability=None)
    StageMove.objects.create(
        opportunity=deal, before="Lead", after="Proposal", outcome="open", at=_now(), by=director.email
    )
    touch = Touchpoint.objects.create(
        client=client, source_ref=f"{key}-T", date=date(2026, 10, 13), notes="Qvtalk of budgets"
    )
    touch.theirs.add(contact)
    touch.ours.add(director)
    msa = make_contract(client, number=f"{key}-MSA", kind="msa", amount=None, billing="", title="Master agreement")
    sow = make_contract(
        client, number=f"{key}-SOW", parent=msa, title="Qvmedia year", end=date(2027, 2, 28), renewal="auto",
        notice_days=60, notice_rule="calendar", uplift="cpi:0.02:0.04",
    )  # fmt: skip
    rebuild_schedules([sow.pk], now=_now())
    entry = _post_year(client, sow)
    mark_clients_dirty([client.pk])
    jobs.work("recompute")
    dead = Job.objects.create(
        kind="recompute",
        object_ref=f"client:{client.pk}",
        input_version=999,
        state=JobState.DEAD,
        error="ValueError: x",
    )
    if key == "HAL":
        steps = [{"kind": "lose", "client": "HAL", "from": "2027-01"}]
        Scenario.objects.create(owner=director, name="Mine", steps=steps)
        ForecastCall.objects.create(
            person=director, year=2026, level="director", amount=Decimal(9), currency="USD", reason="Agreed",
            made_at=_now(),
        )  # fmt: skip
        PackSchedule.objects.create(owner=director, every="week", day=1, since=_now().date())
        PackSend.objects.create(
            owner=director, recipients=["lead@example.com"], subject="Qvlaunch", pdf=b"%PDF-", made_at=_now()
        )
        SavedView.objects.create(page="clients", name="Mine", query="q=HAL", owner_id=director.pk)
    Target.objects.create(
        measure="net_revenue",
        client=client,
        owner=director,
        month=date(2026, 12, 1),
        amount=Decimal(90),
        currency="USD",
    )
    draft = create_deck(client=client, period="2026-Q3", kind="qbr", audience="client", held_on=None, actor=director)
    milestone, estimate, term, document, line = _hung_on(sow)
    proposal, paper, pitch = _pursued(client, deal, director)
    survey, asked, insight, answer = _heard(client, contact, boss, director)
    parts, reading, tie = _planned_parts(plan, objective, people, key, sow)
    kpi, kpi_reading, phase = _measured(client, contact, director)
    campaign, channel, spend = _run(client, kpi, director)
    worth, month_worth, cost, value_ask = _worth(client, contact, director)
    offering, unit, cell = _mapped(client, director, deal, sow)
    session, item, bare, idea, chosen = _convened(client, people)
    return Book(
        client, contact, boss, stake, objective, action, deal, touch, msa, sow, entry,
        ClientMember.objects.get(client=client, person=delivery), dead, draft, _frozen(client, director),
        *_receivables(client, sow),
        ReportFile.objects.create(
            user=director, name="receivables", pdf=b"%PDF-1.7 Quorvane", pages=1, title="Aged", made_at=_now()
        ),
        *_hours(client, sow, people),
        milestone, estimate, term, document, line, proposal, paper, pitch,
        *_planned(client, sow, deal, people["delivery"]),
        Influence.objects.create(client=client, source=contact, target=boss, kind="influence", strength=4),
        Commitment.objects.create(
            client=client, key=f"{key}-PR", side="ours", text="Qvsend the figures", due=date(2026, 11, 30)
        ),
        ForecastOverride.objects.create(
            client=client, key=f"{key}-OV", level="manager", first_month=date(2026, 12, 1),
            last_month=date(2026, 12, 1), delta=Decimal(500), currency="USD", reason="Qvsays more",
            expires_on=date(2199, 12, 31), author=director.email, made_at=_now(),
        ),
        survey, asked, insight, answer,
        parts, reading, tie,
        kpi, kpi_reading, phase,
        WebMetric.objects.create(
            client=client, key=f"{key}-W", report="Qvtraffic", first=date(2026, 9, 1), last=date(2026, 9, 30),
            dimensions="channel", value="Email", channel="Email", metric="sessions", amount=Decimal(41),
        ),
        _noted(client, director),
        *_introduced(client, contact, boss, director),
        Ask.objects.create(
            client=client, key=f"{key}-A", contact=contact, text="Qvmay we have the figures", owner=director,
            asked_on=date(2026, 11, 9),
        ),
        plan.versions.get(),
        campaign, channel, spend,
        worth, month_worth, cost, value_ask,
        offering, unit, cell,
        session, item, bare, idea, chosen,
        *_met(client, contact, director, asked),
    )  # fmt: skip


def _measured(client: Client, contact: Contact, director: User) -> tuple[Kpi, KpiReading, KpiTarget]:
    """One of the library's, read once and held to a phase."""
    meant, _ = KpiDefinition.objects.get_or_create(key="awareness", name="Qvawareness", unit="ratio")
    kpi = Kpi.objects.create(
        client=client, key=f"{client.key}-K", name="Qvaware", unit="leads", definition=meant, owner=director,
        contact=contact, baseline=Decimal(20), target=Decimal(30),
    )  # fmt: skip
    days = {"starts": date(2026, 10, 1), "ends": date(2026, 10, 31)}
    read = KpiReading.objects.create(kpi=kpi, period="2026-10", actual=Decimal(28), note="Qvremark", **days)
    phase = KpiTarget.objects.create(kpi=kpi, period="2026-Q4", ends=date(2026, 12, 31), target=Decimal(29))
    return kpi, read, phase


def _run(client: Client, kpi: Kpi, director: User) -> tuple[Campaign, CampaignChannel, CampaignSpend]:
    campaign = Campaign.objects.create(
        client=client, key=f"{client.key}-CA", name="Qvsun", state="running", starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 31), currency="USD", owner=director,
    )  # fmt: skip
    campaign.kpis.add(kpi)
    channel = CampaignChannel.objects.create(campaign=campaign, channel="Radio", budget=Decimal(9000))
    spend = CampaignSpend.objects.create(channel=channel, month=date(2026, 10, 1), amount=Decimal(3000))
    return campaign, channel, spend


def _worth(client: Client, contact: Contact, director: User) -> tuple[Benefit, BenefitAmount, ValueCost, ValueAsk]:
    """One that may be changed, and one that waits for the client's answer; and the client's own look of reviews."""
    DeckBrand.objects.create(client=client, colour="#0B4F6C")
    asked = ValueAsk.objects.create(
        client=client, contact=contact, expires_on=date(2199, 12, 31), made_at=_now(), made_by=director.email
    )
    made = [
        Benefit.objects.create(
            client=client, key=f"{client.key}-B{place}", title="Qvsaved", driver="cost", hard=True, currency="USD",
            owner=director, state=state, ask=ask,
        )
        for place, (state, ask) in enumerate((("proposed", None), ("sent", asked)))
    ]  # fmt: skip
    months = [BenefitAmount.objects.create(benefit=one, month=date(2026, 10, 1), amount=Decimal(4100)) for one in made]
    cost = ValueCost.objects.create(
        client=client, key=f"{client.key}-VC", title="Qvtool", month=date(2026, 10, 1), amount=Decimal(700),
        currency="USD",
    )  # fmt: skip
    return made[0], months[0], cost, asked


def _noted(client: Client, director: User) -> IntelligenceNote:
    note = IntelligenceNote.objects.create(
        key=f"{client.key}-NOTE", kind="client", title="Qvmerger", so_what="Qvpitch", owner=director,
        noted_on=date(2026, 9, 1), expires_on=date(2026, 10, 1), happens_on=date(2026, 12, 1),
    )  # fmt: skip
    note.clients.add(client)
    return note


def _introduced(client: Client, contact: Contact, boss: Contact, director: User) -> tuple[Introduction, ContactMerge]:
    """Who knows whom is field class STANCE; and somebody entered twice, merged."""
    one = Introduction.objects.create(source=boss, target=contact, strength=4, evidence=EVIDENCE)
    twice = make_contact(client, key=f"{client.key}-C3", first_name="Greta", last_name="Qvholm-Dahl")
    return one, merge_contacts(kept=boss, gone=twice, actor=director, now=_now())


def _heard(
    client: Client, contact: Contact, boss: Contact, director: User
) -> tuple[Survey, Invitation, Insight, Feedback]:
    """One asked and silent; one who answered, whose score and words are field class STANCE."""
    survey = Survey.objects.create(
        client=client, key=f"{client.key}-SV", title="Qvhow are we doing", question="Would you recommend us?",
        owner=director, closes_on=date(2199, 12, 31),
    )  # fmt: skip
    asked = Invitation.objects.create(survey=survey, client=client, contact=boss, asked_at=_now())
    theme, _ = Theme.objects.get_or_create(name="Reporting", words="reports, report")
    insight = Insight.objects.create(
        client=client, key=f"{client.key}-IN", theme=theme, said="Qvreports come late", kind="service",
        action="Qvsend them earlier", owner=director, raised_on=date(2026, 11, 2), due=date(2026, 11, 20),
    )  # fmt: skip
    answer = Feedback.objects.create(
        client=client, contact=contact, source_ref=f"{client.key}-FB", date=date(2026, 11, 3), scale="nps", score=3,
        comment=EVIDENCE, insight=insight,
    )  # fmt: skip
    answer.themes.add(theme)
    store_readings([client.pk], day=date(2026, 11, 20), rules=rules_in_force(_now()), now=_now())
    return survey, asked, insight, answer


def _planned_parts(
    plan: Plan, objective: Objective, people: dict[str, User], key: str, sow: Contract
) -> tuple[dict[str, PlanPart], MeasureReading, AlignmentTie]:
    own: dict[str, Any] = {"owner": people["director"]}
    imperative = Imperative.objects.create(
        plan=plan, key=f"{key}-I", title="Qvwin back the market", why="Qvpress", **own
    )
    Imperative.objects.create(plan=plan, key=f"{key}-I2", title="Qvspend less", position=2)
    measure = PlanMeasure.objects.create(objective=objective, key=f"{key}-M", title="Qvleads", target=Decimal(90))
    revenue = {"source": "net_revenue", "unit": "money", "target": Decimal(9_000_000)}
    PlanMeasure.objects.create(objective=objective, key=f"{key}-M2", title="Qvrevenue", **revenue)
    initiative = Initiative.objects.create(objective=objective, key=f"{key}-N", title="Qvbuild the bridge", **own)
    due = date(2026, 12, 1)
    parts: dict[str, PlanPart] = {
        "imperative": imperative,
        "measure": measure,
        "initiative": initiative,
        "milestone": PlanMilestone.objects.create(initiative=initiative, key=f"{key}-S", title="Qvhalf way", due=due),
        "fact": PlanFact.objects.create(plan=plan, key=f"{key}-F", kind="risk", title="Qvrisk", **own),
        "target": PlanTarget.objects.create(plan=plan, key=f"{key}-Y", year=2026, amount=Decimal(10), currency="USD"),
    }
    version = keep_version(plan=plan, note="Qvboard", actor=people["account_manager"], now=_now())
    submit_version(version=version, expected=1, actor=people["account_manager"], now=_now())
    reading = MeasureReading.objects.create(measure=measure, read_on=date(2026, 11, 2), value=Decimal(12))
    tie = AlignmentTie.objects.create(contract=sow, imperative=imperative, share=Decimal("0.5"))
    return parts, reading, tie


def _convened(client: Client, people: dict[str, User]) -> tuple[PlanningSession, SessionItem, SessionItem, Idea, Idea]:
    """One that gathers, and one that decides."""
    made = []
    for phase in ("gather", "decide"):
        session = PlanningSession.objects.create(
            client=client, key=f"{client.key}-PS-{phase}", title=f"Qvplan {phase}", held_on=date(2026, 11, 20),
            facilitator=people["director"], phase=phase,
        )  # fmt: skip
        session.people.add(people["director"], people["account_manager"])
        item = SessionItem.objects.create(session=session, title="Qvwhere to", position=1)
        bare = SessionItem.objects.create(session=session, title="Qvwhat fails", kind="premortem", position=2)
        idea = Idea.objects.create(item=item, author=people["director"], text=f"Qvthought {phase}")
        made.append((session, item, bare, idea))
    return (*made[0], made[1][3])


def _met(client: Client, contact: Contact, director: User, asked: Invitation) -> tuple[Review, Review]:
    """What their side said of it is their answer to the survey: field class STANCE."""
    found = []
    for period, state, day in (("2026-Q3", "sent", date(2026, 10, 21)), ("2026-Q2", "held", date(2026, 7, 21))):
        review = Review.objects.create(
            client=client, key=f"{client.key}-R-{state}", period=period, state=state, day=day, owner=director,
            place="Qvroom", agenda="Qvfirst things", minutes="Qvsaid" if state == "held" else "",
            survey=asked.survey if state == "held" else None,
        )  # fmt: skip
        review.ours.add(director)
        review.theirs.add(contact)
        ReviewStep.objects.create(review=review, after=state, at=_now(), by=director.email, reason="Qvsooner")
        found.append(review)
    sent, held = found
    link = DeckLink.objects.get(deck__client=client)
    PreRead.objects.create(review=held, link=link, name="Qvdana", email="dana@hal.example", asked_at=_now())
    SlideNote.objects.create(deck=link.deck, slide="title", text="Zqstance say it kindly")
    ReviewRating.objects.create(review=held, person=director, score=4, note="Qvworth it")
    held.promises.add(
        Commitment.objects.create(
            client=client, key=f"{client.key}-PF", side="theirs", text="Qvname the team", due=date(2026, 12, 3)
        )
    )
    return sent, held


def _mapped(
    client: Client, director: User, deal: Opportunity, sow: Contract
) -> tuple[Offering, BusinessUnit, WhiteSpaceCell]:
    """One cell that runs, one with a deal, one that is only possible. The margin is field class COST."""
    sold = {"price": Decimal(60000), "currency": "USD", "margin": Decimal("0.318264"), "roles": "Writer: 40"}
    media, _ = Offering.objects.get_or_create(key="buying", defaults={"name": "Planning and buying", **sold})
    film, _ = Offering.objects.get_or_create(key="film", defaults={"name": "Film"})  # the house's, not a client's
    unit = BusinessUnit.objects.create(client=client, key=f"{client.key}-BU", name="Qvretail", owner=director)
    beside = BusinessUnit.objects.create(client=client, key=f"{client.key}-BU2", name="Qvcargo")
    Contract.objects.filter(pk=sow.pk).update(business_unit=beside, offering=media.key)
    Opportunity.objects.filter(pk=deal.pk).update(business_unit=beside, offering=film.name)
    worth = {"amount": Decimal(250000), "currency": "USD", "judged_on": date(2026, 6, 1), "judged_by": director}
    cell = WhiteSpaceCell.objects.create(unit=unit, offering=media, state="potential", note="Qvsoon", **worth)
    WhiteSpaceCell.objects.create(
        unit=unit, offering=film, state="blocked", why="Qvtheir own studio", judged_on=date(2026, 11, 2)
    )
    return media, unit, cell


def _pursued(client: Client, deal: Opportunity, director: User) -> tuple[Proposal, ProposalDocument, Pitch]:
    proposal = Proposal.objects.create(
        key=f"{client.key}-PRO", opportunity=deal, title="Qvlaunch offer", amount=Decimal(88000), currency="USD",
        status="sent", sent_on=CLOSED,
    )  # fmt: skip
    paper = ProposalDocument.objects.create(
        proposal=proposal, name="Qvoffer.pdf", media_type="application/pdf", size=9, sha256="1" * 64, body=b"%PDF Q",
        added_by=director.email, added_at=_now(),
    )  # fmt: skip
    pitch = Pitch.objects.create(
        key=f"{client.key}-PITCH", client=client, opportunity=deal, name="Qvpitch", cost=Decimal("41203.77"),
        currency="USD", fit=4, odds=3,
    )  # fmt: skip
    pitch.team.add(director)
    return proposal, paper, pitch


def _planned(client: Client, sow: Contract, deal: Opportunity, person: User) -> tuple[Allocation, Leave]:
    """A week of the delivery lead, one of a role that hangs on a deal, and days away."""
    shared = {"week": date(2026, 12, 7), "client": client}
    planned = Allocation.objects.create(person=person, contract=sow, hours=Decimal(24), **shared)
    Allocation.objects.create(role="Qvwriter", opportunity=deal, firm=False, hours=Decimal(16), **shared)
    leave, _ = Leave.objects.get_or_create(person=person, starts=date(2026, 12, 21), ends=date(2026, 12, 24))
    return planned, leave


def _hours(client: Client, sow: Contract, people: dict[str, User]) -> tuple[TimeEntry, Rate]:
    """Hours of one person, the team's delivery lead, whose cost rate is field class SALARY."""
    person = people["delivery"]
    Rate.objects.create(
        kind="cost", person=person, rate=Decimal(COST_RATE), currency="USD", starts=date(2026, 1, 1)
    ) if client.key == "HAL" else None
    bill = Rate.objects.create(
        kind="bill", role=f"Qvdesigner {client.key}", client=client, rate=Decimal(150), currency="USD",
        starts=date(2026, 1, 1),
    )  # fmt: skip
    shared = {"person": person, "client": client, "contract": sow, "role": bill.role, "notes": "Qvsketches"}
    TimeEntry.objects.create(
        source_ref=f"{client.key}-H1", date=date(2026, 9, 3), month=date(2026, 11, 1), hours=Decimal(10), **shared
    )
    entry = TimeEntry.objects.create(
        source_ref=f"{client.key}-H2", date=date(2026, 11, 3), month=date(2026, 11, 1), hours=Decimal("7.5"), **shared
    )
    rebuild_time_months([client.pk])
    return entry, bill


def _hung_on(sow: Contract) -> tuple[Milestone, Estimate, Term, ContractDocument, BillingPlanLine]:
    milestone = Milestone.objects.create(contract=sow, key="M1", title="Qvkick-off", due=CLOSED, amount=Decimal("1000"))
    estimate = Estimate.objects.create(contract=sow, month=CLOSED, cost_to_go=Decimal(TO_GO))
    term = Term.objects.create(
        contract=sow, topic="liability_cap", value="Qvtwice the fee", starts=date(2198, 1, 1)
    )  # still ahead: one in force is never changed
    body = b"%PDF-1.7 Qvdraft %%EOF"
    document = ContractDocument.objects.create(
        contract=sow, name="Qvsigned.pdf", media_type="application/pdf", size=len(body), sha256="0" * 64, body=body,
        added_by="owner@example.com", added_at=_now(),
    )  # fmt: skip
    line = BillingPlanLine.objects.create(
        contract=sow, due=CLOSED, amount=Decimal("10"), label="Qvdeposit", by_hand=True
    )
    return milestone, estimate, term, document, line


def _post_year(client: Client, sow: Contract) -> LedgerEntry:
    for month in MONTHS[:-1]:
        post_worked(client, month=month, contract=sow, service_line="Media")
        budget(client, "gross_revenue", "500000", month=month)
    post(client, "gross_revenue", "520000", contract=sow, service_line="Media")
    return post(client, "delivery_labour", LABOUR, contract=sow, service_line="Media")


def _receivables(client: Client, sow: Contract) -> tuple[Invoice, PurchaseOrder]:
    """Paid, late and credited; and an order that will not last."""
    where: dict[str, Any] = {"client": client, "contract": sow, "currency": "USD", "po_number": f"{client.key}-PO"}
    for number, issued, amount, paid_on in (
        ("1", date(2026, 6, 30), "91000", date(2026, 8, 3)),
        ("2", date(2026, 8, 31), "47100", None),
        ("CN", date(2026, 9, 10), "-1100", None),
    ):
        Invoice.objects.create(
            number=f"{client.key}-{number}", issued=issued, due=issued, amount=Decimal(amount), paid_on=paid_on, **where
        )
    last = Invoice.objects.create(
        number=f"{client.key}-3", issued=date(2026, 11, 2), due=date(2027, 1, 2), amount=Decimal("12500.50"), **where
    )
    order = PurchaseOrder.objects.create(
        number=f"{client.key}-PO", client=client, contract=sow, amount=Decimal(155000), currency="USD",
        issued=date(2026, 1, 1), expires=date(2027, 2, 28),
    )  # fmt: skip
    return last, order


def _frozen(client: Client, director: User) -> Deck:
    deck = create_deck(client=client, period="2026-Q2", kind="qbr", audience="client", held_on=None, actor=director)
    freeze_deck(deck=deck, actor=director, now=_now(), confirmed=True)
    made = render_pptx(frozen_deck(Snapshot.objects.get(deck=deck)))  # real: the sweeps read its words
    files = {"pdf": b"%PDF-1.7 sweep", "pptx": made.body, "pptx_hash": made.sha256}
    Snapshot.objects.filter(deck=deck).update(**files, pages=1, rendered_at=_now())
    DeckLink.objects.create(deck=deck, label="Qvdana", expires_on=date(2199, 1, 1), made_at=_now(), made_by="x")
    deck.refresh_from_db()
    return deck


def judge(world: World) -> None:
    """The director writes down a stance twice, over the web: so it lies in the record and in the audit trail."""
    browser, stake = world.browser(world.people["director"]), world.own.stake
    body: dict[str, Any] = {
        "first_name": "Ravi", "last_name": "Qvmenov", "title": "Chief financial officer", "power": "5", "level": "1",
        "buying_role": "economic", "owner": world.people["director"].pk,
    }  # fmt: skip
    for stance, words in (("-1", EVIDENCE), ("-2", f"{EVIDENCE}, again")):
        stake.refresh_from_db()
        stake.contact.refresh_from_db()
        body |= {"stance": stance, "evidence": words, "version": f"{stake.version}-{stake.contact.version}"}
        answer = browser.post(f"/clients/{world.own.client.key}/stakeholders/{stake.pk}/", body)
        assert answer.status_code == 302, answer.content.decode()
    stake.refresh_from_db()
    assert (stake.stance, AuditEntry.objects.filter(field_class="STANCE").count()) == (-2, 2)

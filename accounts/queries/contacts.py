"""People at clients and in the wider industry: the list, one person with the ways in, and entries that look alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.access import clients_for, contacts_for
from accounts.access_people import introductions_for, merges_for
from accounts.calc.coverage import COVERED_FROM
from accounts.calc.duplicates import Pair, Person, pairs
from accounts.models import (
    Bond,
    Contact,
    ContactKind,
    ContactMerge,
    DistinctPair,
    Introduction,
    IntroductionState,
    Level,
    Stakeholding,
    Touchpoint,
)
from accounts.queries.name_remains import places_for
from common.formats import plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

LISTED: Final = 100
CLIENT_KIND: Final = "client"
PAIRS: Final = 60


@dataclass(frozen=True, slots=True)
class ContactRow:
    """where: the client, or the employer of somebody outside."""

    pk: int
    key: str
    name: str
    title: str
    email: str
    kind: str
    where: str
    where_url: str
    last_touch: date | None
    url: str


@dataclass(frozen=True, slots=True)
class ContactList:
    finding: str
    page: Page[Contact]
    rows: tuple[ContactRow, ...]
    alike: int


def _listed(user: User) -> QuerySet[Contact]:
    return contacts_for(user).filter(erasure=None, identified=True)


def find_contacts(user: User, *, q: str, kind: str) -> QuerySet[Contact]:
    rows = _listed(user).select_related("client")
    if kind == CLIENT_KIND:
        rows = rows.exclude(client=None)
    elif kind == "outside":
        rows = rows.filter(client=None)
    elif kind:
        rows = rows.filter(kind=kind)
    for word in q.split()[:4]:
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(title__icontains=word)
            | Q(email__icontains=word) | Q(employer__icontains=word) | Q(client__name__icontains=word)
        )  # fmt: skip
    return rows.order_by("last_name", "first_name", "pk")


def load_contacts(user: User, *, q: str, kind: str, number: str) -> ContactList:
    """Four queries: how many, the rows, their touches, who looks alike."""
    page = Paginator(find_contacts(user, q=q, kind=kind), LISTED).get_page(number)
    alike = len(_pairs(user)) if abilities_of(user).edit_relationships else 0
    rows = contact_rows(user, list(page.object_list))
    total = page.paginator.count
    return ContactList(plural(total, "person", "people") if total else "Nobody here yet", page, rows, alike)


def contact_rows(user: User, people: Sequence[Contact]) -> tuple[ContactRow, ...]:
    """With the last touch at any client in sight. One query."""
    links = Touchpoint.theirs.through._default_manager.filter(
        contact__in=[one.pk for one in people], touchpoint__client__in=clients_for(user).order_by().values("pk")
    )
    last = dict(links.values("contact").annotate(top=Max("touchpoint__date")).values_list("contact", "top"))
    return tuple(
        ContactRow(
            pk=one.pk,
            key=one.key,
            name=one.name,
            title=one.title,
            email=one.email,
            kind=kind_word(one),
            where=one.client.name if one.client else one.employer,
            where_url=reverse("client_stakeholders", args=[one.client.key]) if one.client else "",
            last_touch=last.get(one.pk),
            url=reverse("contact", args=[one.key]),
        )
        for one in people
    )


def kind_word(contact: Contact) -> str:
    if contact.kind:
        return str(ContactKind(contact.kind).label)
    return "At a client" if contact.client_id else "Wider industry"


# One person


@dataclass(frozen=True, slots=True)
class Way:
    """How one comes to the person. steps: names, ours first. level: how our colleague stands with the first of them."""

    steps: tuple[str, ...]
    level: int
    level_word: str
    strength: int | None
    """Of the introduction, 0 where nobody judged it; None where our colleague knows the person."""
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class IntroductionRow:
    pk: int
    version: int
    other: str
    other_url: str
    where: str
    strength: int | None
    evidence: str
    state: str
    on: date | None
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    client: str
    url: str
    role: str


@dataclass(frozen=True, slots=True)
class Touched:
    date: date
    kind: str
    client: str
    notes: str


@dataclass(frozen=True, slots=True)
class MergeRow:
    pk: int
    name: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """ways: None for who may not know who stands how with whom."""

    finding: str
    contact: Contact
    kind: str
    where: str
    where_url: str
    erased_at: datetime | None
    still_named: Sequence[Mapping[str, Any]]
    parts: tuple[Part, ...]
    ways: tuple[Way, ...] | None
    can_introduce: tuple[IntroductionRow, ...]
    introduced_by: tuple[IntroductionRow, ...]
    touches: tuple[Touched, ...]
    merges: tuple[MergeRow, ...]


def load_contact(user: User, contact: Contact) -> ContactPage:
    """Seven queries."""
    seen = clients_for(user).order_by().values("pk")
    stakes = list(Stakeholding.objects.filter(contact=contact, client__in=seen).select_related("client"))
    touched = Touchpoint.objects.filter(theirs=contact, client__in=seen).select_related("client")[:12]
    lines = list(
        introductions_for(user)
        .filter(Q(source=contact) | Q(target=contact))
        .select_related("source__client", "target__client")
        .order_by(F("strength").desc(nulls_last=True), "pk")
    )
    see = abilities_of(user).see_stance
    ways = _ways(user, contact, [one for one in lines if one.target_id == contact.pk]) if see else None
    erasure = getattr(contact, "erasure", None)
    return ContactPage(
        finding=_finding(contact, ways, erasure is not None),
        contact=contact,
        kind=kind_word(contact),
        where=contact.client.name if contact.client else contact.employer,
        where_url=reverse("client_stakeholders", args=[contact.client.key]) if contact.client else "",
        erased_at=erasure.done_at if erasure else None,
        still_named=places_for(user, contact),
        parts=tuple(
            Part(
                one.client.name, f"{reverse('client_stakeholders', args=[one.client.key])}?person={one.pk}",
                one.get_buying_role_display() if one.buying_role else "",
            )
            for one in stakes
        ),
        ways=ways,
        can_introduce=tuple(_introduction(one, one.target) for one in lines if one.source_id == contact.pk),
        introduced_by=tuple(_introduction(one, one.source) for one in lines if one.target_id == contact.pk),
        touches=tuple(Touched(one.date, one.get_kind_display(), one.client.name, one.notes) for one in touched),
        merges=tuple(
            MergeRow(one.pk, one.gone_name, one.made_at, one.made_by)
            for one in merges_for(user).filter(kept=contact, undone_at=None)
        ),
    )  # fmt: skip


def _introduction(one: Introduction, other: Contact) -> IntroductionRow:
    return IntroductionRow(
        pk=one.pk,
        version=one.version,
        other=other.name,
        other_url=reverse("contact", args=[other.key]),
        where=other.client.name if other.client else other.employer or kind_word(other),
        strength=one.strength,
        evidence=one.evidence,
        state=str(IntroductionState(one.state).label),
        on=one.on,
        url=reverse("introduction", args=[one.pk]),
    )


def _ways(user: User, contact: Contact, lines: Sequence[Introduction]) -> tuple[Way, ...]:
    """Colleagues who know the person, then those who know somebody who does; the best first. Two queries."""
    wanted = [contact.pk, *(line.source_id for line in lines)]
    best: dict[int, list[tuple[int, str]]] = {}
    seen = clients_for(user).order_by().values("pk")
    stakes = Stakeholding.objects.filter(contact__in=wanted, client__in=seen)
    for pk, level, name in stakes.exclude(owner=None).values_list("contact_id", "level", "owner__name"):
        best.setdefault(pk, []).append((level or 0, name))
    bonds = Bond.objects.filter(stake__contact__in=wanted, stake__client__in=seen)
    for pk, level, name in bonds.values_list("stake__contact_id", "level", "person__name"):
        best.setdefault(pk, []).append((level, name))
    found = [
        Way((name, contact.name), level, _level(level), None, "", "")
        for level, name in best.get(contact.pk, ())
        if level >= COVERED_FROM
    ]
    for line in lines:
        if line.state == IntroductionState.DECLINED:
            continue
        url, state = reverse("introduction", args=[line.pk]), str(IntroductionState(line.state).label)
        level, ours = max(best.get(line.source_id, ()), default=(0, ""))
        steps = (*([ours] if level else []), line.source.name, contact.name)
        found.append(Way(steps, level, _level(level), line.strength or 0, state, url))
    return tuple(sorted(found, key=_worth))


def _worth(way: Way) -> tuple[bool, bool, int]:
    """Direct ties first, then the way whose weaker half is stronger."""
    strength = 5 if way.strength is None else way.strength
    return not way.level, way.strength is not None, -min(way.level, strength)


def _level(level: int) -> str:
    return str(Level(level).label) if level else ""


def _finding(contact: Contact, ways: tuple[Way, ...] | None, erased: bool) -> str:
    if erased:
        return "This person asked to be erased"
    if not ways:
        return contact.name
    first = ways[0]
    if len(first.steps) > 2:
        return f"{first.steps[0]} can reach {contact.name} through {first.steps[1]}"
    return f"{first.steps[0]} {'knows' if first.level else 'can introduce us to'} {contact.name}"


# Entries that look alike


@dataclass(frozen=True, slots=True)
class PairRow:
    one: ContactRow
    other: ContactRow
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class PairPage:
    finding: str
    rows: tuple[PairRow, ...]
    more: int
    merges: tuple[ContactMerge, ...]


def _pairs(user: User) -> list[Pair]:
    """Of people at one client, or outside; whom somebody said to be two are left out. One query each."""
    people = [
        Person(pk, f"{first} {last}".strip(), email, f"#{client}" if client else employer)
        for pk, first, last, email, client, employer in _listed(user).values_list(
            "pk", "first_name", "last_name", "email", "client_id", "employer"
        )
    ]
    client_of = {person.pk: person.employer if person.employer.startswith("#") else "" for person in people}
    found = [
        pair
        for pair in pairs(people)
        if not (client_of[pair.one] and client_of[pair.other] and client_of[pair.one] != client_of[pair.other])
    ]
    if not found:
        return []
    apart = set(DistinctPair.objects.filter(one__in={pair.one for pair in found}).values_list("one_id", "other_id"))
    return [pair for pair in found if (pair.one, pair.other) not in apart]


def load_pairs(user: User) -> PairPage:
    found = _pairs(user)
    shown = found[:PAIRS]
    ids = {pk for pair in shown for pk in (pair.one, pair.other)}
    people = contacts_for(user).filter(pk__in=ids).select_related("client")
    rows = {row.pk: row for row in contact_rows(user, list(people))}
    merges = tuple(merges_for(user).filter(undone_at=None).select_related("kept")[:20])
    finding = f"{plural(len(found), 'pair')} may be one person" if found else "Nobody is here twice"
    shown_rows = tuple(PairRow(rows[pair.one], rows[pair.other], pair.score, pair.why) for pair in shown)
    return PairPage(finding, shown_rows, len(found) - len(shown), merges)


@dataclass(frozen=True, slots=True)
class Compared:
    label: str
    kept: str
    gone: str


def compare(kept: Contact, gone: Contact) -> tuple[Compared, ...]:
    """What each says, where either says something; and how many rows hang on each."""
    said = {
        "Name": "name", "Title": "title", "E-mail": "email", "Employer": "employer",
    }  # fmt: skip
    rows = [Compared(label, getattr(kept, name), getattr(gone, name)) for label, name in said.items()]
    rows.append(Compared("Who they are", kind_word(kept), kind_word(gone)))
    rows.append(Compared("Client", *(one.client.name if one.client else "" for one in (kept, gone))))
    for label, related in (("Touches", "touchpoints"), ("Parts in clients", "stakeholdings"), ("Answers", "feedback")):
        rows.append(Compared(label, *(str(getattr(one, related).count()) for one in (kept, gone))))
    return tuple(row for row in rows if row.kept or row.gone)


def introducible(user: User) -> QuerySet[Contact]:
    """People an introduction may be noted of."""
    return _listed(user).select_related("client").order_by("last_name", "first_name", "pk")


def has_erased(user: User) -> bool:
    return contacts_for(user).filter(Exists(Contact.objects.filter(pk=OuterRef("pk")).exclude(erasure=None))).exists()

"""Two entries of one person made one, and taken apart again. Every row that pointed to one points to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q

from accounts.calc.network import leads_to
from accounts.models import (
    Bond,
    Contact,
    ContactMerge,
    DistinctPair,
    Influence,
    Introduction,
    Invitation,
    Stakeholding,
)
from common import audit
from common.imports.records import snapshot
from people.models import User

FILLED = ("title", "email", "kind", "employer", "client_id")
PART_FILLED = (
    "reports_to_id", "buying_role", "power", "interest", "stance", "level", "level_wanted", "owner_id", "cadence_days",
    "judged_on", "judged_by",
)  # fmt: skip
_BLANK = (None, "")


class CannotMerge(Exception):
    """Says why, in words for the person who asked."""


class _Record:
    """What is done, as `ContactMerge.record` keeps it."""

    def __init__(self) -> None:
        self.moved: list[dict[str, Any]] = []
        self.dropped: list[dict[str, Any]] = []
        self.filled: list[dict[str, Any]] = []

    def drop(self, rows: Iterable[models.Model]) -> None:
        for row in rows:
            self.dropped.append({"table": row._meta.label_lower, "row": snapshot(row, {})})
            row.delete()

    def fill(self, row: models.Model, changes: dict[str, Any]) -> None:
        was = snapshot(row, {})
        for name, value in changes.items():
            setattr(row, name, value)
        stands = snapshot(row, {})
        table = row._meta.label_lower
        self.filled += [
            {"table": table, "pk": row.pk, "field": name, "before": was[name], "after": stands[name]}
            for name in changes
        ]
        _change(type(row)._base_manager.filter(pk=row.pk), changes)

    def move(self, rows: models.QuerySet[Any], field: str, to: int) -> None:
        ids = sorted(rows.values_list("pk", flat=True))
        if ids:
            self.moved.append({"table": rows.model._meta.label_lower, "field": field, "ids": ids})
            _change(rows.model._base_manager.filter(pk__in=ids), {field: to})


def _change(rows: models.QuerySet[Any], changes: dict[str, Any]) -> None:
    counted = {"version": F("version") + 1} if any(f.name == "version" for f in rows.model._meta.fields) else {}
    rows.update(**changes, **counted)


def merge_contacts(*, kept: Contact, gone: Contact, actor: User, now: datetime) -> ContactMerge:
    """What `kept` says stays; its blanks are filled from `gone`, whose rows follow. Raises CannotMerge."""
    with transaction.atomic():
        both = {one.pk: one for one in Contact.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk])}
        if len(both) < 2:
            raise CannotMerge("There are no two people left to merge: one of them is gone.")
        kept, gone = both[kept.pk], both[gone.pk]
        if kept.client_id and gone.client_id and kept.client_id != gone.client_id:
            raise CannotMerge("They are people of two clients. Somebody who moved is noted at both, not merged.")
        if hasattr(kept, "erasure") or hasattr(gone, "erasure"):
            raise CannotMerge("One of them asked to be erased.")
        done = _Record()
        was = snapshot(gone, {})
        _fill_contact(done, kept, gone)
        _merge_parts(done, kept, gone)
        _drop_pairs(done, kept, gone)
        _merge_invitations(done, kept, gone)
        _move_all(done, kept, gone)
        _cut_rings(done, kept)
        told = {"gone": was, "moved": done.moved, "dropped": done.dropped, "filled": done.filled}
        made = ContactMerge.objects.create(
            kept=kept, gone_key=gone.key, gone_name=gone.name, record=told, made_at=now, made_by=actor.email
        )
        _tell(actor, "merged", kept, {"merged": (gone.name, kept.name), "key": (gone.key, kept.key)})
        gone.delete()
    return made


def _tell(actor: User, verb: str, contact: Contact, changes: audit.Changes) -> None:
    audit.record(
        actor=actor.email, verb=verb, kind="contact", object_id=contact.pk, label=contact.name,
        client_id=contact.client_id, changes=changes,
    )  # fmt: skip


def _fill_contact(done: _Record, kept: Contact, gone: Contact) -> None:
    changes = {name: getattr(gone, name) for name in FILLED if _fills(kept, gone, name)}
    if not kept.identified and gone.identified:  # a seat whose holder is known now
        changes |= {"identified": True, "first_name": gone.first_name, "last_name": gone.last_name}
    if changes:
        done.fill(kept, changes)


def _fills(one: models.Model, other: models.Model, name: str) -> bool:
    return getattr(one, name) in _BLANK and getattr(other, name) not in _BLANK


def _merge_parts(done: _Record, kept: Contact, gone: Contact) -> None:
    """Where both have a part in one client it becomes one part; nobody becomes their own boss."""
    mine = {part.client_id: part for part in Stakeholding.objects.select_for_update().filter(contact=kept)}
    for part in mine.values():
        if part.reports_to_id == gone.pk:
            done.fill(part, {"reports_to_id": None})
    for other in Stakeholding.objects.select_for_update().filter(contact=gone):
        if other.reports_to_id == kept.pk:
            done.fill(other, {"reports_to_id": None})
        if other.client_id not in mine:
            continue
        part = mine[other.client_id]
        changes = {name: getattr(other, name) for name in PART_FILLED if _fills(part, other, name)}
        if changes.get("reports_to_id") == kept.pk:
            del changes["reports_to_id"]
        if other.evidence and other.evidence != part.evidence:
            changes["evidence"] = "\n\n".join(filter(None, (part.evidence, other.evidence)))
        if changes:
            done.fill(part, changes)
        held = set(part.bonds.values_list("person_id", flat=True))
        done.drop(Bond.objects.filter(stake=other, person__in=held))
        for relation in _relations(Stakeholding):
            done.move(relation.related_model._base_manager.filter(**{relation.field.name: other.pk}),
                      relation.field.attname, part.pk)  # fmt: skip
        done.drop([other])


def _drop_pairs(done: _Record, kept: Contact, gone: Contact) -> None:
    """Lines between the two, and lines that the other has already."""
    both = (kept.pk, gone.pk)
    done.drop(Influence.objects.filter(source__in=both, target__in=both))
    done.drop(Introduction.objects.filter(source__in=both, target__in=both))
    done.drop(DistinctPair.objects.filter(Q(one__in=both) | Q(other__in=both)))
    lines = set(_ends(Influence.objects.filter(Q(source=kept) | Q(target=kept)), kept, kept))
    done.drop(
        line
        for line in Influence.objects.filter(Q(source=gone) | Q(target=gone))
        if next(_ends([line], gone, kept)) in lines
    )
    ways = {(one.source_id, one.target_id) for one in Introduction.objects.filter(Q(source=kept) | Q(target=kept))}
    swap = {gone.pk: kept.pk}
    done.drop(
        one
        for one in Introduction.objects.filter(Q(source=gone) | Q(target=gone))
        if (swap.get(one.source_id, one.source_id), swap.get(one.target_id, one.target_id)) in ways
    )


def _ends(lines: Iterable[Influence], gone: Contact, kept: Contact) -> Iterator[tuple[int, int, int, str]]:
    swap = {gone.pk: kept.pk}
    for line in lines:
        ends = (swap.get(line.source_id, line.source_id), swap.get(line.target_id, line.target_id))
        yield line.client_id, *ends, line.kind


def _merge_invitations(done: _Record, kept: Contact, gone: Contact) -> None:
    """Both asked by one survey: the link that was answered stays, of two answered ones both answers do."""
    mine = {one.survey_id: one for one in Invitation.objects.filter(contact=kept)}
    for other in Invitation.objects.filter(contact=gone, survey__in=mine):
        one = mine[other.survey_id]
        loser = one if other.answered_at and not one.answered_at else other
        from_feedback = apps.get_model("accounts", "feedback")._base_manager.filter(invitation=loser)
        for answer in from_feedback:
            done.fill(answer, {"invitation_id": None})
        done.drop([loser])


def _relations(model: type[models.Model]) -> list[Any]:
    """Foreign keys that point to the model, those of hidden names too."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]


def _move_all(done: _Record, kept: Contact, gone: Contact) -> None:
    """Where both took part in one meeting, the other's place in it goes."""
    for relation in _relations(Contact):
        model, at = relation.related_model, relation.field.attname
        rows = model._base_manager.filter(**{at: gone.pk})
        if model._meta.auto_created:
            other = next(f.attname for f in model._meta.concrete_fields if f.is_relation and f.attname != at)
            there = model._base_manager.filter(**{at: kept.pk}).values(other)
            done.drop(rows.filter(**{f"{other}__in": there}))
        done.move(rows, at, kept.pk)


def _cut_rings(done: _Record, kept: Contact) -> None:
    """Where reporting now leads back to the one person, theirs is the line that goes."""
    for part in Stakeholding.objects.filter(contact=kept).exclude(reports_to=None):
        lines = Stakeholding.objects.filter(client=part.client_id).exclude(contact=kept)
        boss_of = dict(lines.values_list("contact_id", "reports_to_id"))
        if leads_to(part.reports_to_id, kept.pk, boss_of):
            done.fill(part, {"reports_to_id": None})


def undo_merge(*, merge: ContactMerge, actor: User, now: datetime) -> Contact:
    """The other entry stands again, with the rows that were its own. Raises CannotMerge, changing nothing."""
    try:
        with transaction.atomic():
            held = ContactMerge.objects.select_for_update(of=("self",)).select_related("kept").get(pk=merge.pk)
            if held.undone_at is not None:
                raise CannotMerge("They are two people again already.")
            told = held.record
            gone = _raised("accounts.contact", told["gone"])
            for move in told["moved"]:
                rows = apps.get_model(move["table"])._base_manager.filter(pk__in=move["ids"])
                _give_back(rows, move, held.kept_id, gone.pk, told)
            for dropped in told["dropped"]:  # after what took their places
                _raised(dropped["table"], dropped["row"])
            for filled in reversed(told["filled"]):
                _empty(filled)
            ContactMerge.objects.filter(pk=held.pk).update(undone_at=now)
            _tell(actor, "unmerged", held.kept, {"merged": (held.kept.name, held.gone_name)})
    except IntegrityError as error:
        raise CannotMerge(
            "Something was built on the merged entry since, so the two can no longer be parted."
        ) from error
    return Contact.objects.get(pk=gone.pk)


def _raised(table: str, row: dict[str, Any]) -> models.Model:
    model = apps.get_model(table)
    record: models.Model = model()
    for field in model._meta.concrete_fields:
        text = row.get(field.attname)
        setattr(record, field.attname, None if text is None else field.to_python(text))
    with transaction.atomic():
        record.save_base(raw=True, force_insert=True)
    return record


def _give_back(rows: models.QuerySet[Any], move: dict[str, Any], kept: int, gone: int, told: dict[str, Any]) -> None:
    """To the entry, or to the part in a client, that each row hung on; rows that were moved on since stay."""
    if apps.get_model(move["table"])._meta.get_field(move["field"]).related_model is Contact:
        _change(rows.filter(**{move["field"]: kept}), {move["field"]: gone})
        return
    clients = {
        int(one["row"]["client_id"]): int(one["row"]["id"])
        for one in told["dropped"]
        if one["table"] == "accounts.stakeholding"
    }
    for client, part in clients.items():
        standing = Stakeholding.objects.filter(contact=kept, client=client).values("pk")
        _change(rows.filter(**{f"{move['field']}__in": standing}), {move["field"]: part})


def _empty(filled: dict[str, Any]) -> None:
    """What was filled in goes again, unless somebody wrote it anew."""
    model = apps.get_model(filled["table"])
    field: Any = next(f for f in model._meta.concrete_fields if f.attname == filled["field"])
    row = model._base_manager.filter(pk=filled["pk"]).first()
    if row is None or snapshot(row, {})[field.attname] != filled["after"]:
        return
    value = None if filled["before"] is None else field.to_python(filled["before"])
    _change(model._base_manager.filter(pk=row.pk), {field.attname: value})


def keep_apart(*, one: Contact, other: Contact, actor: User) -> None:
    """They look alike and are two people. Saying it again changes nothing."""
    low, high = sorted((one, other), key=lambda contact: contact.pk)
    with transaction.atomic():
        _, made = DistinctPair.objects.get_or_create(one=low, other=high, defaults={"said_by_id": actor.pk})
        if made:
            _tell(actor, "kept apart", low, {"other": (None, high.name)})

"""The one door through which rows that are written once leave: a person's right to be forgotten.

Every table that points at a participant is found by itself, a new one too; where somebody is named
without being pointed at, mentions.py knows the column. What remains is a bare row that says that
somebody withdrew: it has another token and another code, and the day only.
"""

from collections import Counter
from collections.abc import Collection

from django.db.models import SET_NULL, Model

from studies.live.places import new_code
from studies.models import Event, Participant, new_token
from studies.rights.mentions import close_submissions, forget_mentions
from studies.signals import answers_erased


def erase(participant: Participant) -> dict[str, int]:
    """Remove everything about a participant; returns what → how many rows.

    The caller holds the study's row and the participant's. The audit event names nobody.
    """
    close_submissions(participant)
    forget_mentions(participant)
    removed = dict(sorted(_remove(Participant, [participant.pk]).items()))
    _make_bare(participant)
    Event.objects.create(study_id=participant.study_id, kind="erased", details=removed)
    answers_erased.send(sender=Participant, study=participant.study)
    return removed


def _remove(owner: type[Model], keys: Collection[int]) -> Counter[str]:
    """Delete, or unlink, the rows that point at these rows of a table, from the leaves up."""
    found = Counter[str]()
    for relation in owner._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        assert isinstance(model, type), "related models are loaded"
        rows = model._base_manager.filter(**{f"{field}__in": keys})
        if relation.on_delete is SET_NULL:
            rows.update(**{field: None})
            continue
        found += _remove(model, list(rows.values_list("pk", flat=True)))
        number = rows.delete()[0]
        found[str(model._meta.verbose_name_plural)] += number
    return +found


def _make_bare(participant: Participant) -> None:
    day = participant.consented_at.replace(hour=0, minute=0, second=0, microsecond=0)
    Participant.objects.filter(pk=participant.pk).update(
        token=new_token(),
        code=f"W-{new_code(8)}",
        state=Participant.State.WITHDRAWN,
        population="",
        stratum="",
        arm="",
        row=None,
        met="",
        late=False,
        language="en",
        consented_at=day,
        consent_sha256="",
        consent_version=1,
        consent_due=False,
        lease_until=day,
        finished_at=None,
        completion_code="",
        seed=0,
    )

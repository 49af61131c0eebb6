"""Versioned consent: texts kept word for word, amended after launch, and agreed to again.

The design stays frozen; what people are told may have to change (an ethics board asks for it, a
contact leaves). Then whoever is under way is asked again before anything more is shown or kept.
The mark for it stands in the participant's own row, which every answer holds: an answer that is on
its way is saved before the amendment, or not at all.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from generation.recipe import digest
from studies.live.plan import Plan, document_of, plan_of
from studies.models import Agreement, ConsentAmendment, ConsentText, Event, Participant, Study
from studies.protocol import Experiment, ProtocolError, document, restore, wordings

UNDER_WAY = (Participant.State.ACTIVE, Participant.State.LAPSED)
PARTS = ("information", "consent", "contact")
"""Of the section `study`, and of each translation: what an amendment may replace."""

STATEMENTS = slice(2, -1)
"""Of a kept text: after title and information, before the contact; what is kept is among them."""


class AmendmentError(RuntimeError):
    """The information cannot be changed so; the message says why and what to do."""


class TextChanged(RuntimeError):
    """The text that somebody agreed to is not the one that newcomers read now."""


def amend(
    *, study: Study, changes: Mapping[str, Any], reason: str, actor: User | None = None
) -> ConsentAmendment:
    """Replace what people are told before they agree, and ask everybody under way again.

    `changes` has any of `PARTS`, and `translations`: language → the same. What is left out stays.
    One transaction; the audit event is told in the report. Raises AmendmentError.
    """
    if not reason.strip():
        raise AmendmentError("A change of the information needs a reason: say why.")
    with transaction.atomic():
        study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        if study.state not in (Study.State.LIVE, Study.State.PAUSED):
            raise AmendmentError(_wrong_state(study))
        amended = _amended(study, changes)
        _keep_texts(study, plan_of(study))
        row = _append(study, amended, reason.strip(), actor)
        study.consent_version = row.version
        study.save(update_fields=["consent_version"])
        _keep_texts(study, plan_of(study))
        people = study.participants.filter(state__in=UNDER_WAY, simulated=False)
        asked = people.update(consent_due=True)
        told = {"reason": f"Information for participants, version {row.version}: {row.reason}"}
        told |= {"consent_version": str(row.version), "sha256": row.sha256}
        Event.objects.create(
            study=study, actor=actor, kind="amended", details={**told, "asked_again": asked}
        )
        return row


def proposed(*, study: Study, changes: Mapping[str, Any]) -> tuple[Plan, list[str]]:
    """What people would go by after such an amendment, and what is still wrong with it, in
    sentences. Nothing is written. Raises AmendmentError where there is nothing to show.
    """
    if study.state not in (Study.State.LIVE, Study.State.PAUSED):
        raise AmendmentError(_wrong_state(study))
    said = _said(study, changes)
    experiment = _experiment(study, said)
    wrong = wordings.wrong(experiment.title, experiment.study)
    lacking = [*_lacking(document_of(study)["study"], said), *(sentence for _, sentence in wrong)]
    return Plan(experiment.title, experiment.study), lacking


def agree_again(*, participant: Participant, sha256: str) -> None:
    """Put on record that somebody under way agreed to the text as it stands now.

    Safe to call any number of times. Raises TextChanged where `sha256` is of another text.
    """
    with transaction.atomic():
        person = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        if person.state not in UNDER_WAY or not person.consent_due:
            return
        study = Study.objects.select_related("protocol").get(pk=person.study_id)  # as it is now
        if sha256 != plan_of(study).consent_in(person.language):
            raise TextChanged
        person.consent_sha256 = sha256
        keep_agreement(person, study, plan_of(study), timezone.now())
        Event.objects.create(
            study=study,
            participant=person,
            kind="agreed_again",
            details={"version": person.consent_version},
        )


def keep_agreement(person: Participant, study: Study, plan: Plan, now: datetime) -> None:
    """Tie a person to the kept text of `consent_sha256`; the caller holds their row.

    Whoever agreed to an older text while it was amended is asked again.
    """
    text = _text_of(person, study, plan)
    person.consent_version = text.version if text else 1
    person.consent_due = not person.simulated and person.consent_version != study.consent_version
    person.save(update_fields=["consent_sha256", "consent_version", "consent_due"])
    if text:
        Agreement.objects.get_or_create(participant=person, text=text, defaults={"at": now})


def agreed_to(person: Participant) -> list[tuple[datetime, list[str]]]:
    """When somebody agreed, and to what, in the words they read: newer ones they never saw.

    SIMULATED raters read nothing: for them it is what the study says now.
    """
    rows = person.agreements.select_related("text")
    found = [(row.at, json.loads(row.text.text)[STATEMENTS]) for row in rows]
    now = list(plan_of(person.study).fieldwork.consent)
    return found or [(person.consented_at, now)]


def chain_holds(study: Study) -> bool:
    """Whether every version hashes to what it says, from the design's hash on, and none lacks."""
    before = study.protocol.design_sha256
    for number, row in enumerate(study.consent_amendments.all(), start=2):
        whole = _hash(row.version, row.document, row.reason, before)
        if (row.version, row.before_sha256, row.sha256) != (number, before, whole):
            return False
        before = row.sha256
    return study.consent_version == study.consent_amendments.count() + 1


def _text_of(person: Participant, study: Study, plan: Plan) -> ConsentText | None:
    known = study.consent_texts.filter(sha256=person.consent_sha256)
    kept = known.filter(language=person.language).order_by("-version").first()
    kept = kept or known.order_by("-version").first()
    if kept or study.consent_texts.filter(version=study.consent_version).exists():
        return kept
    _keep_texts(study, plan)
    return known.order_by("-version").first()


def _keep_texts(study: Study, plan: Plan) -> None:
    """The version of today in each language, where it is not kept yet."""
    for language in plan.languages:
        ConsentText.objects.get_or_create(
            study=study,
            version=study.consent_version,
            language=language,
            defaults={"sha256": plan.consent_in(language), "text": plan.consent_text(language)},
        )


def _append(
    study: Study, amended: Mapping[str, Any], reason: str, actor: User | None
) -> ConsentAmendment:
    last = study.consent_amendments.last()
    before = last.sha256 if last else study.protocol.design_sha256
    version = study.consent_version + 1
    return ConsentAmendment.objects.create(
        study=study,
        version=version,
        document=dict(amended),
        reason=reason,
        before_sha256=before,
        sha256=_hash(version, amended, reason, before),
        actor=actor,
    )


def _hash(version: int, amended: Mapping[str, Any], reason: str, before: str) -> str:
    said = {"version": version, "document": dict(amended), "reason": reason, "before": before}
    return digest(said)


def _amended(study: Study, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the section `study` that change, checked as a whole file would be."""
    now, said = document_of(study)["study"], _said(study, changes)
    lacking = _lacking(now, said)
    if lacking:
        raise AmendmentError(lacking[0])
    experiment = _experiment(study, said)
    wrong = [sentence for _, sentence in wordings.wrong(experiment.title, experiment.study)]
    if wrong:
        raise AmendmentError(" ".join(wrong))
    checked = document(experiment)["study"]
    return {part: checked[part] for part in (*PARTS, "translations")}


def _said(study: Study, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The section `study` with the changes."""
    now = document_of(study)["study"]
    said = {**now, **_parts(changes, "the file's own language")}
    into = {language: dict(texts) for language, texts in now["translations"].items()}
    for language, texts in _translations(changes).items():
        if language not in into:
            raise AmendmentError(
                f"“{language}” is not a further language of this study (there are:"
                f" {', '.join(into) or 'none'})."
            )
        into[language] |= _parts(texts, language)
    return {**said, "translations": into}


def _lacking(now: Mapping[str, Any], said: Mapping[str, Any]) -> list[str]:
    """What is still to be written, in sentences."""
    if said == now:
        return ["Nothing was changed: this is what people read already."]
    return [
        f"Say the new {part} in {language} as well."
        for part in PARTS[:2]  # the contact may read alike in every language
        for language, texts in said["translations"].items()
        if said[part] != now[part] and texts[part] == now["translations"][language][part]
    ]


def _experiment(study: Study, said: Mapping[str, Any]) -> Experiment:
    """The study's file with another section `study`; raises AmendmentError."""
    try:
        return restore({**document_of(study), "study": said})
    except ProtocolError as error:
        raise AmendmentError(str(error)) from error


def _parts(changes: Mapping[str, Any], language: str) -> dict[str, Any]:
    unknown = set(changes) - {*PARTS, "translations"}
    if unknown:
        raise AmendmentError(
            f"{', '.join(sorted(map(str, unknown)))} ({language}) cannot be changed after launch:"
            f" only {', '.join(PARTS)} and their translations."
        )
    return {part: changes[part] for part in PARTS if part in changes}


def _translations(changes: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found = changes.get("translations", {})
    if not isinstance(found, Mapping) or not all(isinstance(t, Mapping) for t in found.values()):
        raise AmendmentError("`translations` is a mapping: language → information, consent, …")
    return found


def _wrong_state(study: Study) -> str:
    if study.launched_at is None:
        return f"“{study.slug}” is not launched: change its file and apply it again."
    return f"“{study.slug}” is {study.get_state_display()}: nobody is asked anything any more."

"""Erasing somebody who came from a panel: no sentence names them, and a return revives nothing."""

import pytest
from django.test import Client

from studies.channels import Exit
from studies.models import Event, Flag, Participant, Submission
from studies.recruitment import review
from studies.recruitment.receipts import exit_code, receipt_for
from studies.recruitment.reconcile import reconcile
from studies.recruitment.submissions import poll
from studies.rights.withdrawal import withdraw
from tests.studies.factories import finish
from tests.studies.recruitment.conftest import agree, path_of, submission_of
from tests.studies.recruitment.test_once import ADA, begun, found, twice  # noqa: F401
from tests.studies.test_withdrawal import whole_database

pytestmark = pytest.mark.django_db


def worked(panel, row, name):
    reference, person = begun(panel, row, name)
    finish(person)
    panel.world.complete(reference, exit_code(row.study, Exit.COMPLETED))
    return reference, person


def test_no_sentence_names_whoever_had_everything_erased(panel, row, api, twice):  # noqa: F811
    _, _, person = twice
    peer = worked(panel, row, "5f00000000000000000000b7")[1]
    why = f"as {person.code} asked"
    Flag.objects.create(
        participant=peer,
        found_by="duplicate_people",
        version=1,
        consequence="flag",
        failed=True,
        sentence=f"The same browser as {person.code}.",
        evidence={"participants": [person.code]},
    )
    reconcile(row, api)
    approved = review.approvable(row)
    review.approve(panel_study=row, submissions=approved, reason=why, api=api)
    reconcile(row, api)
    row.refresh_from_db()
    assert person.code in str(row.mismatches)
    assert person.code in whole_database()
    withdraw(participant=person, erase=True)
    assert person.code not in whole_database()
    row.refresh_from_db()
    assert row.mismatches == []
    assert Flag.objects.get(participant=peer).evidence == {"participants": ["[erased]"]}
    audit = Event.objects.get(kind="panel_approved", participant=None)
    assert audit.details == {"submissions": 2}


@pytest.mark.parametrize("heard", [True, False])
def test_a_return_after_erasure_is_a_new_person_to_whom_nothing_old_is_tied(panel, row, api, heard):
    first, person = worked(panel, row, ADA)
    if heard:
        poll(row, api)
    withdraw(participant=person, erase=True)
    panel.world.submission(first)["status"] = "APPROVED"
    second, address = panel.launch(row.reference, ADA)
    newcomer = agree(row.study, address)
    assert found(row, api) == set()
    assert submission_of(first).participant is None
    assert submission_of(second).participant == newcomer
    newcomer.refresh_from_db()
    assert newcomer.state == Participant.State.ACTIVE


def test_the_old_link_of_an_erased_person_ties_their_old_submission_to_nobody(panel, row, api):
    reference, address = panel.launch(row.reference, ADA)
    withdraw(participant=agree(row.study, address), erase=True)
    Client().get(path_of(address))
    poll(row, api)
    assert Submission.objects.get(reference=reference).participant is None


@pytest.mark.parametrize("erase", [False, True])
def test_whoever_stopped_with_a_code_that_the_panel_never_heard_of_is_listed(
    panel, row, api, erase
):
    reference, person = begun(panel, row, ADA)
    del panel.world.submissions[reference]
    withdraw(participant=person, erase=erase)
    if not erase:
        person.refresh_from_db()
        assert receipt_for(person, Exit.WITHDRAWN)
    assert found(row, api) == (set() if erase else {("only_here", person.code)})


def test_work_that_waits_and_was_erased_is_put_before_a_person(panel, row, api):
    reference, person = worked(panel, row, ADA)
    withdraw(participant=person, erase=True)
    assert found(row, api) == {("erased", reference)}

"""Reports on workers: asked for once, claimed, told of, taken up when lost; changes on record."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation import queries, services
from evaluation.models import Report, ReportRequest
from evaluation.ratings import TableError
from evaluation.reporting import computing, describing
from generation.progress import Cancelled
from studies import services as fieldwork
from studies.models import Study
from tests.evaluation.scenes import answered_study

pytestmark = pytest.mark.django_db
State = ReportRequest.State


@pytest.fixture
def study() -> Study:
    return answered_study(people=2, simulated=0)


@pytest.fixture
def sent(monkeypatch, django_capture_on_commit_callbacks) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(computing.app, "send_task", lambda _name, args: found.append(args[0]))
    return found


def asked(study: Study) -> ReportRequest:
    return computing.request(study=study)


def test_a_report_is_asked_for_once_at_a_time(
    study: Study, sent, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first, again = asked(study), asked(study)
    assert first.pk == again.pk
    assert sent == [first.pk]


def test_a_worker_stores_the_report_and_its_files_and_coming_second_does_nothing(
    study: Study,
) -> None:
    request = asked(study)
    computing.carry_out(request.pk)
    request.refresh_from_db()
    assert request.state == State.DONE
    assert request.report is not None
    assert set(request.report.files) >= {"report.pdf", "contact-sheets.zip"}
    computing.carry_out(request.pk)
    assert Report.objects.count() == 1
    assert computing.latest(study) is None


def test_what_a_killed_worker_held_is_taken_up_when_its_lease_is_over(
    study: Study, sent, monkeypatch
) -> None:
    request = asked(study)

    def killed(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "compute_report", killed)
        with pytest.raises(KeyboardInterrupt):
            computing.carry_out(request.pk)
    assert not Report.objects.exists()
    computing.carry_out(request.pk)  # its lease still runs: nobody else may take it
    request.refresh_from_db()
    assert request.state == State.WORKING
    assert computing.take_up_again() == 0
    over = timezone.now() - timedelta(seconds=1)
    ReportRequest.objects.update(lease_until=over)
    assert computing.take_up_again() == 1
    assert sent[-1] == request.pk
    computing.carry_out(request.pk)
    request.refresh_from_db()
    assert request.state == State.DONE


def test_a_worker_that_lost_its_claim_stops_and_writes_nothing(study: Study, monkeypatch) -> None:
    request = asked(study)
    seen: list[type] = []
    whole = services.compute_report

    def overtaken(*, study, progress):
        ReportRequest.objects.update(claim=None)  # another worker thought this one dead
        try:
            return whole(study=study, progress=progress)
        except Cancelled as error:
            seen.append(type(error))
            raise

    monkeypatch.setattr(services, "compute_report", overtaken)
    computing.carry_out(request.pk)
    assert seen == [Cancelled]
    assert not Report.objects.exists()


def test_a_worker_that_is_asked_to_stop_hands_the_report_back(study: Study) -> None:
    request = asked(study)
    computing.carry_out(request.pk, stopping=lambda: True)
    request.refresh_from_db()
    assert request.state == State.WAITING
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [(TableError("No answers."), "No answers."), (ZeroDivisionError("x"), "ZeroDivisionError (x)")],
)
def test_what_goes_wrong_is_told_and_can_be_asked_for_again(
    study: Study, monkeypatch, error: Exception, said: str
) -> None:
    request = asked(study)

    def wrong(**_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(services, "compute_report", wrong)
        computing.carry_out(request.pk)
    failed = computing.latest(study)
    assert failed is not None
    assert failed.state == State.FAILED
    assert said in failed.message
    assert asked(study).pk != request.pk


def test_changes_after_the_launch_are_told_with_the_answers_before_and_after(study: Study) -> None:
    call_command("experiment", "amend", study.slug, "--reason", "the server was down")
    fieldwork.pause(study=study, reason="too many raters at once")
    fieldwork.resume(study=study)
    ratings = queries.ratings(study)
    found = describing.amendments(study, ratings)
    assert [each.reason for each in found] == [
        "the server was down", "too many raters at once", describing.NO_REASON,
    ]  # fmt: skip
    assert all(each.before + each.after == len(ratings) for each in found)
    report = services.compute_report(study=study)
    assert len(report.document["amendments"]) == 3


def test_an_amendment_needs_a_reason_and_a_launched_study(study: Study) -> None:
    with pytest.raises(fieldwork.StudyError, match="needs a reason"):
        fieldwork.amend(study=study, reason="  ")
    draft = answered_study(people=0, simulated=0, slug="draft", launched=False)
    with pytest.raises(CommandError, match="not launched"):
        call_command("experiment", "amend", draft.slug, "--reason", "x")


def test_the_methods_are_those_of_the_protocol_with_networks_and_their_checksums(
    study: Study,
) -> None:
    document = services.compute_report(study=study).document
    told = {part["heading"]: " ".join(part["sentences"]) for part in document["methods"]}
    assert list(told) == [
        "Design", "Stimuli", "Networks", "Raters", "Questions", "Exclusion rules", "Analyses",
    ]  # fmt: skip
    assert study.protocol.design_sha256 in told["Design"]
    assert "(re-implementation)" in told["Stimuli"] or "Random noise" in told["Stimuli"]
    (question, *_) = document["asked"]
    assert f"“{question['text']}”" in told["Questions"]
    assert all(f"“{label}”" in told["Questions"] for label in question["labels"])
    assert document["papers"]

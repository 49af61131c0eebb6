"""Free text before a person: shown on record, decided on record, and exports follow."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from studies import export, fieldwork
from studies.models import (
    Event,
    Participant,
    Response,
    Study,
    TextDecision,
    TextLook,
    TextScan,
)
from studies.rights import texts
from studies.rights.free_text import spans
from studies.rights.passages import left, masking, passages
from studies.rights.withdrawal import withdraw
from tests.studies.factories import enrolled, live_study

pytestmark = pytest.mark.django_db
WRITTEN = "Blurred. Ask zo@example.com, as Anna did. Zorblatt knows."


@pytest.fixture
def study() -> Study:
    return live_study(trial={"kind": "free_text"}, checks=[], practice=0)


@pytest.fixture
def alice(client: Client) -> User:
    alice = User.objects.create(username="alice")
    client.force_login(alice)
    return alice


def writes(study: Study, text: str = WRITTEN, **options: bool) -> Response:
    trial = fieldwork.next_trial(enrolled(study, **options))
    assert trial is not None
    fieldwork.record(trial=trial, answers={"text": text})
    return Response.objects.latest("pk")


def at(study: Study, name: str = "texts", query: str = "") -> str:
    return reverse(f"studies:{name}", args=[study.slug]) + query


def field(response: Response, words: str) -> str:
    start = response.answer.index(words)
    return f"p-{response.pk}-{start}-{start + len(words)}"


def told(study: Study) -> tuple[str, str]:
    row = export.responses(study).iloc[0]
    return row["answer"], row["masking"]


@pytest.mark.usefixtures("alice")
def test_the_page_shows_what_leaves_and_nobody_is_on_record_for_that(study: Study, client: Client):
    writes(study)
    page = client.get(at(study)).content.decode()
    assert "[e-mail]" in page
    assert "zo@example.com" not in page
    assert not TextLook.objects.exists()


def test_who_wrote_it_sees_that_it_was_read_and_what_was_decided(study: Study, alice: User):
    response = writes(study)
    texts.scan(study)
    texts.look(responses=[response], actor=alice)
    TextDecision.objects.create(
        response=response, start=0, end=7, decision="mask", actor=alice, reason="A nickname."
    )
    other = writes(study)
    mine, theirs = (
        Client().get(f"/p/{row.participant.token}/stored/").content.decode()
        for row in (response, other)
    )
    assert "What a program found in your texts" in mine
    for words in ("When researchers read a text of yours", "A nickname."):
        assert words in mine
        assert words not in theirs


def test_whoever_has_texts_shown_is_on_record_each_time(study: Study, client: Client, alice: User):
    response = writes(study)
    for _ in range(2):
        page = client.post(at(study)).content.decode()
        assert "<bdi>zo@example.com</bdi>" in page
    assert list(TextLook.objects.values_list("response", "actor")) == [(response.pk, alice.pk)] * 2
    assert "shown 2 times" in client.get(at(study)).content.decode()


def test_a_passage_is_released_kept_or_added_and_the_export_follows(
    study: Study, client: Client, alice: User
):
    response = writes(study)
    assert told(study) == ("Blurred. Ask [e-mail], as [name] did. Zorblatt knows.", "masked")
    client.get(at(study))
    sent = {
        field(response, "Anna"): "release",
        field(response, "zo@example.com"): "keep",
        f"more-{response.pk}": "Zorblatt",
        "reason": "Anna is the painter.",
    }
    assert client.post(at(study, "judge_texts"), sent).status_code == 302
    assert told(study) == (
        "Blurred. Ask [e-mail], as Anna did. [removed] knows.",
        "masked, released",
    )
    rows = TextDecision.objects.values_list("decision", "actor__username", "reason")
    assert sorted(rows) == [
        (d, "alice", "Anna is the painter.") for d in ("keep", "mask", "release")
    ]
    event = Event.objects.get(study=study, kind="texts_decided")
    assert event.actor == alice
    client.post(at(study, "judge_texts"), sent)  # the same again says nothing new
    assert TextDecision.objects.count() == 3


def test_what_was_masked_by_hand_can_be_released_again(study: Study, client: Client, alice: User):
    response = writes(study, "Zorblatt did it.")
    texts.scan(study)
    sent = {f"more-{response.pk}": "Zorblatt", "reason": "a name"}
    client.post(at(study, "judge_texts"), sent)
    assert told(study) == ("[removed] did it.", "masked")
    client.post(
        at(study, "judge_texts"), {field(response, "Zorblatt"): "release", "reason": "none"}
    )
    assert told(study) == ("Zorblatt did it.", "released")
    whole = {f"all-{response.pk}": "yes", "reason": "all of it"}
    client.post(at(study, "judge_texts"), whole)
    assert told(study)[0] == "[removed]"


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": ""}, "Say why, in a sentence"),
        ({"more": "Nowhere", "reason": "so"}, "does not stand in the text"),
    ],
)
def test_what_cannot_be_decided_is_said_and_the_choices_stay(
    study: Study, client: Client, sent: dict[str, str], sentence: str
):
    response = writes(study)
    texts.scan(study)
    more = {f"more-{response.pk}": sent["more"]} if "more" in sent else {}
    chosen = {field(response, "Anna"): "release", "reason": sent["reason"], **more}
    answer = client.post(at(study, "judge_texts"), chosen)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'name="{field(response, "Anna")}" value="release" checked' in page
    assert not TextDecision.objects.exists()


@pytest.mark.usefixtures("alice")
def test_texts_of_other_studies_and_passages_that_are_none_are_out_of_reach(
    study: Study, client: Client
):
    own, other = writes(study), live_study(slug="other", trial={"kind": "free_text"}, checks=[])
    foreign = writes(other) if other.items.filter(practice=False).exists() else own
    texts.scan(study)
    for name in (f"p-{foreign.pk}-0-3", f"p-{own.pk}-0-3", f"p-{own.pk}-0-99999999999"):
        sent = {name: "release", "reason": "so"}
        assert client.post(at(study, "judge_texts"), sent).status_code == 422
    assert not TextDecision.objects.exists()


@pytest.mark.usefixtures("alice")
def test_hostile_texts_are_shown_as_text(study: Study, client: Client):
    hostile = "<script>alert(1)</script> \u202eevil\u202c 👩‍🎨 " + "x" * 100_000
    response = writes(study, "short")
    Response.objects.filter(pk=response.pk)._raw_delete("default")
    trial = response.trial
    again = Response.objects.create(
        participant=response.participant,
        trial=trial,
        question="text",
        answer=hostile,
        answered_at=response.answered_at,
    )
    for answer in (client.get(at(study)), client.post(at(study))):
        page = answer.content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "\u202e" not in page
        assert "⟨U+202E⟩" in page
        assert len(page) < 20_000
    whole = client.post(at(study, query=f"?text={again.pk}")).content.decode()
    assert "x" * 100_000 in whole


@pytest.mark.usefixtures("alice")
def test_pages_of_fifty_and_counts_keep_people_and_simulated_raters_apart(
    study: Study, client: Client
):
    for number in range(3):
        writes(study, f"Nothing {number}")
    writes(study, simulated=True)
    page = client.get(at(study, query="?raters=simulated&state=open")).content.decode()
    assert page.count('class="case"') == 1
    assert 'href="?raters=simulated&amp;state=open">2</a>' in page
    assert 'href="?raters=real&amp;state=nothing">3</a>' in page


def test_erasing_takes_text_scan_looks_and_decisions_along(
    study: Study, client: Client, alice: User
):
    gone, stays = writes(study), writes(study)
    client.post(at(study))
    code = gone.participant.code
    for response in (gone, stays):
        sent = {field(response, "Anna"): "release", "reason": f"as {code} says"}
        client.post(at(study, "judge_texts"), sent)
    withdraw(participant=Participant.objects.get(pk=gone.participant_id), erase=True)
    for model in (TextScan, TextLook, TextDecision):
        assert set(model.objects.values_list("response", flat=True)) == {stays.pk}
    assert TextDecision.objects.get().reason == "as [erased] says"


def test_the_list_of_answers_masks_what_was_written(study: Study, client: Client, alice: User):
    writes(study)
    for name in ("answers", "study"):
        page = client.get(at(study, name)).content.decode()
        assert "zo@example.com" not in page
        assert "[e-mail]" in page


def test_released_words_stay_masked_where_a_masked_passage_overlaps_them():
    text = "Anna Smith paints"
    found = passages(spans(text), {(0, 10): "release", (5, 17): "mask"})
    assert left(text, found) == "Anna [removed]"
    assert masking(found) == "masked, released"
    # patterns of another day find another passage there: what was released holds for that alone
    assert left(text, passages(spans(text), {(0, 4): "release"})) == "[name] paints"

"""A panel's own list beside our data: each line agrees or has a sentence that names nobody."""

import pytest
from django.core.management import CommandError, call_command

from studies import fieldwork
from studies.channels import Exit
from studies.models import Participant
from studies.recruitment.receipts import exit_code, receipt_for
from tests.studies.factories import a_person, finish, live_study
from tests.studies.recruitment.conftest import agree
from tests.studies.recruitment.test_panels import POOL, address, by

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    return by("sona", **POOL)


def came(study, code: str, answered: bool = True) -> Participant:
    """Somebody who arrives with a survey code, and answers everything."""
    person = agree(study, address(study, f"survey_code={code}"))
    fieldwork.describe(participant=person, answers=a_person(study))
    if answered:
        finish(person)
        receipt_for(person, Exit.COMPLETED)
    return person


def compared(capsys, tmp_path, study, text: str, *arguments: str) -> str:
    path = tmp_path / "list.csv"
    path.write_text(text)
    capsys.readouterr()
    call_command("recruitment", "compare", study.slug, str(path), "--person", "code", *arguments)
    return capsys.readouterr().out


def test_a_list_of_exactly_those_who_finished_agrees(capsys, tmp_path, pool):
    came(pool, "4711")
    came(pool, "4712")
    told = compared(capsys, tmp_path, pool, "code;credit\n4711;1\n4712;1\n")
    assert told == "2 lines compared. Everything agrees.\n"


def test_each_line_that_does_not_agree_is_told_and_nobody_is_named(capsys, tmp_path, pool):
    done, begun = came(pool, "4711"), came(pool, "4712", answered=False)
    missed = came(pool, "4713")
    told = compared(capsys, tmp_path, pool, "code\n4711\n4712\n4711\n9999\n\n")
    assert f"Line 3: {begun.code} is still taking part here." in told
    assert f"Line 4: {done.code} once more, as in line 2." in told
    assert "Line 5: nobody arrived here by this name" in told
    assert f"{missed.code}: finished here, and the list does not name them." in told
    assert "4 to look at" in told
    assert not any(code in told for code in ("4711", "4712", "4713", "9999"))


def test_whoever_never_saw_the_last_page_is_told_apart(capsys, tmp_path, pool):
    person = came(pool, "4711")
    person.receipts.all()._raw_delete("default")
    told = compared(capsys, tmp_path, pool, "code\n")
    assert f"{person.code}: finished here, and the list does not name them. They have not" in told


def test_codes_are_held_against_where_people_stand(capsys, tmp_path):
    study = by("connect")
    people = []
    for name in ("A", "B", "C"):
        person = agree(study, address(study, f"participantId={name}"))
        fieldwork.describe(participant=person, answers=a_person(study))
        people.append(person)
    finish(people[0])
    finish(people[1])
    Participant.objects.filter(pk=people[2].pk).update(state="screened_out")
    good = exit_code(study, Exit.COMPLETED)
    text = f"code,given\nA,{good}\nB,MADEUP\nC,{good}\n"
    told = compared(capsys, tmp_path, study, text, "--code", "given")
    assert f"Line 3: the code that {people[1].code} gave is none of ours." in told
    assert f"Line 4: The code of those who finished was given by {people[2].code}" in told
    assert "2 to look at" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name\n4711\n", "no column “code”, or several. Its columns are name."),
        ("code,code\n1,2\n", "or several"),
        ("", "file is empty"),
    ],
)
def test_a_list_that_cannot_be_read_is_told(capsys, tmp_path, pool, text, sentence):
    with pytest.raises(CommandError, match=sentence):
        compared(capsys, tmp_path, pool, text)


def test_no_list_and_no_names_are_told(capsys, tmp_path, pool):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("recruitment", "compare", "sona", str(tmp_path / "none"), "--person", "x")
    with pytest.raises(CommandError, match="names nobody"):
        compared(capsys, tmp_path, live_study(slug="open"), "code\n1\n")

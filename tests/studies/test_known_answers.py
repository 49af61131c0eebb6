"""Items with known answers, from the file to the raters: laid out, hashed, dealt, held against."""

from typing import Any

import pytest

from generation import working
from studies import export, protocol, queries, services
from studies.designs import gold
from studies.designs.factorial import cross
from studies.fieldwork import next_trial, record
from studies.models import Flag, Item, Participant, Study
from studies.protocol import ProtocolError
from studies.simulation import simulate
from tests.studies.factories import an_answer, enrolled
from tests.studies.paintings import import_paintings, text

RIGHT = {"noticeability": [4, 5]}
ALIKE = {"noticeability": [1, 2]}
WHERE = {"purification": ["jpeg-15"]}


def check(name: str, **settings: Any) -> dict[str, Any]:
    return {"check": name, "settings": settings}


PAIRS = check("gold_pairs", each=1, pool=2, where=WHERE, expected=RIGHT, consequence="exclude")
TWINS = check("identical_pairs", each=1, pool=2, expected=ALIKE, may_fail=0)
CHECKS = [PAIRS, TWINS, check("hidden_repeats", each=1, gap=1, least=1)]


def launched(checks: list[dict[str, Any]] = CHECKS, **study_section: Any) -> Study:
    import_paintings()
    changes = {f"study__{name}": value for name, value in study_section.items()}
    study = services.apply(text=text(study__checks=checks, **changes))
    services.generate(study=study)
    working.work_off(wait=False)
    return services.launch(study=study)


@pytest.mark.django_db
def test_they_are_laid_out_without_a_condition_and_hashed_with_the_design() -> None:
    import_paintings()
    study = services.apply(text=text(study__checks=CHECKS))
    known = study.items.exclude(gold="")
    assert sorted(known.values_list("gold", flat=True)) == [
        *["gold_pairs"] * 2,
        *["identical_pairs"] * 2,
    ]
    assert not known.filter(condition__isnull=False).exists()
    assert not known.filter(practice=True).exists()
    assert known.filter(gold="gold_pairs").first().expected == RIGHT
    told = [item for item in queries.design(study)["items"] if "gold" in item]
    assert [item["expected"] for item in told] == [RIGHT, RIGHT, ALIKE, ALIKE]


@pytest.mark.django_db
def test_identical_pairs_show_one_picture_and_gold_pairs_two() -> None:
    import_paintings()
    study = services.apply(text=text(study__checks=CHECKS))
    for item in study.items.exclude(gold=""):
        recipes = set(item.stimuli.values_list("recipe", flat=True))
        assert len(recipes) == (1 if item.gold == "identical_pairs" else 2)


@pytest.mark.django_db
def test_raters_meet_them_and_their_answers_are_no_data() -> None:
    study = launched()
    person = enrolled(study)
    met = person.trials.filter(practice=False)
    assert met.exclude(item__gold="").count() == 2
    assert met.filter(repeat=1).count() == 1
    while trial := next_trial(person):
        record(trial=trial, answers=an_answer(study, 1), rt_ms=9_000)
    flag = Flag.objects.get(found_by="gold_pairs")
    assert (flag.failures, flag.consequence) == (1, "exclude")
    table = export.responses(study)
    assert table["excluded"].all()
    assert set(table["exclusion_reason"]) == {"check.gold_pairs"}
    assert table[table["gold"]]["item"].nunique() == 2
    assert (table["repeat_of"] != "").any()
    simulate(study=study, raters=3, seed=1)
    assert Participant.objects.filter(simulated=True, state="finished").count() == 3


@pytest.mark.django_db
def test_known_answers_are_of_artworks_that_one_does_not_judge_where_there_are_such() -> None:
    raters = {"participants": 9, "items_each": 2, "per_item": 3}
    study = launched([TWINS, PAIRS], raters=raters)
    counted = study.items.filter(gold="", practice=False)
    golden = study.items.exclude(gold="").values("artwork")
    assert counted.filter(artwork__in=golden).exists()  # so chance would mix them
    for _ in range(9):
        met = enrolled(study).trials.filter(practice=False).select_related("item")
        gold = {trial.item.artwork_id for trial in met if trial.item.gold}
        assert gold
        assert gold.isdisjoint(trial.item.artwork_id for trial in met if not trial.item.gold)


@pytest.mark.django_db
def test_a_file_that_does_not_say_what_is_right_is_refused_with_what_to_write() -> None:
    with pytest.raises(ProtocolError, match="say in `expected` which answers are right"):
        protocol.read(text(study__checks=[check("gold_pairs")]))
    odd = check("gold_pairs", expected={"colour": [1]})
    with pytest.raises(ProtocolError, match="asks no “colour”"):
        protocol.read(text(study__checks=[odd]))


@pytest.mark.django_db
def test_conditions_that_are_not_there_are_said_before_anything_is_made() -> None:
    import_paintings()
    nowhere = check("gold_pairs", where={"purification": ["blur"]}, expected=RIGHT)
    with pytest.raises(Exception, match="nothing to show"):
        services.apply(text=text(study__checks=[nowhere]))
    assert not Item.objects.exists()


def test_without_a_rule_the_strongest_changes_are_shown_in_turn() -> None:
    cells = cross(["A", "B"], {"clean": ["0"], "glaze": ["0.03", "0.05"]}, ["none"])
    strength = {("clean", "0"): 0.0, ("glaze", "0.03"): 0.5, ("glaze", "0.05"): 1.0}
    chosen = gold.cells(cells, {}, strength, 3)
    assert [cell["budget"] for cell in chosen] == ["0.05"] * 3
    assert all("artist" not in cell for cell in chosen)
    assert gold.cells(cross(["A"], {"clean": ["0"]}, ["none"]), {}, strength, 3) == []


def test_in_a_comparison_the_known_one_stands_first() -> None:
    clean, strong = cross(["A"], {"clean": ["0"], "glaze": ["0.05"]}, ["none"])
    pair = ((1, clean), (2, strong))
    found = gold.sets([pair], {"protection": ("glaze",)}, 2)
    assert [[cell["protection"] for cell in each] for each in found] == [["glaze", "clean"]] * 2
    assert gold.sets([pair], {}, 2) == []

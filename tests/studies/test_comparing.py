"""Studies that compare conditions: designs, sides, answers, and the table of pairs."""

from collections import Counter

import pytest

from evaluation.seeing.genres import WIKIART, clean
from studies import export, protocol
from studies.designs.comparing import comparisons as sets
from studies.designs.factorial import cross
from studies.designs.selection import SelectionError
from studies.drafting.layout import lay_out
from studies.models import Participant, Response
from studies.protocol import ProtocolError
from studies.simulation import simulate
from studies.tables.comparisons import comparisons, name_of, outcomes
from studies.trials import TRIALS
from tests.studies import test_mimicry_design
from tests.studies.comparing_scene import comparing_text, live
from tests.studies.mimicries import text as mimicry_text


def test_conditions_are_shown_together_that_agree_in_all_other_factors():
    cells = cross(["Ada", "Bo"], {"clean": ["0"], "veil": ["0.1", "0.2"]}, ["none", "jpeg"])
    pairs = sets(cells, ["protection", "budget"], 2)
    assert len(pairs) == 2 * 2 * 3
    for (i, one), (j, other) in pairs:
        assert i < j
        assert (one["artist"], one["purification"]) == (other["artist"], other["purification"])
    against = sets(cells, ["protection", "budget"], 2, {"protection": ["clean"]})
    assert len(against) == 2 * 2 * 2
    assert all("clean" in (one["protection"], b["protection"]) for (_, one), (_, b) in against)


def compared(source: str):
    return lay_out(protocol.read(source), test_mimicry_design.collection())


def test_paintings_of_a_pair_have_one_prompt_and_seed_and_stand_beside_the_same_originals():
    layout = compared(
        mimicry_text(
            study__trial={"kind": "forced_choice", "settings": {"originals": 2}},
            study__compare={"factors": ["purification"]},
        )
    )
    # two painters, one pair of purifications, four paintings each
    assert len(layout.judged) == 2 * 1 * 4
    for item in layout.judged:
        assert item.condition is None
        assert [cell["purification"] for cell in item.cells] == ["none", "jpeg-15"]
        assert len(item.paintings) == 1
        assert len(item.originals) == 2
    assert sum(item.practice for item in layout.items) == 2


def test_a_comparison_without_conditions_to_compare_is_refused_with_a_sentence():
    with pytest.raises(SelectionError, match="finds no 2 conditions"):
        compared(
            mimicry_text(
                study__trial={"kind": "forced_choice", "settings": {"originals": 2}},
                study__compare={"factors": ["protection"]},
            )
        )


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("forced_choice", {"study__compare": None}, "add a section study.compare"),
        ("rating", {"settings": {}}, "leave this section out"),
        ("forced_choice", {"study__compare": {"factors": ["artist"]}}, "artist"),
        (
            "forced_choice",
            {"study__compare": {"factors": ["purification"], "against": {"purification": ["x"]}}},
            "x",
        ),
        ("forced_choice", {"settings": {"shows": "pictures"}}, "there is one original"),
    ],
)
def test_files_that_cannot_be_compared_are_refused_with_a_sentence(kind, changes, sentence):
    with pytest.raises(ProtocolError) as caught:
        protocol.read(comparing_text(kind, **changes))
    assert sentence in str(caught.value)


def test_the_questions_of_hoenig_come_on_separate_screens_quality_first():
    kind = TRIALS.build("forced_choice", preset="hoenig")
    assert kind.parts == ("quality", "style")
    assert [question.name for question in kind.questions_of("style")] == ["style"]
    assert "ignoring quality" in kind.questions[1].text
    assert [slot.label for slot in kind.slots if slot.shows == "condition"] == ["", ""]


def test_people_choose_among_the_genres_that_the_metric_chooses_among():
    assert sorted(TRIALS.build("genre_choice").labels) == sorted(map(clean, WIKIART))


@pytest.mark.parametrize(
    ("details", "pairs"),
    [
        ({"chosen": "b"}, [("a", "b", 0.0)]),
        ({"not_sure": True}, [("a", "b", 0.5)]),
        ({"cannot_tell": True}, []),
    ],
)
def test_a_choice_of_two_says_who_won_wherever_it_stood(details, pairs):
    assert list(outcomes(details, ["a", "b"])) == pairs


def test_rankings_and_ends_say_as_many_pairs_as_they_decide():
    ranked = dict.fromkeys(outcomes({"order": ["c", "a", "b"]}, ["a", "b", "c"]))
    assert list(ranked) == [("a", "b", 1.0), ("a", "c", 0.0), ("b", "c", 0.0)]
    ends = list(outcomes({"best": "b", "worst": "d"}, ["a", "b", "c", "d"]))
    assert len(ends) == 5  # a and c are not told apart
    assert ("a", "c", 1.0) not in ends
    assert ("a", "b", 0.0) in ends


def test_a_condition_is_called_by_what_was_done():
    plain = {"protection": "clean", "budget": "0", "purification": "none", "mimicry": "learnt"}
    assert name_of({"artist": "Ada", **plain}) == "clean · learnt"


@pytest.mark.django_db
def test_a_forced_choice_from_the_file_to_the_table_of_pairs():
    study = live(
        comparing_text(
            "forced_choice",
            "none",
            "jpeg-5",
            settings={"shows": "pictures", "originals": 1, "not_sure": "Not sure"},
            study__checks=[],
            study__raters={"participants": 9, "items_each": 6, "per_item": 4},
        )
    )
    assert set(study.items.values_list("condition", flat=True)) == {None}
    simulate(study=study, raters=4, seed=3)
    answers = export.responses(study)
    assert Counter(answers["question"]) == {"quality": 24, "style": 24}
    for person in Participant.objects.all():
        for part in ("quality", "style"):
            orders = person.trials.filter(part=part).values_list("layout", flat=True)
            sides = Counter(layout["order"][1] for layout in orders)
            assert abs(sides["option-1"] - sides["option-2"]) <= 2
    table = comparisons(study, answers)
    assert len(table) == 48
    decided = table[table["first_won"] != 0.5]
    assert set(decided["winner"]) | set(decided["loser"]) == {"clean", "clean · jpeg-5"}
    assert (decided["winner"] == "clean").mean() > 0.7
    unsure = table[table["first_won"] == 0.5]
    assert (unsure[["winner", "loser"]] == "").all(axis=None)
    assert len(unsure) == Response.objects.filter(details__not_sure=True).count()
    assert set(table["first_purification"]) == {"none", "jpeg-5"}
    assert table["simulated"].all()


@pytest.mark.django_db
def test_the_export_of_a_ranking_holds_its_pairs_apart_for_simulated_raters(tmp_path):
    study = live(
        comparing_text(
            "ranking",
            study__checks=[],
            study__raters={"participants": 9, "items_each": 3, "per_item": 4},
        )
    )
    simulate(study=study, raters=2, seed=3)
    export.write(study, tmp_path)
    real = (tmp_path / "comparisons.csv").read_text().splitlines()
    made_up = (tmp_path / "comparisons_SIMULATED.csv").read_text().splitlines()
    assert len(real) == 1
    assert len(made_up) == 1 + 2 * 3 * 6
    assert '"comparisons","first_won"' in (tmp_path / "codebook.csv").read_text()

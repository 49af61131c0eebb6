"""The experiment file: what it says is read, what is wrong with it is told with its line."""

import json
import re
import textwrap
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.plugins import PluginFolder
from studies import protocol
from studies.protocol import Experiment, ProtocolError
from studies.protocol.problems import sentence
from tests.studies.paintings import experiment, text

LINES = """\
experiment: small
title: A title
stimuli:
  collection: demo
  preparation: {method: square, settings: {size: 32}}
  seed: 20
  protections:
    clean: null
study:
  trial: {kind: acceptability}
  information: Hello
  consent: [I agree.]
  contact: Kim
  raters:
    participants: 6
    items_each: 6
    per_item: 3
  debrief: Thanks
  seed: 7
analysis:
  seed: 11
"""


def problems(source: str, **options: Any) -> str:
    with pytest.raises(ProtocolError) as caught:
        protocol.read(source, **options)
    return str(caught.value)


def test_reads_a_file_and_fills_in_every_setting_of_its_plugins() -> None:
    read = protocol.read(text())
    assert read.stimuli.preparation.settings == {"size": 32, "crop": "centre"}
    jpeg = read.stimuli.purifications["jpeg-15"]
    assert jpeg is not None
    assert jpeg.settings["subsampling"] == "4:2:0"


def test_reading_what_was_read_changes_nothing() -> None:
    read = protocol.read(text())
    again = protocol.read(yaml.safe_dump(protocol.document(read)))
    assert again == read
    assert protocol.restore(json.loads(protocol.canonical(read))) == read


def test_the_hash_does_not_depend_on_spelling_but_on_every_value() -> None:
    plain, seed = text(), text(stimuli__seed=21)
    flow = json.dumps(experiment())  # JSON is YAML
    assert protocol.sha256(protocol.read(plain)) == protocol.sha256(protocol.read(flow))
    assert protocol.sha256(protocol.read(plain)) != protocol.sha256(protocol.read(seed))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("    per_item: 3", "    per_itm: 3", 17, "“per_itm” is not known here. Did you mean"),
        ("    per_item: 3\n", "", 14, "“per_item” is missing"),
        ("    per_item: 3", "    per_item: three", 17, "a whole number is needed here"),
        ("    per_item: 3", "    per_item: true", 17, "a whole number is needed here"),
        ("    per_item: 3", "    per_item: 0", 17, "must be at least 1"),
        ("    per_item: 3", "    per_item: 3\n    per_item: 4", 18, "written twice"),
        ("    per_item: 3", "\tper_item: 3", 17, "tab"),
        ("  seed: 7", "   seed: 7", 19, "indent"),
        ("title: A title", "title: A: title", 2, "quotes"),
        ("title: A title", "title: 'A title", 2, "quotation mark"),
        ("title: A title", "title: [A, title", 2, "bracket"),
        ("title: A title", "title: !!python/name:os.system", 2, "only plain values"),
        ("title: A title", "title: *other", 2, "anchor"),
        ("title: A title", "title: ''", 2, "must not be empty"),
        ("title: A title", 'title: "A\\0title"', 2, "control character"),
        ("title: A title", "title: [A]", 2, "text is needed here"),
        ("experiment: small", "experiment: Small One", 1, "lower-case letters"),
        ("size: 32", "size: 33", 5, "multiple of 8"),
        ("size: 32", "sise: 32", 5, "“sise” is not known here. Did you mean “size”?"),
        ("method: square", "method: sqare", 5, "Did you mean “square”?"),
        ("method: square", "method: square, preset: x", 5, "no preset “x”"),
        ("kind: acceptability", "kind: acceptance", 10, "Did you mean “acceptability”?"),
        ("    clean: null", "    jpeg: {method: jpeg}", 8, "“jpeg” is not known here"),
        ("  seed: 20", "  seed: 20.5", 6, "a whole number is needed"),
        ("  seed: 20", "  seed: 9007199254740992", 6, "at most"),
        ("  seed: 20", "  seed: 99999999999999999999", 6, "too large"),
        ("  consent: [I agree.]", "  consent: []", 12, "at least 1 entry"),
        ("  collection: demo", "  collection: 1e999", 4, "too large"),
        ("  seed: 11", "  seed: 11\n---\na: 1", 22, "second document"),
    ],
)
def test_a_problem_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in LINES
    told = problems(LINES.replace(old, new, 1))
    assert re.match(rf"line {line}\b", told), told
    assert words in told


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    wrong = LINES.replace("per_item: 3", "per_item: x").replace("seed: 20", "sede: 20")
    assert re.findall(r"^line (\d+)", problems(wrong), re.MULTILINE) == ["6", "17"]


@pytest.mark.parametrize("source", ["", "# only a comment", "just words", "- a\n- list", "3"])
def test_what_is_no_experiment_is_refused(source: str) -> None:
    assert problems(source)


def test_aliases_share_settings_but_cannot_multiply() -> None:
    shared = LINES.replace("seed: 20", "seed: &seed 20").replace("seed: 11", "seed: *seed")
    assert protocol.read(shared).analysis.seed == 20
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "too large" in problems(bomb)
    assert "holds itself" in problems("a: &a {b: *a}")


def test_deep_and_long_files_are_refused_before_they_are_read() -> None:
    assert "levels deep" in problems("[" * 100_000)
    assert problems("a: 1\nb: " + "[" * 40).startswith("line 2: Nested more than")
    assert "longer than" in problems("#" * 1_000_000)


def test_yes_and_dates_and_small_numbers_mean_what_they_say() -> None:
    read = protocol.structure(
        LINES.replace("title: A title", "title: 2026-01-01").replace("[I agree.]", "[yes, no, on]")
    )
    assert read.title == "2026-01-01"
    assert read.study.consent == ("yes", "no", "on")


def test_budgets_are_levels_as_written() -> None:
    glaze = {"method": "x", "budgets": [0.05, "8/255", 1e-3]}
    read = protocol.structure(text(stimuli__protections={"glaze": glaze}))
    budgets = read.stimuli.protections["glaze"].budgets  # type: ignore[union-attr]
    assert budgets == ("0.05", "8/255", "0.001")
    assert [protocol.amount(budget) for budget in budgets or ()] == [0.05, 8 / 255, 0.001]


@pytest.mark.parametrize(
    ("budgets", "words"),
    [
        ([0.05, "0.050"], "listed twice"),
        ([0], "above 0"),
        ([-1], "positive number"),
        (["1/0"], "positive number"),
        ([], "at least 1 entry"),
        (["nan"], "positive number"),
    ],
)
def test_impossible_budgets_are_refused(budgets: list[object], words: str) -> None:
    glaze = {"method": "x", "budgets": budgets}
    assert words in problems(text(stimuli__protections={"glaze": glaze}))


def test_a_skip_rule_must_name_levels_that_exist() -> None:
    told = problems(text(stimuli__skip=[{"purification": ["jpeg-51"]}]))
    assert "Did you mean “jpeg-15”?" in told
    assert "at least one of" in problems(text(stimuli__skip=[{}]))


def test_the_analysis_section_is_checked_where_its_catalogue_is_given() -> None:
    source = text(analysis__analyses={"sqare": {}, "square": {"size": 7}})
    assert protocol.read(source).analysis.analyses["sqare"] == {}
    told = problems(source, analyses=PluginFolder[Any]("generation.preparations"))
    assert "Did you mean “square”?" in told
    assert "analysis.analyses.square.size" in told


def test_the_same_check_cannot_be_listed_twice() -> None:
    twice = [{"check": "practice"}, {"check": "practice"}]
    assert "listed twice" in problems(text(study__checks=twice))


words = st.text(max_size=8) | st.sampled_from(
    ["experiment", "stimuli", "study", "seed", "yes", "~"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def _outcome(source: str) -> Experiment | ProtocolError:
    try:
        return protocol.read(source)
    except ProtocolError as error:
        return error


@given(st.text())
def test_any_text_gives_an_experiment_or_a_protocol_error(source: str) -> None:
    assert str(_outcome(source))


@given(st.text(alphabet="ab:-&*!|>%@`'\"{}[],#?\\\t\n 0123.e~<"))
def test_any_text_of_yaml_marks_gives_an_experiment_or_a_protocol_error(source: str) -> None:
    assert str(_outcome(source))


@given(st.data())
def test_an_experiment_with_any_value_anywhere_is_read_or_explained(data: st.DataObject) -> None:
    whole = experiment()
    part: Any = whole
    while True:
        key = data.draw(st.sampled_from(sorted(part)))
        if not isinstance(part[key], dict) or not part[key] or data.draw(st.booleans()):
            break
        part = part[key]
    part[key] = data.draw(values)
    outcome = _outcome(yaml.safe_dump(whole, allow_unicode=True))
    assert isinstance(outcome, Experiment) or all(p.message for p in outcome.problems)


def test_the_json_schema_accepts_what_is_read_and_refuses_what_is_not() -> None:
    schema = protocol.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(experiment(), schema)
    jsonschema.validate(yaml.safe_load(textwrap.dedent(LINES)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(experiment(stimuli__sede=3), schema)


ANALYSES: PluginFolder[Any] = PluginFolder("evaluation.analyses")


@pytest.mark.parametrize(
    ("analyses", "place", "said"),
    [
        (
            {"acceptability": {"question": "acceptabilty"}},
            "analysis.analyses.acceptability.question",
            "“acceptabilty” is not known here. Did you mean “acceptability”?",
        ),
        ({"acceptability": {"metric": "lpis"}}, "acceptability.metric", "Did you mean “lpips”?"),
        (
            {"agreement": {"questions": ["acceptability", "beauty"]}},
            "agreement.questions",
            "Possible here: acceptability, noticeability",
        ),
        ({"metric_validity": {"metrics": ["ssmi"]}}, "validity.metrics", "“ssmi” is not"),
    ],
)
def test_an_analysis_can_name_only_what_the_study_asks_and_measures(
    analyses: dict[str, Any], place: str, said: str
) -> None:
    source = text(analysis__analyses=analyses)
    told = problems(source, analyses=ANALYSES)
    key = place.rpartition(".")[2]
    line = next(n for n, row in enumerate(source.splitlines(), 1) if row.lstrip().startswith(key))
    assert told.startswith(f"line {line}, ")
    assert place in told
    assert said in told


def test_a_default_question_that_the_trial_does_not_ask_is_refused_with_a_sentence() -> None:
    plan = {"acceptability": {}, "agreement": {}}
    source = text(study__trial={"kind": "rating"}, analysis__analyses=plan)
    told = problems(source, analyses=ANALYSES)
    assert "`question` is acceptability when left out" in told
    assert "Possible here: rating." in told
    plan["acceptability"] = {"question": "rating"}
    protocol.read(text(study__trial={"kind": "rating"}, analysis__analyses=plan), ANALYSES)


@pytest.mark.parametrize(
    ("kind", "analyses", "said"),
    [
        ("free_text", {"opinion": {"questions": ["text"]}}, "are texts, and the analysis opinion"),
        ("slider", {"psr": {"question": "slider"}}, "Such answers are for: agreement, opinion."),
        ("rating", {"preference": {}}, "The answers of this study are points of a scale, in order"),
        ("free_text", {"agreement": {}}, "Such answers are for: survey."),
        ("visibility", {"opinion": {}}, "reads points of a scale, in order or places on a line"),
    ],
)
def test_an_analysis_that_cannot_read_the_studys_scale_is_refused_before_anybody_answers(
    kind: str, analyses: dict[str, Any], said: str
) -> None:
    told = problems(
        text(study__trial={"kind": kind}, study__checks=[], analysis__analyses=analyses),
        analyses=ANALYSES,
    )
    assert f"analysis.analyses.{next(iter(analyses))}" in told
    assert said in told


@pytest.mark.parametrize(
    ("kind", "context", "said"),
    [
        ("int_parsing", {}, "a whole number is needed here (given: 'x')."),
        ("float_parsing", {}, "a number is needed here (given: 'x')."),
        ("bool_parsing", {}, "true or false is needed here (given: 'x')."),
        ("multiple_of", {"multiple_of": 8}, "this must be a multiple of 8 (given: 'x')."),
    ],
)
def test_what_cannot_be_read_is_told_in_plain_words(
    kind: str, context: dict[str, int], said: str
) -> None:
    finding = {"type": kind, "ctx": context, "msg": "Input should be", "input": "x"}
    assert sentence(finding, ("study",), []) == said

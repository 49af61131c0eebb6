"""A study of mimicry from its file to its export, painted by a tiny Stable Diffusion."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from generation import working
from generation.models import Recipe
from studies import export, fieldwork, queries, services
from studies.models import Item, Stimulus, Study
from studies.reads import gallery
from studies.reads.gallery import Choice
from studies.services import StudyError
from tests.generation import tiny, tiny_pipeline
from tests.studies.factories import a_person, enrolled
from tests.studies.mimicries import import_paintings, mimicry, text

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A networks folder with a tiny pipeline, autoencoder and perceptual trunk."""
    folder = tiny.write_networks(tmp_path_factory.mktemp("networks"))
    tiny_pipeline.write_pipeline(folder)
    return folder


@pytest.fixture(autouse=True)
def collection(networks: Path, settings: Settings) -> None:
    settings.NETWORKS_DIR = networks
    import_paintings()


ROLES = {
    "autoencoder": tiny.AUTOENCODER,
    "perceptual": "lpips_squeeze",
    "diffusion": tiny_pipeline.PIPELINE,
}
CLOAK = {"method": "random_noise", "settings": {"norm": "l2"}, "budgets": [2]}


def protected(**changes: Any) -> str:
    """Clean, cloaked, and cloaked then purified, of one painter."""
    return text(
        **{
            "stimuli__select": {"painters": ["Ada Azure"]},
            "stimuli__networks": ROLES,
            "stimuli__protections": {"clean": None, "cloak": CLOAK},
            "stimuli__skip": [{"protection": ["clean"], "purification": ["jpeg-15"]}],
            **changes,
        }
    )


def mimic_of(item: Item) -> Recipe:
    (mimic,) = {
        link.source for s in item.stimuli.filter(slot__startswith="mimicry")
        for link in s.recipe.input_links.all()
    }  # fmt: skip
    return mimic


def lessons(mimic: Recipe) -> list[str]:
    """Kinds of what a mimic learns from, in order."""
    return [link.source.kind for link in mimic.input_links.order_by("role")]


def items_under(study: Study, **levels: str) -> list[Item]:
    chosen = {f"condition__levels__{factor}": level for factor, level in levels.items()}
    return list(study.items.filter(practice=False, **chosen).order_by("position"))


def test_only_the_cloaked_share_is_protected_and_purified() -> None:
    study = services.apply(text=protected())
    clean, cloaked = (items_under(study, protection=each)[0] for each in ("clean", "cloak"))
    (purified, *_) = items_under(study, purification="jpeg-15")
    assert lessons(mimic_of(clean)) == ["preparation"] * 3
    assert sorted(lessons(mimic_of(cloaked))) == ["preparation", "protection", "protection"]
    assert sorted(lessons(mimic_of(purified))) == ["preparation", "purification", "purification"]
    places = [
        [kind != "preparation" for kind in lessons(mimic_of(item))] for item in (cloaked, purified)
    ]
    assert places[0] == places[1]


def test_every_painting_has_a_clean_counterpart_of_the_same_prompt_and_seed() -> None:
    study = services.apply(text=protected())
    table = export.stimuli(study)
    painted = table[table["slot"].str.startswith("mimicry")]
    keys = painted.groupby(["protection", "purification"]).apply(
        lambda rows: sorted(zip(rows["prompt"], rows["seed"], strict=True))
    )
    assert len(keys) == 3
    assert keys.iloc[0] == keys.iloc[1] == keys.iloc[2]
    assert set(painted["seed"]) == {100, 101, 102, 103}
    assert painted["prompt"].str.fullmatch(r"art \d").all()
    originals = table[table["slot"].str.startswith("original")]
    assert (originals["prompt"] == "").all()
    assert originals["seed"].isna().all()


def test_all_sets_of_a_condition_share_one_mimic_and_the_first_original_names_the_item() -> None:
    study = services.apply(text=protected())
    first, second = items_under(study, protection="clean")
    assert mimic_of(first) == mimic_of(second)
    shown = Stimulus.objects.get(item=first, slot="original-1").recipe
    leaf = shown.input_links.get().source.document["settings"]["image"]
    assert first.artwork.image_id == leaf
    assert first.artwork != second.artwork


def test_clean_mimics_are_learnt_once_whatever_share_would_be_cloaked() -> None:
    both = {"half": mimicry(), "whole": mimicry(training__cloaked=1.0)}
    study = services.apply(text=protected(stimuli__mimicries=both))
    half, whole = (
        items_under(study, protection="clean", mimicry=label)[0] for label in ("half", "whole")
    )
    assert mimic_of(half) == mimic_of(whole)
    cloaked = items_under(study, protection="cloak", mimicry="whole")[0]
    assert lessons(mimic_of(cloaked)) == ["protection"] * 3


def test_a_protection_s_own_networks_go_into_its_recipes_alone(networks: Path) -> None:
    cloak = {
        "method": "photoguard_encoder",
        "settings": {"steps": 1},
        "networks": {"autoencoder": tiny_pipeline.PIPELINE},
    }
    study = services.apply(text=protected(stimuli__protections={"clean": None, "cloak": cloak}))
    used = Recipe.objects.filter(kind="protection").values_list(
        "document__networks__autoencoder__id", flat=True
    )
    assert set(used) == {tiny_pipeline.PIPELINE}
    assert study.protocol.document["stimuli"]["networks"]["autoencoder"] == tiny.AUTOENCODER


def test_a_style_told_in_words_names_the_target_painter() -> None:
    style = {
        "transfer": "image_to_image",
        "settings": {"prompt": "{painter}, {genre}", "steps": 2},
        "target": {"painter": "Bruno Burnt-Sienna"},
    }
    cloak = {"method": "glaze", "settings": {"steps": 1}, "budgets": [0.05], "style": style}
    services.apply(text=protected(stimuli__protections={"clean": None, "cloak": cloak}))
    omega = Recipe.objects.filter(kind="style_transfer")
    assert omega.count() == 2  # the cloaked half of three training pictures, rounded up
    assert {each.document["settings"]["prompt"] for each in omega} == {"Bruno Burnt-Sienna, Cubism"}
    assert {tuple(each.document["inputs"]) for each in omega} == {("image",)}


def test_a_style_told_in_words_may_be_one_that_the_collection_does_not_hold() -> None:
    words = {"transfer": "image_to_image", "target": {"painter": "Pablo Picasso"}}
    cloak = {"method": "glaze", "budgets": [0.05], "style": words}
    services.apply(text=protected(stimuli__protections={"clean": None, "cloak": cloak}))
    prompts = {
        r.document["settings"]["prompt"] for r in Recipe.objects.filter(kind="style_transfer")
    }
    assert prompts == {"Pablo Picasso style"}
    genre = {**words, "settings": {"prompt": "{genre}"}}
    with pytest.raises(StudyError, match="nothing says Pablo Picasso's"):
        services.apply(
            text=protected(stimuli__protections={"clean": None, "cloak": {**cloak, "style": genre}})
        )


def test_the_whole_way_with_a_tiny_stable_diffusion() -> None:
    study = services.apply(text=protected())
    services.generate(study=study)
    working.work_off(wait=False)
    making = queries.making(study)
    assert making.complete, making.messages
    services.launch(study=study)
    study.refresh_from_db()
    person = enrolled(study)
    fieldwork.describe(participant=person, answers=a_person(study))
    trial = fieldwork.next_trial(person)
    assert trial is not None
    page = Client().get(f"/p/{person.token}/t/{trial.token}/").content.decode()
    assert page.count("data-tile") == 4
    assert "By the artist" in page
    assert "art " not in page  # no prompt, no caption
    for item in study.items.all():
        images = list(
            item.stimuli.filter(slot__startswith="mimicry").values_list("image", flat=True)
        )
        assert len(set(images)) == 2
    item = items_under(study, protection="cloak")[0]
    row = gallery.pair(study, item)
    assert row.others == 1
    assert [picture.seed for picture in row.shown[0].pictures] == [100, 101]
    assert [shown.levels for shown in gallery.rows(study, Choice(), [item.artwork])[0].shown]


@pytest.mark.parametrize(
    ("part", "words"),
    [("training__caption", "rain " * 30), ("paintings__prompts", ["rain " * 30])],
)
def test_what_the_network_cannot_read_whole_is_refused_before_anything_is_made(
    part: str, words: Any, tmp_path: Path
) -> None:
    written = protected(stimuli__mimicries={"learnt": mimicry(**{part: words})})
    with pytest.raises(StudyError, match=r"“learnt” cannot be made\. The prompt “rain rain"):
        services.apply(text=written)
    assert not Study.objects.exists()
    file = tmp_path / "study.yaml"
    file.write_text(written)
    with pytest.raises(CommandError, match=r"tokens .* shorten it"):
        call_command("experiment", "check", str(file))


@pytest.mark.parametrize(
    ("roles", "first"),
    [({**ROLES, "perceptual": "no_such"}, tiny_pipeline.PIPELINE), (ROLES, "no_such")],
)
def test_a_missing_network_hides_no_prompt_that_another_cannot_read_whole(
    roles: dict[str, str], first: str, tmp_path: Path
) -> None:
    mimicries = {
        "first": mimicry(network=first),
        "other": mimicry(paintings__prompts=["rain " * 30]),
    }
    file = tmp_path / "study.yaml"
    file.write_text(protected(stimuli__mimicries=mimicries, stimuli__networks=roles))
    with pytest.raises(CommandError, match=r"“other” cannot be made.* tokens .* shorten it"):
        call_command("experiment", "check", str(file))


def test_a_missing_network_of_a_mimicry_is_a_warning_of_check_and_refused_by_apply(
    tmp_path: Path,
) -> None:
    written = protected(stimuli__mimicries={"learnt": mimicry(network="no_such_pipeline")})
    file = tmp_path / "study.yaml"
    file.write_text(written)
    told = StringIO()
    call_command("experiment", "check", str(file), stdout=told)
    assert "Warning: " in told.getvalue()
    assert "no_such_pipeline" in told.getvalue()
    with pytest.raises(StudyError, match="no_such_pipeline"):
        services.apply(text=written)
    assert not Study.objects.exists()

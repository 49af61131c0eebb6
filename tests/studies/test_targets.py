"""Target styles of a cloak: drawn by distance or fixed, kept on record, shared by all budgets."""

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL
from pytest_django.fixtures import Settings

from generation.models import Artwork, Recipe
from generation.protections.photoguard_encoder import PhotoguardEncoder
from studies import services
from studies.drafting import centroids
from studies.models import Study
from studies.protocol import ProtocolError
from studies.services import StudyError
from tests.studies.paintings import import_paintings, text

pytestmark = pytest.mark.django_db

PAINTERS = {"Ada Azure": 3, "Bruno Brown": 2, "Cleo Cyan": 2, "Dora Dun": 1, "Emil Ecru": 1}
NETWORKS = {"autoencoder": "toy", "perceptual": "lpips_squeeze"}


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A networks folder: a real but tiny autoencoder, and a perceptual trunk that is only named."""
    folder = tmp_path_factory.mktemp("networks")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        toy = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4)
    toy.save_pretrained(folder / "toy")
    (folder / "squeezenet1_1_imagenet_fp16.safetensors").write_bytes(b"never loaded here")
    return folder


@pytest.fixture(autouse=True)
def collection(networks: Path, settings: Settings) -> None:
    settings.NETWORKS_DIR = networks
    import_paintings(PAINTERS)


def cloaked(target: object = "percentile", **changes: Any) -> str:
    style = {"transfer": "gram", "target": target}
    glaze = {"method": "glaze", "budgets": [0.03, 0.07], "style": style}
    return text(
        **{
            "stimuli__protections": {"clean": None, "glaze": glaze},
            "stimuli__networks": NETWORKS,
            "stimuli__select": {"painters": ["Ada Azure", "Bruno Brown"]},
            **changes,
        }
    )


def targets(study: Study) -> dict[str, str]:
    return {row["artist"]: row["painter"] for row in study.protocol.drawn["targets"]}


def test_every_painter_gets_another_painter_s_style_and_the_choice_is_on_record() -> None:
    study = services.apply(text=cloaked())
    chosen = targets(study)
    assert {"Ada Azure", "Bruno Brown"} <= set(chosen)
    assert all(painter != artist for artist, painter in chosen.items())
    for row in study.protocol.drawn["targets"]:
        assert Artwork.objects.get(image=row["image"]).painter == row["painter"]


def test_all_budgets_of_a_picture_share_one_target() -> None:
    study = services.apply(text=cloaked())
    item = study.items.filter(condition__levels__budget="0.03").first()
    assert item is not None
    cloaks = Recipe.objects.filter(
        stimuli__item__artwork=item.artwork, kind="protection", method="glaze"
    ).distinct()
    assert {cloak.document["settings"]["budget"] for cloak in cloaks} == {0.03, 0.07}
    restyled = {cloak.document["inputs"]["target"] for cloak in cloaks}
    assert len(restyled) == 1
    assert Recipe.objects.get(key=restyled.pop()).kind == "style_transfer"


def test_the_same_file_draws_the_same_targets_and_another_seed_others() -> None:
    first = services.apply(text=cloaked())
    again = services.apply(text=cloaked(experiment="again"))
    assert targets(first) == targets(again)
    pictures = {
        tuple(
            row["image"]
            for row in services.apply(
                text=cloaked(experiment=f"seed-{seed}", stimuli__seed=seed)
            ).protocol.drawn["targets"]
        )
        for seed in range(5)
    }
    assert len(pictures) > 1


def test_targets_are_measured_again_only_where_something_they_depend_on_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = services.apply(text=cloaked()).protocol.drawn["targets"]

    def refuse(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(centroids, "centroids", refuse)
    assert services.apply(text=cloaked(study__seed=99)).protocol.drawn["targets"] == before
    with pytest.raises(AssertionError, match="measured again"):
        services.apply(text=cloaked(stimuli__seed=99))
    import_paintings({"Finn Fawn": 1}, first=300)
    with pytest.raises(AssertionError, match="measured again"):
        services.apply(text=cloaked())


def test_a_fixed_painter_needs_no_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(centroids, "centroids")
    study = services.apply(text=cloaked({"painter": "Emil Ecru"}))
    assert set(targets(study).values()) == {"Emil Ecru"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"painter": "Zoe"}, "no painter “Zoe”"),
        ({"painter": "Ada Azure"}, "Ada Azure's own pictures are judged"),
    ],
)
def test_an_impossible_target_is_refused_in_a_sentence(target: object, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        services.apply(text=cloaked(target))
    assert not Study.objects.exists()


def test_a_style_is_asked_for_where_it_is_needed_and_refused_where_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ProtocolError, match="add a `style` section"):
        services.apply(text=cloaked(stimuli__protections={"glaze": {"method": "glaze"}}))
    style = {"transfer": "gram"}
    guard = {"method": "photoguard_encoder", "style": style}
    monkeypatch.setattr(PhotoguardEncoder, "may_take_target", False)
    with pytest.raises(ProtocolError, match="aims at no style"):
        services.apply(text=cloaked(stimuli__protections={"guard": guard}))


def test_a_method_without_its_network_is_refused_in_a_sentence(settings: Settings) -> None:
    with pytest.raises(ProtocolError, match="needs a network for “perceptual”"):
        services.apply(text=cloaked(stimuli__networks={"autoencoder": "toy"}))
    settings.NETWORKS_DIR = None
    with pytest.raises(StudyError, match="There is no autoencoder “toy”"):
        services.apply(text=cloaked())

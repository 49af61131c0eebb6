"""CLIP metrics: the authors' labels and arithmetic, checked with numpy; genres however written."""

import numpy as np
import pytest
import torch
from torch import Tensor

from config.plugins import PluginError
from evaluation.metrics import METRICS
from evaluation.metrics.clip_genre import TEMPLATES, ClipGenre
from evaluation.seeing import genres
from evaluation.seeing.genres import UnknownGenre
from generation.networks import Networks
from generation.pixels import quantise
from generation.sandbox.painters import GENRES

# in the order of AAAAAAsuka/Impress, clip_classifier.py
LEGACY = """
Color_Field_Painting Contemporary_Realism Naive_Art_Primitivism Post_Impressionism
Art_Nouveau_Modern Analytical_Cubism Impressionism Expressionism Action_painting Early_Renaissance
Cubism Mannerism_Late_Renaissance Fauvism Minimalism New_Realism Northern_Renaissance
Synthetic_Cubism Rococo Ukiyo_e High_Renaissance Symbolism Pop_Art Pointillism Baroque Romanticism
Realism Abstract_Expressionism Anime Caricature Cartoon Picture~Books Comics Commercial~Art
Concept~Art Fantasy Fashion Fine~art Line~art Retro
"""


def pictures(seed: int, count: int, height: int = 40, width: int = 48) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return quantise(torch.rand(count, 3, height, width, generator=generator))


def by_hand(
    images: Tensor, labels: list[str], templates: list[str], own: list[int], top: int, clip
) -> list[list[float]]:
    """Correct, margin, probability of each picture, in numpy, label by label."""
    vectors = []
    for label in labels:
        each = clip.embed_texts([template.format(label) for template in templates]).numpy()
        mean = each.astype(np.float64).mean(0)
        vectors.append(mean / np.sqrt((mean**2).sum()))
    found = []
    for image, mine in zip(images, own, strict=True):
        seen = clip.embed_images(image[None]).numpy()[0].astype(np.float64)
        logits = clip.logit_scale * np.array([seen @ vector for vector in vectors])
        softmax = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        first = np.argsort(-softmax)[:top]
        rest = np.sort(np.delete(logits, mine))[::-1]
        found.append([float(mine in first), logits[mine] - rest[top - 1], softmax[mine]])
    return found


def test_the_legacy_labels_are_the_authors_in_their_order() -> None:
    expected = [label.replace("~", " ") for label in LEGACY.split()]
    assert len(expected) == 39
    assert list(genres.IMPRESS) == expected


def test_legacy_is_the_authors_arithmetic(clip_networks: Networks) -> None:
    labels, images = list(genres.IMPRESS), pictures(1, 13)
    own = [3 * k for k in range(13)]
    metric = ClipGenre(mode="legacy")
    found = metric.score(images, [labels[k] for k in own], clip_networks)
    expected = by_hand(images, labels, ["{}"], own, 3, clip_networks.clip)
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    assert 0 < found[:, 0].mean() < 1  # both kinds are in it


def test_corrected_averages_templates_over_clean_labels(clip_networks: Networks) -> None:
    labels = [genres.clean(label) for label in genres.IMPRESS]
    assert not any("_" in label for label in labels)
    own = [0, 3, 18, 26]
    metric, images = ClipGenre(top=5), pictures(2, 4)
    found = metric.score(images, [genres.IMPRESS[k] for k in own], clip_networks)
    expected = by_hand(images, labels, list(TEMPLATES), own, 5, clip_networks.clip)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


def test_labels_and_templates_may_be_ones_own(clip_networks: Networks) -> None:
    labels, templates = ["cats", "dogs", "ships"], ["a drawing of {}", "{}"]
    metric, images = ClipGenre(labels=labels, templates=templates, top=1), pictures(3, 5)
    found = metric.score(images, ["Dogs"] * 5, clip_networks)
    expected = by_hand(images, labels, templates, [1] * 5, 1, clip_networks.clip)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


def test_the_margin_is_above_0_just_where_the_genre_is_correct(clip_networks: Networks) -> None:
    found = ClipGenre().score(pictures(4, 20), ["Cubism", "Baroque"] * 10, clip_networks)
    assert ((found[:, 1] > 0) == (found[:, 0] == 1)).all()
    assert ((found[:, 2] > 0) & (found[:, 2] < 1)).all()


def test_the_probabilities_of_all_genres_sum_to_1(clip_networks: Networks) -> None:
    picture = pictures(5, 1)
    each = [
        ClipGenre(labels="wikiart").score(picture, [genre], clip_networks)[0, 2].item()
        for genre in genres.WIKIART
    ]
    assert sum(each) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "reference"),
    [("clip_genre", ["Cubism"] * 3), ("clip_image_similarity", pictures(7, 3, 32, 32))],
)
def test_a_pictures_score_does_not_depend_on_its_batch(
    name: str, reference, clip_networks: Networks
) -> None:
    metric, images = METRICS.build(name), pictures(6, 3)
    together = metric.score(images, reference, clip_networks)
    alone = [metric.score(images[k : k + 1], reference[k : k + 1], clip_networks) for k in range(3)]
    torch.testing.assert_close(together, torch.cat(alone))


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Post_Impressionism", "Post-Impressionism"),
        ("post impressionism", "Post-Impressionism"),
        ("Ukiyo-e", "Ukiyo-e"),
        ("Art Nouveau (Modern)", "Art Nouveau"),
        ("Naïve Art (Primitivism)", "Naive Art"),
        ("Mannerism (Late Renaissance)", "Mannerism"),
        ("pop art", "Pop Art"),
    ],
)
def test_a_recorded_genre_is_found_however_it_is_written(written: str, label: str) -> None:
    assert ClipGenre().label_of(written) == label
    assert genres.clean(ClipGenre(mode="legacy").label_of(written)) == label


def test_an_unknown_genre_is_refused_with_what_there_is(clip_networks: Networks) -> None:
    with pytest.raises(UnknownGenre, match=r"“Vorticism” is none of the genres .* Color Field"):
        ClipGenre().score(pictures(8, 1), ["Vorticism"], clip_networks)
    with pytest.raises(UnknownGenre, match="column “genre”"):
        ClipGenre(labels="sandbox").label_of("Impressionism, almost")


def test_the_sandbox_labels_are_the_genres_of_its_painters() -> None:
    metric = METRICS.build("clip_genre", preset="sandbox")
    assert [metric.label_of(genre) for genre in GENRES] == list(GENRES)
    assert metric.chance == 1 / len(GENRES)
    assert ClipGenre().chance == 3 / 39


def test_the_sandbox_labels_are_asked_for_as_its_networks_learnt_them(clip_networks) -> None:
    metric, images = ClipGenre(labels="sandbox"), pictures(13, 3)
    found = metric.score(images, [GENRES[k] for k in (0, 4, 7)], clip_networks)
    templates = ["{}", "a painting in the style of {}", "a {} painting"]
    expected = by_hand(images, list(GENRES), templates, [0, 4, 7], 1, clip_networks.clip)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mode": "legacy", "top": 1}, "leave labels, templates and top out"),
        ({"labels": ["a", "a"], "top": 1}, "two labels are the same"),
        ({"labels": ["a", "b"], "top": 2}, "the first 2 of 2 labels are too many"),
        ({"templates": ["no place for it"]}, "templates"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, said: str) -> None:
    with pytest.raises(PluginError, match=said):
        METRICS.build("clip_genre", settings)


def test_image_similarity_is_the_cosine_of_the_embeddings(clip_networks: Networks) -> None:
    images, originals = pictures(9, 4), pictures(10, 4, 64, 32)
    metric = METRICS.build("clip_image_similarity")
    found = metric.score(images, originals, clip_networks)
    vectors = [
        np.concatenate([clip_networks.clip.embed_images(each[k : k + 1]).numpy() for k in range(4)])
        for each in (images, originals)
    ]
    np.testing.assert_allclose(found.numpy(), (vectors[0] * vectors[1]).sum(1), atol=1e-6)
    assert metric.score(images, images, clip_networks).tolist() == pytest.approx([1.0] * 4)


def test_equal_pictures_of_a_batch_are_embedded_once(clip_networks: Networks, monkeypatch) -> None:
    seen: list[int] = []
    clip = clip_networks.clip
    embed = type(clip).embed_images
    monkeypatch.setattr(
        type(clip), "embed_images", lambda self, x: (seen.append(len(x)), embed(self, x))[1]
    )
    images, originals = pictures(11, 2), pictures(12, 3)
    metric = METRICS.build("clip_image_similarity")
    metric.score(images.repeat_interleave(3, 0), originals.repeat(2, 1, 1, 1), clip_networks)
    assert seen == [2, 3]

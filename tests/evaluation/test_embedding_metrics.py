"""Metrics on embeddings: published layouts of networks, and their arithmetic done again apart."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from torch import Tensor

from config.plugins import PluginError
from evaluation.measuring.galleries import Gallery, GalleryError
from evaluation.metrics import METRICS
from generation.networks import Networks, NetworkUnavailable, identify, load
from generation.pixels import quantise, to_image, to_tensor
from generation.refusals import PromptError
from tests.evaluation import tiny_networks

STYLES = {"clip_style_similarity": "clip", "csd": "style", "dino_similarity": "dino"}
NAMED = {"clip": "tiny-clip", "style": "csd", "dino": "dino", "preference": "scorer",
         "aesthetic": "head.pth"}  # fmt: skip
PAINTER = {"ada": 4, "bo": 3, "cy": 5}


@pytest.fixture(scope="module")
def folder(clip_folder: Path, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("networks")
    (home / "tiny-clip").symlink_to(clip_folder / "tiny-clip")
    for write in (tiny_networks.write_csd, tiny_networks.write_dinos, tiny_networks.write_scorer):
        write(home)
    tiny_networks.write_head(home, 16)
    return home


@pytest.fixture(scope="module")
def networks(folder: Path) -> Networks:
    return load(NAMED, folder)


def pictures(seed: int, count: int, height: int = 40, width: int = 48) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return quantise(torch.rand(count, 3, height, width, generator=generator))


def original(name: str) -> Tensor:
    painter, _, number = name.partition("-")
    seed = 100 * list(PAINTER).index(painter) + int(number)
    return pictures(seed, 1, 32, 36)


def gallery_of(painter: str, *, alone: bool = False) -> Gallery:
    names = {who: tuple(f"{who}-{k}" for k in range(count)) for who, count in PAINTER.items()}
    others = () if alone else tuple(rest for who, rest in names.items() if who != painter)
    return Gallery(names[painter], others, original)


def embedded(names, network) -> np.ndarray:
    return torch.cat([network.embed_images(original(name)) for name in names]).double().numpy()


@pytest.mark.parametrize(("name", "role"), STYLES.items())
def test_style_similarity_is_the_dot_product_with_the_mean_of_the_originals(
    name: str, role: str, networks: Networks
) -> None:
    images, network = pictures(1, 3), getattr(networks, role)
    galleries = [gallery_of("ada"), gallery_of("bo"), gallery_of("ada", alone=True)]
    found = METRICS.build(name).score(images, galleries, networks)
    seen = network.embed_images(images).double().numpy()
    expected = [
        mine @ embedded(gallery.own, network).mean(0)
        for mine, gallery in zip(seen, galleries, strict=True)
    ]
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("name", "role"), STYLES.items())
def test_csls_is_conneaus_formula(name: str, role: str, networks: Networks) -> None:
    image, gallery, network = pictures(2, 1), gallery_of("cy"), getattr(networks, role)
    metric = METRICS.build(name, {"correction": "csls", "neighbours": 4})
    x = network.embed_images(image).double().numpy()[0]
    all_names = (*gallery.own, *gallery.rest)
    y, everybody = embedded(gallery.own, network), embedded(all_names, network)

    def near(vector: np.ndarray, without: int | None) -> float:
        cosines = [float(vector @ e) for k, e in enumerate(everybody) if k != without]
        return float(np.mean(sorted(cosines)[-4:]))

    expected = np.mean([
        2 * (x @ each) - near(x, None) - near(each, number) for number, each in enumerate(y)
    ])  # fmt: skip
    assert metric.score(image, [gallery], networks).item() == pytest.approx(expected, abs=1e-6)


def test_csls_takes_a_hub_down_that_the_cosine_prefers(networks: Networks) -> None:
    """A picture that lies between everybody gains no more by it than one that is ada's own."""

    def embed(images: Tensor) -> Tensor:
        return images[:, :, 0, 0] / images[:, :, 0, 0].norm(dim=1, keepdim=True)

    from evaluation.seeing.style_similarity import StyleSimilarity

    class Flat(StyleSimilarity):
        def embedder(self, networks):
            return embed

    def flat(*colour: float) -> Tensor:
        return torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 2, 2)

    colours = {
        "own": flat(1, 0.6, 0.6), "near": flat(1, 0.55, 0.6), "far-1": flat(0.6, 1, 0.6),
        "far-2": flat(0.6, 0.9, 0.7), "far-3": flat(0.6, 0.6, 1), "far-4": flat(0.7, 0.6, 0.9),
    }  # fmt: skip
    gallery = Gallery(("own", "near"), (("far-1", "far-2"), ("far-3", "far-4")), colours.get)
    hub, mine = flat(0.9, 0.8, 0.8), flat(1, 0.2, 0.3)
    images, two = torch.cat([hub, mine]), [gallery, gallery]
    plain = Flat().score(images, two, None)
    corrected = Flat(correction="csls", neighbours=3).score(images, two, None)
    assert plain[0] > plain[1]
    assert corrected[0] < corrected[1]


def test_a_gallery_that_does_not_suffice_is_refused_in_a_sentence(networks: Networks) -> None:
    csls = METRICS.build("csd", preset="csls")
    with pytest.raises(GalleryError, match="needs originals of other painters"):
        csls.check(gallery_of("ada", alone=True))
    with pytest.raises(GalleryError, match=r"12 nearest neighbours .* and there are 11"):
        METRICS.build("csd", {"correction": "csls", "neighbours": 12}).check(gallery_of("ada"))
    with pytest.raises(GalleryError, match="no original"):
        METRICS.build("csd").check(Gallery((), (), original))


def test_a_gallery_is_known_by_its_pictures_whatever_their_order() -> None:
    one = Gallery(("a", "b"), (("c",), ("d", "e")), original)
    assert one.key == Gallery(("b", "a"), (("e", "d"), ("c",)), original).key
    assert one.key != Gallery(("a", "b"), (("c",), ("d",)), original).key
    assert one.key != Gallery(("a",), (("b", "c"), ("d", "e")), original).key


def test_an_original_goes_through_a_network_once_a_process(networks: Networks, monkeypatch) -> None:
    seen: list[str] = []

    def told(name: str) -> Tensor:
        seen.append(name)
        return original(name)

    gallery = Gallery(("ada-0", "ada-1"), (), told)
    for _ in range(2):
        METRICS.build("csd").score(pictures(3, 2), [gallery, gallery], networks)
    assert sorted(seen) == ["ada-0", "ada-1"]


def test_csd_is_the_tower_and_its_style_projection(networks: Networks) -> None:
    """Once more with transformers' CLIP, from which the tiny weights were written."""
    tower = tiny_networks.vision_tower()
    projection = tiny_networks.csd_state(tower)["last_layer_style"]
    images = pictures(4, 2, 60, 45)
    preprocess = open_clip.image_transform(tiny_networks.SIDE, is_train=False)
    seen = torch.stack([preprocess(to_image(image)) for image in images])
    with torch.no_grad():
        styles = tower(pixel_values=seen).pooler_output @ projection
    found = networks.style.embed_images(images)
    torch.testing.assert_close(found, styles / styles.norm(dim=1, keepdim=True))


def test_csd_is_read_from_a_training_checkpoint_too(folder: Path, networks: Networks) -> None:
    other = load({"style": "csd.pth"}, folder).style
    images = pictures(5, 1)
    torch.testing.assert_close(other.embed_images(images), networks.style.embed_images(images))
    assert identify("csd", folder, "style").sha256 != identify("csd.pth", folder, "style").sha256


@pytest.mark.parametrize("name", ["dino", "dinov2", "dino-timm"])
def test_dino_gives_the_class_token_of_its_own_package(name: str, folder: Path) -> None:
    import timm
    from PIL import Image
    from transformers import AutoModel

    dino, images = load({"dino": name}, folder).dino, pictures(6, 2, 50, 40)
    shown = [to_image(image) for image in images]
    with torch.no_grad():
        if name == "dino-timm":
            network = timm.create_model(f"local-dir:{folder / name}", pretrained=True).eval()
            cut = timm.data.create_transform(**timm.data.resolve_model_data_config(network))
            token = network.forward_features(torch.stack([cut(each) for each in shown]))[:, 0]
        else:
            network = AutoModel.from_pretrained(folder / name).eval()
            small = [to_tensor(each.resize((32, 32), Image.Resampling.BILINEAR)) for each in shown]
            token = network(torch.cat(small) * 2 - 1).last_hidden_state[:, 0]
    expected = token / token.norm(dim=1, keepdim=True)
    torch.testing.assert_close(dino.embed_images(images), expected, atol=1e-5, rtol=1e-4)


def test_clip_iqa_is_the_softmax_over_antonyms(networks: Networks) -> None:
    pairs = [["Good photo.", "Bad photo."], ["Sharp.", "Blurry."]]
    images = pictures(7, 3)
    found = METRICS.build("clip_iqa", {"prompts": pairs}).score(images, images, networks)
    clip = networks.clip
    seen = clip.embed_images(images).double().numpy()
    expected = np.zeros(3)
    for pair in pairs:
        good, bad = (seen @ clip.embed_texts([text])[0].double().numpy() for text in pair)
        expected += 1 / (1 + np.exp(clip.logit_scale * (bad - good))) / 2
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
    assert METRICS.build("clip_iqa").prompts == (("Good photo.", "Bad photo."),)


def test_the_aesthetic_score_is_laions_head_on_clips_embedding(networks: Networks) -> None:
    images = pictures(9, 3)
    found = METRICS.build("aesthetic").score(images, images, networks)
    with torch.no_grad():
        expected = tiny_networks.laion_head(16)(networks.clip.embed_images(images))[:, 0]
    torch.testing.assert_close(found.float(), expected)
    bent = METRICS.build("aesthetic", {"activation": "relu"}).score(images, images, networks)
    assert not torch.allclose(bent, found)


def test_a_head_that_belongs_to_another_network_is_refused(folder: Path, tmp_path) -> None:
    torch.save({"weight": torch.ones(1, 768), "bias": torch.zeros(1)}, tmp_path / "l14.pth")
    networks = load({"clip": str(folder / "tiny-clip"), "aesthetic": str(tmp_path / "l14.pth")},
                    None)  # fmt: skip
    with pytest.raises(ValueError, match=r"made for embeddings of 768 numbers, .* gives 16"):
        METRICS.build("aesthetic").score(pictures(1, 1), pictures(1, 1), networks)
    torch.save({"weight": torch.ones(2, 16)}, tmp_path / "two.pth")
    with pytest.raises(NetworkUnavailable, match="holds no head"):
        load({"aesthetic": str(tmp_path / "two.pth")}, None)


def test_a_preference_is_the_scaled_cosine_of_picture_and_prompt(folder, networks) -> None:
    from transformers import AutoTokenizer, CLIPModel

    home, prompts = folder / "scorer", ["a painting of harbour", "art by four"]
    images = pictures(10, 2)
    found = METRICS.build("preference").score(images, prompts, networks)
    network, tokenizer = CLIPModel.from_pretrained(home), AutoTokenizer.from_pretrained(home)
    inputs = tokenizer(prompts, padding="max_length", max_length=24, return_tensors="pt")
    seen = open_clip.image_transform(tiny_networks.SIDE, is_train=False)  # Pillow's bicubic
    pixels = torch.stack([seen(to_image(image)) for image in images])
    with torch.no_grad():
        logits = network.eval()(**inputs, pixel_values=pixels).logits_per_image
    torch.testing.assert_close(found.float(), logits.diagonal(), atol=1e-4, rtol=1e-4)
    bare = METRICS.build("preference", preset="hps").score(images, prompts, networks)
    torch.testing.assert_close(bare * networks.preference.logit_scale, found)


def test_a_prompt_that_a_scorer_cannot_read_whole_is_refused(networks: Networks) -> None:
    with pytest.raises(PromptError):
        METRICS.build("preference").score(pictures(1, 1), ["harbour " * 30], networks)


def test_a_scorer_may_be_an_architecture_and_a_file_of_weights(tmp_path, monkeypatch) -> None:
    import json

    small = {"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 32,
             "head_width": 16, "patch_size": 16}, "text_cfg": {"context_length": 77,
             "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}  # fmt: skip
    (tmp_path / "Tiny-H-14.json").write_text(json.dumps(small))
    open_clip.add_model_config(tmp_path / "Tiny-H-14.json")
    torch.manual_seed(11)
    network = open_clip.create_model("Tiny-H-14").eval()
    torch.save({"epoch": 1, "state_dict": network.state_dict()}, tmp_path / "hps.pt")
    scorer = load({"preference": "Tiny-H-14:hps.pt"}, tmp_path)
    image, prompt = pictures(12, 1), "a harbour in rain"
    found = METRICS.build("preference", preset="hps").score(image, [prompt], scorer).item()
    tokens = open_clip.get_tokenizer("Tiny-H-14")([prompt])
    seen = open_clip.image_transform(32, is_train=False)(to_image(image))[None]
    with torch.no_grad():
        mine = network.encode_image(seen, normalize=True)
        assert found == pytest.approx((mine @ network.encode_text(tokens, normalize=True).T).item(),
                                      abs=1e-5)  # fmt: skip
    with pytest.raises(NetworkUnavailable, match="knows no architecture"):
        load({"preference": "Huge-14:hps.pt"}, tmp_path)


@pytest.mark.parametrize(
    ("role", "name", "said"),
    [
        ("style", "absent", "no style descriptor “absent”: name a file"),
        ("aesthetic", "absent", "no aesthetic head “absent”: name a file"),
        ("dino", "absent", "no DINO network “absent”: name a hub id"),
        ("preference", "absent", "no preference scorer “absent”"),
        ("style", "head.pth", "holds no style descriptor"),
        ("preference", "dino", "describes a network of the kind vit"),
    ],
)
def test_a_network_that_is_not_what_it_should_be_is_said(role, name, said, folder) -> None:
    with pytest.raises(NetworkUnavailable, match=said):
        load({role: name}, folder)


@pytest.mark.parametrize("name", [*STYLES, "clip_iqa", "aesthetic", "preference"])
def test_a_pictures_score_does_not_depend_on_its_batch(name: str, networks: Networks) -> None:
    metric, images = METRICS.build(name), pictures(13, 3)
    held = {"gallery": [gallery_of(who) for who in PAINTER], "prompt": ["art", "harbour", "by"],
            "nothing": images}[metric.against]  # fmt: skip
    together = metric.score(images, held, networks)
    alone = [metric.score(images[k : k + 1], held[k : k + 1], networks) for k in range(3)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-12, atol=1e-12)


def test_neighbours_are_bounded_and_the_correction_has_a_name() -> None:
    with pytest.raises(PluginError, match="neighbours"):
        METRICS.build("csd", {"neighbours": 0})
    with pytest.raises(PluginError, match="correction"):
        METRICS.build("csd", {"correction": "mnn"})


def test_the_shipped_clip_knows_its_own_painters_apart() -> None:
    """The sandbox's own: 4 pictures of 4 painters each, held against the painter's others."""
    from generation.pixels import read_png
    from generation.sandbox.exhibition import works
    from generation.sandbox.painters import PAINTERS

    shown = {
        f"{painter}-{k}": read_png(work.png(128))
        for painter in list(PAINTERS)[:4]
        for k, work in enumerate(works(painter, 4))
    }
    by = {p: tuple(n for n in shown if n.startswith(f"{p}-")) for p in list(PAINTERS)[:4]}
    networks = load({"clip": "sandbox_clip"}, None)
    for settings in ({}, {"correction": "csls", "neighbours": 5}):
        metric, right = METRICS.build("clip_style_similarity", settings), 0
        for painter, names in by.items():
            rest = {p: tuple(n for n in each if n != names[0]) for p, each in by.items()}
            galleries = [
                Gallery(rest[p], tuple(rest[q] for q in rest if q != p), shown.__getitem__)
                for p in rest
            ]
            images = shown[names[0]].expand(4, -1, -1, -1)
            scores = metric.score(images, galleries, networks)
            right += list(rest)[int(scores.argmax())] == painter
        assert right >= 3
    quality = METRICS.build("clip_iqa").score(images[:1], images[:1], networks)
    assert 0 < quality.item() < 1

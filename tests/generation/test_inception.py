"""Inception networks: which one a file holds, how it pools, and that a missing one is said."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional
from torchvision.models.inception import Inception3

from generation.networks import NetworkUnavailable, load
from generation.networks.inception import FID_CLASSES, OTHER_POOLS


def weights(path: Path, classes: int, *, auxiliary: bool = False) -> Path:
    """A file of random weights with the names of the published ones."""
    torch.manual_seed(classes)
    network = Inception3(num_classes=classes, aux_logits=auxiliary, init_weights=False)
    torch.save({name: value.half() for name, value in network.state_dict().items()}, path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("inception")
    weights(made / "fid.pth", FID_CLASSES)
    weights(made / "imagenet.pth", 1000, auxiliary=True)
    (made / "art_inception.pth").symlink_to(made / "imagenet.pth")
    return made


def picture(side: int = 96) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(3))


def test_the_number_of_classes_says_which_network_it_is(folder: Path) -> None:
    uses = {
        name: load({"inception": name}, folder).inception.use
        for name in ("fid.pth", "imagenet.pth", "inception_art")
    }
    assert uses == {"fid.pth": "fid", "imagenet.pth": "torchvision", "inception_art": "art"}


def test_torchvisions_features_are_what_its_classifier_is_given(folder: Path) -> None:
    inception = load({"inception": "imagenet.pth"}, folder).inception
    seen = []
    inception.network.fc.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    inception.network(inception._prepared(picture()))
    assert torch.allclose(inception.pooled(picture()), seen[0], rtol=1e-4, atol=1e-5)


def test_fids_network_leaves_the_frame_out_and_pools_the_last_block_by_the_maximum(
    folder: Path,
) -> None:
    inception = load({"inception": "fid.pth"}, folder).inception
    layer = torch.rand(1, 192, 35, 35, generator=torch.Generator().manual_seed(4))
    block = inception.network.Mixed_5b
    mean = functional.avg_pool2d(layer, 3, 1, 1)
    counts = functional.avg_pool2d(torch.ones_like(layer), 3, 1, 1)
    expected = block.branch_pool(mean / counts)
    assert torch.allclose(inception._through("Mixed_5b", layer)[:, -32:], expected, atol=1e-6)
    assert not torch.allclose(block(layer)[:, -32:], expected, atol=1e-4)
    last = torch.rand(1, 2048, 8, 8, generator=torch.Generator().manual_seed(5))
    pooled = inception.network.Mixed_7c.branch_pool(functional.max_pool2d(last, 3, 1, 1))
    assert torch.allclose(inception._through("Mixed_7c", last)[:, -192:], pooled, atol=1e-6)
    assert set(OTHER_POOLS) < {name for name, _ in inception.network.named_children()}


def test_pictures_are_prepared_as_each_network_was_used(folder: Path) -> None:
    fid, art = (
        load({"inception": name}, folder).inception for name in ("fid.pth", "inception_art")
    )
    assert fid._prepared(picture()).shape[-2:] == (299, 299)
    assert fid._prepared(torch.ones(1, 3, 20, 20)).max().item() == pytest.approx(1)
    assert fid._prepared(torch.zeros(1, 3, 20, 20)).min().item() == pytest.approx(-1)
    assert torch.equal(art._prepared(picture()), picture())
    with pytest.raises(ValueError, match="75 pixels at least"):
        art.pooled(picture(64))


def test_company_changes_nothing(folder: Path) -> None:
    inception = load({"inception": "fid.pth"}, folder).inception
    three = torch.cat([picture(), picture().flip(-1), picture().flip(-2)])
    assert torch.equal(inception.pooled(three)[1], inception.pooled(three[1:2])[0])
    assert inception.pooled(three).shape == (3, 2048)


@pytest.mark.parametrize("name", ["inception_fid", "inception_torchvision", "inception_art"])
def test_a_missing_network_is_said_with_where_it_is_from(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    with pytest.raises(NetworkUnavailable, match=f"“{name}” is missing: put https://"):
        load({"inception": name}, tmp_path)


def test_another_file_under_the_published_name_is_refused(tmp_path) -> None:
    (tmp_path / "pt_inception-2015-12-05-6726825d.pth").write_bytes(b"something else")
    with pytest.raises(NetworkUnavailable, match="does not start with 6726825d"):
        load({"inception": "inception_fid"}, tmp_path)


def test_a_file_of_another_network_is_refused(tmp_path) -> None:
    torch.save({"layer.weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(NetworkUnavailable, match="holds no Inception-v3 network"):
        load({"inception": "other.pth"}, tmp_path)

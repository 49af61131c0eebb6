"""Maps: where metrics see a change; drawn once, stored as grids, read without torch."""

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command

from evaluation import queries, services
from evaluation.maps import MAPS
from evaluation.measuring.map_table import SIDE, grid_of
from evaluation.metrics import METRICS
from evaluation.models import PictureMap
from evaluation.tasks import measure_study
from generation.networks import load
from tests.studies.factories import live_study

NETWORKS = load({}, None, "cpu")  # type: ignore[arg-type]  # none is looked for


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """A picture of noise, and the same with one corner changed."""
    before = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    after = before.clone()
    after[..., :16, :16] = 1 - after[..., :16, :16]
    return after, before


@pytest.mark.parametrize("name", ["pixel_change", "ssim"])
def test_a_map_is_high_where_the_change_is_and_zero_elsewhere(name: str):
    drawn = MAPS.build(name).draw(*pair(), NETWORKS)
    assert drawn.shape == (1, 48, 64)
    assert drawn[0, :10, :10].mean() > 0.1
    assert drawn[0, 30:, 40:].abs().max() < 1e-9


def test_the_map_of_ssim_averages_to_the_metric_where_windows_lie_inside():
    drawn = MAPS.build("ssim").draw(*pair(), NETWORKS)[0, 5:-5, 5:-5]
    metric = METRICS.build("ssim").score(*pair(), NETWORKS)  # type: ignore[call-arg,arg-type]
    assert 1 - 2 * float(drawn.mean()) == pytest.approx(float(metric))


def test_the_maps_of_networks_average_to_their_metrics():
    networks = load({"perceptual": "sandbox_lpips", "autoencoder": "sandbox"}, None, "cpu")  # type: ignore[arg-type]
    after, before = pair()
    distances = MAPS.build("lpips").draw(after, before, networks)[0]
    distance = METRICS.build("lpips").score(after, before, networks)  # type: ignore[call-arg,arg-type]
    assert float(distances.mean()) == pytest.approx(float(distance), rel=0.1)
    assert distances[:16, :16].mean() > 3 * distances[32:, 32:].mean()
    residual = MAPS.build("reconstruction").draw(after, before, networks)[0]
    given = networks.autoencoder.at("float32")
    expected = (given.decode(given.encode(after)) - after).abs().mean(1)[0]
    assert torch.allclose(residual, expected, atol=1e-5)


@pytest.mark.django_db
def test_maps_of_a_study_are_stored_once_and_what_it_lacks_is_said():
    study = live_study(trial={"kind": "artifact_marking"})
    done = services.draw_maps(study=study)
    assert done.new == PictureMap.objects.count() > 0
    assert "perceptual" in done.skipped["lpips"]
    assert services.draw_maps(study=study).new == 0
    table = queries.evidence(study).maps
    assert set(table["map"]) == {"pixel_change", "ssim"}
    assert table.groupby("map")["item"].nunique().tolist() == [12, 12]
    grids = [grid_of(cells) for cells in table["grid"]]
    assert all(grid.shape == (SIDE, SIDE) and np.isfinite(grid).all() for grid in grids)


@pytest.mark.django_db
def test_a_worker_that_measures_draws_the_maps_where_places_are_marked():
    study = live_study(trial={"kind": "artifact_marking"})
    assert queries.unmapped(study) == 12
    measure_study(study.pk)
    assert queries.unmapped(study) == 0
    plain = live_study(slug="plain")
    assert queries.unmapped(plain) == 0


@pytest.mark.django_db
def test_the_command_wants_a_study_alone():
    with pytest.raises(CommandError, match="--study alone"):
        call_command("measure", "--maps")

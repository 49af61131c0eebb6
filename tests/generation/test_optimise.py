"""The one loop: where it ends, what it tells, and that its rules are those they are named for."""

from math import pi

import pytest
import torch
from torch import Tensor

from generation.optimise import Adam, SignDescent, cosine, hinge, linear, minimise
from generation.progress import Cancelled, silent
from tests.generation.tiny import pictures


def to_grey(images: Tensor) -> Tensor:
    """A loss [N] that is least at mid-grey."""
    return (images - 0.5).square().sum((1, 2, 3))


def unit(images: Tensor) -> Tensor:
    return images.clamp(0, 1)


@pytest.mark.parametrize("rule", [Adam(), SignDescent()])
def test_every_rule_goes_down(rule) -> None:
    start = pictures(2)
    found = minimise(start, to_grey, rule, linear(0.02, 0.001), unit, 50, silent)
    assert (to_grey(found) < 0.05 * to_grey(start)).all()
    assert not found.requires_grad


@pytest.mark.parametrize("epsilon", [1e-8, 1e-3])
def test_adam_is_torchs_adam(epsilon: float) -> None:
    mine = minimise(
        pictures(2), to_grey, Adam(epsilon), cosine(0.01, 0.01), lambda images: images, 20, silent
    )
    theirs = pictures(2).requires_grad_(True)
    optimiser = torch.optim.Adam([theirs], lr=0.01, eps=epsilon)
    for _ in range(20):
        optimiser.zero_grad()
        to_grey(theirs).sum().backward()
        optimiser.step()
    torch.testing.assert_close(mine, theirs.detach(), atol=1e-6, rtol=1e-5)


def test_a_rule_can_be_used_again() -> None:
    rule = Adam()
    first, second = (
        minimise(pictures(2), to_grey, rule, linear(0.1, 0.1), unit, 3, silent) for _ in range(2)
    )
    assert torch.equal(first, second)


def test_every_step_is_constrained() -> None:
    seen = []

    def loss(images: Tensor) -> Tensor:
        seen.append((images.min().item(), images.max().item()))
        return -to_grey(images)

    minimise(pictures(2) * 3 - 1, loss, SignDescent(), linear(0.5, 0.5), unit, 4, silent)
    assert all(low >= 0 and high <= 1 for low, high in seen)


def test_the_start_is_left_as_it_was() -> None:
    start = pictures(2)
    minimise(start, to_grey, Adam(), linear(0.1, 0.1), unit, 2, silent)
    assert torch.equal(start, pictures(2))


def test_progress_hears_of_every_step_and_may_stop_the_work() -> None:
    heard = []

    def stop_at_two(done: int, total: int, message: str = "") -> None:
        heard.append((done, total))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        minimise(pictures(2), to_grey, Adam(), linear(0.1, 0.1), unit, 5, stop_at_two)
    assert heard == [(1, 5), (2, 5)]


def test_schedules_begin_and_end_where_they_say() -> None:
    assert [linear(1, 0.01)(step, 100) for step in (0, 100)] == pytest.approx([1, 0.01])
    assert [cosine(1, 0.01)(step, 100) for step in (0, 50, 100)] == pytest.approx([1, 0.505, 0.01])
    assert cosine(1, 0)(25, 100) == pytest.approx((1 + torch.tensor(pi / 4).cos().item()) / 2)


def test_a_hinge_within_its_limit_is_spared_the_way_back() -> None:
    distances = torch.tensor([0.01, 0.02], requires_grad=True)
    assert not hinge(distances * 1, 0.05).requires_grad
    assert hinge(distances * 1, 0.015).requires_grad


def test_a_hinge_counts_only_the_excess() -> None:
    distances = torch.tensor([0.01, 0.03], requires_grad=True)
    excess = hinge(distances * 1, 0.02)
    assert excess.tolist() == pytest.approx([0, 0.01])
    assert torch.autograd.grad(excess.sum(), distances)[0].tolist() == [0, 1]

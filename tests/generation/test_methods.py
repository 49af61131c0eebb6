"""What every image method promises, tested over the whole catalogues: a new file is tested too."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch
from torch import Tensor

from config.plugins import PluginError, record
from generation import budgets, pixels, steps
from generation.networks import Networks
from generation.progress import Cancelled, Progress, silent
from generation.protections import PROTECTIONS
from tests.generation.tiny import generators, pictures

METHODS = [(kind.name, name) for kind in steps.KINDS.values() for name in kind.catalogue.names()]
MAKERS = [(kind, name) for kind, name in METHODS if kind != "mimic"]  # see test_mimicry.py
LONG = [(kind, name) for kind, name in MAKERS if kind != "preparation"]
CHANGERS = [(kind, name) for kind, name in LONG if "image" in steps.KINDS[kind].roles(name)]
PRESETS = [
    (kind, name, preset)
    for kind, name in LONG
    for preset in steps.KINDS[kind].catalogue.presets(name)
]

every_method = pytest.mark.parametrize(("kind", "name"), METHODS)
every_maker = pytest.mark.parametrize(("kind", "name"), MAKERS)
every_long_method = pytest.mark.parametrize(("kind", "name"), LONG)
every_changer = pytest.mark.parametrize(("kind", "name"), CHANGERS)
every_preset = pytest.mark.parametrize(("kind", "name", "preset"), PRESETS)
every_protection = pytest.mark.parametrize("name", PROTECTIONS.names())


def small(kind: str, name: str, **changes: Any) -> dict[str, Any]:
    """Settings of a method that end soon."""
    known = steps.KINDS[kind].catalogue.settings(name)
    quick = {"steps": 3, "size": 32, "prompt": "paint a harbour"}
    return {**{key: value for key, value in quick.items() if key in known}, **changes}


def inputs(kind: str, name: str, count: int = 3) -> dict[str, Tensor]:
    roles = steps.KINDS[kind].roles(name)
    return {role: pictures(count, seed=number) for number, role in enumerate(roles)}


def run(
    kind: str,
    name: str,
    networks: Networks,
    settings: dict[str, Any] | None = None,
    images: dict[str, Tensor] | None = None,
    seed: int = 0,
    progress: Progress = silent,
    count: int = 3,
) -> Tensor:
    """A step on `images`, or on small ones; `count` pictures where it takes none."""
    given = inputs(kind, name) if images is None else images
    seeded = generators(len(given["image"]) if given else count, seed)
    return steps.run(kind, name, settings or small(kind, name), given, networks, seeded, progress)


@every_maker
def test_a_result_is_an_image_on_the_8_bit_grid(
    kind: str, name: str, every_network: Networks
) -> None:
    made = run(kind, name, every_network)
    assert made.dtype == torch.float32
    assert made.shape[:2] == (3, 3)
    assert torch.equal(made, pixels.quantise(made))


@every_changer
def test_a_result_has_the_shape_of_its_image(kind: str, name: str, every_network: Networks) -> None:
    assert run(kind, name, every_network).shape == (3, 3, 32, 48)


@every_maker
def test_the_same_seed_gives_the_same_bits(kind: str, name: str, every_network: Networks) -> None:
    first, second = (run(kind, name, every_network, seed=5) for _ in range(2))
    assert torch.equal(first, second)


@every_maker
def test_inputs_are_left_as_they_were(kind: str, name: str, every_network: Networks) -> None:
    given = inputs(kind, name)
    before = {role: images.clone() for role, images in given.items()}
    run(kind, name, every_network, images=given)
    assert all(torch.equal(given[role], before[role]) for role in given)


@every_maker
def test_an_image_does_not_depend_on_its_company(
    kind: str, name: str, every_network: Networks
) -> None:
    given = inputs(kind, name, count=5)
    together = run(kind, name, every_network, images=given, count=5)
    for number in range(5):
        one = {role: images[number : number + 1] for role, images in given.items()}
        alone = run(kind, name, every_network, images=one, seed=number, count=1)
        assert torch.equal(alone[0], together[number])


@every_long_method
def test_progress_ends_at_its_total(kind: str, name: str, every_network: Networks) -> None:
    heard: list[tuple[int, int]] = []
    run(
        kind,
        name,
        every_network,
        progress=lambda done, total, message="": heard.append((done, total)),
    )
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1]


@every_long_method
def test_what_progress_raises_ends_the_work(kind: str, name: str, every_network: Networks) -> None:
    def cancel(done: int, total: int, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run(kind, name, every_network, progress=cancel)


@every_preset
def test_every_preset_can_be_built_and_runs(
    kind: str, name: str, preset: str, every_network: Networks
) -> None:
    settings = {**steps.KINDS[kind].catalogue.presets(name)[preset], **small(kind, name)}
    given = inputs(kind, name)
    given |= {role: pictures(3, seed=9) for role in steps.KINDS[kind].optional(name)}
    made = run(kind, name, every_network, settings, given)
    assert made.shape == ((3, 3, 32, 48) if given else (3, 3, 32, 32))


@every_protection
@pytest.mark.parametrize("budget", [0.0, 0.001, 0.02, 0.07])
def test_the_saved_image_is_within_the_budget(
    name: str, budget: float, every_network: Networks
) -> None:
    given = inputs("protection", name)
    settings = small("protection", name, budget=budget)
    limit = PROTECTIONS.build(name, settings).limit
    made = pixels.read_png(
        pixels.write_png(run("protection", name, every_network, settings, given)[0])
    )
    realised = budgets.measure(made, given["image"][:1], every_network.perceptual)
    assert limit.value == budget
    assert realised[limit.norm][0] <= budget


@every_protection
def test_a_budget_of_a_visible_size_is_used(name: str, every_network: Networks) -> None:
    given = inputs("protection", name)
    made = run("protection", name, every_network, small("protection", name, budget=0.05), given)
    assert not torch.equal(made, given["image"])


@every_method
def test_unknown_settings_are_refused(kind: str, name: str) -> None:
    with pytest.raises(PluginError, match="nonsense"):
        steps.KINDS[kind].catalogue.build(name, {"nonsense": 1})


@every_method
def test_settings_out_of_bounds_are_refused(kind: str, name: str) -> None:
    catalogue = steps.KINDS[kind].catalogue
    bounded = {
        setting: rules["minimum"] - 1 if "minimum" in rules else rules["exclusiveMinimum"]
        for setting, rules in catalogue.schema(name)["properties"].items()
        if {"minimum", "exclusiveMinimum"} & set(rules)
    }
    for setting, wrong in bounded.items():
        with pytest.raises(PluginError, match=setting):
            catalogue.build(name, {setting: wrong})


@every_method
def test_its_schema_is_valid_and_takes_its_defaults(kind: str, name: str) -> None:
    catalogue = steps.KINDS[kind].catalogue
    schema = catalogue.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(record(catalogue.build(name)), schema)


@every_method
def test_every_setting_says_what_it_is(kind: str, name: str) -> None:
    properties = steps.KINDS[kind].catalogue.schema(name)["properties"]
    assert all(rules.get("description") for rules in properties.values())


@every_method
def test_its_formula_and_presets_are_written_down(kind: str, name: str) -> None:
    docs = Path(__file__).parents[2] / "docs"
    pages = ["methods.md", "mimicry.md"] if kind == "mimic" else ["methods.md"]
    page = "".join((docs / each).read_text(encoding="utf-8") for each in pages)
    catalogue = steps.KINDS[kind].catalogue
    assert f"`{name}`" in page
    assert catalogue.load(name).label in page
    if kind != "preparation":
        assert all(f"`{preset}`" in page for preset in catalogue.presets(name))

"""From an experiment to the recipe of every picture: prepared, protected, purified."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from config.plugins import PluginFolder
from generation.networks import identify
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.recipe import Step, artwork_step, plugin_step
from generation.style_transfers import STYLE_TRANSFERS
from studies.protocol import Experiment, amount
from studies.protocol.experiment import Method, Protection, Style
from studies.trials import TRIALS, Slot

Cell = Mapping[str, str]
"""Factor → level; the artist may be missing (practice)."""


@dataclass(frozen=True)
class Target:
    """The style that a protection draws one painter's pictures to."""

    painter: str
    image: str
    """sha256 of the imported picture that stands for the style."""


Targets = Mapping[tuple[str, str], Target]
"""(label of the protection, painter who is protected) → target style."""


@dataclass(frozen=True)
class Recipes:
    """Builds the steps of one experiment; `networks_dir` is where networks are looked for."""

    experiment: Experiment
    targets: Targets
    networks_dir: Path | None

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The pictures of one trial of this experiment's kind."""
        trial = self.experiment.study.trial
        return TRIALS.build(trial.kind, trial.settings).slots

    def item(self, image: str, painter: str, cell: Cell) -> dict[str, Step]:
        """Slot → recipe, for the artwork with the picture `image` under the condition `cell`."""
        made = {
            "artwork": lambda: self.prepared(image),
            "condition": lambda: self.altered(image, painter, cell),
        }
        return {slot.name: made[slot.shows]() for slot in self.slots}

    def prepared(self, image: str) -> Step:
        """The working copy of an artwork."""
        method = self.experiment.stimuli.preparation
        plugin = PREPARATIONS.build(method.method, method.settings)
        return plugin_step("preparation", method.method, plugin, {"image": artwork_step(image)})

    def altered(self, image: str, painter: str, cell: Cell) -> Step:
        """The working copy, protected and purified as the condition says."""
        stimuli = self.experiment.stimuli
        step = self.prepared(image)
        protection = stimuli.protections[cell["protection"]]
        if protection is not None:
            step = self._protected(step, protection, cell, painter)
        purification = stimuli.purifications[cell["purification"]]
        return step if purification is None else self._purified(step, purification)

    def styled(self, prepared: Step, style: Style, target: Target) -> Step:
        """Ω: the working copy repainted in the target's style; the same at every budget."""
        inputs = {"image": prepared, "style": self.prepared(target.image)}
        return self._step("style_transfer", STYLE_TRANSFERS, style.transfer, style.settings, inputs)

    def _protected(self, prepared: Step, protection: Protection, cell: Cell, painter: str) -> Step:
        inputs = {"image": prepared}
        if protection.style is not None:
            target = self.targets[cell["protection"], painter]
            inputs["target"] = self.styled(prepared, protection.style, target)
        settings = dict(protection.settings)
        if protection.budgets:
            settings["budget"] = amount(cell["budget"])
        return self._step("protection", PROTECTIONS, protection.method, settings, inputs)

    def _purified(self, step: Step, method: Method) -> Step:
        return self._step(
            "purification", PURIFICATIONS, method.method, method.settings, {"image": step}
        )

    def _step(
        self,
        kind: str,
        catalogue: PluginFolder[Any],
        method: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, Step],
    ) -> Step:
        plugin = catalogue.build(method, settings)
        networks = {role: self.networks[role] for role in plugin.needs}
        seed = self.experiment.stimuli.seed
        return plugin_step(kind, method, plugin, inputs, seed=seed, networks=networks)

    @cached_property
    def networks(self) -> dict[str, dict[str, str]]:
        """Role → id, revision and sha256. Raises NetworkUnavailable for what is missing."""
        named = self.experiment.stimuli.networks
        return {role: asdict(identify(name, self.networks_dir)) for role, name in named.items()}

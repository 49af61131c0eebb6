"""From an experiment to the recipe of every picture: prepared, protected, painted, degraded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any

from config.plugins import PluginFolder
from generation.amplifications import AMPLIFICATIONS
from generation.degradations import DEGRADATIONS
from generation.mimicry import MIMICRY
from generation.networks import identify
from generation.paintings import PAINTINGS
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.recipe import Step, artwork_step, mimic_step, painting_step, plugin_step
from generation.steps import KINDS
from generation.style_transfers import STYLE_TRANSFERS
from studies.designs.factorial import UNDEGRADED
from studies.drafting.commissions import Lesson, Studio
from studies.drafting.exhibitions import trial_kind
from studies.drafting.layout import Placed
from studies.protocol import Experiment, amount
from studies.protocol.sections import Method
from studies.protocol.stimuli import Protection, network_names
from studies.protocol.templates import fill
from studies.trials import Slot

PROMPT = "prompt"
"""The painting method, and the setting that it and prompted style transfers have."""

DIFFERENCE = "difference"
"""How differences are enlarged for people who look for them."""

LEARNT_FROM = ("protection", "budget", "purification", "mimicry")
"""Factors that a mimic depends on; its paintings are degraded when it has learnt."""

Cell = Mapping[str, str]
"""Factor → level; the artist may be missing (practice)."""


@dataclass(frozen=True)
class Target:
    """The style that a protection draws one painter's pictures to."""

    painter: str
    image: str
    """sha256 of the imported picture that stands for the style; empty where none is needed."""
    genre: str = ""
    """Of that painter, as the record of the picture has it; empty where it says nothing."""


Targets = Mapping[tuple[str, str], Target]
"""(label of the protection, painter who is protected) → target style."""


@dataclass(frozen=True)
class Recipes:
    """Builds the steps of one experiment; `networks_dir` is where networks are looked for."""

    experiment: Experiment
    targets: Targets
    networks_dir: Path | None
    studios: Mapping[str, Studio] = field(default_factory=dict)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The pictures of one trial of this experiment's kind."""
        return trial_kind(self.experiment).slots

    def item(self, placed: Placed) -> dict[str, Step]:
        """Slot → recipe of every picture of an item."""
        if placed.alike:
            return dict.fromkeys(
                (slot.name for slot in self.slots), self.prepared(placed.artwork.sha256)
            )
        originals = iter(placed.originals or [placed.artwork])
        made = [cycle(self._made(placed, cell)) for cell in placed.cells]
        untouched = self.prepared(placed.artwork.sha256)
        return {
            slot.name: self.prepared(next(originals).sha256)
            if slot.shows == "artwork"
            else self.amplified(next(made[slot.alternative]), untouched, slot.amplified)
            for slot in self.slots
        }

    def amplified(self, step: Step, untouched: Step, factor: float) -> Step:
        """A picture with its difference from the untouched one enlarged; itself where none is."""
        if factor == 1 or step.key == untouched.key:
            return step
        plugin = AMPLIFICATIONS.build(DIFFERENCE, {"factor": factor})
        pictures = {"image": step, "reference": untouched}
        return plugin_step("amplification", DIFFERENCE, plugin, pictures)

    def _made(self, placed: Placed, cell: Cell) -> list[Step]:
        """What one condition makes of an item, in the order in which it is shown."""
        artwork = placed.artwork
        if not placed.paintings:
            return [self.degraded(self.altered(artwork.sha256, artwork.painter, cell), cell)]
        numbers = placed.paintings
        return [self.degraded(self.painted(artwork.painter, cell, n), cell) for n in numbers]

    def painted(self, painter: str, cell: Cell, number: int) -> Step:
        """Painting `number` of the mimic of a painter under a condition."""
        paintings = self.experiment.stimuli.mimicries[cell["mimicry"]].paintings
        pair = self.studios[painter].commissions[cell["mimicry"]].pair(number)
        plugin = PAINTINGS.build(PROMPT, {**paintings.sampler, "prompt": pair.prompt})
        return painting_step(PROMPT, plugin, seed=pair.seed, mimic=self.mimic(painter, cell))

    def mimic(self, painter: str, cell: Cell) -> Step:
        """What learns from the painter's artworks as the condition leaves them."""
        key = (painter, *(cell[factor] for factor in LEARNT_FROM))
        if key not in self._mimics:
            self._mimics[key] = self._learnt(painter, cell)
        return self._mimics[key]

    def _learnt(self, painter: str, cell: Cell) -> Step:
        mimicry = self.experiment.stimuli.mimicries[cell["mimicry"]]
        lessons = self.studios[painter].commissions[cell["mimicry"]].lessons
        plugin = MIMICRY.build(mimicry.method, mimicry.settings)
        scope = network_names(self.experiment.stimuli, mimicry)
        return mimic_step(
            mimicry.method,
            plugin,
            [self._taught(lesson, painter, cell) for lesson in lessons],
            [lesson.caption for lesson in lessons],
            seed=self.experiment.stimuli.seed,
            networks=self._identified(plugin.needs, scope),
        )

    def _taught(self, lesson: Lesson, painter: str, cell: Cell) -> Step:
        image = lesson.picture.sha256
        return self.altered(image, painter, cell) if lesson.cloaked else self.prepared(image)

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

    def styled(self, prepared: Step, protection: Protection, target: Target) -> Step:
        """Ω: the working copy repainted in the target's style; the same at every budget."""
        style = protection.style
        assert style is not None, "only for protections with a style"
        roles = KINDS["style_transfer"].roles(style.transfer)
        pictures = {"image": prepared}
        if "style" in roles:
            pictures["style"] = self.prepared(target.image)
        settings = dict(style.settings)
        if PROMPT in settings:
            record = {"painter": target.painter, "genre": target.genre}
            settings[PROMPT] = fill(settings[PROMPT], record)
        call = (STYLE_TRANSFERS, style.transfer, settings)
        return self._step("style_transfer", *call, pictures, protection)

    def _protected(self, prepared: Step, protection: Protection, cell: Cell, painter: str) -> Step:
        inputs = {"image": prepared}
        if protection.style is not None:
            target = self.targets[cell["protection"], painter]
            inputs["target"] = self.styled(prepared, protection, target)
        settings = dict(protection.settings)
        if protection.budgets:
            settings["budget"] = amount(cell["budget"])
        call = (PROTECTIONS, protection.method, settings)
        return self._step("protection", *call, inputs, protection)

    def degraded(self, step: Step, cell: Cell) -> Step:
        """A picture as the condition leaves it: untouched, or spoilt by a dose."""
        label = cell.get("degradation", UNDEGRADED["degradation"])
        if label == UNDEGRADED["degradation"]:
            return step
        ladder = self.experiment.stimuli.degradations[label]
        settings = {**ladder.settings, "strength": amount(cell["dose"])}
        call = (DEGRADATIONS, ladder.method, settings)
        return self._step("degradation", *call, {"image": step}, ladder)

    def _purified(self, step: Step, method: Method) -> Step:
        call = (PURIFICATIONS, method.method, method.settings)
        return self._step("purification", *call, {"image": step}, method)

    def _step(
        self,
        kind: str,
        catalogue: PluginFolder[Any],
        method: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, Step],
        section: Method,
    ) -> Step:
        plugin = catalogue.build(method, settings)
        scope = network_names(self.experiment.stimuli, section)
        networks = self._identified(plugin.needs, scope)
        seed = self.experiment.stimuli.seed
        return plugin_step(kind, method, plugin, inputs, seed=seed, networks=networks)

    def _identified(
        self, roles: Sequence[str], names: Mapping[str, str]
    ) -> dict[str, dict[str, str]]:
        """Role → id, revision and sha256. Raises NetworkUnavailable for what is missing."""
        named = {role: (names[role], role) for role in roles}
        for name, role in set(named.values()) - self._records.keys():
            self._records[name, role] = asdict(identify(name, self.networks_dir, role))
        return {role: self._records[key] for role, key in named.items()}

    @cached_property
    def _mimics(self) -> dict[tuple[str, ...], Step]:
        """Those built already: all paintings of a mimic share its recipe."""
        return {}

    @cached_property
    def _records(self) -> dict[tuple[str, str], dict[str, str]]:
        """Networks that were identified already, by id and role."""
        return {}

"""The plugins that an experiment names: do they exist, do they take these settings?

`resolve` writes every default into the experiment, so that what is frozen at launch does not
change when a default of the code does. Plugins are imported here: commands and workers only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from config.plugins import PluginError, PluginFolder, record
from generation.degradations import DEGRADATIONS
from generation.mimicry import MIMICRY
from generation.paintings import PAINTINGS
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.style_transfers import STYLE_TRANSFERS
from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.protocol.experiment import Analysis, Experiment
from studies.protocol.fieldwork import Check, Fieldwork, Kind
from studies.protocol.fitting import unfit_checks, unread
from studies.protocol.problems import (
    Lines,
    Place,
    Problem,
    ProtocolError,
    at,
    from_validation,
    unknown,
)
from studies.protocol.sections import Method, Networks, Section, Settings, amount, as_text
from studies.protocol.shown import unfit_pictures
from studies.protocol.skipping import unknown_levels
from studies.protocol.stimuli import (
    Degradation,
    Mimicry,
    Paintings,
    Protection,
    Stimuli,
    Style,
    network_names,
)
from studies.protocol.templates import TemplateError, check_prompt
from studies.protocol.wordings import wrong
from studies.trials import TRIALS, TrialKind

Catalogue = PluginFolder[Any]
Made = TypeVar("Made", bound=Method)
ELSEWHERE = ":"
"""In names of what no catalogue holds and the study brings with it: `calibrated:3f2a…`."""


class Call(NamedTuple):
    """One mention of a plugin in the file."""

    catalogue: Catalogue
    name: str
    place: Place
    key: str = "method"
    networks: Networks | None = None
    """What it may work with, role → network; None where it needs none."""
    settings: str = "settings"
    """Where its settings stand within `place`; empty where they are the place itself."""


def resolve(
    experiment: Experiment, lines: Lines | None = None, analyses: Catalogue | None = None
) -> Experiment:
    """The experiment with every setting of every plugin filled in; raises ProtocolError.

    `analyses` is the catalogue of analyses, which belongs to another app; without it the analysis
    section keeps its settings as written.
    """
    resolver = _Resolver(experiment, lines or {})
    resolved = resolver.experiment(analyses)
    if resolver.problems:
        raise ProtocolError(resolver.problems)
    return resolved


@dataclass
class _Resolver:
    whole: Experiment
    lines: Lines
    problems: list[Problem] = field(default_factory=list)

    def experiment(self, analyses: Catalogue | None) -> Experiment:
        study = self.fieldwork(self.whole.study)
        changes: dict[str, Section] = {
            "stimuli": self.stimuli(self.whole.stimuli),
            "study": study,
        }
        if analyses is not None:
            changes["analysis"] = self.analysis(self.whole.analysis, analyses)
        return self.whole.model_copy(update=changes)

    def stimuli(self, stimuli: Stimuli) -> Stimuli:
        place: Place = ("stimuli",)
        kind = self.trial()
        for where, sentence in unfit_pictures(self.whole, kind) if kind else ():
            self.note(where, sentence)
        if not stimuli.pictured:
            return stimuli
        for where, sentence in unknown_levels(stimuli):
            self.note(where, sentence)
        return stimuli.model_copy(
            update={
                "preparation": self.method(
                    PREPARATIONS, stimuli.preparation, (*place, "preparation")
                ),
                "protections": {
                    label: protection
                    and self.protection(protection, (*place, "protections", label))
                    for label, protection in stimuli.protections.items()
                },
                "purifications": {
                    label: method
                    and self.method(PURIFICATIONS, method, (*place, "purifications", label))
                    for label, method in stimuli.purifications.items()
                },
                "degradations": {
                    label: self.degradation(ladder, (*place, "degradations", label))
                    for label, ladder in stimuli.degradations.items()
                },
                "mimicries": {
                    label: self.mimicry(mimicry, (*place, "mimicries", label))
                    for label, mimicry in stimuli.mimicries.items()
                },
            }
        )

    def mimicry(self, mimicry: Mimicry, place: Place) -> Mimicry:
        """A mimicry with its network, its settings and those of its paintings filled in."""
        mimicry = self.method(MIMICRY, mimicry, place)
        if mimicry.method in MIMICRY:
            fewest = getattr(MIMICRY.load(mimicry.method), "fewest", 1)
            if mimicry.training.images < fewest:
                self.note(
                    (*place, "training", "images"),
                    f"{mimicry.method} learns from at least {fewest} pictures.",
                )
        place = (*place, "paintings")
        scope = self.scope(mimicry)
        call = Call(PAINTINGS, "prompt", place, networks=scope, settings="sampler")
        sampler = self.sampler(call, mimicry.paintings)
        paintings = mimicry.paintings.model_copy(update={"sampler": sampler})
        return mimicry.model_copy(
            update={"network": scope.get("diffusion"), "paintings": paintings}
        )

    def sampler(self, call: Call, paintings: Paintings) -> Settings:
        """How the paintings are drawn; as large as the originals beside them."""
        settings = paintings.sampler
        if "prompt" in settings:
            self.note((*call.place, "sampler"), "prompts are said beside the sampler, not in it.")
            return settings
        prepared = self.built(PREPARATIONS, self.whole.stimuli.preparation)
        sized = {"size": getattr(prepared, "size", None), **settings}
        filled = self.filled(call, {**sized, "prompt": "a painting"}, paintings.preset)
        return {name: value for name, value in filled.items() if name != "prompt"}

    def built(self, catalogue: Catalogue, method: Method) -> Any:
        """The plugin; None where the file is wrong about it, which is noted elsewhere."""
        try:
            return catalogue.build(method.method, method.settings, method.preset)
        except PluginError:
            return None

    def method(self, catalogue: Catalogue, method: Made, place: Place) -> Made:
        call = Call(catalogue, method.method, place, networks=self.scope(method))
        return method.model_copy(
            update={"settings": self.filled(call, method.settings, method.preset)}
        )

    def degradation(self, ladder: Degradation, place: Place) -> Degradation:
        """A ladder with its settings filled in; the method must take every strength."""
        call = Call(DEGRADATIONS, ladder.method, place, networks=self.scope(ladder))
        if not self.exists(call):
            return ladder
        before = len(self.problems)
        for strength in ladder.strengths:
            settings = {**ladder.settings, "strength": amount(strength)}
            filled = self.filled(call, settings, ladder.preset)
            if len(self.problems) > before:  # one strength that is wrong says what is wrong
                return ladder
        filled.pop("strength")
        return ladder.model_copy(update={"settings": filled})

    def protection(self, protection: Protection, place: Place) -> Protection:
        call = Call(PROTECTIONS, protection.method, place, networks=self.scope(protection))
        if not self.exists(call):
            return protection
        takes_budget = "budget" in PROTECTIONS.settings(protection.method)
        if protection.budgets and not takes_budget:
            self.note((*place, "budgets"), f"{protection.method} takes no budget.")
            return protection
        tried = [
            self.filled(call, {**protection.settings, "budget": amount(budget)}, protection.preset)
            for budget in protection.budgets or ()
        ] or [self.filled(call, protection.settings, protection.preset)]
        own = tried[0].pop("budget", None)
        budgets = protection.budgets or ((str(as_text(own)),) if own is not None else None)
        return protection.model_copy(
            update={
                "settings": tried[0],
                "budgets": budgets,
                "style": self.style(protection, place),
            }
        )

    def style(self, protection: Protection, place: Place) -> Style | None:
        plugin, style = PROTECTIONS.load(protection.method), protection.style
        if plugin.takes_target and style is None:
            self.note(
                place,
                f"{protection.method} aims at another style: add a `style` section, for"
                " instance style: {transfer: gram, target: percentile}.",
            )
        if style is None:
            return None
        place = (*place, "style")
        if not (plugin.takes_target or getattr(plugin, "may_take_target", False)):
            self.note(place, f"{protection.method} aims at no style; leave this section out.")
        if style.target == "percentile" and "autoencoder" not in self.scope(protection):
            self.note(
                place,
                "`target: percentile` measures distances between styles by the autoencoder: name"
                " one in stimuli.networks.",
            )
        self.style_prompt(style, place)
        scope = self.scope(protection)
        call = Call(STYLE_TRANSFERS, style.transfer, place, "transfer", scope)
        settings = self.filled(call, style.settings, style.preset)
        return style.model_copy(update={"settings": settings})

    def style_prompt(self, style: Style, place: Place) -> None:
        """A prompt of a style transfer can name the target's painter and genre."""
        try:
            check_prompt(str(style.settings.get("prompt", "")))
        except TemplateError as error:
            self.note((*place, "settings", "prompt"), f"{error}.")

    def scope(self, section: Method) -> Networks:
        """Role → network, as far as this method may use them."""
        return network_names(self.whole.stimuli, section)

    def trial(self) -> TrialKind | None:
        """The kind of trial, built; None where the file is wrong about it (which is noted)."""
        trial = self.whole.study.trial
        try:
            return TRIALS.build(trial.kind, trial.settings, trial.preset)
        except PluginError:
            return None

    def fieldwork(self, study: Fieldwork) -> Fieldwork:
        names = [check.check for check in study.checks]
        for i, name in enumerate(names):
            if name in names[:i]:
                self.note(("study", "checks", i), f"the check {name} is listed twice.")
        kind = self.trial()
        for place, sentence in unfit_checks(study, kind) if kind else ():
            self.note(place, sentence)
        before = len(self.problems)
        resolved = study.model_copy(
            update={
                "trial": self.kind(TRIALS, study.trial, "trial"),
                "channel": self.kind(CHANNELS, study.channel, "channel"),
                "checks": tuple(self.check(check, i) for i, check in enumerate(study.checks)),
            }
        )
        if len(self.problems) == before:
            for place, sentence in wrong(self.whole.title, resolved):
                self.note(place, sentence)
        return resolved

    def kind(self, catalogue: Catalogue, kind: Kind, section: str) -> Kind:
        call = Call(catalogue, kind.kind, ("study", section), "kind")
        return kind.model_copy(update={"settings": self.filled(call, kind.settings, kind.preset)})

    def check(self, check: Check, position: int) -> Check:
        call = Call(CHECKS, check.check, ("study", "checks", position), "check")
        return check.model_copy(update={"settings": self.filled(call, check.settings)})

    def analysis(self, analysis: Analysis, catalogue: Catalogue) -> Analysis:
        place: Place = ("analysis", "analyses")
        asked, networks = self.asked(), self.whole.stimuli.networks
        filled = {
            name: self.planned(
                Call(catalogue, name, (*place, name), "", networks, ""), settings, asked
            )
            for name, settings in analysis.analyses.items()
        }
        return analysis.model_copy(update={"analyses": filled})

    def asked(self) -> list[str]:
        """Names of the questions of a trial; none where the trial itself is wrong."""
        kind = self.trial()
        return [question.name for question in kind.questions] if kind else []

    def planned(self, call: Call, settings: Settings, asked: Sequence[str]) -> Settings:
        """An analysis with all its settings; notes names that the study does not know."""
        before = len(self.problems)
        filled = self.filled(call, settings)
        if not asked or len(self.problems) > before:
            return filled
        names_of = getattr(call.catalogue.load(call.name), "names", None)
        for setting, known in (names_of(asked) if names_of else {}).items():
            for name in _names_in(filled[setting]):
                if name not in known and ELSEWHERE not in name:
                    self.unknown_name((*call.place, setting), name, known, settings)
        kind = self.trial()
        for setting, said in unread(
            call.catalogue, call.name, filled, kind.questions if kind else ()
        ):
            self.note((*call.place, setting) if setting in settings else call.place, said)
        return filled

    def unknown_name(
        self, place: Place, name: str, known: Sequence[str], written: Settings
    ) -> None:
        setting = str(place[-1])
        if setting in written:
            self.note(place, unknown(name, known))
            return
        self.note(
            place[:-1],
            f"`{setting}` is {name} when left out, which this study does not know: say which"
            f" {setting} to analyse. Possible here: {', '.join(known)}.",
        )

    def exists(self, call: Call) -> bool:
        known = call.name in call.catalogue
        if not known:
            place = (*call.place, call.key) if call.key else call.place
            self.note(place, unknown(call.name, call.catalogue.names()))
        return known

    def filled(self, call: Call, settings: Settings, preset: str | None = None) -> Settings:
        """All settings of the plugin; where they are wrong, notes it and gives them back."""
        if not self.exists(call):
            return settings
        try:
            plugin = call.catalogue.build(call.name, settings, preset)
        except PluginError as error:
            self.wrong_settings(call, error)
            return dict(settings)
        for role in sorted(set(getattr(plugin, "needs", ())) - set(call.networks or {})):
            self.note(
                call.place,
                f"{call.name} needs a network for “{role}”: name one in stimuli.networks.",
            )
        return record(plugin)

    def wrong_settings(self, call: Call, error: PluginError) -> None:
        place = (*call.place, call.settings) if call.settings else call.place
        if isinstance(error.__cause__, ValidationError):
            keys = call.catalogue.settings(call.name)
            self.problems += from_validation(error.__cause__, self.lines, place, keys)
        else:
            self.note((*call.place, "preset"), str(error))

    def note(self, place: Place, message: str) -> None:
        self.problems.append(at(place, message, self.lines))


def _names_in(setting: Any) -> Sequence[str]:
    """What a setting names: one name, a list of them (each may have settings), or none."""
    if setting is None:
        return ()
    named = (setting,) if isinstance(setting, str) else tuple(setting)
    return [next(iter(one)) if isinstance(one, Mapping) else one for one in named]

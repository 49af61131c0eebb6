"""What a live study goes by: its frozen protocol, with trial kind, checks and channel built."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from studies.channels import CHANNELS, Channel
from studies.checks import CHECKS, Check, Exam, Known, PersonQuestion, Repeats
from studies.models import ConsentAmendment, Study
from studies.protocol import restore
from studies.protocol.fieldwork import Fieldwork
from studies.protocol.languages import own_words
from studies.trials import TRIALS, TrialKind
from studies.wording.wording import Wording

KEPT_PLANS = 32
"""Plans that a process keeps at hand."""
_FROZEN: dict[tuple[str, int], "Plan"] = {}
"""Plans of launched studies, by the random token of the study and the version of what people agree
to: a design is frozen at launch, so that nobody has to read its protocol again."""


@dataclass(frozen=True)
class Plan:
    """The `study` section of a protocol and the plugins it names."""

    title: str
    fieldwork: Fieldwork

    @cached_property
    def kind(self) -> TrialKind:
        """What one screen shows and asks."""
        trial = self.fieldwork.trial
        return TRIALS.build(trial.kind, trial.settings, trial.preset)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """In the order raters meet them."""
        return tuple(CHECKS.build(check.check, check.settings) for check in self.fieldwork.checks)

    @cached_property
    def named_checks(self) -> dict[str, Check]:
        """The same by their names."""
        names = [check.check for check in self.fieldwork.checks]
        return dict(zip(names, self.checks, strict=True))

    @cached_property
    def known(self) -> dict[str, Known]:
        """Check → the items with known answers that it mixes in."""
        return {name: check.known for name, check in self.named_checks.items() if check.known}

    @cached_property
    def repeats(self) -> Repeats | None:
        """How many items come again, and how far apart; None where none does."""
        wanted = [check.repeats for check in self.checks if check.repeats]
        if not wanted:
            return None
        return Repeats(sum(r.each for r in wanted), max(r.gap for r in wanted))

    @cached_property
    def trap(self) -> str:
        """The instruction that people cannot see, or “”."""
        return next((check.trap for check in self.checks if check.trap), "")

    @cached_property
    def watches(self) -> bool:
        """Whether pages count what hands do."""
        return any(check.watches for check in self.checks)

    @cached_property
    def exams(self) -> dict[str, Exam]:
        """Check → what it asks before the trials."""
        return {name: check.exam for name, check in self.named_checks.items() if check.exam}

    @cached_property
    def feedback(self) -> tuple[str, ...]:
        """What is said after each practice trial."""
        return tuple(said for check in self.checks for said in check.feedback)

    @cached_property
    def disclosures(self) -> tuple[str, ...]:
        """What checks keep besides answers, in sentences that people read before they agree."""
        return tuple(dict.fromkeys(check.stores for check in self.checks if check.stores))

    @cached_property
    def channel(self) -> Channel:
        """How raters are found."""
        return CHANNELS.build(self.fieldwork.channel.kind, self.fieldwork.channel.settings)

    @cached_property
    def person_questions(self) -> tuple[PersonQuestion, ...]:
        """What is asked about the person, over all checks."""
        return tuple(question for check in self.checks for question in check.questions)

    @cached_property
    def practice_trials(self) -> int:
        """How many trials come before those that count."""
        return sum(check.practice_trials for check in self.checks)

    @property
    def consent_sha256(self) -> str:
        """Hash of everything a person reads before agreeing, word for word, in the file's own
        language; `consent_in` is that of another."""
        return self.consent_in(self.languages[0])

    def consent_in(self, language: str) -> str:
        """Hash of everything a person reads before agreeing, as it stands in this language."""
        return hashlib.sha256(self.consent_text(language).encode()).hexdigest()

    def consent_text(self, language: str) -> str:
        """The same word for word: a JSON list of title, information, statements, what is kept
        besides answers, and whom to ask."""
        said = [self.title, self.fieldwork.information, *self.fieldwork.consent]
        said += [*self.disclosures, self.fieldwork.contact]
        say = self.wording(language).say
        return json.dumps([say(each) for each in said], ensure_ascii=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which one may take part; the first is that of the file."""
        return self.fieldwork.languages

    def wording(self, language: str) -> Wording:
        """The words of a language for everything that participants read."""
        if language not in self._wordings:
            into, study = self.fieldwork.translations.get(language), self.fieldwork
            texts = (self.title, study.information, study.consent, study.debrief, study.contact)
            own = own_words(*texts, into) if into else {}
            self._wordings[language] = Wording(language, own)
        return self._wordings[language]

    @cached_property
    def _wordings(self) -> dict[str, Wording]:
        return {}

    def rng(self, *purpose: object) -> Random:
        """The study's own generator for a purpose; the same one each time."""
        name = json.dumps([self.fieldwork.seed, *map(str, purpose)])
        return Random(hashlib.sha256(name.encode()).digest())  # noqa: S311 (drawn, not secret)


def plan_of(study: Study) -> Plan:
    """The plan of a study that has a protocol."""
    if study.launched_at is None:
        return _plan(json.dumps(study.protocol.document))
    key = study.link_token, study.consent_version
    known = _FROZEN.get(key)
    if known is None:
        if len(_FROZEN) >= KEPT_PLANS:
            _FROZEN.clear()
        known = _FROZEN[key] = _plan(json.dumps(document_of(study)))
    return known


def document_of(study: Study) -> dict[str, Any]:
    """The study's document, with the information that newcomers read now; the protocol stays."""
    document: dict[str, Any] = study.protocol.document
    if study.consent_version == 1:
        return document
    amended = ConsentAmendment.objects.get(study=study, version=study.consent_version)
    return {**document, "study": {**document["study"], **amended.document}}


@lru_cache(maxsize=KEPT_PLANS)  # a function of its argument alone: two processes never disagree
def _plan(document: str) -> Plan:
    experiment = restore(json.loads(document))
    return Plan(experiment.title, experiment.study)

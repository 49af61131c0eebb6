"""What each mimic learns from and paints, and which originals stand beside its paintings. Pure.

Training sets, captions and prompts follow from the experiment and the artworks' records alone, so
that `experiment check` finds what is missing before anything is made. Every condition of a painter
asks for the same (prompt, seed) pairs: each painting has its counterpart from untouched art.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generation.training_sets import TrainingSetError, cloaked, divide
from studies.designs.selection import Picture, SelectionError
from studies.protocol.problems import unknown
from studies.protocol.stimuli import Mimicry, Stimuli
from studies.protocol.templates import fill, placeholders


@dataclass(frozen=True)
class Lesson:
    """One training picture."""

    picture: Picture
    caption: str
    cloaked: bool
    """Whether it is protected (and purified) as the condition says, or untouched."""


@dataclass(frozen=True)
class Pair:
    """One painting that every mimic of a painter is asked for."""

    prompt: str
    seed: int


@dataclass(frozen=True)
class Commission:
    """What the mimics of one painter learn from by one mimicry, and what they paint."""

    lessons: Sequence[Lesson]
    prompts: Sequence[str]
    first_seed: int

    def pair(self, number: int) -> Pair:
        """Painting `number`, from 0: prompts go in turn, each painting has a seed of its own."""
        return Pair(self.prompts[number % len(self.prompts)], self.first_seed + number)


@dataclass(frozen=True)
class Studio:
    """One painter's artworks, divided for all mimicries of an experiment."""

    held_out: Sequence[Picture]
    """Those that no mimic is trained on: raters see them as originals."""
    commissions: Mapping[str, Commission]
    """By label of the mimicry."""

    def originals(self, part: int, parts: int, number: int) -> tuple[Picture, ...]:
        """The `number` originals beside set `part` (from 0) of `parts`; others for each set.

        Sets share none where enough is held out; each begins with another one as long as there
        are as many pictures as sets.
        """
        pictures = self.held_out
        step = number if len(pictures) >= number * parts else max(1, len(pictures) // parts)
        return tuple(pictures[(part * step + n) % len(pictures)] for n in range(number))


def studios(
    stimuli: Stimuli, by_painter: Mapping[str, Sequence[Picture]], originals: int
) -> dict[str, Studio]:
    """Painter → studio; `originals` is how many works by the painter each trial shows.

    Raises SelectionError where a painter has too few artworks, or a record lacks what a caption
    or prompt names.
    """
    _refuse_unknown_columns(stimuli, [p for each in by_painter.values() for p in each])
    return {
        painter: _studio(stimuli, painter, artworks, originals)
        for painter, artworks in by_painter.items()
    }


def _studio(stimuli: Stimuli, painter: str, artworks: Sequence[Picture], originals: int) -> Studio:
    known = {artwork.sha256: artwork for artwork in artworks}
    most = max(mimicry.training.images for mimicry in stimuli.mimicries.values())
    try:
        held_out = divide(known, most, stimuli.seed, painter, originals).held_out
    except TrainingSetError as error:
        raise SelectionError(
            f"{error} (Each trial shows {originals} originals that no mimic was trained on.)"
        ) from error
    pictures = [known[name] for name in held_out]
    return Studio(
        pictures,
        {
            label: _commission(stimuli, label, painter, known, pictures)
            for label in stimuli.mimicries
        },
    )


def _commission(
    stimuli: Stimuli,
    label: str,
    painter: str,
    known: Mapping[str, Picture],
    held_out: Sequence[Picture],
) -> Commission:
    mimicry = stimuli.mimicries[label]
    training = divide(known, mimicry.training.images, stimuli.seed, painter).training
    covered = cloaked(training, mimicry.training.cloaked, stimuli.seed)
    lessons = [
        Lesson(known[name], _caption(known[name], label, mimicry), name in covered)
        for name in training
    ]
    return Commission(lessons, _prompts(label, mimicry, painter, held_out), mimicry.paintings.seed)


def _prompts(
    label: str, mimicry: Mimicry, painter: str, held_out: Sequence[Picture]
) -> Sequence[str]:
    if mimicry.paintings.prompts == "held_out":
        return [_caption(picture, label, mimicry) for picture in held_out]
    record = held_out[0].record
    for template in mimicry.paintings.prompts:
        for name in placeholders(template):
            if not record.get(name):
                raise SelectionError(
                    f"A prompt of the mimicry “{label}” names {{{name}}}, but {painter}'s artworks"
                    f" have no “{name}”: add that column to the collection's manifest."
                )
    return [fill(template, record) for template in mimicry.paintings.prompts]


def _caption(picture: Picture, label: str, mimicry: Mimicry) -> str:
    """The caption of a training picture, or the prompt from a held-out one."""
    template = mimicry.training.caption
    for name in placeholders(template):
        if not picture.record.get(name):
            raise SelectionError(
                f"“{picture.record.get('title', '')}” by {picture.painter} has no “{name}”, which"
                f" captions of the mimicry “{label}” name:{_help(name)}"
            )
    return fill(template, picture.record)


def _refuse_unknown_columns(stimuli: Stimuli, artworks: Sequence[Picture]) -> None:
    """A column that no artwork has is a slip of the pen, and told as one."""
    columns = list(dict.fromkeys(name for artwork in artworks for name in artwork.record))
    for label, mimicry in stimuli.mimicries.items():
        for name in placeholders(mimicry.training.caption):
            if name not in columns:
                raise SelectionError(
                    f"Captions of the mimicry “{label}”: {unknown(name, columns)}"
                    f"{_help(name) if name == 'caption' else ''}"
                )


def _help(name: str) -> str:
    if name == "caption":
        return (
            " write it into the column “caption” of the collection's manifest, let a captioner do"
            " so (manage.py collection caption), or use a template without it, such as"
            " “{title} by {painter}”."
        )
    return " fill that column in the collection's manifest, or use another template."

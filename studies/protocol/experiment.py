"""The experiment file as typed sections: what a file may say, with defaults, bounds and a sentence.

From these declarations come the checks, the JSON Schema and the reference page. Names and settings
of plugins are checked against the catalogues in `catalogues.py`; here they are plain text.
"""

from pydantic import Field

from studies.protocol.fieldwork import Fieldwork
from studies.protocol.sections import Line, Name, Section, Seed, Settings, Slug
from studies.protocol.stimuli import Stimuli, no_pictures


class Analysis(Section):
    """The analysis plan; frozen with the rest at launch."""

    seed: Seed = Field(description="seed of bootstraps and permutations")
    analyses: dict[Name, Settings] = Field(
        default_factory=dict, description="analysis → its settings"
    )


class Experiment(Section):
    """One experiment file: stimuli, study and analysis."""

    experiment: Slug = Field(description="slug of the study; also in addresses and file names")
    title: Line = Field(description="what researchers call it; raters see it too")
    stimuli: Stimuli = Field(
        default_factory=no_pictures,
        description=f"{Stimuli.__doc__} Left out in studies without pictures (questionnaires).",
    )
    study: Fieldwork = Field(description=str(Fieldwork.__doc__))
    analysis: Analysis = Field(description=str(Analysis.__doc__))

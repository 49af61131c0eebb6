"""Words of participants' pages: English in the code, looked up by themselves in other languages.

Pure. Code that imports no Django (trial kinds, questions, checks) says its texts in English; they
are translated where they are shown. A text of one of these kinds is found by extraction:

    marked("All places are taken.")                    a sentence that stands in a constant
    counted("{number} answer", "{number} answers")     the same for one and for several
    Filled("Back to {name}", name="Prolific")          a sentence with something filled in
    raise FieldworkError("…"), raise LaunchError("…")  what a person is told instead of a page
    whatever a plugin's default settings show          enumerated (texts.py)
"""

from collections.abc import Mapping


class Filled(str):
    """A text whose parts are filled in; translated as a whole, its parts where they have words."""

    template: str
    values: Mapping[str, str]

    def __new__(cls, template: str, **values: str) -> "Filled":
        """`{name}` in `template` stands for `values[name]`; equal to the text in English."""
        self = super().__new__(cls, template.format(**values))
        self.template, self.values = template, values
        return self


def counted(one: str, several: str) -> tuple[str, str]:
    """The two as they are: a mark that participants read one of them, by `{number}`."""
    return one, several


def marked(text: str) -> str:
    """The text as it is: a mark that participants read it, for extraction."""
    return text

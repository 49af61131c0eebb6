"""What one study says in one language: its file's own translations, then the platform's. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from studies.wording import Filled
from studies.wording.catalogue import SOURCE, is_ours, translated


@dataclass(frozen=True)
class Wording:
    """The words of a language for the texts of a study."""

    language: str
    own: Mapping[str, str] = field(default_factory=dict)
    """Text of the file, or of the platform → how the file says it in this language."""

    def say(self, text: str) -> str:
        """A text in this language; as it is where there is no translation."""
        found = self.find(text)
        return str(text) if found is None else found

    def lacks(self, text: str) -> bool:
        """Whether nobody has said this text in this language; the platform's own is English."""
        template = text.template if isinstance(text, Filled) else text
        english = self.language == SOURCE and is_ours(template)
        return self.find(text) is None and not english

    def find(self, text: str) -> str | None:
        """As `say`; None where there is no translation."""
        if text in self.own:
            return self.own[text]
        if not isinstance(text, Filled):
            return translated(text, self.language)
        template = self.find(text.template) or _without_words(text.template)
        if template is None:
            return None
        return template.format(**{name: self.say(part) for name, part in text.values.items()})


def _without_words(template: str) -> str | None:
    """A template that only puts sentences together is the same in every language."""
    bare = re.sub(r"\{\w+\}", "", template)
    return None if any(letter.isalpha() for letter in bare) else template

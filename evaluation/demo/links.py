"""Where to look when the demo is built, and how to stop it."""

import secrets
import textwrap
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from studies.models import Study

RESEARCHER = "researcher"


@dataclass(frozen=True)
class Links:
    """The addresses of a study, and this run's password."""

    study: Study
    password: str

    @property
    def rater(self) -> str:
        """The open link that raters get."""
        return settings.SITE_URL + reverse("studies:landing", args=[self.study.link_token])

    @property
    def researcher(self) -> str:
        """The study's page."""
        return settings.SITE_URL + reverse("studies:study", args=[self.study.slug])

    @property
    def report(self) -> str:
        """The report's page."""
        return settings.SITE_URL + reverse("evaluation:report", args=[self.study.slug])


def links_of(study: Study) -> Links:
    """The links of `study`, and a new password for the demo's researcher.

    It is told once and stored nowhere.
    """
    password = secrets.token_urlsafe(9)
    people = get_user_model().objects
    person, _ = people.get_or_create(username=RESEARCHER, defaults={"is_staff": True})
    person.is_superuser = True
    person.set_password(password)
    person.save()
    return Links(study, password)


def farewell(links: Links, end: str) -> str:
    """Where to look; `end` says how to go on."""
    lines = f"""
        The study is {links.study.get_state_display()}: {links.study.title}

          raters      {links.rater}
          researcher  {links.researcher}
                      log in as {RESEARCHER}, password of this run: {links.password}
          report      {links.report}
        """
    return f"{textwrap.dedent(lines)}\n{end}\n"

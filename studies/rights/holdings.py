"""What is stored about one participant: all rows about them or their answers, in words or a file.

What would tell somebody how a picture was made, or what a check looks at, is not spelt out:
it is counted, and the researchers can be asked about it.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Model, QuerySet
from django.utils.translation import get_language_info

from config.csv_text import no_formula
from studies.live.plan import Plan, plan_of
from studies.models import Agreement, Event, Identity, Invitation, Participant, Response, Trial
from studies.rights import identities
from studies.rights.in_words import in_words
from studies.wording import marked

TITLES = {
    "participant": marked("Your participation"),
    "agreement": marked("What you agreed to"),
    "trial": marked("Screens that you were given"),
    "response": marked("Your answers"),
    "event": marked("What happened, and when"),
    "identity": marked("What somebody outside calls you (encrypted)"),
    "arrival": marked("How you came"),
    "invitation": marked("Your invitation"),
    "receipt": marked("Receipts of codes"),
    "submission": marked("What the panel says of your submission"),
    "flag": marked("Findings of checks"),
    "review": marked("Decisions of a person"),
    "attempt": marked("Answers to questions before the pictures"),
    "browsermark": marked("A mark of your browser"),
    "textscan": marked("What a program found in your texts"),
    "textlook": marked("When researchers read a text of yours as you wrote it"),
    "textdecision": marked("Decisions about passages of your texts"),
}
COUNTED = {"flag", "review", "browsermark"}
"""Tables of which only the number of rows is told."""
SECRET = {
    "id",
    "token",
    "layout",
    "seed",
    "digest",
    "sealed",
    "sealed_with",
    "mark",
    "arm",
    "met",
    "row",
    "consent_due",
    "patterns",
}
"""Columns that name rows inside, or how a picture was made."""

WATCHED = {"check", "trial"}
"""Parts of an event that say which check looked, and where."""


@dataclass(frozen=True)
class Held:
    """One table's rows about a person: each a mapping from column to text."""

    title: str
    rows: Sequence[Mapping[str, str]]
    columns: tuple[str, ...]
    counted: int
    """Rows that there are; `rows` is empty where they are not spelt out."""
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Column → what it holds → what the study's pages call it."""

    @property
    def told(self) -> list[list[tuple[str, str]]]:
        """The rows for a person's eyes: what is empty is left out."""
        return [
            [in_words(column, value, self.named) for column, value in row.items() if value]
            for row in self.rows
        ]


def holdings(participant: Participant) -> list[Held]:
    """All tables in which there is something about the participant: the person's own row first,
    and last what points at their answers."""
    own = Participant._base_manager.filter(pk=participant.pk)
    found: list[tuple[type[Model], QuerySet[Model]]] = [(Participant, own)]
    for relation in Participant._meta.related_objects:
        model = relation.related_model
        assert isinstance(model, type), "related models are loaded"
        rows = model._base_manager.filter(**{relation.field.name: participant})
        found.append((model, rows.order_by("pk")))
    for relation in Response._meta.related_objects:
        model = relation.related_model
        assert isinstance(model, type), "related models are loaded"
        theirs = {f"{relation.field.name}__participant": participant}
        found.append((model, model._base_manager.filter(**theirs).order_by("pk")))
    named = _named(plan_of(participant.study))
    tables = [replace(_held(model, rows), named=named) for model, rows in found]
    return [table for table in tables if table.counted]


def as_csv(tables: Sequence[Held]) -> str:
    """One line per value: table, row, column, value; nothing that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["table", "row", "column", "value"])
    for table in tables:
        for number, row in enumerate(table.rows, start=1):
            for column, value in row.items():
                writer.writerow([table.title, number, column, no_formula(value)])
        if not table.rows:
            writer.writerow([table.title, "", "rows", table.counted])
    return out.getvalue()


def _held(model: type[Model], rows: QuerySet[Model]) -> Held:
    name = model._meta.model_name or ""
    title = TITLES.get(name, str(model._meta.verbose_name_plural).capitalize())
    if name in COUNTED:
        return Held(title, (), (), rows.count())
    told = [_told(row) for row in rows]
    return Held(title, told, tuple(told[0]) if told else (), len(told))


def _named(plan: Plan) -> dict[str, dict[str, str]]:
    """Questions as they are asked, and languages as they call themselves."""
    asked = {question.name: question.text for question in plan.kind.questions}
    asked |= {question.name: question.text for question in plan.person_questions}
    return {
        "question": {name: text for name, text in asked.items() if text},
        "language": {code: get_language_info(code)["name_local"] for code in plan.languages},
    }


def _told(row: Model) -> dict[str, str]:
    plain = [field for field in row._meta.concrete_fields if not field.is_relation]
    said = {f.name: _text(getattr(row, f.name)) for f in plain if f.name not in SECRET}
    if isinstance(row, Participant) and plan_of(row.study).channel.shared_codes:
        del said["completion_code"]  # not the one to hand in: that stands on the receipt
    if isinstance(row, Identity):
        said["text"] = identities.opened(row) or "cannot be read any more"
    if isinstance(row, Invitation):
        mails = row.mails.order_by("begun_at").values_list("begun_at", "state")
        said["mails"] = "; ".join(f"{begun:%Y-%m-%d %H:%M} {state}" for begun, state in mails)
    if isinstance(row, Agreement):
        text = row.text
        said |= {"version": str(text.version), "language": text.language}
        said["text"] = "\n\n".join(json.loads(text.text))
    if isinstance(row, Event):
        said["details"] = _text({k: v for k, v in row.details.items() if k not in WATCHED})
    response_to = getattr(row, "trial", None)
    if isinstance(response_to, Trial):
        said = {"screen": str(response_to.position), **said}
    return said


def _text(value: object) -> str:
    if value in (None, {}, []):
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)

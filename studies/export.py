"""What leaves a study: its one table of answers, its stimuli, and who took part.

Nobody can be recognised in it: participants are pseudonyms, tokens and addresses stay inside.
Answers to practice trials never leave. Simulated raters are in rows and files that say so.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from pandas import DataFrame, Series, to_datetime
from pandas.api.types import is_float_dtype, is_string_dtype

from generation.recipe import PAINTING
from generation.writing import write_whole
from studies.blindness import check as blindness
from studies.blindness.certificate import page
from studies.checking import exclusions
from studies.designs.factorial import FACTORS, UNDEGRADED
from studies.live.plan import plan_of
from studies.models import Condition, Participant, Response, Stimulus, Study
from studies.queries import recorded
from studies.rights.free_text import masked
from studies.tables.codebook import ABOUT, MARKS, RESPONSES, STIMULI, codebook
from studies.tables.comparisons import comparisons
from studies.tables.consents import consents
from studies.tables.consents import texts as consent_texts
from studies.tables.flags import flags
from studies.tables.viewing import viewing
from studies.trial_forms.marks import FIELD, marking_of


def item_name(position: int) -> str:
    """`item-0012`"""
    return f"item-{position:04d}"


def responses(study: Study) -> DataFrame:
    """One row per answer to a question about an item, in the order of raters and trials.

    Columns are those of `RESPONSES`: `position` int64; `value`, `scale` and `rt_ms` float64, nan
    where missing; the two times in UTC; `simulated`, `gold` and `excluded` bool; all else text.
    Answers about practice items are left out. Six queries, whatever the number of answers.
    """
    answers = Response.objects.filter(participant__study=study, trial__practice=False)
    rows = answers.order_by("participant", "trial__position", "pk").values_list(*ANSWER.values())
    found = DataFrame.from_records(list(rows), columns=list(ANSWER))
    frozen, position = study.protocol, found["position"].astype("int64")
    left_out = exclusions.reasons(study)
    why = Series([left_out.get(row, "") for row in found["row"]], index=found.index, dtype="str")
    found = found.assign(
        study=study.slug,
        protocol=frozen.design_sha256 or frozen.sha256,
        trial=found["participant"].astype("str") + "-" + position.astype("str").str.zfill(3),
        item=_names(found["item"]),
        artwork=found["artwork"].fillna("").astype("str").str[:12],
        repeat_of=_repeated(found, position),
        gold=found["gold"] != "",
        excluded=why != "",
        exclusion_reason=why,
        answer=_masked(study, found),
        **_factors(study, found["condition"]),
    )
    found = found.assign(**_painters_records(study, found["artist"]))
    return _typed(found[list(RESPONSES)])


ANSWER = {
    "row": "trial",
    "participant": "participant__code",
    "population": "participant__population",
    "simulated": "participant__simulated",
    "position": "trial__position",
    "kind": "trial__kind",
    "part": "trial__part",
    "repeat": "trial__repeat",
    "gold": "trial__item__gold",
    "item": "trial__item__position",
    "artwork": "trial__item__artwork__image",
    "condition": "trial__item__condition",
    "question": "question",
    "answer": "answer",
    "details": "details",
    "value": "value",
    "scale": "scale",
    "rt_ms": "trial__rt_ms",
    "started_at": "trial__shown_at",
    "answered_at": "answered_at",
}


def _masked(study: Study, found: DataFrame) -> Series:
    """The answers; in free text, also beside “other”, what tells who somebody is is masked."""
    asked = plan_of(study).kind.questions
    texts = [question.name for question in asked if question.measured == "text"]
    rows = zip(found["question"], found["answer"], found["details"], strict=True)
    said = [
        masked(answer) if question in texts else _masked_other(answer, details.get("other"))
        for question, answer, details in rows
    ]
    return Series(said, index=found.index, dtype="object")


def _masked_other(answer: str, written: str | None) -> str:
    """An answer that is chosen; several ticks stand in it as JSON."""
    if not written:
        return answer
    left = masked(written)
    in_json = [json.dumps(text, ensure_ascii=False)[1:-1] for text in (written, left)]
    for stood, stands in ((written, left), in_json):
        answer = answer.replace(f": {stood}", f": {stands}")
    return answer


def _repeated(found: DataFrame, position: Series) -> list[str]:
    """The trial that each row's trial repeats, or “”: the first one with the same screen."""
    keys = list(zip(found["participant"], found["item"], found["part"], strict=True))
    names = [f"{code}-{number:03d}" for (code, _, _), number in zip(keys, position, strict=True)]
    again = found["repeat"] > 0
    first = {key: name for key, name, repeat in zip(keys, names, again, strict=True) if not repeat}
    return [first.get(key, "") if r else "" for key, r in zip(keys, again, strict=True)]


def stimuli(study: Study, *, practice: bool = False) -> DataFrame:
    """One row per picture of an item, with its condition; columns are those of `STIMULI`.

    For researchers only: prompts and seeds of paintings are here, and never on a rater's page.

    Practice items and those with known answers (whose conditions are empty: they never count) are
    there only where asked for.
    Before launch, `image` is what the recipe has given so far, empty where it is not made yet.
    """
    rows = Stimulus.objects.filter(item__study=study).order_by("item__position", "slot")
    if not practice:
        rows = rows.filter(item__practice=False, item__gold="")
    found = DataFrame.from_records(list(rows.values_list(*PICTURE.values())), columns=list(PICTURE))
    found = found.assign(
        item=_names(found["item"]),
        image=found["image"].fillna(found["made"]),
        prompt=found["prompt"].where(found["kind"] == PAINTING),
        seed=found["seed"].where(found["kind"] == PAINTING),
        **_factors(study, found["condition"]),
    )
    return _typed(found[list(STIMULI)])


PICTURE: dict[str, Any] = {
    "item": "item__position",
    "practice": "item__practice",
    "condition": Coalesce("condition", "item__condition"),
    "artwork": "item__artwork__image",
    "title": "item__artwork__title",
    "slot": "slot",
    "image": "image",
    "made": "recipe__image",
    "recipe": "recipe",
    "kind": "recipe__kind",
    "prompt": "recipe__document__settings__prompt",
    "seed": "recipe__document__seed",
}


def marks(study: Study) -> DataFrame:
    """One row per place that a rater marked in a picture; columns are those of `MARKS`.

    Practice is left out; raters who marked nothing have no rows. Three queries.
    """
    answers = Response.objects.filter(participant__study=study, trial__practice=False)
    rows = answers.exclude(details={}).order_by("participant", "trial__position", "pk")
    found = [
        (*about, position, item, x, y, order)
        for *about, position, item, details in rows.values_list(*MARKED)
        for order, (x, y) in enumerate(details.get(FIELD, ()), start=1)
    ]
    names = ["participant", "population", "simulated", "position", "item", "x", "y", "order"]
    table = DataFrame(found, columns=names)
    number = table["position"].astype("int64").astype("str").str.zfill(3)
    table = table.assign(
        study=study.slug,
        trial=table["participant"].astype("str") + "-" + number,
        item=_names(table["item"]),
    )
    return _typed(table[list(MARKS)])


MARKED = (
    "participant__code",
    "participant__population",
    "participant__simulated",
    "trial__position",
    "trial__item__position",
    "details",
)


def items(study: Study) -> DataFrame:
    """One row per item that raters may judge, answered or not: item, artwork, `RECORDED`, factors,
    and the painter's genre.

    Texts as in the table of answers, for what is foretold of pictures that nobody has rated.
    """
    rows = study.items.filter(practice=False, gold="").order_by("position")
    kept = list(rows.values_list("position", "artwork__image", "condition"))
    found = DataFrame.from_records(kept, columns=["item", "artwork", "condition"])
    found = found.assign(
        item=_names(found["item"]),
        artwork=found["artwork"].fillna("").astype("str").str[:12],
        **_factors(study, found["condition"]),
    )
    found = found.assign(**_painters_records(study, found["artist"]))
    genres = recorded(study, "genre")
    found = found.assign(genre=[genres.get(artist, "") for artist in found["artist"]])
    return _typed(found[["item", "artwork", *RECORDED, *FACTORS, "genre"]])


def participants(study: Study) -> DataFrame:
    """One row per rater; columns are those of `PARTICIPANTS` and one per question about a person.

    A question about a person is the column `about_` and its name; what was not answered is empty.
    """
    counted = Count("trials", filter=Q(trials__answered_at__isnull=False, trials__practice=False))
    rows = study.participants.annotate(answered=counted).order_by("pk")
    found = DataFrame.from_records(list(rows.values_list(*PERSON.values())), columns=list(PERSON))
    said = Response.objects.filter(participant__study=study, trial=None).order_by("pk")
    about: dict[str, dict[str, str]] = {}
    for code, question, answer in said.values_list("participant__code", "question", "answer"):
        about.setdefault(f"{ABOUT}{question}", {})[code] = answer
    asked = {column: found["participant"].map(answers) for column, answers in about.items()}
    return _typed(found.assign(**asked))


PERSON = {
    "participant": "code",
    "population": "population",
    "simulated": "simulated",
    "channel": "channel",
    "language": "language",
    "consent_sha256": "consent_sha256",
    "consent_version": "consent_version",
    "state": "state",
    "consented_at": "consented_at",
    "finished_at": "finished_at",
    "trials": "answered",
}


def flow(study: Study) -> DataFrame:
    """How many raters got how far, real and SIMULATED ones apart: simulated, stage, raters."""
    people = participants(study)
    stages = {
        "agreed to take part": people["state"] != "",
        "answered at least one trial": people["trials"] > 0,
        "finished": people["state"] == Participant.State.FINISHED,
        "taking part now": people["state"] == Participant.State.ACTIVE,
        "left, place given back": people["state"] == Participant.State.LAPSED,
        "screened out": people["state"] == Participant.State.SCREENED_OUT,
        "withdrew": people["state"] == Participant.State.WITHDRAWN,
    }
    counted = [
        {
            "simulated": sort,
            "stage": stage,
            "raters": int((held & (people["simulated"] == sort)).sum()),
        }
        for sort in (False, True)
        for stage, held in stages.items()
    ]
    return DataFrame(counted)


def write(study: Study, folder: Path) -> dict[str, int]:
    """Everything that leaves a study, as files; returns their names and lengths in bytes.

    The same study gives the same bytes. Tables of people are split: SIMULATED raters have files of
    their own, named so. Each file is written whole or not at all.
    """
    frozen = study.protocol
    files = {**_tables(study), "experiment.yaml": frozen.source}
    files["protocol.json"] = as_json({"document": frozen.document, "drawn": frozen.drawn})
    files["codebook.json"] = as_json(codebook(study))
    files["codebook.csv"] = as_csv(_book(study))
    files["consent_texts.json"] = as_json(consent_texts(study))
    files |= _certificate(study)
    files["README.md"] = README.format(study=study, frozen=frozen)
    encoded = {name: content.encode() for name, content in files.items()}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(encoded.items())}
    hashes = {"protocol": frozen.sha256, "design": frozen.design_sha256, "files": sums}
    encoded["hashes.json"] = as_json(hashes).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in encoded.items():
        write_whole(folder / name, data)
    return {name: len(data) for name, data in encoded.items()}


README = """# {study.title}

Export of the study “{study.slug}” ({study.state}), design {frozen.design_sha256}.

- `responses.csv`: one row per answer of a participant. `participants.csv`: one row per participant.
- `responses_SIMULATED.csv`, `participants_SIMULATED.csv`: the same for SIMULATED raters, if any.
  They are made up by a program and say nothing about people.
- `consents.csv` (`consents_SIMULATED.csv`): who agreed to which version of the information, and
  when. `consent_texts.json`: every version word for word.
- `flags.csv` (`flags_SIMULATED.csv`): what checks found about whom, and what a person decided.
- `marks.csv` (`marks_SIMULATED.csv`), where raters marked places: one row per mark.
- `viewing.csv` (`viewing_SIMULATED.csv`): how the pictures were looked at, one row per picture of a
  trial, also of those whose pictures never arrived; which rules of viewing were broken.
- `comparisons.csv` (`comparisons_SIMULATED.csv`), where conditions stood beside one another: one
  row per pair of which one was preferred.
- `blindcheck.md`, `blindcheck.json`: the certificate of the last blind check, if there was one.
- `flow.csv`: how many raters got how far. `stimuli.csv`: every picture with its condition.
- `codebook.csv`, `codebook.json`: what each column says.
- `experiment.yaml`: the experiment file. `protocol.json`: the same with every default filled in,
  and what was drawn. `hashes.json`: sha256 of all of it.

In answers to questions for text, what looks like an e-mail, web or street address, an account, a
phone number or a name is masked: [e-mail], [name]. A program found it: it misses some.

Text that a spreadsheet would take for a formula (it starts with = + - @) has a ' put before it.
"""


def _certificate(study: Study) -> dict[str, str]:
    """Of the last blind check, if there was one."""
    made = blindness.latest(study)
    return {"blindcheck.json": as_json(made), "blindcheck.md": page(made)} if made else {}


def _tables(study: Study) -> dict[str, str]:
    files = {"flow.csv": as_csv(flow(study))}
    files["stimuli.csv"] = as_csv(stimuli(study, practice=True))
    tables = {"responses": responses(study), "participants": participants(study)}
    tables["viewing"] = viewing(study)
    tables["consents"] = _typed(consents(study))
    tables["flags"] = _typed(flags(study))
    if marking_of(plan_of(study).kind):
        tables["marks"] = marks(study)
    if plan_of(study).fieldwork.compare:
        tables["comparisons"] = comparisons(study, tables["responses"])
    for name, table in tables.items():
        files[f"{name}.csv"] = as_csv(table[~table["simulated"]])
        if table["simulated"].any():
            files[f"{name}_SIMULATED.csv"] = as_csv(table[table["simulated"]])
    return files


def _book(study: Study) -> DataFrame:
    book = DataFrame(codebook(study))
    told = [json.dumps(values, ensure_ascii=False) if values else "" for values in book["values"]]
    return book.assign(values=told)


def as_json(value: object) -> str:
    """JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def as_csv(table: DataFrame) -> str:
    """CSV that spreadsheets cannot be tricked by: no text starts a formula; times are ISO 8601."""
    safe = table.assign(**{name: _safe(table[name]) for name in table.columns})
    text = safe.to_csv(
        index=False,
        lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,
        date_format="%Y-%m-%dT%H:%M:%S.%fZ",
    )
    return str(text)


def _safe(values: Series) -> Series:
    if is_float_dtype(values) and values.name not in SHARES:  # whole, some missing: 4, never 4.0
        return values.astype("Int64")
    if is_string_dtype(values):
        return values.where(~values.str.contains(r"^[=+\-@\t\r\n]"), "'" + values)
    return values


def _names(positions: Series) -> Series:
    return positions.map(item_name)


def _factors(study: Study, conditions: Series) -> dict[str, Series]:
    """A column per factor, from the primary keys of conditions."""
    levels = dict(Condition.objects.filter(study=study).values_list("pk", "levels"))
    return {
        factor: conditions.map(
            {pk: cell.get(factor, UNDEGRADED.get(factor)) for pk, cell in levels.items()}
        )
        for factor in FACTORS
    }


RECORDED = ("era", "surface")
"""What tables say of an item's painter, from the collection's records."""


def _painters_records(study: Study, artists: Series) -> dict[str, list[str]]:
    return {
        column: [said.get(artist, "") for artist in artists]
        for column in RECORDED
        for said in [recorded(study, column)]
    }


TIMES = (
    "started_at",
    "answered_at",
    "consented_at",
    "finished_at",
    "agreed_at",
    "found_at",
    "decided_at",
)
SHARES = ("x", "y", "pixel_ratio", "page_scale", "screen_pixels", "largest_zoom", "first_won")
NUMBERS = ("value", "scale", "rt_ms", "seed", *SHARES)
COUNTS = ("position", "trials", "order", "consent_version", "version", "check_version")
FLAGS = ("simulated", "practice", "gold", "excluded", "failed")


def _typed(table: DataFrame) -> DataFrame:
    """The same dtypes whatever the rows, even none."""
    return table.assign(**{name: _column(name, table[name]) for name in table.columns})


def _column(name: str, values: Series) -> Series:
    if name in TIMES:
        return to_datetime(values, utc=True).astype("datetime64[us, UTC]")
    if name in FLAGS:
        return values.astype("bool")
    if name in NUMBERS or name in COUNTS:
        return values.astype("float64" if name in NUMBERS else "int64")
    return values.astype("object").fillna("").astype("str")

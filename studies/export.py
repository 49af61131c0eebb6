"""What leaves a study: its one table of answers, its stimuli, and who took part.

Nobody can be recognised in it: participants are pseudonyms, tokens and addresses stay inside.
Answers to practice trials never leave. Simulated raters are in rows and files that say so.
"""

import hashlib
import json
from pathlib import Path

from pandas import DataFrame

from generation.writing import write_whole
from studies.blindness import check as blindness
from studies.blindness.certificate import page
from studies.live.plan import plan_of
from studies.models import Study
from studies.tables.answers import responses
from studies.tables.codebook import codebook
from studies.tables.columns import item_name, typed
from studies.tables.comparisons import comparisons
from studies.tables.consents import consents
from studies.tables.consents import texts as consent_texts
from studies.tables.files import as_csv, as_json
from studies.tables.flags import flags
from studies.tables.marked import marks
from studies.tables.people import flow, participants
from studies.tables.pictures import items, stimuli
from studies.tables.viewing import viewing
from studies.trial_forms.marks import marking_of

__all__ = [
    "as_csv", "as_json", "flow", "item_name", "items", "marks", "participants", "responses",
    "stimuli", "viewing", "write",
]  # fmt: skip


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
    tables["consents"] = typed(consents(study))
    tables["flags"] = typed(flags(study))
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

"""The page to read first: what came out and how sure it is, from a report's document. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaluation.words import counted, listed

Document = Mapping[str, Any]


def front(document: Document) -> dict[str, Any]:
    """What the first page needs beside the document: found, doubts, untold, left_out, checked."""
    sections = document["sections"]
    return {
        "found": found(sections),
        "doubts": list(_doubts(document)),
        "unanswered": list(_unanswered(sections)),
        "untold": list(_untold(sections)),
        "left_out": list(_left_out(document)),
        "moved": list(_moved(sections)),
        "several_groups": len(document["groups"]) > 1,
    }


def found(sections: Sequence[Document]) -> list[dict[str, Any]]:
    """What was found of each question: about people, or SIMULATED raters where there are none."""
    said = [
        {**section, "blocks": [_trusted(block) for block in section["blocks"] if block["claim"]]}
        for section in sections
    ]
    people = any(not block["simulated"] for section in said for block in section["blocks"])
    for section in said:
        if people:
            section["blocks"] = [block for block in section["blocks"] if not block["simulated"]]
        section["blocks"] = _merged(section["blocks"])
    return [section for section in said if section["blocks"]]


def _merged(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks that say word for word the same stand there once, with all their populations."""
    told: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for block in blocks:
        told.setdefault((block["claim"], block["simulated"], block["trust"]), []).append(block)
    return [
        {**alike[0], "population": listed([each["population"] or "all raters" for each in alike])}
        if len(alike) > 1
        else alike[0]
        for alike in told.values()
    ]


def trust(assumptions: Sequence[Document]) -> str:
    """“3 assumptions hold, 1 does not, 2 cannot be checked”; empty where none was checked."""
    held = [each["held"] for each in assumptions]
    parts = [
        (held.count(True), "holds", "hold"),
        (held.count(False), "does not hold", "do not hold"),
        (held.count(None), "cannot be checked", "cannot be checked"),
    ]
    said = [(number, one if number == 1 else many) for number, one, many in parts if number]
    first = [f"{counted(number, 'assumption')} {verb}" for number, verb in said[:1]]
    return ", ".join([*first, *(f"{number} {verb}" for number, verb in said[1:])])


def _trusted(block: Document) -> dict[str, Any]:
    broken = any(each["held"] is False for each in block["assumptions"])
    return {**block, "trust": trust(block["assumptions"]), "doubted": broken}


def _blocks(sections: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    """Sections and blocks of what was found: people where there are any."""
    people = any(not block["simulated"] for each in sections for block in each["blocks"])
    for section in sections:
        for block in section["blocks"]:
            if not (people and block["simulated"]):
                yield section, block


def _doubts(document: Document) -> Iterator[dict[str, Any]]:
    """Assumptions that do not hold, each sentence once, with the questions that rest on it."""
    places: dict[tuple[str, str], list[str]] = {}
    for section, block in _blocks(document["sections"]):
        for each in block["assumptions"]:
            if each["held"] is False:
                labels = places.setdefault((each["name"], each["said"]), [])
                labels += [section["label"]] if section["label"] not in labels else []
    for (name, said), labels in places.items():
        yield {"name": name, "said": said, "labels": labels}


def _unanswered(sections: Sequence[Document]) -> Iterator[dict[str, Any]]:
    for section, block in _blocks(sections):
        if block["problem"]:
            yield {"name": section["name"], "label": section["label"], "group": block["group"],
                   "said": block["problem"]}  # fmt: skip


def _untold(sections: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """Limits of the findings, and assumptions that cannot be checked, each sentence once."""
    seen: set[str] = set()
    for section, block in _blocks(sections):
        unknown = [
            f"{each['name']}: {each['said']}"
            for each in block["assumptions"]
            if each["held"] is None
        ]
        new = [said for said in (*block["limits"], *unknown) if said not in seen]
        seen.update(new)
        for said in new:
            yield {"name": section["name"], "label": section["label"], "said": said}


def _left_out(document: Document) -> Iterator[str]:
    """What the flow leaves out, a sentence for people and one for SIMULATED raters."""
    for part in document["flow"]:
        boxes = part["boxes"]
        who = "SIMULATED raters" if part["simulated"] else "raters"
        sides = [
            f"{box['label']} ({_amount(box)})"
            for box in boxes
            if box["side"] and box["answers"] is not None
        ]
        kept = boxes[-1]
        said = f"{kept['answers']:,} answers of {kept['raters']:,} {who} are in the analysis"
        yield f"{said}; left out: {'; '.join(sides)}." if sides else f"{said}; none was left out."


def _amount(box: Document) -> str:
    return f"{counted(box['answers'], 'answer')} of {counted(box['raters'], 'rater')}"


def _moved(sections: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """How far the rules of exclusion matter, each sentence once, with its questions."""
    places: dict[str, list[str]] = {}
    for section, block in _blocks(sections):
        if block["sensitivity"]:
            labels = places.setdefault(block["sensitivity"]["said"], [])
            labels += [section["label"]] if section["label"] not in labels else []
    for said, labels in places.items():
        yield {"said": said, "labels": labels}

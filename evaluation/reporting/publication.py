"""Which pictures a report may hand out: what the record of rights of an artwork allows. Pure.

Showing a picture to raters of a study is one thing, publishing it another. What nobody has allowed
in words is not published. A column `publication` of the collection's manifest (yes or no) decides
where it is filled in; else the kind of right and its statement do.
"""

import re
from collections.abc import Mapping

YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
FREE = re.compile(r"\b(CC0|CC[- ]BY|public domain|creative commons)\b", re.IGNORECASE)
NO_CHANGES = re.compile(r"\bND\b|NoDerivatives", re.IGNORECASE)


def refusal(rights: str, statement: str, columns: Mapping[str, str]) -> str:
    """Why pictures made from an artwork are not published; empty where they may be."""
    said = str(columns.get("publication", "")).strip().lower()
    if said in NO:
        return "its record says “publication: no”"
    if said in YES or rights == "public_domain":
        return ""
    if rights == "consent":
        return "consent was given to the study; its record does not say “publication: yes”"
    if NO_CHANGES.search(statement):
        return "its licence allows no changed versions"
    if FREE.search(statement):
        return ""
    return "its licence is not known to allow publication; “publication: yes” would say so"

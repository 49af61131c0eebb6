"""The three claims of the Response to IMPRESS: supported, contradicted, nothing, or open."""

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked

KINDS = [("historical", "smooth"), ("historical", "textured"), ("contemporary", "smooth"),
         ("contemporary", "textured")]  # fmt: skip
ARMS = [("clean", "0", "none"), ("clean", "0", "impress"), ("glaze", "0.1", "none"),
        ("glaze", "0.1", "impress")]  # fmt: skip


def study(success, *, painters: int = 40, raters: int = 24, seed: int = 1) -> pd.DataFrame:
    """Answers 1 or 5 about two works of each painter; `success(kind, arm)` is their PSR."""
    draw = np.random.default_rng(seed)
    leniency = draw.normal(0, 0.05, raters)
    rows = []
    for painter in range(painters):
        era, surface = KINDS[painter % 4]
        for work in range(2):
            for arm in ARMS:
                for rater in draw.choice(raters, 4, replace=False):
                    chance = success((era, surface), arm) + leniency[rater]
                    rows.append(
                        {
                            "participant": f"P{rater}",
                            "item": f"{painter}-{work}-{'-'.join(arm)}",
                            "artwork": f"{painter}-{work}",
                            "artist": f"painter {painter}",
                            "era": era,
                            "surface": surface,
                            **dict(zip(("protection", "budget", "purification"), arm, strict=True)),
                            "question": "mimicry_success",
                            "value": 1 if draw.random() < chance else 5,
                            "scale": 5,
                        }
                    )
    return checked(pd.DataFrame(rows))


def found(table: pd.DataFrame, measurements: pd.DataFrame | None = None, **settings) -> Finding:
    evidence = Evidence(table) if measurements is None else Evidence(table, measurements)
    return ANALYSES.build("generality", settings).run(evidence, seed=1)


def foretold(kind, arm) -> float:
    """As the Response has it: less is undone for contemporary painters, clean art is spoilt."""
    era, _ = kind
    if arm[0] == "clean":
        return 0.1 if arm[2] == "none" else 0.5
    return 0.9 if arm[2] == "none" else (0.2 if era == "historical" else 0.8)


def verdicts(finding: Finding, sample: str = "painters") -> dict[str, str]:
    rows = finding.table[finding.table["sample"].str.endswith(sample)]
    return dict(zip(rows["claim"], rows["verdict"], strict=True))


def test_what_is_there_is_supported_and_what_is_not_is_not() -> None:
    told = verdicts(found(study(foretold), margin=0.25))
    assert told["undoes more for historical painters"] == "supported"
    assert told["spoils mimicry of clean art"] == "supported"
    assert told["undoes more for textured surfaces"] == "no difference that matters"


def test_the_other_way_round_is_contradicted() -> None:
    def swapped(kind, arm) -> float:
        return foretold(("contemporary" if kind[0] == "historical" else "historical", ""), arm)

    finding = found(study(swapped))
    assert verdicts(finding)["undoes more for historical painters"] == "contradicted"
    assert "contradicted: the difference goes the other way" in finding.claim


def test_few_painters_leave_the_claims_open_and_that_is_said() -> None:
    finding = found(study(foretold, painters=8))
    assert verdicts(finding)["undoes more for textured surfaces"] == "cannot tell"
    assert not next(a for a in finding.assumptions if a.name == "Enough painters (era)").held
    assert any("no evidence" in limit for limit in finding.limits)


def test_effects_are_those_of_the_table_counted_by_hand() -> None:
    table = study(foretold)
    share = table.assign(hit=table["value"] <= 2).groupby(["protection", "purification", "era"])
    psr = share["hit"].mean()
    undone = psr["glaze", "none"] - psr["glaze", "impress"]
    row = found(table).table.iloc[0]
    assert row["share_difference"] == pytest.approx(undone["historical"] - undone["contemporary"])


def test_eras_that_hang_together_with_surfaces_are_an_assumption_that_fails() -> None:
    table = study(foretold)
    table = table[(table["era"] == "historical") == (table["surface"] == "smooth")].reset_index(
        drop=True
    )
    held = {each.name: each.held for each in found(table).assumptions}
    assert held["Era and surface apart"] is False


def test_damage_to_clean_pictures_is_measured_too() -> None:
    table = study(foretold)
    items = table.drop_duplicates("item")
    blurred = (items["purification"] == "impress") * 0.1
    measured = pd.DataFrame(
        {"item": items["item"], "metric": "ssim", "value": 0.95 - blurred, "version": ""}
    )
    measured["value"] += np.random.default_rng(2).normal(0, 0.01, len(measured))
    (exhibit,) = found(table, measured).exhibits
    assert exhibit.table["difference"].iloc[0] == pytest.approx(-0.1, abs=0.01)
    assert exhibit.table["items"].iloc[0] == 160  # of clean art alone


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t[t["purification"] == "none"], "No picture of this study was purified"),
        (
            lambda t: t[t["protection"] == "glaze"].assign(era="", surface=""),
            "on record here: none",
        ),
    ],
)
def test_studies_that_cannot_say_are_told_what_is_missing(spoil, said: str) -> None:
    with pytest.raises(TableError, match=said):
        found(spoil(study(foretold, painters=4)))

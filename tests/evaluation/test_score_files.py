"""Scores from elsewhere in a study: by command and by page, whole or not at all, removable."""

import csv
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation import queries, services
from evaluation.measuring import score_files
from evaluation.models import ImportedScore, ScoreFile
from tests.evaluation.scenes import MimicryScene, researcher

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return MimicryScene(analyses="{metric_validity: {question: mimicry_success}}").study


def items_of(study) -> list[str]:
    return list(score_files.known(study))


def table(rows: dict[str, float], metric: str = "beauty") -> str:
    return "item,metric,value\n" + "".join(f"{i},{metric},{v}\n" for i, v in rows.items())


def ranked(study, metric: str = "beauty", plus: float = 0.0) -> str:
    return table({item: plus + k for k, item in enumerate(items_of(study))}, metric)


def imported(study, text: str, tmp_path: Path, **options) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(text)
    call_command("measure", study=study.slug, scores=path, **options)


def values(study, metric: str) -> dict[str, float]:
    rows = queries.measurements(study)
    return rows[rows["metric"] == metric].set_index("item")["value"].to_dict()


def test_the_command_takes_scores_over_and_they_stand_beside_our_metrics(
    study, tmp_path, capsys
) -> None:
    imported(study, ranked(study), tmp_path)
    assert "beauty: 12 of 12 items; higher is better." in capsys.readouterr().out
    assert values(study, "beauty") == {item: k for k, item in enumerate(items_of(study))}
    file = ScoreFile.objects.get()
    assert (file.given_by, file.name, len(file.sha256)) == ("command line", "scores.csv", 64)
    assert set(queries.measurements(study)["version"]) == {file.sha256}


def test_pictures_make_the_items_mean_and_an_item_that_lacks_one_has_none(study, tmp_path) -> None:
    known = score_files.known(study)
    first, second = list(known)[:2]
    rows = [f"{sha},grain,{k}" for k, sha in enumerate([*known[first], *known[second][:2]])]
    imported(study, "image,metric,value\n" + "\n".join(rows) + "\n", tmp_path)
    assert values(study, "grain") == {first: 1.0}


def test_infinite_scores_are_stored_as_empty_and_come_back(study, tmp_path) -> None:
    first = items_of(study)[0]
    imported(study, table({first: float("inf")}), tmp_path, direction="lower")
    assert ImportedScore.objects.get().value is None
    assert values(study, "beauty(lower)") == {first: float("inf")}


def test_a_file_given_again_takes_the_place_of_the_earlier_one_metric_by_metric(
    study, tmp_path, capsys
) -> None:
    both = ranked(study) + ranked(study, "grain").partition("\n")[2]
    imported(study, both, tmp_path)
    imported(study, table({items_of(study)[0]: 7.0}), tmp_path, json=True)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["replaced"] == ["beauty"]
    assert values(study, "beauty") == {items_of(study)[0]: 7.0}
    assert len(values(study, "grain")) == 12
    score_files.remove(file=ScoreFile.objects.first())
    assert len(values(study, "beauty")) == 12  # the earlier file counts again


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("item-0003,beauty,NaN", "Line 14: “NaN” is no number"),
        ("item-0003,beauty,2", "Line 14: beauty of item-0003 is given a second time"),
        ("item-0777,beauty,2", "Line 14: “item-0777” .item. is no item"),
    ],
)
def test_one_wrong_line_and_nothing_is_taken_over(study, tmp_path, line: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        imported(study, ranked(study) + line + "\n", tmp_path)
    assert not ImportedScore.objects.exists()
    assert queries.measurements(study).empty


def test_lines_about_nothing_here_are_left_out_only_on_purpose(study, tmp_path, capsys) -> None:
    imported(study, ranked(study) + "item-0777,beauty,2\n", tmp_path, leave_out_unknown=True)
    assert "1 lines about nothing in this study were left out." in capsys.readouterr().out
    assert ScoreFile.objects.get().left_out == 1
    assert len(values(study, "beauty")) == 12


def test_an_import_without_a_study_or_file_is_refused(tmp_path, study) -> None:
    with pytest.raises(CommandError, match="name it with --study"):
        call_command("measure", scores=tmp_path / "x.csv")
    with pytest.raises(CommandError, match="No such file"):
        call_command("measure", study=study.slug, scores=tmp_path / "absent.csv")
    (tmp_path / "x.csv").write_bytes(b"item,metric,value\nitem-0001,m,\xff\n")
    with pytest.raises(CommandError, match="no text in UTF-8"):
        call_command("measure", study=study.slug, scores=tmp_path / "x.csv")


def test_an_analysis_scores_them_by_name_and_the_report_is_computed_anew(tmp_path) -> None:
    asked = "{metric_validity: {question: mimicry_success, metrics: [beauty]}}"
    scene = MimicryScene(analyses=asked).judged_by(4)
    imported(scene.study, ranked(scene.study), tmp_path)
    assert queries.unmeasured(scene.study) == 0
    first = services.compute_report(study=scene.study)
    (block,) = first.document["sections"][0]["blocks"]
    assert not block["problem"]
    assert "beauty" in json.dumps(block["tables"])
    imported(scene.study, ranked(scene.study, plus=0.5), tmp_path)
    assert services.compute_report(study=scene.study).pk != first.pk


@pytest.fixture
def page(study, client):
    study.owner = researcher("ada")
    study.save()
    client.force_login(study.owner)
    address = reverse("evaluation:scores", args=[study.slug])

    def give(text: str | bytes, name: str = "scores.csv", direction: str = "higher"):
        data = text.encode() if isinstance(text, str) else text
        file = SimpleUploadedFile(name, data, "text/csv")
        return client.post(address, {"file": file, "direction": direction}, follow=True)

    give.client, give.address = client, address
    return give


def test_the_page_shows_what_was_matched_before_anything_counts(page, study) -> None:
    shown = page(ranked(study) + "item-0777,beauty,2\n", direction="lower")
    text = shown.content.decode()
    assert "12 lines matched, 1 not." in text
    assert "beauty(lower)</code>" in text
    assert "“item-0777” (item) is no item" in text
    assert values(study, "beauty(lower)") == {}
    accept = reverse("evaluation:accept_scores", args=[study.slug, ScoreFile.objects.get().pk])
    assert page.client.post(accept).status_code == 422
    assert not ImportedScore.objects.exists()
    done = page.client.post(accept, {"leave_out": "on"}, follow=True).content.decode()
    assert "scores.csv is taken over" in done
    assert "1 line left out" in done
    assert len(values(study, "beauty(lower)")) == 12
    page.client.post(accept, {"leave_out": "on"})  # a second click
    assert ImportedScore.objects.count() == 12
    assert ScoreFile.objects.get().given_by == "ada"
    (event,) = study.events.filter(kind="scores_taken_over")
    assert event.actor.get_username() == "ada"


def test_a_file_with_problems_cannot_be_taken_over(page, study) -> None:
    shown = page(ranked(study) + "item-0003,beauty,2\n").content.decode()
    assert "given a second time (first in line 5)" in shown
    assert "Take over" not in shown
    accept = reverse("evaluation:accept_scores", args=[study.slug, ScoreFile.objects.get().pk])
    assert page.client.post(accept).status_code == 422
    assert not ImportedScore.objects.exists()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"\xff\xfe\x00", 422, "is no text in UTF-8"),
        (b"item,metric,value\n\x00", 422, "is no text"),
        (b"x" * 10_000_001, 413, "has more than 10 MB"),
    ],
)
def test_what_is_no_table_or_too_large_is_refused_in_words(page, data, status, said) -> None:
    shown = page(data)
    assert shown.status_code == status
    assert said in shown.content.decode()
    assert not ScoreFile.objects.exists()


def test_no_file_is_said(page) -> None:
    shown = page.client.post(page.address, {"direction": "higher"})
    assert shown.status_code == 422
    assert "Choose a file first." in shown.content.decode()


def test_files_are_listed_downloaded_and_removed(page, study) -> None:
    page(ranked(study))
    file = ScoreFile.objects.get()
    score_files.accept(file=file)
    assert "scores.csv" in page.client.get(page.address).content.decode()
    original = reverse("evaluation:score_original", args=[study.slug, file.pk])
    lines = list(csv.reader(page.client.get(original).content.decode().splitlines()))
    assert lines[0] == ["item", "metric", "value"]
    remove = reverse("evaluation:remove_scores", args=[study.slug, file.pk])
    assert page.client.get(remove).status_code == 405
    page.client.post(remove)
    assert study.events.filter(kind="scores_removed", actor__username="ada").exists()
    assert "removed by ada" in page.client.get(page.address).content.decode()
    assert values(study, "beauty") == {}


def test_a_new_file_takes_the_place_of_one_that_was_only_looked_at(page, study) -> None:
    page(ranked(study))
    looked_at = ScoreFile.objects.get().pk
    page(ranked(study, "grain"))
    assert ScoreFile.objects.get().pk != looked_at
    gone = reverse("evaluation:score_file", args=[study.slug, looked_at])
    assert page.client.get(gone).status_code == 302


def test_scores_of_another_researchers_study_are_out_of_reach(page, study, client) -> None:
    page(ranked(study))
    pk = ScoreFile.objects.get().pk
    client.force_login(researcher("bo"))
    for name in ("score_file", "score_original"):
        assert client.get(reverse(f"evaluation:{name}", args=[study.slug, pk])).status_code == 404
    for name in ("accept_scores", "remove_scores"):
        assert client.post(reverse(f"evaluation:{name}", args=[study.slug, pk])).status_code == 404
    assert client.get(page.address).status_code == 404


def test_the_page_is_guarded_against_forged_requests(study, page) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(study.owner)
    file = SimpleUploadedFile("s.csv", ranked(study).encode(), "text/csv")
    assert strict.post(page.address, {"file": file, "direction": "higher"}).status_code == 403

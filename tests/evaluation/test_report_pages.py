"""The report's pages: who may see them, what they say, what they hand out."""

import io
import re
import zipfile

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse

from evaluation import services
from evaluation.models import Report, ReportRequest
from evaluation.reporting.computing import carry_out
from tests.evaluation.scenes import answered_study, measured_as, reported, researcher

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client: Client):
    user = researcher("alice")
    client.force_login(user)
    return user


def page(slug: str) -> str:
    return reverse("evaluation:report", args=[slug])


def test_a_visitor_is_sent_to_the_log_in(client: Client) -> None:
    study = answered_study()
    response = client.get(page(study.slug))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("verb", ["report", "compute", "measure"])
def test_charlie_cannot_tell_that_the_study_exists(client: Client, verb: str) -> None:
    study = answered_study(owner=researcher("alice"))
    client.force_login(researcher("charlie"))
    address = reverse(f"evaluation:{verb}", args=[study.slug])
    response = client.get(address) if verb == "report" else client.post(address)
    assert response.status_code == 404


@pytest.mark.parametrize(
    "name", ["", "report.html", "report.pdf", "tables.zip", "rows.csv", "rows/psr.csv"]
)
def test_charlie_cannot_download_either(client: Client, name: str) -> None:
    report = reported(answered_study(owner=researcher("alice")))
    client.force_login(researcher("charlie"))
    address = reverse("evaluation:earlier", args=[report.study.slug, report.pk])
    assert client.get(address + name).status_code == 404


def test_a_report_is_never_found_under_another_study(client: Client, alice) -> None:
    report = reported(answered_study(owner=alice))
    other = answered_study(owner=alice, slug="other")
    address = reverse("evaluation:download", args=[other.slug, report.pk, "report.html"])
    assert client.get(address).status_code == 404


def test_without_answers_the_page_says_what_to_do(client: Client, alice) -> None:
    study = answered_study(owner=alice, people=0, simulated=0)
    text = client.get(page(study.slug)).content.decode()
    assert "Nobody has answered yet" in text
    assert f"experiment simulate {study.slug}" in text


def test_the_report_is_computed_by_a_worker_and_then_shown(client: Client, alice) -> None:
    study = answered_study(owner=alice)
    assert "Compute the report" in client.get(page(study.slug)).content.decode()
    response = client.post(reverse("evaluation:compute", args=[study.slug]), follow=True)
    assert "Waiting for a worker" in response.content.decode()
    assert not Report.objects.exists()
    carry_out(ReportRequest.objects.get().pk)
    text = client.get(page(study.slug)).content.decode()
    assert "What was found" in text
    assert "Which pictures are raters willing to post?" in text
    assert "<svg" in text
    assert Report.objects.count() == 1


def test_reading_a_report_computes_nothing(client: Client, alice) -> None:
    study = answered_study(owner=alice)
    client.get(page(study.slug))
    assert not Report.objects.exists()


def test_answers_that_came_since_are_counted(client: Client, alice) -> None:
    from tests.studies.researcher_scene import Scene

    scene = Scene(alice, slug="growing").generate().launch().take_part(2)
    reported(scene.study, answers=48)
    scene.take_part(1)
    assert "24 answers came in since" in client.get(page("growing")).content.decode()


def test_pictures_that_wait_to_be_measured_are_counted(client: Client, alice, monkeypatch) -> None:
    study = answered_study(owner=alice, launched=False)
    asked = {"seed": 1, "analyses": {"metric_validity": {"metrics": ["lpips"]}}}
    study.protocol.document = {**study.protocol.document, "analysis": asked}
    study.protocol.save()
    assert "18 pictures are not measured yet" in client.get(page(study.slug)).content.decode()
    sent: list[object] = []
    monkeypatch.setattr(services.app, "send_task", lambda *args, **kwargs: sent.append(args))
    client.post(reverse("evaluation:measure", args=[study.slug]))
    assert sent == [(services.MEASURE_TASK, [study.pk])]
    measured_as(study, {"lpips": 0.1})
    assert "not measured yet" not in client.get(page(study.slug)).content.decode()


def test_nothing_on_the_page_breaks_the_content_security_policy(client: Client, alice) -> None:
    study = answered_study(owner=alice)
    reported(study)
    response = client.get(page(study.slug))
    main = response.content.decode().partition("<main")[2]
    assert " style=" not in main
    assert "<style" not in main
    assert "onclick" not in main
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_every_download_that_the_page_offers_is_a_file(client: Client, alice) -> None:
    report = services.compute_report(study=answered_study(owner=alice))
    services.make_files(report=report)
    text = client.get(page("judged")).content.decode()
    found = {
        address.rpartition("/")[2]: client.get(address)
        for address in re.findall(r'href="(/reports/judged/[^"]+)" download', text)
    }
    assert set(found) >= {
        "report.html", "report.pdf", "contact-sheets.zip", "tables.zip", "latex.zip",
        "methods.txt", "references.bib", "report.json", "rows.csv",
    }  # fmt: skip
    assert all(each["Content-Disposition"].startswith("attachment") for each in found.values())
    assert found["report.html"].content.startswith(b"<!doctype html>")
    assert found["report.pdf"].content.startswith(b"%PDF")
    names = zipfile.ZipFile(io.BytesIO(found["tables.zip"].content)).namelist()
    assert any(name.startswith("acceptability-SIMULATED") for name in names)
    assert found["report.json"].json()["answers"] == report.document["answers"]


def test_the_rows_behind_a_finding_are_those_of_its_raters_and_question(
    client: Client, alice
) -> None:
    report = services.compute_report(study=answered_study(owner=alice))
    block = report.document["sections"][0]["blocks"][0]
    address = reverse("evaluation:rows", args=["judged", report.pk, block["stem"]])
    rows = pd.read_csv(io.BytesIO(client.get(address).content))
    assert len(rows) == block["rows"]["used"] + block["rows"]["left_out"]
    assert not rows["simulated"].any()
    assert set(rows["question"]) == set(block["rows"]["questions"])


def test_earlier_reports_stay_readable(client: Client, alice) -> None:
    study = answered_study(owner=alice)
    first, _ = reported(study), reported(study, table="u" * 64)
    earlier = reverse("evaluation:earlier", args=[study.slug, first.pk])
    assert earlier in client.get(page(study.slug)).content.decode()
    assert client.get(earlier).status_code == 200


def test_the_page_needs_few_queries_whatever_the_number_of_answers(
    client: Client, alice, django_assert_max_num_queries
) -> None:
    study = answered_study(owner=alice, people=4)
    reported(study)
    with django_assert_max_num_queries(20):
        client.get(page(study.slug))

"""Addresses: what researchers see (/studies/), and what raters see (/s/, /p/)."""

from django.urls import URLPattern, path, re_path

from studies.views import hooks
from studies.views.participant import (
    consent,
    exams,
    journey,
    landing,
    no_mail,
    pauses,
    rights,
    trials,
)
from studies.views.participant import pictures as trial_pictures
from studies.views.researcher import (
    blindness,
    close,
    download,
    edit,
    flags,
    generate,
    information,
    launch,
    listing,
    pause,
    people,
    pictures,
    preview,
    recruitment,
    study,
    texts,
)

app_name = "studies"

RESEARCHER: list[URLPattern] = [
    path("", listing.home, name="home"),
    path("studies/", listing.listing, name="list"),
    path("experiment/", edit.new, name="new"),
    path("experiment/check/", edit.check, name="check"),
    path("experiment/<int:pk>/", edit.upload, name="upload"),
    path("studies/<slug:slug>/", study.study_page, name="study"),
    path("studies/<slug:slug>/progress/", study.progress, name="progress"),
    path("studies/<slug:slug>/live/", study.live, name="live"),
    path("studies/<slug:slug>/gallery/", pictures.gallery, name="gallery"),
    path("studies/<slug:slug>/items/<int:position>/", pictures.item_page, name="item"),
    path("studies/<slug:slug>/preview/", preview.preview, name="rehearsal"),
    path("studies/<slug:slug>/preview/<slug:step>/", preview.preview, name="preview"),
    path(
        "studies/<slug:slug>/preview/exam-<int:number>/<int:place>.png",
        preview.stripes,
        name="preview_stripes",
    ),
    path("studies/<slug:slug>/participants/", people.participants, name="participants"),
    path("studies/<slug:slug>/flags/", flags.flags, name="flags"),
    path("studies/<slug:slug>/flags/<str:code>/", flags.portfolio, name="portfolio"),
    path("studies/<slug:slug>/flags/<str:code>/decide/", flags.decide, name="decide"),
    path("studies/<slug:slug>/texts/", texts.listing, name="texts"),
    path("studies/<slug:slug>/texts/decide/", texts.judge, name="judge_texts"),
    path("studies/<slug:slug>/blind-check/", blindness.blindness, name="blindness"),
    path("studies/<slug:slug>/blind-check/start/", blindness.check, name="check_blindness"),
    path("studies/<slug:slug>/blindcheck.md", blindness.download, name="certificate"),
    path("studies/<slug:slug>/answers/", people.answers, name="answers"),
    path("studies/<slug:slug>/answers.csv", download.answers_table, name="table"),
    path("studies/<slug:slug>/experiment.yaml", download.experiment_file, name="file"),
    path("studies/<slug:slug>/export.zip", download.everything, name="export"),
    path("studies/<slug:slug>/edit/", edit.edit, name="edit"),
    path("studies/<slug:slug>/generate/", generate.generate, name="generate"),
    path("studies/<slug:slug>/launch/", launch.launch, name="launch"),
    path("studies/<slug:slug>/pause/", pause.pause, name="pause"),
    path("studies/<slug:slug>/resume/", pause.resume, name="resume"),
    path("studies/<slug:slug>/amend/", pause.amend, name="amend"),
    path("studies/<slug:slug>/information/", information.information, name="information"),
    path("studies/<slug:slug>/information/preview/", information.asked_again, name="asked_again"),
    path("studies/<slug:slug>/close/", close.close, name="close"),
    path("studies/<slug:slug>/recruitment/", recruitment.recruitment, name="recruitment"),
    path("studies/<slug:slug>/recruitment/dry-run/", recruitment.dry_run, name="dry_run"),
    path("studies/<slug:slug>/recruitment/<slug:deed>/", recruitment.recruit, name="recruit"),
]

RATER: list[URLPattern] = [
    path("s/<str:link>/", landing.landing, name="landing"),
    path("s/<str:link>/no/", landing.declined, name="declined"),
    path("p/<str:token>/", journey.participant, name="participant"),
    path("p/<str:token>/consent/", consent.again, name="consent"),
    path("p/<str:token>/about/", journey.about, name="about"),
    path("p/<str:token>/before/", exams.before, name="before"),
    path("p/<str:token>/before/<int:number>.png", exams.stripes, name="stripes"),
    path("p/<str:token>/ended/", exams.screened_out, name="screened_out"),
    path("p/<str:token>/guide/", journey.guide, name="guide"),
    path("p/<str:token>/rest/", pauses.pause, name="rest"),
    path("p/<str:token>/t/<str:trial_token>/", trials.trial, name="trial"),
    path("p/<str:token>/t/<str:trial_token>/missing/", trials.missing, name="missing"),
    path("p/<str:token>/i/<str:address>.png", trial_pictures.picture, name="picture"),
    path("p/<str:token>/place/", journey.place, name="place"),
    path("p/<str:token>/done/", journey.done, name="done"),
    path("p/<str:token>/withdraw/", rights.leave, name="withdraw"),
    path("p/<str:token>/mail/", no_mail.no_mail, name="no_mail"),
    path("p/<str:token>/receipt/", rights.receipt, name="receipt"),
    path("p/<str:token>/stored/", rights.stored, name="stored"),
    re_path(
        r"^p/(?P<token>[^/]+)/stored\.(?P<form>json|csv)$", rights.download, name="stored_file"
    ),
]

PANELS: list[URLPattern] = [
    path("hooks/prolific/", hooks.prolific_hook, name="prolific_hook"),
]

urlpatterns = [*RESEARCHER, *RATER, *PANELS]

"""Addresses: what researchers see (/studies/), and what raters see (/s/, /p/)."""

from django.urls import URLPattern, path

from studies.views.participant import journey, landing, pictures, trials
from studies.views.researcher.listing import home, listing

app_name = "studies"

RESEARCHER: list[URLPattern] = [
    path("", home, name="home"),
    path("studies/", listing, name="list"),
]

RATER: list[URLPattern] = [
    path("s/<str:link>/", landing.landing, name="landing"),
    path("s/<str:link>/no/", landing.declined, name="declined"),
    path("p/<str:token>/", journey.participant, name="participant"),
    path("p/<str:token>/about/", journey.about, name="about"),
    path("p/<str:token>/guide/", journey.guide, name="guide"),
    path("p/<str:token>/t/<str:trial_token>/", trials.trial, name="trial"),
    path("p/<str:token>/t/<str:trial_token>/missing/", trials.missing, name="missing"),
    path("p/<str:token>/i/<str:address>.png", pictures.picture, name="picture"),
    path("p/<str:token>/place/", journey.place, name="place"),
    path("p/<str:token>/done/", journey.done, name="done"),
]

urlpatterns = [*RESEARCHER, *RATER]

"""Addresses: what researchers see (/studies/), and what raters see (/s/, /p/)."""

from django.urls import URLPattern, path

from studies.views.researcher.listing import home, listing

app_name = "studies"

RESEARCHER: list[URLPattern] = [
    path("", home, name="home"),
    path("studies/", listing, name="list"),
]

RATER: list[URLPattern] = []

urlpatterns = [*RESEARCHER, *RATER]

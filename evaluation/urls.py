"""Addresses of the app, under /reports/."""

from django.urls import URLPattern, path

from evaluation.views import download, report, scores

app_name = "evaluation"
urlpatterns: list[URLPattern] = [
    path("charts-<str:version>.js", download.bundle, name="bundle"),
    path("<slug:slug>/", report.report_page, name="report"),
    path("<slug:slug>/compute/", report.compute, name="compute"),
    path("<slug:slug>/progress/", report.progress, name="progress"),
    path("<slug:slug>/measure/", report.measure, name="measure"),
    path("<slug:slug>/scores/", scores.scores, name="scores"),
    path("<slug:slug>/scores/<int:pk>/", scores.score_file, name="score_file"),
    path("<slug:slug>/scores/<int:pk>/accept/", scores.accept, name="accept_scores"),
    path("<slug:slug>/scores/<int:pk>/remove/", scores.remove, name="remove_scores"),
    path("<slug:slug>/scores/<int:pk>/scores.csv", scores.original, name="score_original"),
    path("<slug:slug>/<int:pk>/", report.report_page, name="earlier"),
    path("<slug:slug>/<int:pk>/rows/<str:stem>.csv", download.rows, name="rows"),
    path("<slug:slug>/<int:pk>/<str:name>", download.download, name="download"),
]

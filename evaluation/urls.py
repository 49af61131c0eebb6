"""Addresses of the app, under /reports/."""

from django.urls import URLPattern, path

from evaluation.views import download, report

app_name = "evaluation"
urlpatterns: list[URLPattern] = [
    path("<slug:slug>/", report.report_page, name="report"),
    path("<slug:slug>/compute/", report.compute, name="compute"),
    path("<slug:slug>/measure/", report.measure, name="measure"),
    path("<slug:slug>/<int:pk>/", report.report_page, name="earlier"),
    path("<slug:slug>/<int:pk>/report.html", download.html, name="html"),
    path("<slug:slug>/<int:pk>/tables.zip", download.tables, name="tables"),
    path("<slug:slug>/<int:pk>/report.json", download.findings, name="findings"),
]

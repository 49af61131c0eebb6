"""Django's entry for the app."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Measurements, findings, reports."""

    name = "evaluation"

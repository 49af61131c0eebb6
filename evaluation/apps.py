"""Django's entry for the app."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Measurements, findings, reports."""

    name = "evaluation"

    def ready(self) -> None:
        """Listen for what studies tell."""
        # models are there only from here on
        from evaluation import forgetting  # noqa: F401, PLC0415

"""Django's entry for the app."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Studies, participants, answers."""

    name = "studies"

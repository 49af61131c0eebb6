"""Django's entry for the app."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Stimuli: artworks, recipes, jobs."""

    name = "generation"

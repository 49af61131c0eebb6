"""Addresses of the app."""

from django.urls import path, register_converter

from generation.views import collections, files, jobs, recipes


class Sha256:
    """A sha256 in an address, in hexadecimal."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Sha256, "sha256")

app_name = "generation"
urlpatterns = [
    path("", collections.collections, name="collections"),
    path("collections/<slug:slug>/", collections.collection, name="collection"),
    path("recipes/<sha256:key>/", recipes.recipe, name="recipe"),
    path("recipes/<sha256:key>.json", recipes.document, name="document"),
    path("recipes/<sha256:key>/verify", recipes.verify, name="verify"),
    path("recipes/<sha256:key>/training", recipes.under_way, name="under_way"),
    path("recipes/<sha256:key>/verification", recipes.verification, name="verification"),
    path("files/<sha256:sha256>.png", files.image, name="image"),
    path("thumbnails/<sha256:sha256>.webp", files.thumbnail, name="thumbnail"),
    path("jobs/", jobs.listing, name="jobs"),
    path("jobs/live", jobs.live, name="jobs_live"),
    path("jobs/cancel", jobs.cancel_all, name="jobs_cancel_all"),
    path("jobs/cancel/<uuid:claim>", jobs.cancel_batch, name="jobs_cancel_batch"),
    path("jobs/retry", jobs.retry_all, name="jobs_retry_all"),
    path("jobs/retry/<int:pk>", jobs.retry_like, name="jobs_retry"),
]

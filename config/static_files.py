"""Static files under the hash of their bytes, so that browsers may keep them for ever."""

from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Modules name one another by hash too. A file that was not collected keeps its plain name.

    A forgotten `collectstatic` thus costs caching, and does not take every page down.
    """

    manifest_strict = False
    support_js_module_import_aggregation = True

    @lru_cache(maxsize=1024)  # noqa: B019 (one storage lives as long as its process)
    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file: the same for as long as the process lives."""
        return str(super().url(name, force))

    def stored_name(self, name: str) -> str:
        """`copy.js` → `copy.0f3a….js`"""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name

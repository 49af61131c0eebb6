"""Bytes under the name of their sha256, in a folder or an S3-compatible bucket.

A name says what the bytes are, so nothing is ever changed in place: two workers that write the
same bytes at the same moment both end with the right file, and whoever reads can check.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from generation.models import Image, Mimic
from generation.writing import write_whole

if TYPE_CHECKING:
    from torch import Tensor

BUCKET_LIBRARIES = {"boto3", "botocore", "s3transfer", "urllib3"}


class StoreError(RuntimeError):
    """Bytes that are not in the store, or not what their name says; the message says what to do."""


class StoreFailure(RuntimeError):
    """The folder or bucket itself cannot be read or written; the message says what to do."""


@contextmanager
def failing() -> Iterator[None]:
    """Turns whatever a folder or bucket raises inside into a StoreFailure."""
    try:
        yield
    except Exception as error:
        # by name: boto3 is only imported where images are in a bucket
        makers = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
        if not isinstance(error, OSError) and not makers & BUCKET_LIBRARIES:
            raise
        words = " ".join(str(error).split())
        raise StoreFailure(
            f"the image store failed ({words[:200] or type(error).__name__}). Check STORAGE_URL and"
            " who may write there, then run it again."
        ) from error


def put(data: bytes) -> str:
    """Keep `data`; returns its sha256. Harmless to repeat, also by two processes at once.

    A file of the right size counts as there; `restore` reads it first.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    name = name_of(sha256)
    if not (default_storage.exists(name) and default_storage.size(name) == len(data)):
        _write(name, data)
    return sha256


def restore(data: bytes) -> bool:
    """Keep `data` again where its file is missing or damaged; says whether it was."""
    sha256 = hashlib.sha256(data).hexdigest()
    if is_whole(sha256):
        return False
    _write(name_of(sha256), data)
    return True


def is_whole(sha256: str) -> bool:
    """Whether the bytes whose sha256 this is are there, undamaged; reads them all."""
    try:
        get(sha256)
    except StoreError:
        return False
    return True


def get(sha256: str) -> bytes:
    """The bytes whose sha256 this is; raises StoreError where they are missing or damaged."""
    try:
        with default_storage.open(name_of(sha256)) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        raise StoreError(
            f"The store has no file {sha256}. Check STORAGE_URL, then make it again"
            " (manage.py remake), or import the original again."
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError(
            f"The stored file {sha256} is damaged. Restore it from a backup, or make it again"
            " (manage.py remake), or import the original again."
        )
    return data


def put_image(tensor: "Tensor") -> Image:
    """Keep a picture ([1, 3, H, W] or [3, H, W], float in [0, 1]) as 8-bit PNG; its row."""
    # torch stays out of the web process, which only reads from the store
    from generation.pixels import write_png  # noqa: PLC0415

    return put_png(write_png(tensor))


def put_png(data: bytes) -> Image:
    """Keep the bytes of a PNG that we wrote ourselves; its row, made if it is new."""
    with PIL.Image.open(BytesIO(data), formats=["PNG"]) as picture:
        width, height = picture.size
    sha256 = put(data)
    image, _ = Image.objects.get_or_create(
        sha256=sha256, defaults={"width": width, "height": height, "size": len(data)}
    )
    return image


def put_mimic(data: bytes, record: Mapping[str, Any]) -> Mimic:
    """Keep the bytes of a mimic; its row, made if it is new. `record` is what its page tells."""
    sha256 = put(data)
    mimic, _ = Mimic.objects.get_or_create(
        sha256=sha256, defaults={"size": len(data), "record": dict(record)}
    )
    return mimic


def name_of(sha256: str) -> str:
    """The file's name inside the folder or bucket."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _write(name: str, data: bytes) -> None:
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # a bucket: an object appears whole or not at all
        default_storage.save(name, ContentFile(data))
    else:
        write_whole(path, data)

"""Bytes are kept under their sha256, whole or not at all, in a folder and in a bucket."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import torch
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from generation import store, writing
from generation.models import Image
from generation.pixels import read_png
from tests.studies.races import together

DATA = b"some bytes" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> str:
    """The store, once in a folder and once in a bucket."""
    if request.param == "folder":
        options: dict[str, Any] = {"location": str(tmp_path / "images")}
        backend = "django.core.files.storage.FileSystemStorage"
    else:
        backend, options = "storages.backends.s3.S3Storage", _bucket(request)
    default = {"BACKEND": backend, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return request.param


def _bucket(request: pytest.FixtureRequest) -> dict[str, Any]:
    address = request.getfixturevalue("s3")
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    name = f"images-{abs(hash(request.node.nodeid))}"
    boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys).create_bucket(
        Bucket=name
    )
    return {
        "bucket_name": name,
        "location": "some/prefix",
        "endpoint_url": address,
        "access_key": "key",
        "secret_key": "secret",
        "file_overwrite": True,
        "default_acl": None,
    }


def test_what_is_put_can_be_got_by_its_sha256(place: str) -> None:
    assert store.put(DATA) == SHA256
    assert store.get(SHA256) == DATA


def test_the_path_is_the_hash_in_two_levels_of_folders(place: str) -> None:
    store.put(DATA)
    assert default_storage.exists(f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}")


def test_putting_the_same_bytes_twice_writes_them_once(place: str) -> None:
    store.put(DATA)
    before = default_storage.get_modified_time(f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}")
    store.put(DATA)
    assert default_storage.get_modified_time(f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}") == before


def test_what_is_missing_is_said(place: str) -> None:
    with pytest.raises(store.StoreError, match=f"no file {SHA256}"):
        store.get(SHA256)


def test_damaged_bytes_are_never_handed_out(place: str) -> None:
    store.put(DATA)
    name = f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    default_storage.delete(name)
    default_storage.save(name, ContentFile(DATA[:-1] + b"!"))
    with pytest.raises(store.StoreError, match="damaged"):
        store.get(SHA256)


def test_a_file_that_was_cut_short_is_written_again(place: str) -> None:
    store.put(DATA)
    name = f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    default_storage.delete(name)
    default_storage.save(name, ContentFile(DATA[:100]))
    store.put(DATA)
    assert store.get(SHA256) == DATA


def test_many_writers_of_the_same_bytes_leave_one_whole_file(place: str) -> None:
    assert together(8, lambda _: store.put(DATA)) == [SHA256] * 8
    assert store.get(SHA256) == DATA
    assert default_storage.listdir(f"{SHA256[:2]}/{SHA256[2:4]}") == ([], [SHA256])


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(writing.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        writing.write_whole(tmp_path / "a" / "file", DATA)
    assert list((tmp_path / "a").iterdir()) == []


@pytest.mark.django_db
def test_a_tensor_is_stored_as_the_png_it_rounds_to(place: str) -> None:
    pixels = torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(1))
    image = store.put_image(pixels)
    assert (image.width, image.height, image.size) == (7, 5, len(store.get(image.sha256)))
    kept = read_png(store.get(image.sha256)).numpy()
    assert np.array_equal(np.rint(kept * 255), np.rint(pixels.numpy() * 255))


@pytest.mark.django_db
def test_the_same_picture_is_one_row(place: str) -> None:
    pixels = torch.full((3, 4, 4), 0.5)
    assert store.put_image(pixels) == store.put_image(pixels.unsqueeze(0))
    assert Image.objects.count() == 1

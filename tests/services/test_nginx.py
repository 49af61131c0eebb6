"""nginx sends the pictures: the same bytes as the worker, no word about where they are kept."""

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer

from studies import fieldwork
from studies.management.commands.nginx import store_in_use
from studies.models import Study
from studies.showing.sending import INNER
from studies.showing.web_server import server
from tests.studies.factories import enrolled, live_study

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not shutil.which("nginx"), reason="apt-get install nginx-light"),
    pytest.mark.django_db(transaction=True),
]

SAME = {"content-type", "content-length", "cache-control", "x-content-type-options"}


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[None]:
    """The pictures in a folder, then in a bucket."""
    options: dict[str, Any] = {"location": str(tmp_path / "images")}
    backend, bucket = "django.core.files.storage.FileSystemStorage", None
    if request.param == "bucket":
        bucket = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        bucket.start()
        host, port = bucket.get_host_and_port()
        backend, options = "storages.backends.s3.S3Storage", _bucket(f"http://{host}:{port}")
    default = {"BACKEND": backend, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    yield
    if bucket:
        bucket.stop()


def _bucket(address: str) -> dict[str, Any]:
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="pictures")
    return {
        "bucket_name": "pictures",
        "location": "some/prefix",
        "endpoint_url": address,
        "access_key": "key",
        "secret_key": "secret",
        "region_name": "us-east-1",
        "querystring_auth": True,
        "default_acl": None,
    }


@pytest.fixture
def site(store: None, live_server: Any, tmp_path: Path, settings: Any) -> Iterator[str]:
    """nginx before the live server, configured as `manage.py nginx` does; its host and port."""
    settings.SERVE_PICTURES = "nginx"
    port = free_port()
    block = server(store_in_use(), "localhost", str(live_server))
    block = re.sub(r"listen 80;.*", f"listen 127.0.0.1:{port};", block)
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"user root;\nworker_processes 1;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path {tmp_path}/body;\n"
        f"proxy_temp_path {tmp_path}/proxy;\n{block}\n}}\n"
    )
    command = ["nginx", "-p", str(tmp_path), "-c", str(config), "-g", "daemon off;"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nginx did not start")


def get(site: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(site, timeout=20)
    connection.request("GET", path, headers={"Host": "localhost", **headers})
    answer = connection.getresponse()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, told, answer.read()


def addresses(study: Study) -> Iterator[tuple[str, str]]:
    """Address and sha256 of the pictures of a participant's first trials."""
    person = enrolled(study)
    trial = fieldwork.next_trial(person)
    from studies.showing import renditions

    for slot, sha256 in trial.item.stimuli.values_list("slot", "rendition_sha256"):
        yield f"/p/{person.token}/i/{renditions.address(trial, slot)}.png", sha256


def test_nginx_sends_the_bytes_and_says_nothing_of_where_they_are(site: str):
    from generation import store

    seen = []
    for path, sha256 in addresses(live_study()):
        status, headers, body = get(site, path)
        assert status == 200
        assert body == store.get(sha256)
        assert headers["content-type"] == "image/png"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, max-age=7200, immutable"
        told = str(headers)
        assert sha256[:8] not in told
        assert not [name for name in headers if name.startswith(("x-amz", "x-accel"))]
        assert not headers.keys() & {"etag", "last-modified", "accept-ranges"}
        seen.append({name: value for name, value in headers.items() if name != "date"})
    assert seen[0] == seen[1]
    assert set(seen[0]) >= SAME


def test_nobody_can_ask_for_the_store_itself(site: str):
    _, sha256 = next(addresses(live_study()))
    for path in (sha256, f"{sha256[:2]}/{sha256[2:4]}/{sha256}", f"pictures/some/prefix/{sha256}"):
        assert get(site, f"{INNER}{path}")[0] == 404


def test_conditional_and_partial_requests_get_the_whole_picture(site: str):
    path, _ = next(addresses(live_study()))
    whole = get(site, path)[2]
    for headers in (
        {"If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"},
        {"If-None-Match": '"5d41402abc4b2a76"'},
        {"Range": "bytes=0-9"},
    ):
        status, told, body = get(site, path, **headers)
        assert (status, body) == (200, whole)
        assert "content-range" not in told


def test_the_worker_sends_no_byte_of_a_picture_itself(live_server: Any, settings: Any):
    settings.SERVE_PICTURES = "nginx"
    path, _ = next(addresses(live_study()))
    status, headers, body = get(urlsplit(str(live_server)).netloc, path)
    assert (status, body) == (200, b"")
    assert headers["x-accel-redirect"].startswith(INNER)

"""Real worker processes for tests: a site of its own, jobs to do, and ways to wait for them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connections, transaction
from django.db.utils import load_backend
from django.test import override_settings
from kombu import pools
from PIL import Image as Picture

from config.celery import app
from generation import jobs, services, store
from generation.models import Job, Production
from generation.originals import encode_png
from generation.recipe import Step, artwork_step

REPOSITORY = Path(__file__).resolve().parent.parent
TOY_PLUGIN = REPOSITORY / "tests" / "generation" / "toy_plugin"
PATIENCE_SECONDS = 60.0


@dataclass
class Site:
    """Where this test process and its workers meet: a folder, a database, a queue."""

    folder: Path
    environment: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self, *command: str) -> subprocess.Popen[bytes]:
        """Start `manage.py work`; its log lines go to worker-N.log in the folder."""
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work", *command],
            cwd=REPOSITORY,
            env={**os.environ, **self.environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.workers.append(process)
        return process

    def logs(self) -> str:
        """What all workers have said so far."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def keep(self, number: int) -> None:
        """See to it that so many workers run, and wait until each of them takes messages."""
        missing = number - len([one for one in self.workers if one.poll() is None])
        for _ in range(missing):
            self.worker()
        self.wait_for(self._all_ready)

    def _all_ready(self) -> bool:
        for started in self.workers[-2:]:
            assert started.poll() in {None, -signal.SIGKILL, 0}, f"it did not start: {self.logs()}"
        return self.logs().count("worker ready") >= len(self.workers)

    def holder(self, job: Job) -> subprocess.Popen[bytes]:
        """The worker that holds the job."""
        name = Job.objects.values_list("worker", flat=True).get(pk=job.pk)
        return next(one for one in self.workers if f":{one.pid} " in name)

    def begun(self, tag: str) -> list[int]:
        """Process ids of the workers that began a batch with this tag, one a batch."""
        log = self.folder / "toy.log"
        lines = [line.partition(" ") for line in log.read_text().splitlines()]
        return [int(pid) for pid, _, noted in lines if noted == tag]

    def wait_for(self, what: Callable[[], object], patience: float = PATIENCE_SECONDS) -> None:
        """Look a few times a second until `what` holds; fails with the workers' logs."""
        end = time.monotonic() + patience
        while not what():
            states = list(Job.objects.values_list("pk", "state", "message"))
            assert time.monotonic() < end, f"waited in vain; jobs: {states}\n{self.logs()}"
            time.sleep(0.05)

    def busy(self, asked: list[Job]) -> None:
        """Wait until a worker is in the middle of these jobs."""
        pks = [job.pk for job in asked]
        running = Job.objects.filter(pk__in=pks, state=Job.State.RUNNING, progress__gt=0)
        self.wait_for(lambda: running.count() == len(pks))

    def stop(self) -> None:
        """Kill what is still running."""
        for process in self.workers:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What workers of a site in `folder` are told: short leases, small batches, the toy methods."""
    return {
        "PLAIN_HTTP": "1",
        "SITE_URL": "http://localhost",
        "VAR_DIR": str(folder),
        "STORAGE_URL": str(folder / "images"),
        "LEASE_SECONDS": "2",
        "TORCH_THREADS": "1",
        "LOG_FORMAT": "json",
        "TOY_LOG": str(folder / "toy.log"),
        "PYTHONPATH": os.pathsep.join([str(TOY_PLUGIN), os.environ.get("PYTHONPATH", "")]),
        **more,
    }


@contextmanager
def sqlite_site(folder: Path, database: Path) -> Iterator[Site]:
    """A site in `folder` with a copy of an empty database; its workers end with it."""
    shutil.copy(database, folder / "connoisseur.sqlite3")
    site = Site(folder, environment(folder, DATABASE_URL="", BROKER_URL=""))
    with own_sqlite(folder / "connoisseur.sqlite3"), own_queue_and_store(folder):
        try:
            yield site
        finally:
            site.stop()


@contextmanager
def own_queue_and_store(folder: Path, **options: Any) -> Iterator[None]:
    """This process sends to the folder's queue and stores in its images."""
    images = {**settings.STORAGES["default"], "OPTIONS": {"location": str(folder / "images")}}
    before = app.conf.broker_transport_options
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        app.conf.broker_transport_options = {**before, "folder": str(folder / "queue")}
    _forget_connections()
    with override_settings(STORAGES={**settings.STORAGES, "default": images}, **options):
        yield
    app.conf.broker_transport_options = before
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


@contextmanager
def own_sqlite(path: Path) -> Iterator[None]:
    """This thread's default database is the SQLite file at `path`, as it is for the workers."""
    before = connections["default"]
    described = {**before.settings_dict, "NAME": str(path)}
    connections["default"] = load_backend(described["ENGINE"]).DatabaseWrapper(described, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def ask_for(number: int, *, shade: int = 0, **toy: Any) -> list[Job]:
    """Ask for that many toy images of one group, each of a picture of its own; their jobs."""
    steps = [toy_step(original(shade + index), **toy) for index in range(number)]
    with transaction.atomic():
        recipes = services.request_all(steps=steps)
        jobs.dispatch()
    return list(Job.objects.filter(recipe__in=recipes).order_by("pk"))


def toy_step(image: Step, **toy: Any) -> Step:
    """The toy method on an image; its settings are written in full, as a recipe needs them."""
    written = {"steps": 1, "seconds": 0.0, "trouble": "", "tag": "", **toy}
    return Step("purification", "slow", written, {"image": image}, seed=1)


def original(shade: int) -> Step:
    """An imported picture: 16 × 16, of one grey; 255 is white."""
    grey = np.full((16, 16, 3), shade, dtype=np.uint8)
    return artwork_step(store.put_png(encode_png(Picture.fromarray(grey))).sha256)


def states(asked: list[Job]) -> list[str]:
    """The states of these jobs now, sorted."""
    found = Job.objects.filter(pk__in=[job.pk for job in asked])
    return sorted(found.values_list("state", flat=True))


def all_done(asked: list[Job]) -> bool:
    """Whether every one of these jobs is done."""
    return set(states(asked)) == {Job.State.DONE}


def productions_of(asked: list[Job]) -> list[list[str]]:
    """Recipe keys of the batches that made the images of these jobs."""
    made = Production.objects.filter(recipes__jobs__in=asked).distinct()
    return list(made.values_list("recipe_keys", flat=True))


def keys_made(asked: list[Job]) -> list[str]:
    """Recipe keys of all those batches together; one that was made twice is there twice."""
    return [key for keys in productions_of(asked) for key in keys]

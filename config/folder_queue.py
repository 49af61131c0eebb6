"""A queue that needs no server: one file a message, in a folder that any number of workers share.

A Celery transport (kombu's virtual transport). Kombu's own `filesystem` transport shows a message
before it is wholly written, moves it across file systems to take it, keeps shared tables that two
starting workers can tear, and stops the worker at a damaged file. Here a message appears whole by a
rename, belongs to whoever manages to delete it, and a damaged one is set aside with a log line.
Losing messages is harmless: `generation.jobs` finds work that no message names and sends new ones.
"""

from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import virtual
from kombu.utils.json import dumps, loads
from kombu.utils.scheduling import FairCycle

log = structlog.get_logger(__name__)


class InOrder(FairCycle):
    """Looks into the queues by their names, from the first one each time: cpu before gpu."""

    def get(self, callback: Any, **kwargs: Any) -> Any:
        """Deliver the next message to `callback`; raises Empty where there is none."""
        self.pos = 0
        return super().get(callback, **kwargs)


class Channel(virtual.Channel):
    """Messages of the queue `cpu` lie in the folder `cpu`; their names sort by time of sending."""

    def _put(self, queue: str, message: Any, **_options: Any) -> None:
        folder = self._folder(queue)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{time_ns():020d}-{uuid4().hex}"
        unfinished = folder / f"{name}.part"
        unfinished.write_text(dumps(message))
        unfinished.rename(folder / f"{name}.json")

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002  # kombu polls
        for path in self._messages(queue):
            try:
                data = path.read_bytes()
                path.unlink()  # whoever deletes the file has the message
            except FileNotFoundError:
                continue
            payload = self._read(path, data)
            if payload is not None:
                return payload
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)

    def _reset_cycle(self) -> None:
        self._cycle = InOrder(self._get_and_deliver, sorted(self._active_queues), Empty)

    def _messages(self, queue: str) -> list[Path]:
        return sorted(self._folder(queue).glob("*.json"))

    def _folder(self, queue: str) -> Path:
        options: Any = self.connection.client.transport_options  # type: ignore[union-attr]
        return Path(options["folder"]) / queue

    def _read(self, path: Path, data: bytes) -> Any:
        try:
            payload = loads(data.decode())
            self.message_to_python(payload)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("damaged message dropped", file=str(path), error=repr(error))
            return None
        return payload


class Transport(virtual.Transport):
    """Name it in Celery's `broker_transport`, its folder in `broker_transport_options`."""

    Channel = Channel
    default_port = 0
    driver_type = "folder"
    driver_name = "folder"

    def driver_version(self) -> str:
        """Kombu shows it in its banner."""
        return "1"

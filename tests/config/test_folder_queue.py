"""The queue in a folder: whole messages, each to one taker, and damage that costs nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kombu import Connection

DAMAGED = (b"", b"{", b"null", b"[]", b"{}", b'{"properties": {}}', b"\xff\xfe", b'{"body": 1}')


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with connect(tmp_path) as connection:
        yield connection


def connect(folder: Path) -> Connection:
    options = {"folder": str(folder / "queue"), "polling_interval": 0.01}
    return Connection(
        "folder://localhost", transport="config.folder_queue:Transport", transport_options=options
    )


def send(connection: Connection, queue: str, *bodies: object) -> None:
    with connection.channel() as channel:
        producer = connection.Producer(channel)
        for body in bodies:
            producer.publish(body, routing_key=queue, exchange="")


def receive(connection: Connection, *queues: str) -> list[Any]:
    """All messages of these queues, in the order of their coming."""
    bodies: list[Any] = []

    def take(body: Any, message: Any) -> None:
        bodies.append(body)
        message.ack()

    with connection.channel() as channel:
        wanted = [connection.SimpleQueue(name, channel=channel).queue for name in queues]
        with connection.Consumer(wanted, callbacks=[take], channel=channel):
            while True:
                try:
                    connection.drain_events(timeout=0.05)
                except TimeoutError:
                    return bodies


def test_messages_come_in_the_order_of_their_sending(connection: Connection) -> None:
    send(connection, "cpu", *range(20))
    assert receive(connection, "cpu") == list(range(20))
    assert receive(connection, "cpu") == []


def test_quick_work_is_taken_before_work_with_networks(connection: Connection) -> None:
    send(connection, "gpu", "glaze", "glaze")
    send(connection, "cpu", "square", "square")
    assert receive(connection, "gpu", "cpu") == ["square", "square", "glaze", "glaze"]


def test_a_damaged_message_is_dropped_and_the_next_one_delivered(
    connection: Connection, tmp_path: Path
) -> None:
    send(connection, "cpu", "whole")
    for number, data in enumerate(DAMAGED):
        (tmp_path / "queue" / "cpu" / f"0{number}.json").write_bytes(data)
    assert receive(connection, "cpu") == ["whole"]
    assert list((tmp_path / "queue" / "cpu").iterdir()) == []


def test_a_message_that_is_still_being_written_is_not_seen(
    connection: Connection, tmp_path: Path
) -> None:
    (tmp_path / "queue" / "cpu").mkdir(parents=True)
    (tmp_path / "queue" / "cpu" / "00.part").write_text("{")
    assert receive(connection, "cpu") == []


def test_takers_at_the_same_time_share_the_messages(tmp_path: Path) -> None:
    with connect(tmp_path) as sender:
        send(sender, "cpu", *range(60))
    taken: list[list[int]] = []

    def take() -> None:
        with connect(tmp_path) as connection:
            taken.append(receive(connection, "cpu"))

    takers = [Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert sorted(number for numbers in taken for number in numbers) == list(range(60))


def test_a_queue_is_counted_and_emptied(connection: Connection) -> None:
    send(connection, "cpu", 1, 2, 3)
    channel = connection.channel()
    assert channel.queue_declare("cpu", passive=True).message_count == 3
    assert channel.queue_purge("cpu") == 3
    assert channel.queue_declare("cpu", passive=True).message_count == 0

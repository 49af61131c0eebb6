"""Many people at the same instant, each on a thread and a database connection of their own."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from studies import fieldwork
from studies.models import Participant, Study, Trial
from tests.studies.factories import an_answer, enrolled

Around = Callable[[], AbstractContextManager[Any]]


def together(count: int, act: Callable[[int], Any], around: Around = nullcontext) -> list[Any]:
    """`act(n)` on `count` threads that start at once; their results, or the errors they raised."""
    results: list[Any] = [None] * count
    barrier = Barrier(count)

    def run(number: int) -> None:
        with around():
            try:
                barrier.wait(timeout=60)
                results[number] = act(number)
            except Exception as error:
                results[number] = error
            finally:
                connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def arrive_together(study: Study, count: int, around: Around = nullcontext) -> Counter[str]:
    """`count` people start at once; what came of it, e.g. {"Participant": 10, "StudyFull": 30}."""
    results = together(count, lambda _: enrolled(study), around)
    return Counter(type(result).__name__ for result in results)


def answer_twice(people: list[Participant], around: Around = nullcontext) -> list[Any]:
    """Each person sends the same answer from two tabs at once; two outcomes a person."""
    trials = [fieldwork.next_trial(person) for person in people]
    answer = an_answer(people[0].study)

    def send(number: int) -> Any:
        return fieldwork.record(trial=trials[number // 2], answers=answer)

    return together(2 * len(people), send, around)


def check_places(study: Study, participants: int, per_item: int) -> None:
    """No more people than places, and no item with two more raters than it needs; late finishers,
    who are let finish when all places are taken, come on top."""
    holding = study.participants.filter(late=False).exclude(state=Participant.State.LAPSED)
    trials = Trial.objects.filter(item__study=study, practice=False, released=False)
    trials = trials.exclude(participant__late=True, answered_at=None)
    claims = Counter(trials.values_list("item", flat=True))
    assert holding.count() <= participants
    assert max(claims.values()) <= per_item + 1
    assert max(claims.values()) - min(claims.values()) <= 1

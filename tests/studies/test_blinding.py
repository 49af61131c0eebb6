"""From everything a rater's browser receives, no condition can be read.

Participants go through whole studies; everything that arrives is written down beside the condition
that was shown; then each observable is asked whether it foretells the condition better than chance.
The pictures' own pixels are left out: seeing them is what raters are asked to do.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from django.db import transaction
from django.test import Client

from studies import fieldwork
from studies.models import Stimulus, Study
from studies.showing.renditions import chunks
from tests.studies.factories import an_answer, drawn, enrolled, live_study

pytestmark = pytest.mark.django_db

PER_RESPONSE = {"X-Request-ID", "Date"}
PICTURE = re.compile(r"/p/[\w-]+/i/([\w-]+)\.png")
TOKENS = re.compile(r"""(/[pti]/)[\w-]+|((?:data-token|nonce|csrfmiddlewaretoken" value)=")[^"]+""")
COUNTS = re.compile(r"(Practice )?\d+ of \d+|Practice is over\. From here on it counts\.")


@dataclass(frozen=True)
class Sight:
    """What one trial sent to a browser, and the condition it was about."""

    condition: int
    position: int
    page: str
    addresses: list[str]
    pictures: list[bytes]
    headers: list[dict[str, str]]
    seconds: list[float]
    page_headers: dict[str, str]


@dataclass(frozen=True)
class Crawl:
    """What eight participants received on the trials that count, and what should not be there."""

    sights: list[Sight]
    secrets: set[str]


def blinded_study() -> Study:
    return live_study(
        artworks=6, conditions=4, raters={"participants": 20, "items_each": 12, "per_item": 9}
    )


@pytest.fixture(scope="module")
def crawl(django_db_setup, django_db_blocker) -> Crawl:
    """One crawl for all questions; the database is left as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        study = blinded_study()
        found = Crawl([sight for _ in range(8) for sight in go_through(study)], secrets_of(study))
        transaction.set_rollback(True)
    return found


@pytest.fixture
def sights(crawl: Crawl) -> list[Sight]:
    return crawl.sights


def go_through(study: Study) -> Iterator[Sight]:
    """One participant's trials, as a browser receives them."""
    participant, client = enrolled(study), Client()
    while trial := fieldwork.next_trial(participant):
        address = f"/p/{participant.token}/t/{trial.token}/"
        if not trial.practice:
            yield look(client, address, trial)
        client.post(address, an_answer(study))


def secrets_of(study: Study) -> set[str]:
    """Whatever names a condition, an artwork, a recipe or a stored file."""
    secrets = {study.slug}
    for stimulus in Stimulus.objects.select_related("item__artwork", "item__condition", "image"):
        artwork, condition = stimulus.item.artwork, stimulus.item.condition
        secrets |= {stimulus.recipe_id, stimulus.image_id, stimulus.rendition_sha256}
        secrets |= {artwork.painter, artwork.title, artwork.source_name}
        secrets |= set(condition.levels.values()) - {"any", "none"} if condition else set()
    return secrets


def look(client: Client, address: str, trial) -> Sight:
    response = client.get(address)
    page = response.content.decode()
    shown = re.findall(r'<img src="([^"]+)"', page)
    pictures, headers, seconds = [], [], []
    for source in shown:
        started = time.perf_counter()
        answer = client.get(source)
        seconds.append(time.perf_counter() - started)
        pictures.append(answer.content)
        headers.append({k: v for k, v in answer.headers.items() if k not in PER_RESPONSE})
    return Sight(
        condition=trial.item.condition.position,
        position=trial.position,
        page=page,
        addresses=[PICTURE.search(source)[1] for source in shown],
        pictures=pictures,
        headers=headers,
        seconds=seconds,
        page_headers={k: v for k, v in response.headers.items() if k not in PER_RESPONSE},
    )


def normalised(page: str) -> str:
    """The page without what differs by participant and trial: tokens and counts."""
    page = re.sub(r'data-upcoming="[^"]*"', "", TOKENS.sub(r"\1\2…", page))
    return re.sub(r"\s+", " ", re.sub(r'<div class="note.*?</div>', "", COUNTS.sub("", page)))


def foretells(values: Sequence[float], conditions: Sequence[int], rounds: int = 20_000) -> float:
    """p value of a permutation test: do values differ between conditions more than by chance?

    The statistic is the variance between the conditions' means; 1.0 for a constant.
    """
    x, groups = np.asarray(values, float), np.asarray(conditions)
    if np.ptp(x) == 0:
        return 1.0
    member = np.stack([groups == g for g in np.unique(groups)]) / 1.0
    member /= member.sum(1, keepdims=True)
    rng = np.random.default_rng(0)
    shuffled = rng.permuted(np.tile(x, (rounds, 1)), axis=1)
    chance = (shuffled @ member.T).var(axis=1)
    return float((1 + (chance >= (member @ x).var() - 1e-12).sum()) / (1 + rounds))


def test_every_page_is_the_same_but_for_tokens_and_counts(sights):
    assert len(sights) == 96
    assert len({sight.condition for sight in sights}) == 4
    assert len({normalised(sight.page) for sight in sights}) == 1


def test_every_picture_has_the_same_headers_length_and_chunks(sights):
    headers = {tuple(sorted(h.items())) for sight in sights for h in sight.headers}
    lengths = {len(picture) for sight in sights for picture in sight.pictures}
    structures = {tuple(chunks(picture)) for sight in sights for picture in sight.pictures}
    assert len(headers) == len(lengths) == len(structures) == 1


def test_no_picture_carries_a_validator_or_a_compressed_length(sights):
    sent = {name.lower() for sight in sights for headers in sight.headers for name in headers}
    assert not sent & {"etag", "last-modified", "content-encoding", "content-disposition", "vary"}
    assert {"content-length", "content-type", "cache-control"} <= sent


def test_an_address_is_never_seen_twice(sights):
    addresses = [address for sight in sights for address in sight.addresses]
    assert len(set(addresses)) == len(addresses) == 2 * 96


def test_nothing_that_names_a_condition_an_artwork_or_a_recipe_is_sent(crawl):
    assert "glaze" in crawl.secrets
    for sight in crawl.sights:
        # a random token spells a word of five letters once in ten thousand crawls
        received = TOKENS.sub(r"\1\2…", sight.page) + str(sight.headers) + str(sight.page_headers)
        assert not [around(secret, received) for secret in crawl.secrets if secret in received]
        sent = b"".join(sight.pictures)
        assert not [secret for secret in crawl.secrets if secret.encode() in sent]


def around(secret: str, received: str) -> str:
    at = received.index(secret)
    return received[max(0, at - 60) : at + len(secret) + 60]


def test_unchanged_pictures_are_not_the_same_file_as_their_originals(sights):
    clean = [sight for sight in sights if sight.condition == 0]
    assert clean
    for sight in clean:
        original, altered = sight.pictures
        assert original != altered


def test_the_pictures_names_say_what_they_are_and_not_what_they_show(sights):
    alternatives = {tuple(re.findall(r'alt="([^"]*)"', sight.page)) for sight in sights}
    assert alternatives == {("Original picture", "Altered picture")}


OBSERVABLES = {
    "length of the page": lambda sight: len(normalised(sight.page)),
    "length of the picture": lambda sight: len(sight.pictures[1]),
    "length of its pixel chunk": lambda sight: dict(chunks(sight.pictures[1]))["IDAT"],
    "padding": lambda sight: sum(sight.pictures[1][-100:-20]),
    "address": lambda sight: number(sight.addresses[1]),
    "difference of the two addresses": lambda sight: (
        number(sight.addresses[1]) - number(sight.addresses[0])
    ),
    "address of the trial": lambda sight: number(re.search(r'data-token="(.+?)"', sight.page)[1]),
    "position": lambda sight: sight.position,
    "whether early": lambda sight: sight.position < 8,
    "side of the original": lambda sight: (
        sight.page.index('alt="Original') < sight.page.index('alt="Altered')
    ),
    "number of headers": lambda sight: len(sight.headers[1]),
    "time to the picture": lambda sight: sight.seconds[1],
    "times of the two pictures": lambda sight: sight.seconds[1] - sight.seconds[0],
}


def number(text: str) -> int:
    return int.from_bytes(text.encode()[:6])


@pytest.mark.parametrize("observable", OBSERVABLES)
def test_no_observable_foretells_the_condition(sights, observable):
    values = [float(OBSERVABLES[observable](sight)) for sight in sights]
    assert foretells(values, [sight.condition for sight in sights]) > 1e-4


def test_sets_of_paintings_are_sent_alike_whatever_the_condition():
    study = live_study(
        artworks=3, conditions=2, practice=0, trial={"kind": "mimicry_success"}, checks=[],
        raters={"items_each": 6},
    )  # fmt: skip
    seen = list(go_through(study))
    assert {sight.condition for sight in seen} == {0, 1}
    assert len({normalised(sight.page) for sight in seen}) == 1
    pictures = [picture for sight in seen for picture in sight.pictures]
    assert len(pictures) == 6 * 8
    assert len({(len(picture), *chunks(picture)) for picture in pictures}) == 1
    assert len({tuple(sorted(h.items())) for sight in seen for h in sight.headers}) == 1
    addresses = [address for sight in seen for address in sight.addresses]
    assert len(set(addresses)) == len(addresses)
    received = "".join(sight.page for sight in seen)
    assert not [secret for secret in secrets_of(study) if secret in received]


def test_the_same_question_sees_through_pictures_that_were_only_re_encoded():
    """The test above has teeth: plain compressed PNGs would give the condition away."""
    conditions = [condition for condition in range(4) for _ in range(24)]
    lengths = [len(drawn(n % 24, 32, 6.0 * c)) for n, c in enumerate(conditions)]
    assert foretells(lengths, conditions) < 1e-4


def test_other_peoples_addresses_and_guesses_all_answer_alike():
    study = blinded_study()
    mine, yours = enrolled(study), enrolled(study)
    client = Client()
    page = client.get(f"/p/{mine.token}/t/{fieldwork.next_trial(mine).token}/").content.decode()
    address = PICTURE.search(page)[1]
    answers = [
        client.get(f"/p/{yours.token}/i/{address}.png"),
        client.get(f"/p/{mine.token}/i/{'x' * 22}.png"),
        client.get(f"/p/{'y' * 22}/i/{address}.png"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1

"""Renditions: the same picture, and nothing but the picture."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generation import store
from studies import fieldwork
from studies.models import Stimulus
from studies.showing import renditions
from studies.showing.renditions import chunks, encode
from tests.studies.factories import drawn, enrolled, finish, live_study

sizes = st.tuples(st.integers(1, 150), st.integers(1, 150))


def picture(size: tuple[int, int], fill: int) -> bytes:
    file = BytesIO()
    image = Image.effect_noise(size, fill).convert("RGB")
    image.save(file, "PNG", pnginfo=None)
    return file.getvalue()


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.integers(0, 120))
def test_any_two_pictures_have_the_same_length_and_chunks(first, second, noise):
    length = 150 * 451 + 2_000
    one, other = (
        encode(picture(s, noise * n), length, b"x") for n, s in enumerate((first, second))
    )
    assert len(one) == len(other) == length
    assert [name for name, _ in chunks(one)] == ["IHDR", "IDAT", "prNd", "IEND"]
    assert [name for name, _ in chunks(one)] == [name for name, _ in chunks(other)]


def test_pictures_of_one_size_have_chunks_of_one_length_whatever_they_show():
    smooth, noisy = (encode(drawn(1, 64, noise), 20_000, b"x") for noise in (0.0, 60.0))
    assert chunks(smooth) == chunks(noisy)


def test_the_pixels_are_the_stored_pixels():
    stored = drawn(3, 40, 8.0)
    sent = encode(stored, 8_000, b"x")
    with Image.open(BytesIO(stored)) as before, Image.open(BytesIO(sent)) as after:
        assert after.mode == "RGB"
        assert after.tobytes() == before.convert("RGB").tobytes()
        assert after.info == {}


def test_the_same_pixels_in_two_slots_are_two_different_files():
    same = drawn(1, 32)
    assert encode(same, 8_000, b"original") != encode(same, 8_000, b"altered")
    assert encode(same, 8_000, b"original") == encode(same, 8_000, b"original")


@pytest.mark.django_db
def test_launch_gives_every_stimulus_a_rendition_of_one_length():
    study = live_study()
    stimuli = Stimulus.objects.filter(item__study=study)
    lengths = {
        len(store.get(sha256)) for sha256 in stimuli.values_list("rendition_sha256", flat=True)
    }
    assert len(lengths) == 1
    clean = stimuli.filter(item__condition__position=0, item__artwork__title__endswith="0")
    assert len(set(clean.values_list("image", flat=True))) == 1
    assert len(set(clean.values_list("rendition_sha256", flat=True))) == 2


@pytest.mark.django_db
def test_a_picture_that_is_not_made_yet_stops_the_launch():
    study = live_study(frozen=False)
    Stimulus.objects.filter(item__study=study, slot="altered").update(image=None)
    with pytest.raises(ValueError, match="has no picture yet"):
        renditions.fix(study)


@pytest.mark.django_db
def test_an_address_is_another_for_everyone_and_opens_only_the_own_pictures():
    study = live_study()
    mine, yours = enrolled(study), enrolled(study)
    address = renditions.address(mine.trials.first(), "original")
    assert renditions.find(mine, address)
    assert renditions.find(yours, address) is None
    assert renditions.find(mine, "x" * 22) is None


@pytest.mark.django_db
def test_an_address_ends_a_while_after_its_trial_was_answered():
    participant = enrolled(live_study())
    trial = fieldwork.next_trial(participant)
    address = renditions.address(trial, "original")
    finish(participant, 1)
    assert renditions.find(participant, address)
    participant.trials.filter(pk=trial.pk).update(answered_at=timezone.now() - timedelta(hours=1))
    assert renditions.find(participant, address) is None

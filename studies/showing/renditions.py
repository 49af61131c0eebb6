"""Renditions: the bytes raters are sent, made once at launch so that nothing outside the picture
itself tells one condition from another.

A rendition is a PNG of exactly four chunks: header, pixels, padding, end. The pixels are stored,
not compressed, because the length of compressed pixels measures how noisy a picture is, and noise
is what most conditions are about. The padding is a private ancillary chunk of seeded random bytes
that brings every picture of a study to one length, and makes the same pixels in two slots two
different files. Addresses are keyed hashes, different for every participant.
"""

import hashlib
import hmac
import struct
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO

import PIL.Image
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from generation import store
from studies.models import Participant, Stimulus, Study, Trial

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PADDING = b"prNd"
"""Ancillary (p), private (r), safe to copy (d): decoders skip it without complaint."""
LEAST_PADDING = 64
AFTER_ANSWER = timedelta(minutes=15)
"""For how long pictures of an answered trial are still sent: downloads under way, feedback."""


def fix(study: Study) -> int:
    """Make the rendition of every stimulus of a study that is about to launch.

    Returns their one length in bytes. Safe to repeat: the same pictures give the same bytes.
    """
    stimuli = Stimulus.objects.filter(item__study=study).select_related("image").order_by("pk")
    sizes = {(s.image.width, s.image.height) for s in stimuli if s.image}
    length = max((_bare_length(*size) for size in sizes), default=0) + LEAST_PADDING
    made: dict[tuple[str, str], str] = {}
    for stimulus in stimuli:
        if stimulus.image_id is None:
            raise ValueError(f"{stimulus} has no picture yet; generate the stimuli before launch.")
        key = (stimulus.image_id, stimulus.slot)
        if key not in made:
            seed = f"{study.slug}/{stimulus.image_id}/{stimulus.slot}"
            made[key] = store.put(encode(store.get(stimulus.image_id), length, seed.encode()))
        stimulus.rendition_sha256 = made[key]
    Stimulus.objects.bulk_update(stimuli, ["rendition_sha256"], batch_size=500)
    return length


def encode(picture: bytes, length: int, seed: bytes) -> bytes:
    """`picture` (any PNG) as a rendition of exactly `length` bytes."""
    with PIL.Image.open(BytesIO(picture), formats=["PNG"]) as opened:
        width, height = opened.size
        pixels = opened.convert("RGB").tobytes()
    row = 3 * width
    rows = b"".join(b"\0" + pixels[y * row : (y + 1) * row] for y in range(height))
    padding = length - _bare_length(width, height)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(rows, 0)),
            _chunk(PADDING, hashlib.shake_256(seed).digest(padding)),
            _chunk(b"IEND", b""),
        )
    )


def chunks(png: bytes) -> list[tuple[str, int]]:
    """Name and length of every chunk of a PNG, in order."""
    found: list[tuple[str, int]] = []
    offset = len(SIGNATURE)
    while offset < len(png):
        (size,) = struct.unpack_from(">I", png, offset)
        found.append((png[offset + 4 : offset + 8].decode("ascii"), size))
        offset += size + 12
    return found


def address(trial: Trial, slot: str) -> str:
    """What stands in the URL of a picture: 128 bits that say nothing and cannot be guessed.

    Keyed by the participant's token, so the same picture has another address for everyone.
    """
    return _address(trial.participant.token, trial.token, slot)


def find(participant: Participant, wanted: str) -> str | None:
    """sha256 of the rendition at this address, if it is one of the participant's pictures.

    An address lives as long as its trial is open, and a little longer. All addresses of the
    participant are computed, whichever is asked for: the time taken does not depend on the picture.
    """
    fresh = Q(answered_at=None) | Q(answered_at__gte=timezone.now() - AFTER_ANSWER)
    rows = participant.trials.filter(fresh, released=False).values_list(
        "token", "item__stimuli__slot", "item__stimuli__rendition_sha256"
    )
    known: Mapping[str, str] = {
        _address(participant.token, trial, slot): sha256 for trial, slot, sha256 in rows
    }
    return known.get(wanted)


def _address(participant: str, trial: str, slot: str) -> str:
    key = f"{settings.SECRET_KEY}/rendition/{participant}".encode()
    digest = hmac.digest(key, f"{trial}/{slot}".encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _bare_length(width: int, height: int) -> int:
    """Bytes of a rendition of this size without padding: depends on the size alone."""
    rows = height * (3 * width + 1)
    return len(SIGNATURE) + 4 * 12 + 13 + len(zlib.compress(bytes(rows), 0))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

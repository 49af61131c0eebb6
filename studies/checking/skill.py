"""Pictures of the skill task: fine stripes in a quarter of a grey square, drawn for one person."""

import math
from dataclasses import replace
from io import BytesIO
from random import Random

import PIL.Image

from studies.checks import Exam, ExamQuestion

SIZE = 256
"""Pixels of a side, one for each CSS pixel."""
PERIOD = 4
"""Pixels of one stripe and its gap."""
GREY = 128


def drawn_for(exam: Exam, rng: Random) -> Exam:
    """The exam with the right quarter of each picture drawn; the same generator, the same ones."""
    questions = tuple(
        replace(question, right=rng.randrange(len(question.choices)))
        if question.stripes
        else question
        for question in exam.questions
    )
    return replace(exam, questions=questions)


def picture(question: ExamQuestion) -> bytes:
    """PNG of a grey square whose quarter `question.right` has stripes (8 bits, sRGB, 256 × 256).

    Stripes are a sine of `question.stripes` grey levels from crest to trough. Nothing in the file
    but its pixels tells which quarter it is: all four give files of about the same length.
    """
    down, across = divmod(question.right, 2)
    half = SIZE // 2
    wave = [
        GREY + round(question.stripes / 2 * math.sin(2 * math.pi * (x + 0.5) / PERIOD))
        for x in range(half)
    ]
    image = PIL.Image.new("L", (SIZE, SIZE), GREY)
    band = PIL.Image.new("L", (half, half))
    band.putdata(wave * half)
    image.paste(band, (across * half, down * half))
    with BytesIO() as file:
        image.save(file, "PNG", compress_level=0)
        return file.getvalue()

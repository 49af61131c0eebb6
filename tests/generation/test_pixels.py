"""Pixels: what is loaded, saved, rounded and cropped."""

import io

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generation import pixels
from generation.preparations.square import Square
from tests.generation.tiny import pictures

levels = arrays("uint8", st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


@given(levels)
def test_an_8_bit_picture_comes_back_as_it_was(array) -> None:
    picture = Image.fromarray(array)
    assert pixels.to_image(pixels.to_tensor(picture)).tobytes() == picture.tobytes()


@given(levels)
def test_a_png_holds_the_very_values(array) -> None:
    tensor = pixels.to_tensor(Image.fromarray(array))
    assert torch.equal(pixels.read_png(pixels.write_png(tensor)), tensor)


def test_values_are_rounded_not_truncated() -> None:
    tensor = torch.full((1, 3, 2, 2), 99.6 / 255)
    assert pixels.to_image(tensor).getpixel((0, 0)) == (100, 100, 100)


def test_what_quantise_gives_is_what_is_saved() -> None:
    tensor = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(pixels.read_png(pixels.write_png(tensor)), pixels.quantise(tensor))


def test_a_png_carries_no_metadata_and_the_same_pixels_the_same_bytes() -> None:
    tensor = pictures(1)
    named = pixels.to_image(tensor)
    comment = PngInfo()
    comment.add_text("condition", "glaze")
    buffer = io.BytesIO()
    named.save(buffer, format="PNG", pnginfo=comment)
    data = pixels.write_png(pixels.read_png(buffer.getvalue()))
    assert b"condition" not in data
    assert data == pixels.write_png(tensor)


@pytest.mark.parametrize("wrong", [1.01, -0.01, float("nan"), float("inf")])
def test_values_that_are_no_colours_are_refused(wrong: float) -> None:
    tensor = torch.full((1, 3, 2, 2), 0.5)
    tensor[0, 0, 0, 0] = wrong
    with pytest.raises(ValueError, match="within"):
        pixels.to_image(tensor)


def test_two_images_are_not_saved_as_one() -> None:
    with pytest.raises(ValueError, match="One RGB image"):
        pixels.write_png(torch.zeros(2, 3, 4, 4))


def striped(width: int, height: int) -> torch.Tensor:
    """Red in the first third of the longer side, green in the middle, blue at the end."""
    thirds = torch.eye(3).repeat_interleave(max(width, height) // 3, dim=1)
    across = thirds[None, :, None, :].expand(1, 3, height, width)
    return across if width > height else across.transpose(2, 3).reshape(1, 3, height, width)


def test_the_centre_crop_keeps_the_middle_third() -> None:
    square = Square(size=16, crop="centre").prepare(striped(48, 16))
    assert square[0].mean((1, 2)).tolist() == [0, 1, 0]


def test_the_top_crop_keeps_the_first_third() -> None:
    square = Square(size=16, crop="top").prepare(striped(48, 16))
    assert square[0].mean((1, 2)).tolist() == [1, 0, 0]


def test_fitting_keeps_the_whole_picture_on_grey() -> None:
    fitted = Square(size=48, crop="fit").prepare(striped(48, 16))
    assert torch.equal(fitted[..., 16:32, :], striped(48, 16))
    assert (fitted[..., :16, :] == 128 / 255).all()


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    checks = (torch.arange(64)[:, None] + torch.arange(64)) % 2 * torch.ones(1, 3, 1, 1)
    assert (Square(size=16).prepare(checks) - 0.5).abs().max() < 0.05

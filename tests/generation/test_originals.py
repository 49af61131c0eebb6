"""Pictures from outside become upright 8-bit sRGB on white, or end in one sentence."""

import io
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from generation.originals import UnreadableImage, decode, encode_png
from tests.generation.pictures import (
    bomb_png,
    cmyk_profile,
    encoded,
    grey_profile,
    picture,
    png_16,
    profile_bomb_png,
    raw_png,
    swapped_profile,
    text_bomb_png,
    tiff_16,
)

DEEP = np.arange(0, 65536, 65536 // 96, dtype=np.uint32)[:96].reshape(4, 8, 3)


def pixels(data: bytes, name: str = "a.png") -> np.ndarray:
    """The decoded picture as an array."""
    return np.asarray(decode(data, name).image)


def notes(data: bytes, name: str = "a.png") -> str:
    """What was said about it."""
    return "; ".join(decode(data, name).notes)


def test_an_ordinary_picture_comes_through_unchanged_and_without_notes() -> None:
    image = picture()
    assert np.array_equal(pixels(encoded(image)), np.asarray(image))
    assert decode(encoded(image), "a.png").notes == []


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_a_picture_is_turned_upright(orientation: int, kind: str) -> None:
    upright = picture()
    undo: dict[int, Callable[[Image.Image], Image.Image]] = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.rotate(180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.rotate(90, expand=True),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.rotate(-90, expand=True),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(undo[orientation](upright), kind, exif=exif, **options)
    assert np.array_equal(pixels(data), np.asarray(upright))


def test_damaged_exif_leaves_the_picture_as_it_is() -> None:
    image = picture()
    data = encoded(image, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert np.array_equal(pixels(data), np.asarray(image))


def test_colours_are_converted_from_the_files_own_profile() -> None:
    red = Image.new("RGB", (4, 4), (255, 0, 0))
    data = encoded(red, icc_profile=swapped_profile())
    assert np.allclose(pixels(data)[0, 0].astype(int), (0, 255, 0), atol=2)
    assert "“test profile” converted to sRGB" in notes(data)


def test_a_grey_profile_is_applied_to_grey_pictures() -> None:
    # linear 50 % is 188 in sRGB (IEC 61966-2-1)
    data = encoded(Image.new("L", (4, 4), 128), icc_profile=grey_profile(1.0))
    assert np.allclose(pixels(data)[0, 0].astype(int), (188, 188, 188), atol=2)


def test_an_srgb_profile_changes_nothing() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(picture(), icc_profile=profile)
    assert np.array_equal(pixels(data), np.asarray(picture()))
    assert notes(data) == ""


def test_a_profile_for_another_colour_space_is_ignored_and_said() -> None:
    data = encoded(picture(), icc_profile=cmyk_profile())
    assert np.array_equal(pixels(data), np.asarray(picture()))
    assert "is for CMYK: ignored" in notes(data)


def test_a_damaged_profile_is_ignored_and_said() -> None:
    data = encoded(picture(), icc_profile=b"\1" * 500)
    assert np.array_equal(pixels(data), np.asarray(picture()))
    assert "taken as sRGB" in notes(data)


def test_cmyk_is_converted_through_its_profile() -> None:
    cyan = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    data = encoded(cyan, "TIFF", icc_profile=cmyk_profile())
    assert np.allclose(pixels(data, "a.tif").astype(int), 255, atol=2)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_cmyk_without_a_profile_is_converted_and_said(kind: str) -> None:
    data = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), kind)
    assert np.allclose(pixels(data)[0, 0].astype(int), (255, 0, 0), atol=6)
    assert "CMYK without a profile" in notes(data)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparency_is_flattened_on_white(mode: str) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((0, 0), (0, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 128))
    kind = "TIFF" if mode == "PA" else "PNG"
    shown = pixels(encoded(image.convert(mode), kind))
    assert shown[0, 0].tolist() == [0, 0, 0]
    assert shown[3, 3].tolist() == [255, 255, 255]
    assert abs(int(shown[0, 1, 0]) - 127) <= 1 or mode == "PA"
    assert "flattened on white" in notes(encoded(image.convert(mode), kind))


def test_a_transparent_palette_entry_is_flattened_on_white() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.putpixel((0, 0), 1)
    shown = pixels(encoded(image, transparency=0))
    assert shown[1, 1].tolist() == [255, 255, 255]
    assert shown[0, 0].tolist() == [0, 0, 200]


def test_palette_grey_and_two_level_pictures_become_rgb() -> None:
    image = picture()
    assert np.array_equal(
        pixels(encoded(image.quantize(16))), np.asarray(image.quantize(16).convert("RGB"))
    )
    for mode in ("L", "1"):
        expected = np.asarray(image.convert(mode).convert("RGB"))
        assert np.array_equal(pixels(encoded(image.convert(mode))), expected)


@pytest.mark.parametrize("colour", [2, 6])
def test_16_bit_colours_are_rounded_to_the_nearest_of_8_bits(colour: int) -> None:
    opaque = np.full((4, 8, 1), 65535, dtype=np.uint32)
    values = np.concatenate([DEEP, opaque], axis=2) if colour == 6 else DEEP
    data = png_16(values, colour)
    assert np.array_equal(pixels(data), np.rint(DEEP / 257).astype(np.uint8))
    assert "16 bits a channel, rounded to 8" in notes(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_tiff_is_rounded_to_the_nearest_of_8_bits(order: str) -> None:
    assert np.array_equal(
        pixels(tiff_16(DEEP, order), "a.tif"), np.rint(DEEP / 257).astype(np.uint8)
    )


def test_compressed_16_bit_tiff_is_rounded_too() -> None:
    grey = DEEP[:, :, 0].astype(np.uint16)
    for compression in ("raw", "tiff_lzw"):
        data = encoded(Image.fromarray(grey), "TIFF", compression=compression)
        assert np.array_equal(pixels(data, "a.tif")[:, :, 1], np.rint(grey / 257).astype(np.uint8))


def test_16_bit_grey_is_not_clipped() -> None:
    shown = pixels(png_16(DEEP[:, :, :1], 0))
    assert np.array_equal(shown[:, :, 0], np.rint(DEEP[:, :, 0] / 257).astype(np.uint8))
    assert len(np.unique(shown)) > 20


def test_16_bit_grey_with_alpha_says_that_the_upper_bits_were_kept() -> None:
    data = png_16(np.full((2, 2, 2), 65535), 4)
    assert pixels(data)[0, 0].tolist() == [255, 255, 255]
    assert "upper 8" in notes(data)


def test_metadata_do_not_survive() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Jane Doe, 12 Secret Street")
    exif = Image.Exif()
    exif[0x013B] = "Jane Doe"
    original = decode(encoded(picture(), pnginfo=info, exif=exif), "a.png")
    written = encode_png(original.image)
    assert original.image.info == {}
    assert b"Jane" not in written
    assert [kind for kind in (b"tEXt", b"eXIf", b"iCCP", b"tIME") if kind in written] == []


def test_the_same_pixels_are_written_as_the_same_bytes_whatever_file_they_came_in() -> None:
    files = [encoded(picture()), encoded(picture(), "BMP"), encoded(picture(), "TIFF")]
    assert len({encode_png(decode(data, "a").image) for data in files}) == 1


def test_a_wrong_extension_is_read_for_what_it_is_and_said() -> None:
    assert "named “.png”, but is a JPEG" in notes(encoded(picture(), "JPEG"), "sunflowers.png")


def test_a_camera_file_with_several_views_gives_the_first() -> None:
    data = encoded(picture(), "MPO", save_all=True, append_images=[picture(seed=1)])
    assert "the first was taken" in notes(data, "a.jpg")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animated_picture_is_refused(kind: str) -> None:
    data = encoded(picture(), kind, save_all=True, append_images=[picture(seed=1)])
    with pytest.raises(UnreadableImage, match="2 frames: it is animated"):
        decode(data, "a.gif")


def test_a_still_gif_is_read() -> None:
    assert pixels(encoded(picture(), "GIF")).shape == (16, 24, 3)


def test_a_tiff_of_several_pages_is_refused() -> None:
    data = encoded(picture(), "TIFF", save_all=True, append_images=[picture(seed=1)])
    with pytest.raises(UnreadableImage, match="2 pages"):
        decode(data, "a.tif")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\0" * 1000, "not a picture"),
        (b"painter,title\nMonet,Poppies\n", "not a picture"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (encoded(picture())[:8], "its header cannot be read"),
        (encoded(picture())[:-200], "damaged or cut short"),
        (encoded(picture(64, 64), "JPEG")[:-400], "damaged or cut short"),
        (encoded(picture(), "TIFF")[:-200], "damaged or cut short"),
        (encoded(picture(64, 64), "WEBP")[:-100], "damaged or cut short"),
        (encoded(picture(), "BMP")[:-200], "damaged or cut short"),
        (encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"), "32-bit numbers"),
        (encoded(Image.fromarray(np.ones((4, 4), np.int32)), "TIFF"), "32-bit numbers"),
        (encoded(picture().convert("LAB"), "TIFF"), "LAB"),
        (bomb_png(), "more pixels than any painting"),
        (bomb_png(10_000, 10_000), "more than the 80 million"),
        (text_bomb_png(), "damaged"),
        (profile_bomb_png(), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableImage, match=sentence):
        decode(data, "a.png")


def test_the_pixel_limit_is_the_callers() -> None:
    with pytest.raises(UnreadableImage, match=r"than the 0\.0003 million"):
        decode(encoded(picture()), "a.png", max_pixels=300)


def test_an_enormous_profile_is_refused() -> None:
    data = encoded(picture(), "JPEG", icc_profile=b"\0" * 9_000_000)
    with pytest.raises(UnreadableImage, match="colour profile has 9 MB"):
        decode(data, "a.jpg")


VALID = {
    "png": encoded(picture(), icc_profile=swapped_profile()),
    "palette": encoded(picture().quantize(16), transparency=0),
    "deep": png_16(DEEP, 2),
    "jpeg": encoded(picture(), "JPEG", icc_profile=swapped_profile(), exif=Image.Exif()),
    "cmyk": encoded(picture().convert("CMYK"), "JPEG", icc_profile=cmyk_profile()),
    "webp": encoded(picture(), "WEBP"),
    "gif": encoded(picture(), "GIF"),
    "tiff": encoded(picture(), "TIFF", compression="tiff_lzw"),
    "deep tiff": tiff_16(DEEP, "<"),
    "bmp": encoded(picture(), "BMP"),
    "avif": encoded(picture(), "AVIF"),
}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(VALID)),
    keep=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
@example(name="png", keep=1.0, flips=[])
def test_a_damaged_file_gives_a_picture_or_one_sentence_and_nothing_else(
    name: str, keep: float, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(VALID[name][: round(keep * len(VALID[name]))])
    for where, value in flips:
        if data:
            data[int(where * len(data))] = value
    with suppress(UnreadableImage):
        image = decode(bytes(data), f"a.{name}", max_pixels=1_000_000).image
        assert image.mode == "RGB"
        assert Image.open(io.BytesIO(encode_png(image))).size == image.size


@given(st.binary(max_size=300))
def test_any_bytes_at_all_give_a_picture_or_one_sentence(data: bytes) -> None:
    with suppress(UnreadableImage):
        assert decode(data, "a.png").image.mode == "RGB"


def test_a_png_whose_header_lies_about_its_rows_is_refused() -> None:
    with pytest.raises(UnreadableImage):
        decode(raw_png(50, 50, b"\0" * 20), "a.png")

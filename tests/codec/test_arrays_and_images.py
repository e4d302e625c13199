"""numpy values and Pillow images."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import UnstorableValue

ARRAYS: list[Any] = [
    np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2).copy(),
    np.array(5), np.zeros((0, 3)), np.zeros((3, 0)), np.array([], "f4"), np.zeros(3, ">f8"),
    np.array([np.nan, -0.0]),
    np.array(["a", "bc", ""]), np.array([b"a", b"bc"]), np.array(["\U0001f600"], ">U2"),
    np.array([True, False]),
    np.array(["2024-01-01", "NaT"], "M8[D]"), np.array([1, "NaT"], "m8[25us]"), np.array(["NaT"], "M8[h]"),
    np.array([1 + 2j], "c8"), np.array([1.5], "f2"), np.zeros(2, "V3"), np.zeros((1,) * 20),
    np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", ">f8", (2,))]),
    np.zeros(2, np.dtype({"names": ["x", "y"], "formats": ["i1", "f8"]}, align=True)),
    np.array([((1, 2), 3)], dtype=[("in", [("a", "i1"), ("b", "i2")]), ("c", "i4")]),
    np.float64(1.5), np.float32("nan"), np.float16(2), np.int8(-1), np.uint64(2**64 - 1), np.bool_(True),
    np.complex64(1j),
    np.datetime64("2024-01-01T00:00:00.123"), np.datetime64("NaT", "s"), np.timedelta64(3, "25s"),
    np.str_("a\0"), np.bytes_(b"a\0"),
    np.longdouble(2), [np.float64(1.0), 1.0, np.int64(1), 1], {np.int64(1): np.str_("x")},
]  # fmt: skip


@pytest.mark.parametrize(
    "value", ARRAYS, ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}"
)
def test_array_comes_back_exactly(value: Any, same: Any) -> None:
    """Dtype, byte order, shape, memory order and bits; and the array can be written to."""
    again = decode(encode(value))
    assert same(value, again)
    if isinstance(value, np.ndarray):
        assert again.flags.writeable
        assert again.flags.owndata


def test_arrays_come_back_through_a_store(keep: Any, same: Any) -> None:
    """All of them in one session, saved by one tab and loaded by another."""
    state = {f"array {number}": value for number, value in enumerate(ARRAYS)}
    back, skipped = keep(state)
    assert skipped == {}
    for key, value in state.items():
        assert same(value, back[key]), value


def test_view_comes_back_as_the_array_it_shows() -> None:
    """Strides are not a value."""
    value = np.arange(20).reshape(4, 5)[::2, ::-2]
    again = decode(encode(value))
    assert again.dtype == value.dtype
    assert (again == value).all()


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]), np.array([(1, "x")], dtype=[("a", "i4"), ("b", "O")]),
        np.ma.array([1], mask=[True]),
        np.ones((1, 1)).view(np.matrix), np.array([(1,)], dtype=[("a", "i4")]).view(np.recarray),
        np.longlong(1), np.zeros(1, np.ulonglong),
        np.zeros(1, np.dtype("i4", metadata={"k": 1})),
        np.dtype("i4"),
        np.random.default_rng(1), np.array([(1,)], dtype=[(("title", "a"), "i4")]),
        np.array([(1,)], dtype=[("a", "i4")])[0],
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_array_is_refused(value: Any) -> None:
    """Objects, masks, subclasses and dtypes that do not survive."""
    with pytest.raises(UnstorableValue) as caught:
        encode(value)
    assert "numpy" in caught.value.type_name


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy 1 has no such dtype")
def test_array_of_variable_text_is_refused() -> None:
    """Its bytes are addresses, as those of objects are."""
    with pytest.raises(UnstorableValue, match="numpy"):
        encode(np.array(["a"], np.dtypes.StringDType()))


def test_array_over_the_cap_is_refused_before_it_is_copied() -> None:
    """A broadcast array of eight terabytes is refused by its size alone."""
    with pytest.raises(UnstorableValue):
        encode(np.broadcast_to(np.float64(1), (10**6, 10**6)))
    with pytest.raises(UnstorableValue, match="cap"):
        encode(np.zeros(10**6), max_bytes=1000)


MODES = (
    "1", "L", "P", "LA", "PA", "RGB", "RGBA", "RGBX", "RGBa", "La", "CMYK", "YCbCr", "LAB", "HSV", "I", "F",
    "I;16", "I;16B",
)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_image_comes_back_exactly(mode: str) -> None:
    """Every pixel in every mode."""
    image = Image.new(mode, (9, 5))
    image.frombytes(bytes(byte % 251 for byte in range(len(image.tobytes()))))
    image.info["dpi"] = (72, 72.5)
    again = decode(encode(image))
    assert type(again) is Image.Image
    assert (again.mode, again.size, again.info) == (image.mode, image.size, image.info)
    assert again.tobytes() == image.tobytes()


def test_palette_comes_back() -> None:
    """Indexed colours, and the transparent one."""
    image = Image.linear_gradient("L").convert("RGB").quantize(7)
    image.info["transparency"] = 3
    again = decode(encode(image))
    assert again.getpalette() == image.getpalette()
    assert again.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_empty_image_comes_back() -> None:
    """No pixels are no problem."""
    assert decode(encode(Image.new("RGB", (0, 0)))).size == (0, 0)


def test_image_tied_to_its_file_is_refused_with_a_remedy_that_works() -> None:
    """`image.copy()` is a plain image."""
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(buffer, "PNG")
    opened = Image.open(buffer)
    with pytest.raises(UnstorableValue, match=r"value\.copy\(\)"):
        encode(opened)
    assert decode(encode(opened.copy())).tobytes() == opened.tobytes()


def test_edited_exif_is_refused() -> None:
    """Edits that live beside `info` would be lost."""
    image = Image.new("RGB", (2, 2))
    image.getexif()[271] = "maker"
    with pytest.raises(UnstorableValue, match="PNG"):
        encode(image)

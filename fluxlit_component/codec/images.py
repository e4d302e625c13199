"""Pillow images: mode, size, palette, info and the raw pixels, never a lossy format.

An image that is still tied to its file (`Image.open`) has another type and is refused. `image.copy()` is
accepted. Each packed image is read back once to check that it equals the original.
"""

from __future__ import annotations

from typing import Any, Final

from PIL import Image

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Encoding, Row, require

_MODES: Final = (
    "1", "L", "P", "LA", "PA", "La", "I;16", "I;16B", "I;16L", "RGB", "YCbCr", "LAB", "HSV",
    "RGBA", "RGBX", "RGBa", "CMYK", "I", "F",
)  # fmt: skip
_MAX_SIDE: Final = 2**20


def _pack(value: Any, encoding: Encoding) -> bytes:
    if value.mode not in _MODES or max(value.size) > _MAX_SIDE:
        raise refusal(value, "convert it to an ordinary mode, such as RGBA")
    encoding.reserve(_length(value.mode, *value.size), value)
    parts = [value.mode, *value.size, value.tobytes(), _palette(value), value.info]
    again = _image(parts)
    same = (again.mode, again.size, again.tobytes()) == (value.mode, value.size, parts[3])
    # Edits of image.getexif() are not in `info` until the image is saved, so both are compared.
    same = same and dict(again.getexif()) == dict(value.getexif())
    if not same or _palette(again) != _palette(value):
        raise refusal(value, "keep the bytes of an image file: value.save(buffer, 'PNG')")
    return encoding.pack(parts)


def _image(parts: Any) -> Any:
    mode, width, height, pixels, palette, info = parts
    require(all(type(side) is int and 0 <= side <= _MAX_SIDE for side in (width, height)), "image")
    require(mode in _MODES and len(pixels) == _length(mode, width, height) and type(info) is dict, "image")
    image = Image.frombytes(mode, (width, height), pixels)
    if palette is not None:
        image.putpalette(palette[1], palette[0])
    image.info = dict(info)
    return image


def _length(mode: str, width: int, height: int) -> int:
    line = (width + 7) // 8 if mode == "1" else width * len(Image.new(mode, (1, 1)).tobytes())
    return line * height


def _palette(image: Any) -> object:
    if image.palette is None:
        return None
    mode = image.palette.mode
    return [mode, bytes(image.getpalette(mode))]


ROWS: Final = (
    Row(Image.Image, Code.IMAGE, _pack, lambda payload, decoding: _image(decoding.unpack(payload))),
)

"""numpy arrays and scalars, and Pillow images: what describes them, and the raw bytes that make them exact.

Object arrays are refused, because their bytes are memory addresses. A decoded array owns its memory and is
writable. An image tied to its file (`Image.open`) has another type and is refused; its `copy()` is accepted.
"""

from __future__ import annotations

import math
import sys
from typing import Any, Final, Literal

import numpy as np

from fluxlit_component.codec.bounds import MAX_BYTES
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require, row_of, row_of_parts
from fluxlit_component.errors import UnstorableValue

_MODES: Final = (
    "1", "L", "P", "LA", "PA", "La", "I;16", "I;16B", "I;16L", "RGB", "YCbCr", "LAB", "HSV",
    "RGBA", "RGBX", "RGBa", "CMYK", "I", "F",
)  # fmt: skip
_MAX_SIDE: Final = 2**20  # most pixels of one side of an image
_KINDS: Final = frozenset("biufcmMSUV")
_SCALARS: Final = frozenset(
    np.dtype(char).type for char in np.typecodes["AllInteger"] + np.typecodes["AllFloat"] + "?mM"
)


def _pack_array(value: np.ndarray[Any, Any], encoding: Encoding) -> bytes:
    description = _describe(value.dtype)
    if math.prod(value.shape) > MAX_BYTES:
        raise refusal(value, f"it has more than {MAX_BYTES} elements")
    encoding.reserve(value.nbytes, value)
    order: Literal["C", "F"] = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    tidy = value if value.dtype.names is None else _filled(value, value.dtype, order)
    return encoding.pack([description, list(value.shape), order, tidy.tobytes(order)])


def _unpack_array(payload: bytes, decoding: Decoding) -> np.ndarray[Any, Any]:
    description, shape, order, raw = decoding.unpack(payload)
    dtype = _dtype(description)
    size = math.prod(_checked(shape))
    require(size <= MAX_BYTES and size * dtype.itemsize == len(raw) and order in ("C", "F"), "array")
    if not raw:
        return np.zeros(shape, dtype, order)
    value = _filled(np.ndarray(shape, dtype, raw, order=order), dtype, order)
    _check_text(value)
    return value


def _check_text(value: np.ndarray[Any, Any]) -> None:
    """Refuse what is no Unicode: numpy would raise only when the text is read."""
    for name in value.dtype.names or ():
        _check_text(value[name])
    if value.dtype.kind == "U" and value.nbytes:
        code_points = np.ascontiguousarray(value).view(
            np.dtype(np.uint32).newbyteorder(value.dtype.byteorder)
        )
        require(code_points.max() <= sys.maxunicode, "text of an array")


def _filled(source: np.ndarray[Any, Any], dtype: Any, order: Literal["C", "F"]) -> np.ndarray[Any, Any]:
    """A copy that owns its memory. The padding between the fields of a structure is filled with zeros."""
    copy = np.zeros(source.shape, dtype, order)
    copy[...] = source
    return copy


def _scalar(description: Any, raw: bytes) -> object:
    dtype = _dtype(description)
    require(dtype.type in _SCALARS and len(raw) == dtype.itemsize, "numpy number")
    return np.ndarray((), dtype, raw)[()]


def _text(text: Any) -> object:
    return np.str_(text) if isinstance(text, str) else np.bytes_(text)


def _describe(dtype: Any) -> Any:
    """Describe a dtype by plain data: its string, the fields of a structure, or the parts of a subarray."""
    if dtype.names is not None:
        fields = [dtype.fields[name] for name in dtype.names]
        description: Any = {
            "names": list(dtype.names),
            "formats": [_describe(field[0]) for field in fields],
            "offsets": [field[1] for field in fields],
            "itemsize": dtype.itemsize,
            "aligned": dtype.isalignedstruct,
        }
    elif dtype.subdtype is not None:
        description = [_describe(dtype.subdtype[0]), list(dtype.subdtype[1])]
    else:
        description = dtype.str
    if not _is_exact(dtype, description):
        remedy = "convert it to an ordinary numeric, text or date dtype, or keep a list"
        raise UnstorableValue(f"numpy array of dtype {dtype.str}", remedy)
    return description


def _is_exact(dtype: Any, description: Any) -> bool:
    if dtype.hasobject or dtype.metadata or dtype.kind not in _KINDS:
        return False
    if dtype.names is not None and any(field[2:] for field in dtype.fields.values()):
        return False  # a field with a title
    again: Any = _dtype(description)
    return bool(again == dtype) and (again.char, again.isalignedstruct) == (dtype.char, dtype.isalignedstruct)


def _dtype(description: Any) -> Any:
    dtype: Any
    if type(description) is dict:
        require(description.keys() == {"names", "formats", "offsets", "itemsize", "aligned"}, "dtype")
        structure: Any = {**description, "formats": [_dtype(part) for part in description["formats"]]}
        dtype = np.dtype(structure)
    elif type(description) is list:
        base, shape = description
        dtype = np.dtype((_dtype(base), tuple(_checked(shape))))
    else:
        dtype = np.dtype(description) if type(description) is str else np.dtype(object)
        require(dtype.str == description, "dtype")
    require(not dtype.hasobject and dtype.kind in _KINDS, "dtype")
    return dtype


def _checked(shape: Any) -> Any:
    require(type(shape) is list and all(type(length) is int and length >= 0 for length in shape), "shape")
    return shape


ROWS: Final = (
    Row(np.ndarray, Code.ARRAY, _pack_array, _unpack_array),
    # Texts do not go through a dtype, which would cut trailing NULs.
    row_of(np.str_, Code.NUMPY_TEXT, str.__str__, _text, of=(str, bytes)),
    row_of(np.bytes_, Code.NUMPY_TEXT, lambda value: bytes.__getitem__(value, slice(None)), _text),
    *(
        row_of_parts(kind, Code.SCALAR, lambda value: [_describe(value.dtype), value.tobytes()], _scalar)
        for kind in _SCALARS
    ),
)


def _pack_image(value: Any, encoding: Encoding) -> bytes:
    """The packed image is read back once to check that it equals the original."""
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
    from PIL import Image

    image = Image.frombytes(mode, (width, height), pixels)
    if palette is not None:
        image.putpalette(palette[1], palette[0])
    image.info = dict(info)
    return image


def _length(mode: str, width: int, height: int) -> int:
    from PIL import Image

    line = (width + 7) // 8 if mode == "1" else width * len(Image.new(mode, (1, 1)).tobytes())
    return line * height


def _palette(image: Any) -> object:
    if image.palette is None:
        return None
    mode = image.palette.mode
    return [mode, bytes(image.getpalette(mode))]


def pillow_rows() -> tuple[Row, ...]:
    """The rows of Pillow."""
    from PIL import Image

    return (Row(Image.Image, Code.IMAGE, _pack_image, lambda data, decoding: _image(decoding.unpack(data))),)

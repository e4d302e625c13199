"""Pictures of few colours, for small files. The rare colours stay: a green dot is not to turn grey."""

from __future__ import annotations

from PIL import Image

COLOURS = 256


def few_colours(picture: Image.Image) -> Image.Image:
    """The picture with its own palette."""
    return picture.quantize(palette=palette_of(picture), dither=Image.Dither.NONE)


def palette_of(picture: Image.Image) -> Image.Image:
    """A palette of the colours that are far apart, however few their pixels."""
    return picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1)

"""The closed table of extension codes: everything msgpack itself has no word for.

A code is part of the stored format. Never give one a new meaning and never reuse one: add the
next free number. Codes 0 and 100-127 are kept free, negative ones belong to msgpack.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Final

FORMAT: Final = 1
"""First byte of every stored value. Raise it when the layout changes, and keep reading the old."""


@unique
class Code(IntEnum):
    """What an extension item holds."""

    # numbers and other atoms
    BIG_INT = 1
    COMPLEX = 2
    DECIMAL = 3
    FRACTION = 4
    UUID = 5
    PATH = 6
    BYTEARRAY = 7
    # moments
    DATETIME = 10
    DATE = 11
    TIME = 12
    TIMEDELTA = 13
    ZONE = 14
    PYTZ = 15
    PYDANTIC_ZONE = 16
    # containers
    TUPLE = 20
    SET = 21
    FROZENSET = 22
    ORDERED_DICT = 23
    DEFAULT_DICT = 24
    COUNTER = 25
    DEQUE = 26
    RANGE = 27
    # classes of the app, by the name they were registered under
    ENROLLED = 30
    # numpy
    ARRAY = 40
    SCALAR = 41
    NUMPY_TEXT = 42
    # pandas
    FRAME = 50
    SERIES = 51
    INDEX = 52
    COLUMN = 53
    TIMESTAMP = 54
    PANDAS_TIMEDELTA = 55
    INTERVAL = 56
    PERIOD = 57
    MISSING = 58
    # pyarrow
    ARROW = 60
    # polars
    POLARS = 65
    # Pillow
    IMAGE = 70

"""Values to bytes and back, exactly or not at all.

Standard types, registered classes, arrays, frames and images. Nothing is pickled, nothing is
evaluated, no class is found by its import path: stored bytes only choose from a closed table.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluxlit_component.codec.decoder import decode
from fluxlit_component.codec.encoder import encode
from fluxlit_component.codec.shortcuts import PlainEncoder, is_immutable, is_plain

if TYPE_CHECKING:
    from fluxlit_component.codec.catalogue import is_registered, register

__all__ = [
    "PlainEncoder",
    "decode",
    "encode",
    "is_immutable",
    "is_plain",
    "is_registered",
    "register",
]


def __getattr__(name: str) -> Any:
    # What only registered classes need is loaded with the first of them.
    if name in __all__:
        return getattr(import_module(f"{__name__}.catalogue"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

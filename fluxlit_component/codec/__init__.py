"""Values to bytes and back, exactly or not at all.

Standard types, registered classes, arrays, frames and images. Nothing is pickled, nothing is
evaluated, no class is found by its import path: stored bytes only choose from a closed table.
"""

from fluxlit_component.codec.catalogue import enrol, is_registered, register, was_redefined
from fluxlit_component.codec.decoder import decode
from fluxlit_component.codec.encoder import encode
from fluxlit_component.codec.enrolled import is_outdated
from fluxlit_component.codec.shortcuts import PlainEncoder, is_immutable, is_plain

__all__ = [
    "PlainEncoder",
    "decode",
    "encode",
    "enrol",
    "is_immutable",
    "is_outdated",
    "is_plain",
    "is_registered",
    "register",
    "was_redefined",
]

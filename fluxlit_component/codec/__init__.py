"""Values to bytes and back, exactly or not at all.

Standard types, registered classes, arrays, frames and images. Nothing is pickled, nothing is
evaluated, no class is found by its import path: stored bytes only choose from a closed table. What only
registered classes need is in `codec.catalogue`, and loaded with the first of them.
"""

from fluxlit_component.codec.decoder import decode
from fluxlit_component.codec.encoder import PlainEncoder, encode, is_immutable, is_plain

__all__ = ["PlainEncoder", "decode", "encode", "is_immutable", "is_plain"]

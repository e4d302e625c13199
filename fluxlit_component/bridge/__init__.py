"""The server's side of the bridge to the browser tab: what is offered, what is answered, how to wait."""

from fluxlit_component.bridge.bundle import bundle
from fluxlit_component.bridge.gate import close_gate
from fluxlit_component.bridge.mount import component_key, mount
from fluxlit_component.bridge.protocol import PROTOCOL, Offer, is_from_copy, is_from_link, parse_answer

__all__ = [
    "PROTOCOL",
    "Offer",
    "bundle",
    "close_gate",
    "component_key",
    "is_from_copy",
    "is_from_link",
    "mount",
    "parse_answer",
]

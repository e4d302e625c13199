"""The server's side of the bridge to the browser tab: what is offered, what is answered, how to wait."""

from fluxlit_component.bridge.bundle import bundle
from fluxlit_component.bridge.gate import close_gate
from fluxlit_component.bridge.protocol import PROTOCOL, Afresh, Answer, Offer, parse_answer
from fluxlit_component.bridge.transport import Mounted, component_key, mount
from fluxlit_component.bridge.way_out import draw_way_out

__all__ = [
    "PROTOCOL",
    "Afresh",
    "Answer",
    "Mounted",
    "Offer",
    "bundle",
    "close_gate",
    "component_key",
    "draw_way_out",
    "mount",
    "parse_answer",
]

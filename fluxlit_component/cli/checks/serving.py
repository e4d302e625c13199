"""How this folder and environment would serve the app: who may say who somebody is, and what a run costs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any, Final

from fluxlit_component.cli.checks.finding import Finding, hint, ok, warning
from fluxlit_component.clock import monotonic

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine for itself."""
Option = Callable[[str], Any]


def check_trusted_headers(identity: str, option: Option) -> Iterator[Finding]:
    """Who can send the header that says who is signed in.

    Args:
        identity: the setting `FLUXLIT_IDENTITY`.
        option: looks an option of Streamlit up.
    """
    kind, _, name = identity.partition(":")
    names = [name] if kind == "header" else []
    if option("server.trustedUserHeaders"):
        names.append("those of server.trustedUserHeaders")
    if not names:
        return
    said, address = " and ".join(names), option("server.address")
    if address in HERE:
        yield ok("proxy", f"{said} says who is signed in, and only this machine reaches the app")
        return
    text = f"{said} says who is signed in: whoever reaches the app without the proxy can be anybody"
    remedy = "export STREAMLIT_SERVER_ADDRESS=127.0.0.1    # or let nobody but the proxy reach the port"
    # Who has chosen the address, as a container has to, may have seen to it elsewhere.
    yield (hint if address else warning)("proxy", text, remedy)


def check_garbage(option: Option) -> Finding:
    """What Streamlit's collection of garbage after each run costs, with nothing of the app loaded yet."""
    if str(option("runner.postScriptGC")).lower() not in {"true", "1"}:
        return ok("garbage", "runner.postScriptGC is off: no garbage is collected after a run")
    count, begin = len(gc.get_objects()), monotonic()
    gc.collect()
    text = f"after each run Streamlit looks at {count} objects, for {(monotonic() - begin) * 1000:.0f} ms"
    return hint("garbage", f"{text}, and at those of the app's modules", "fluxlit-session run app.py")

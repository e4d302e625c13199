"""The switch that test tools turn: what AppTest runs of this process do with continuity.

Turned by `fluxlit_component.testing.set_testing`; read by `apptests`. It says nothing about a server that a
test starts: that is another process, and runs as in production.
"""

from __future__ import annotations

from collections.abc import Callable

is_on: bool = True
"""Whether AppTest runs leave continuity alone, unless the environment says otherwise."""
stand_in: Callable[[object], object] | None = None
"""While a test has continuity on: what the app asks for as its store -> the store that it gets."""

"""Runs `streamlit` and counts script runs: `StreamlitServer` runs this file, and no module imports it.

    python launcher.py COUNT_FILE plain app.py ...
    python launcher.py COUNT_FILE handshake app.py ...
    python launcher.py COUNT_FILE frozen app.py ...

A full run of any tab adds one byte to COUNT_FILE. When a run begins is internal to Streamlit. A release that
does not tell this is started all the same, without a count.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def note_runs(path: str) -> None:
    """Have each script run that begins from now on add a byte to the file."""
    from streamlit.runtime.scriptrunner import ScriptRunner

    inner = ScriptRunner.__init__
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(_sender: object, event: Any = None, fragment_ids_this_run: object = None, **_: object) -> None:
        if getattr(event, "name", "") == "SCRIPT_STARTED" and not fragment_ids_this_run:
            os.write(file, b".")

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        inner(self, *args, **kwargs)
        with suppress(AttributeError):  # a failed count must not break the run
            self.on_event.connect(note, weak=False)

    ScriptRunner.__init__ = init  # type: ignore[method-assign]


if __name__ == "__main__":
    # As after `python -m streamlit`: the app must not import the modules beside this file.
    sys.path[0] = str(Path.cwd())
    count = sys.argv.pop(1)
    try:
        note_runs(count)
    except (ImportError, AttributeError) as moved:
        print(f"script runs cannot be counted on this Streamlit: {moved}", file=sys.stderr)  # noqa: T201
    if sys.argv[1] != "plain":
        from fluxlit_component.cli.launch import serve

        serve(sys.argv[2:], freeze=sys.argv[1] == "frozen")
    else:
        from streamlit.web.cli import main

        main(["run", *sys.argv[2:]], prog_name="streamlit")

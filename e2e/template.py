"""A process that has loaded what a server loads, and becomes one for each request by forking itself.

    python template.py SOCKET

Run as a file by `e2e/servers.py`. SOCKET is the number of an open socket: a request names what `python` would
be started with and brings the file for its output; the answer is the new process. It is forked before there
is any thread or event loop, and is a server like any other from then on: its environment, its arguments, its
folder, its signals, its end.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn

MODULES: Final = (
    *("streamlit.web.cli", "streamlit.web.server.server", "streamlit.web.server.starlette"),
    *("streamlit.web.skills", "streamlit.watcher.polling_path_watcher"),
    *("streamlit.runtime.scriptrunner.magic_funcs", "uvloop", "uvicorn.lifespan.on"),
    *("uvicorn.protocols.http.httptools_impl", "websockets.legacy.server"),
    *("starlette.middleware.sessions", "starlette.middleware.gzip"),
    *("fluxlit_component.cli.launch", "fluxlit_component.session", "fluxlit_component.stores.sqlite"),
    "pandas",
)
"""What servers load, at the start or in their first runs; a release that lacks one does without."""


def become(request: dict[str, Any], output: int, installed: list[str]) -> NoReturn:
    """Be what `python ARGUMENTS` would be."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv = request["arguments"]
    sys.path = [str(Path(sys.argv[0]).parent), *_python_path(), *installed]
    if "FLUXLIT_SESSION_STORE" not in os.environ:
        be_patient()
    runpy.run_path(sys.argv[0], run_name="__main__")
    raise SystemExit(0)


def _python_path() -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def load() -> None:
    """Load the modules and take them out of garbage collection, which each child would pay for anew.

    Raises:
        RuntimeError: one of them has started a thread, which a fork would lack.
    """
    for name in MODULES:
        with suppress(ImportError):
            importlib.import_module(name)
    look_for_components_once()
    # Each server's first run would look at its whole stack to find out that it is no notebook.
    importlib.import_module("streamlit.delta_generator")._use_warning_has_been_displayed = True
    gc.collect()
    gc.freeze()
    if threading.active_count() > 1:
        raise RuntimeError(f"these run before a server is forked: {threading.enumerate()}")


def be_patient() -> None:
    """Let a run wait for its file, since a busy machine may stop a process for the half second of an outage.

    The tests of outages have stores of their own.
    """
    outage = importlib.import_module("fluxlit_component.stores.outage")
    outage.SparingStore.__init__.__kwdefaults__["budget_seconds"] = 20.0


def look_for_components_once() -> None:
    """A server, or AppTest in each run, looks which of all installed packages bring components.

    That is most of what it costs. Releases before components v2 do not look.
    """
    with suppress(ImportError, AttributeError):
        scanner = importlib.import_module("streamlit.components.v2.manifest_scanner")
        scanner.scan_component_manifests = cache(scanner.scan_component_manifests)
        scanner.scan_component_manifests()


def main() -> None:
    """Answer requests until the other end is closed."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    installed = [entry for entry in sys.path[1:] if entry not in _python_path()]
    load()
    while True:
        text, files, _, _ = socket.recv_fds(requests, 1 << 18, 1)
        if not text:
            return
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        child = os.fork()
        if not child:
            requests.close()
            become(json.loads(text), files[0], installed)
        handle = os.pidfd_open(child)
        socket.send_fds(requests, [str(child).encode()], [handle])
        for file in (handle, files[0]):
            os.close(file)


if __name__ == "__main__":
    main()

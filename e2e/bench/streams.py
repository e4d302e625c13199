"""What a stream costs the server: an answer of many tokens that is looked at, and readers of a silent model.

Over the websocket, without a browser; plain `st.write_stream` and `session.stream` in turn. CPU is that of
the server's process, so that a busy machine changes little.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from e2e.bench.client import Client
from e2e.bench.report import print_heading, print_line, print_table
from fluxlit_component.testing.server import StreamlitServer

APP = Path(__file__).parents[1] / "apps" / "spoken.py"
LIMIT = 1.5
"""CPU of an answer from a stream, of that of plain `st.write_stream`."""
IDLE_LIMIT = 0.1
"""Cores that all idle readers together may keep busy."""
_TICKS = os.sysconf("SC_CLK_TCK")


def bench(*, quick: bool) -> None:
    """Print both tables."""
    tokens, rounds, readers, seconds = (500, 1, 5, 2.0) if quick else (10_000, 3, 100, 20.0)
    env = {"FLUXLIT_BENCH_TOKENS": str(tokens)}
    with _served(env, plain=True) as plain, _served(env) as ours:
        found: dict[StreamlitServer, list[float]] = {plain: [], ours: []}
        for number in range(rounds + 1):
            for server, figures in found.items():
                cpu = asyncio.run(_one_answer(server))
                figures.extend([cpu] if number else [])  # what the first run loads is not measured here
    print_heading(
        f"CPU of the server for an answer of {tokens} tokens, looked at", floor="plain st.write_stream"
    )
    print_line("session.stream, SQLite, 1000 tokens/s", found[plain], found[ours], target=LIMIT)
    silent = {"FLUXLIT_BENCH_SILENCE": "600", "FLUXLIT_TASKS_PER_PROCESS": "1000"}
    rows = []
    for name, is_plain in (("plain st.write_stream", True), ("session.stream", False)):
        with _served(silent, plain=is_plain) as server:
            busy = asyncio.run(_idle(server, readers, seconds)) / seconds
        rows.append((name, f"{busy:.3f}", f"{IDLE_LIMIT:.3f}", "ok" if busy <= IDLE_LIMIT else "OVER"))
    print_table(
        f"{readers} readers of a model that says nothing",
        note="how much of one core the server uses while they wait",
        columns=("", "cores", "target", ""),
        rows=rows,
    )


@contextmanager
def _served(env: Mapping[str, str], *, plain: bool = False) -> Iterator[StreamlitServer]:
    with TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        own = {"FLUXLIT_SESSION_SQLITE_PATH": f"{folder}/sessions.db", **env}
        own |= {"FLUXLIT_BENCH_PLAIN": "1"} if plain else {}
        with StreamlitServer(APP, env=own, handshake=not plain) as server:
            yield server


async def _one_answer(server: StreamlitServer) -> float:
    """CPU seconds of one run that types an answer to its end, and a moment after it."""
    before = _cpu_seconds(server)
    async with Client(server.url) as client:
        await client.run()
    time.sleep(0.5)  # noqa: ASYNC251 - the last batch is stored
    return _cpu_seconds(server) - before


async def _idle(server: StreamlitServer, readers: int, seconds: float) -> float:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Client(server.url)) for _ in range(readers)]
        runs = [asyncio.create_task(client.run()) for client in clients]
        await asyncio.sleep(5 + readers / 20)  # until all of them wait
        before = _cpu_seconds(server)
        await asyncio.sleep(seconds)
        busy = _cpu_seconds(server) - before
        for run in runs:
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run
        return busy


def _cpu_seconds(server: StreamlitServer) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS

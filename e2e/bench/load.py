"""What a run costs in a real server, seen from outside: many visitors over the websocket, no browser.

An app with 20 keys of 500 bytes and 10 text inputs; plain and with the session in turn, several rounds of
each. CPU is that of the server's process, so that a busy machine changes little; the rest is wall time. A
visitor begins the next run when the last one has ended.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from e2e.bench.backends import backends, started
from e2e.bench.client import NEW, Client
from e2e.bench.report import print_heading, print_line, print_table
from fluxlit_component.testing.server import StreamlitServer

APP = Path(__file__).parents[1] / "apps" / "loaded.py"
CLIENTS = (1, 8, 32)
LIMITS = {"": 1.05, "collector off": 1.15, "frozen": 0.3}
"""CPU of a run with the session, of that of the plain app."""
FIRST = 1.05
"""Time, CPU and memory of the first visitor's first run, where the server could load ahead."""
_TICKS = os.sysconf("SC_CLK_TCK")
OFF = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "false"}


class _Size(NamedTuple):
    """How much is measured."""

    clients: Sequence[int]
    runs: int
    """Of all clients together, in each round."""
    rounds: int


@dataclass
class _Seen:
    """What the rounds on one server have shown."""

    cpu: list[float] = field(default_factory=list)
    """Seconds of the server's CPU a run, one figure a round."""
    times: list[float] = field(default_factory=list)
    """Seconds of each run."""
    rates: list[float] = field(default_factory=list)
    """Runs a second, one figure a round."""


def bench(*, quick: bool) -> None:
    """Print the tables."""
    size = _Size(CLIENTS[:1], 20, 1) if quick else _Size(CLIENTS, 64, 5)
    for name in ("SQLite",) if quick else ("memory", *(name for name in backends() if name != "PostgreSQL")):
        with ExitStack() as stack:
            place = "" if name == "memory" else stack.enter_context(started(name))
            url = {"memory": "memory://", "SQLite": f"sqlite:///{place}"}.get(name, place)
            plain = stack.enter_context(served({}, plain=True))
            ours = stack.enter_context(served({"FLUXLIT_SESSION_STORE": url}))
            _compare(f"the session in {name}", plain, ours, size, LIMITS[""])
            if name == "SQLite":
                asyncio.run(_compare_page_loads(plain, ours, rounds=3 if quick else 60))
                _compare_memory(plain, ours, visitors=10 if quick else 100)
    with served(OFF, plain=True) as plain, served(OFF) as ours:
        many = size._replace(runs=5 * size.runs)  # they are short, and so is what they differ in
        _compare("without Streamlit's collection", plain, ours, many, LIMITS["collector off"])
    with served({}, plain=True) as plain, served({}, freeze=True) as ours:
        _compare("fluxlit-session run --freeze", plain, ours, size, LIMITS["frozen"])
    _compare_first_runs(rounds=1 if quick else 10)


@contextmanager
def served(env: Mapping[str, str], *, plain: bool = False, freeze: bool = False) -> Iterator[StreamlitServer]:
    """The app, by itself or with the session."""
    with TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        own = {"FLUXLIT_SESSION_SQLITE_PATH": f"{folder}/sessions.db"}
        own |= {"FLUXLIT_BENCH_PLAIN": "1"} if plain else {}
        with StreamlitServer(APP, env={**own, **env}, handshake=not plain, freeze=freeze) as server:
            yield server


def _compare(title: str, plain: StreamlitServer, ours: StreamlitServer, size: _Size, limit: float) -> None:
    clients, runs, rounds = size
    seen: dict[int, dict[StreamlitServer, _Seen]] = {}
    for count in clients:
        seen[count] = {plain: _Seen(), ours: _Seen()}
        for server in (plain, ours):  # what the first runs load and cache is not measured here
            asyncio.run(_load(server, count, count * 5, _Seen()))
        for _ in range(rounds):
            for server, found in seen[count].items():
                asyncio.run(_load(server, count, runs, found))
    print_heading(f"CPU of the server in one run, {title}", floor="the same app without the session")
    for count, (floor, found) in ((count, tuple(both.values())) for count, both in seen.items()):
        print_line(_visitors(count), floor.cpu, found.cpu, target=limit)
    print_heading(f"Time of one run, {title}", floor="the same app without the session")
    for count, (floor, found) in ((count, tuple(both.values())) for count, both in seen.items()):
        print_line(_visitors(count), floor.times, found.times, target=None)
        print_line(f"{_visitors(count)}, 99th percentile", [_late(floor)], [_late(found)], target=None)
    print_table(
        f"Runs a second, {title}",
        note="all visitors together",
        columns=("", "plain", "ours"),
        rows=[
            (_visitors(count), *(f"{statistics.median(found.rates):.0f}" for found in both.values()))
            for count, both in seen.items()
        ],
    )


def _visitors(count: int) -> str:
    return f"{count} visitor{'s' * (count > 1)}"


def _late(seen: _Seen) -> float:
    return sorted(seen.times)[int(len(seen.times) * 0.99)]


async def _load(server: StreamlitServer, count: int, runs: int, seen: _Seen) -> None:
    """So many visitors at once, who have the script run so often, all together."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Client(server.url)) for _ in range(count)]
        for client in clients:
            await client.run()
        cpu, begun, times = _cpu_seconds(server), time.perf_counter(), []

        async def visit(client: Client) -> None:
            for _ in range(max(runs // count, 1)):
                start = time.perf_counter()
                await client.run()
                times.append(time.perf_counter() - start)

        await asyncio.gather(*map(visit, clients))
        seen.cpu.append((_cpu_seconds(server) - cpu) / len(times))
        seen.rates.append(len(times) / (time.perf_counter() - begun))
        seen.times += times


async def _compare_page_loads(plain: StreamlitServer, ours: StreamlitServer, *, rounds: int) -> None:
    """F5 as the server sees it: what of its time is ours and not the browser's."""
    async with Client(ours.url) as client:
        sid = client.session_in(await client.run())
    loads = {
        "plain": (plain, NEW, ""),
        "id in the handshake": (ours, (f"fluxlit.{sid}",), ""),
        "id in the query, as `visible` has it": (ours, (), f"fluxlit_sid={sid}"),
    }
    seen: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(rounds):
        for name, (server, words, query) in loads.items():
            begun = time.perf_counter()
            async with Client(server.url, words) as client:
                await client.run(query)
                seen[name].append(time.perf_counter() - begun)
    floor = seen.pop("plain")
    print_heading("A page load, without the browser", floor="the same app without the session")
    for name, times in seen.items():
        print_line(name, floor, times, target=None)


def _compare_memory(plain: StreamlitServer, ours: StreamlitServer, *, visitors: int) -> None:
    rows = []
    for name, server in (("plain", plain), ("ours", ours)):
        before, held, after = asyncio.run(_memory(server, visitors))
        rows.append((name, f"{(held - before) / visitors / 1e3:.0f} KB", f"{(after - before) / 1e6:.1f} MB"))
    print_table(
        f"Resident memory of the server, {visitors} visitors, SQLite",
        note="a session that is open; and all together a while after they have gone, which Streamlit keeps",
        columns=("", "an open session", "after all have gone"),
        rows=rows,
    )


async def _memory(server: StreamlitServer, visitors: int) -> tuple[float, float, float]:
    before = resident(server)
    async with AsyncExitStack() as stack:
        for _ in range(visitors):
            await (await stack.enter_async_context(Client(server.url))).run()
        held = resident(server)
    async with Client(server.url) as client:
        for _ in range(5):
            await client.run()
    return before, held, resident(server)


def _compare_first_runs(*, rounds: int) -> None:
    """A server that has just started: what its first visitor waits for, and what it has loaded then.

    All is compiled, as pip leaves a package. A checkout may not be, and that takes three times as long.
    """
    seen: dict[str, list[tuple[float, float, float]]] = {"plain": [], "ours": []}
    with TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        env = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        for number in range(rounds + 1):
            for name, samples in seen.items():
                with served(env, plain=name == "plain") as server:
                    cpu, begun = _cpu_seconds(server), time.perf_counter()
                    asyncio.run(_first_run(server))
                    spent = time.perf_counter() - begun
                    if number > 0:  # the very first one has compiled it
                        samples.append((spent, _cpu_seconds(server) - cpu, resident(server)))
    title = f"The first visitor of a new server, {rounds} of them"
    print_heading(title, floor="the same app without the session")
    (floor_times, floor_cpu, floor_memory), (times, cpu, memory) = (
        tuple(zip(*samples, strict=True)) for samples in seen.values()
    )
    print_line("time of the first run", floor_times, times, target=FIRST)
    print_line("CPU of the server", floor_cpu, cpu, target=FIRST)
    sizes = [statistics.median(floor_memory) / 1e6, statistics.median(memory) / 1e6]
    ratio = sizes[1] / sizes[0]
    verdict = "ok" if ratio <= FIRST else "OVER"
    print_table(
        "Memory of the server after its first visitor",
        note="resident",
        columns=("", "plain", "ours", "ratio", "target", ""),
        rows=[("one visitor", *(f"{s:.0f} MB" for s in sizes), f"{ratio:.2f}", f"{FIRST:.2f}", verdict)],
    )


async def _first_run(server: StreamlitServer) -> None:
    async with Client(server.url) as client:
        await client.run()


def _cpu_seconds(server: StreamlitServer) -> float:
    after_name = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def resident(server: StreamlitServer) -> int:
    """Bytes of memory that a server has."""
    pages = Path(f"/proc/{server.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

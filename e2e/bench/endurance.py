"""Whether the memory of a server stays flat over very many runs of one visitor.

As `fluxlit-session run` serves by itself, with what is loaded taken out of garbage collection, since that is
quick, and since what leaks is easily seen beside it. The plain app runs without Streamlit's collection after
each run, to be as quick; Python's own goes on.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import NamedTuple

from e2e.bench.client import Client
from e2e.bench.load import OFF, resident, served
from e2e.bench.report import print_table
from fluxlit_component.testing.server import StreamlitServer

RUNS = int(os.environ.get("FLUXLIT_BENCH_RUNS", "20000"))
SAMPLES = 4
MOST_OBJECTS = 200
"""That may be there more in the end than after the first quarter: a collection comes when it comes."""
MOST_BYTES = 4e6


class Sample(NamedTuple):
    """A server after so many runs."""

    runs: int
    resident: int
    objects: int


def bench(*, quick: bool) -> None:
    """Print the table."""
    runs = 400 if quick else RUNS
    with served(OFF, plain=True) as server:
        plain = asyncio.run(endure(server, runs))
    with served({}, freeze=True) as server:
        ours = asyncio.run(endure(server, runs))
    print_table(
        f"Memory of a server over {runs} runs of one visitor",
        note="resident, and objects that the garbage collector tracks, those that were frozen left out",
        columns=("", "plain", "ours", "plain, objects", "ours, objects", ""),
        rows=list(_rows(plain, ours)),
    )


async def endure(server: StreamlitServer, runs: int) -> list[Sample]:
    """Have the script run so often; how the server is after each quarter."""
    found = []
    async with Client(server.url) as client:
        for quarter in range(1, SAMPLES + 1):
            for _ in range(runs // SAMPLES - 1):
                await client.run()
            objects = await client.objects()
            found.append(Sample(runs * quarter // SAMPLES, resident(server), objects))
    return found


def growth(samples: list[Sample]) -> tuple[int, int]:
    """Bytes and objects that came between the first quarter, which has loaded and cached all, and the end."""
    first, last = samples[0], samples[-1]
    return last.resident - first.resident, last.objects - first.objects


def _rows(plain: list[Sample], ours: list[Sample]) -> Iterator[tuple[str, ...]]:
    for floor, found in zip(plain, ours, strict=True):
        sizes = (f"{each.resident / 1e6:.1f} MB" for each in (floor, found))
        yield (f"after {found.runs} runs", *sizes, str(floor.objects), str(found.objects), "")
    (floor_bytes, floor_objects), (grown, objects) = growth(plain), growth(ours)
    is_flat = grown <= max(floor_bytes, 0) + MOST_BYTES and objects <= max(floor_objects, 0) + MOST_OBJECTS
    yield (
        "grown since the first of them",
        *(f"{each / 1e6:+.1f} MB" for each in (floor_bytes, grown)),
        *(f"{each:+d}" for each in (floor_objects, objects)),
        "ok" if is_flat else "OVER",
    )

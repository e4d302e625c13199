"""What large uploads take in the memory of a server: twenty files of 50 MB, kept over F5.

Resident memory of the server's process, beyond what it had before the first file came. Without us Streamlit
holds the files of a page that is open, and of one that was left for two minutes; a column is after those.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from e2e.bench.report import print_table
from e2e.chromium import chromium
from fluxlit_component.testing.server import StreamlitServer

APP = Path(__file__).parents[1] / "apps" / "large_uploads.py"
MB = 1_000_000
STREAMLITS_SECONDS = 125
MODES = {
    "without the session": None,
    "ours, bounded to 256 MiB (the default)": 256 * 2**20,
    "ours, bounded to 2 GB": 2000 * MB,
}


def bench(*, quick: bool) -> None:
    """Print the table."""
    number, size = (4, 5 * MB) if quick else (20, 50 * MB)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fluxlit-bench-")))
        first = folder / "0.bin"
        first.write_bytes(os.urandom(size))
        files = [first, *(folder / f"{n}.bin" for n in range(1, number))]
        for other in files[1:]:
            other.hardlink_to(first)
        browser = stack.enter_context(chromium())
        servers = {mode: stack.enter_context(_served(browser, bound)) for mode, bound in MODES.items()}
        for served in servers.values():
            served.upload(files)
            served.reload()
        if not quick:
            time.sleep(STREAMLITS_SECONDS)
        for served in servers.values():
            served.reload()
    print_table(
        f"{number} uploads of {size // MB} MB in one tab",
        note="resident memory of the server's process, beyond what it had before",
        columns=("", "page open", "after F5", "2 minutes later", "files then"),
        rows=[
            (mode, *(f"{taken / MB:.0f} MB" for taken in served.taken), str(served.files))
            for mode, served in servers.items()
        ],
    )


@dataclass
class _Served:
    """One server with one tab, and what its memory was at each step."""

    server: StreamlitServer
    page: Page
    before: int
    taken: list[int] = field(default_factory=list)
    files: int = 0

    def upload(self, files: list[Path]) -> None:
        """Choose the files, and wait until the app has all of them."""
        self.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
        expect(self.page.get_by_text(f"files: {len(files)}", exact=True)).to_be_visible(timeout=300_000)
        self._measure()

    def reload(self) -> None:
        """F5."""
        self.page.reload()
        self._measure()

    def _measure(self) -> None:
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
        self.page.wait_for_timeout(2000)
        self.files = int(self.page.get_by_text("files: ").inner_text().split()[1])
        self.taken.append(_resident(self.server) - self.before)


@contextmanager
def _served(browser: Browser, bound: int | None) -> Iterator[_Served]:
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        env = {
            "FLUXLIT_SESSION_SQLITE_PATH": str(Path(folder) / "sessions.db"),
            "FLUXLIT_LIVE_UPLOAD_BYTES": str(bound or 0),
            "SESSION": "0" if bound is None else "1",
        }
        with StreamlitServer(APP, env=env, handshake=bound is not None) as server:
            page = browser.new_page()
            page.goto(server.url)
            expect(page.get_by_text("files: 0", exact=True)).to_be_visible(timeout=30_000)
            yield _Served(server, page, _resident(server))


def _resident(server: StreamlitServer) -> int:
    said = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(server.pid)], capture_output=True, text=True, check=True
    )
    return int(said.stdout) * 1024

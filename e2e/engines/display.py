"""A screen that nobody sees, for a browser that has no headless mode."""

from __future__ import annotations

import os
import subprocess


class Display:
    """An X server of its own, on the first number that is free; its name goes into `DISPLAY`."""

    def __init__(self, path: str) -> None:
        reader, writer = os.pipe()
        try:
            self._process = subprocess.Popen(
                [path, "-displayfd", str(writer), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(writer)
        with open(reader, encoding="ascii") as answer:  # noqa: PTH123 - a pipe has no path
            number = answer.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb ended with {self._process.wait()}")
        self.name = f":{number}"

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()

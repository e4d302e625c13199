"""What the servers for tests share: a process, its folder, its port, kill, pause."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Final

from typing_extensions import Self

from fluxlit_component.testing.server import free_port

_START_SECONDS: Final = 60.0


class LocalServer(ABC):
    """One server process; starts with `start()` or as a context manager.

    A subclass says how it is launched and when it answers.
    """

    program: ClassVar[str]
    ending: ClassVar[signal.Signals] = signal.SIGKILL
    """What ends the server at once."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"fluxlit-{self.program}-"))
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    @abstractmethod
    def missing() -> str | None:
        """Why there can be no server here, or None."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the server listens."""

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """Make what is missing and begin the process, on `port` and with its files in `folder`."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether a client would be let in."""

    def start(self) -> Self:
        """Start, on the port it had before, and wait until it answers."""
        self._process = self._launch()
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                raise RuntimeError(f"{self.program} did not start:\n{self._log.read_text()}")
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        """End the server as an outage does, without a word to its clients."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(self.ending)
            process.wait()

    def pause(self) -> None:
        """Make it hang: connections are still accepted by the system, nothing is answered."""
        self._signal(signal.SIGSTOP)
        if self._process is not None:  # on a busy machine it goes on answering for a moment
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def resume(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End the server and drop its folder."""
        self.resume()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _run(self, *command: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Begin a program whose output goes to the log."""
        with self._log.open("ab") as log:
            words = [str(word) for word in command]
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def _reply(self, hello: bytes = b"") -> bytes:
        """What it says to who connects and says `hello`; nothing if it does not listen."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(hello)
                return probe.recv(16)
        except OSError:
            return b""

    def _signal(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(sign)

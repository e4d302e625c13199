"""Runs tests in one environment per cell of the support matrix and prints what came of each.

    .ci/matrix.py CELL...     a cell is PYTHON/STREAMLIT, such as 3.10/1.51, newest/newest or 3.10/lowest

`newest` as Python is the newest that this machine has, on PATH or in pyenv. `lowest` as Streamlit means
the lower bound of every dependency in pyproject.toml, not Streamlit's alone. Environments are kept in
.venv-matrix, logs in .stamps/logs/matrix. MATRIX_UNIT and MATRIX_E2E are the arguments of pytest for the two
kinds of tests; one that is empty leaves its kind out. The exit code is 1 if any cell failed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".venv-matrix"
LOGS = ROOT / ".stamps" / "logs" / "matrix"
UNIT = shlex.split(os.environ.get("MATRIX_UNIT", ""))
E2E = shlex.split(os.environ.get("MATRIX_E2E", ""))
# Of packages alone: what they do does not depend on Streamlit, so the other cells need not run it again.
STREAMLITLESS = ("tests/codec", "tests/stores")
_SUMMARY = re.compile(r"=+ (.*(?:passed|failed|error|no tests ran).*) in [\d.]+s.*=+")
_LOWER_BOUND = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9][0-9a-z.]*)")


@dataclass
class Cell:
    """One combination, and what came of it."""

    name: str
    python: str = "-"
    streamlit: str = "-"
    results: dict[str, str] = field(default_factory=dict)
    failed: bool = False
    seconds: float = 0.0

    @property
    def folder(self) -> Path:
        """Where its environment is."""
        return ENVIRONMENTS / self.name.replace("/", "-")

    @property
    def is_lowest(self) -> bool:
        """Whether every dependency is at its lower bound."""
        return self.name.endswith("/lowest")

    def log(self, kind: str) -> Path:
        """Where the output of one step goes."""
        return LOGS / f"{self.name.replace('/', '-')}-{kind}.log"


def main(names: Sequence[str]) -> int:
    """Run all cells, print the table, return the exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    cells = [Cell(name) for name in names]
    for cell in cells:
        begin = time.monotonic()
        print(f"{cell.name} ...", flush=True)
        run(cell)
        cell.seconds = time.monotonic() - begin
        print(f"{cell.name}: {describe(cell)}", flush=True)
    print("\n" + table(cells))
    failed = [cell.name for cell in cells if cell.failed]
    print(f"\nmatrix: {len(cells)} cells, {len(cells) - len(failed)} passed, {len(failed)} failed", *failed)
    return 1 if failed else 0


def run(cell: Cell) -> None:
    """Set up one cell and run its tests; a step that fails ends none of the others but those that need it."""
    python, _, streamlit = cell.name.partition("/")
    interpreter = find_python(python)
    if interpreter is None:
        cell.results["setup"], cell.failed = f"there is no Python {python} on this machine", True
        return
    if not set_up(cell, interpreter, streamlit):
        cell.results["setup"], cell.failed = f"failed, see {cell.log('setup').relative_to(ROOT)}", True
        return
    show = (
        "import platform, importlib.metadata as m; print(platform.python_version(), m.version('streamlit'))"
    )
    found = subprocess.run([executable(cell), "-c", show], capture_output=True, text=True, check=True)
    cell.python, cell.streamlit = found.stdout.split()
    left_out = [] if cell.is_lowest else [f"--ignore={path}" for path in STREAMLITLESS]
    for kind, arguments in (("unit", [*UNIT, *left_out] if UNIT else []), ("e2e", E2E)):
        if arguments:
            test(cell, kind, arguments)


def set_up(cell: Cell, interpreter: str, streamlit: str) -> bool:
    """Make the environment, or bring one that is there up to date."""
    if not (cell.folder / "pyvenv.cfg").exists():
        ENVIRONMENTS.mkdir(exist_ok=True)
        making = [str(ROOT / ".ci" / "venv"), str(cell.folder)]
        if logged(making, cell.log("setup"), PYTHON=interpreter):
            return False
    wishes = ["-e", ".", "--group", "test"]
    if cell.is_lowest:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        bounds = cell.folder / "lowest.txt"
        bounds.write_text("\n".join(lowest(project)) + "\n", encoding="utf-8")
        # But for what is pinned: that has needs of its own, and its tests are skipped without it.
        tools = [tool for tool in project["dependency-groups"]["test"] if "==" not in tool]
        wishes = ["-e", ".", *tools, "--constraint", str(bounds)]
    elif streamlit != "newest":
        wishes.append(f"streamlit=={streamlit}.*")
    pip = [
        executable(cell),
        "-m",
        "pip",
        "install",
        "-q",
        "--upgrade",
        "--upgrade-strategy",
        "only-if-needed",
    ]
    return logged([*pip, *wishes], cell.log("setup")) == 0


def test(cell: Cell, kind: str, arguments: Sequence[str]) -> None:
    """Run one kind of tests and keep the summary line."""
    log = cell.log(kind)
    code = logged([executable(cell), "-m", "pytest", *arguments], log, VENV=str(cell.folder))
    lines = _SUMMARY.findall(log.read_text(encoding="utf-8", errors="replace"))
    cell.results[kind] = lines[-1] if lines else f"ended with {code}, see {log.relative_to(ROOT)}"
    cell.failed |= code != 0


def lowest(pyproject: dict[str, Any]) -> list[str]:
    """The lower bounds of all dependencies, extras included, as constraints."""
    project = pyproject["project"]
    wishes = [
        *project["dependencies"],
        *(w for extra in project["optional-dependencies"].values() for w in extra),
    ]
    bounds = {match[1]: match[2] for match in map(_LOWER_BOUND.match, wishes) if match}
    return [f"{name}=={version}" for name, version in bounds.items()]


def find_python(wanted: str) -> str | None:
    """The interpreter of a version such as 3.10, or the newest there is."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    places += [folder / "bin" for folder in sorted(pyenv.glob("3.*"), reverse=True)]
    found: dict[tuple[int, ...], str] = {}
    for minor in range(10, 30):
        for place in places:
            # One on PATH may be a stand-in that starts nothing: believe what answers.
            candidate = shutil.which(f"python3.{minor}", path=str(place))
            if candidate and answers(candidate):
                found.setdefault((3, minor), candidate)
                break
    if wanted == "newest":
        return found[max(found)] if found else None
    return found.get(tuple(map(int, wanted.split("."))))


def answers(interpreter: str) -> bool:
    """Whether an interpreter starts and can make environments."""
    command = [interpreter, "-c", "import ensurepip, venv, sqlite3, ssl"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def executable(cell: Cell) -> str:
    """The Python of a cell's environment."""
    return str(cell.folder / "bin" / "python")


def logged(command: Sequence[str], log: Path, **env: str) -> int:
    """Run a command without input, its output into a file."""
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode


def describe(cell: Cell) -> str:
    """One cell in a few words."""
    return "; ".join(f"{kind} {result}" for kind, result in cell.results.items()) or "nothing was run"


def table(cells: Sequence[Cell]) -> str:
    """All cells, one a line."""
    header = ("cell", "Python", "Streamlit", "unit", "e2e", "time", "")
    rows = [header]
    for cell in cells:
        unit = cell.results.get("setup") or cell.results.get("unit", "-")
        minutes = f"{cell.seconds / 60:.1f} min"
        verdict = "FAILED" if cell.failed else "ok"
        rows.append(
            (cell.name, cell.python, cell.streamlit, unit, cell.results.get("e2e", "-"), minutes, verdict)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

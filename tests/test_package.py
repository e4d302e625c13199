"""The package as it is built, shipped, installed and started by someone who has only that.

One story, told once: a checkout without the bundle is installed with pip (npm builds the bundle), is
built into sdist and wheel (nothing but Python is needed by then), and the wheel is installed with its
own dependencies into a new environment, from which the demo is started, and in which an outsider's apps are
tested as docs/testing.md says.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from e2e.chromium import executable
from fluxlit_component.testing.server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parent.parent
STATIC = "fluxlit_component/bridge/static/"
BUNDLE = f"{STATIC}bridge-v2.js"
PAGE = f"{STATIC}bridge-v1/index.html"
BUILT = shutil.ignore_patterns(
    *(".git", ".venv*", ".stamps", "node_modules", "static", "dist", "build", "*.egg-info"),
    *("__pycache__", ".*_cache", ".hypothesis", "test-results", ".streamlit", "*.db*"),
)


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a command without input; return all it printed, or fail with that."""
    done = attempt(*command, env=env, cwd=cwd)
    assert done.returncode == 0, done.stdout
    return done.stdout


def attempt(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command without input, whatever comes of it."""
    return subprocess.run(
        [str(part) for part in command],
        env=env or clean_environment(),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's variables without those that would lead Python or the app elsewhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLUXLIT_", "PYTHON", "STREAMLIT_"))}
    return {**kept, **extra}


@pytest.fixture(scope="module")
def nodeless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which npm cannot be found, nor anything else by its bare name."""
    return clean_environment(PATH=str(tmp_path_factory.mktemp("empty")))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which nothing has been built."""
    copy = tmp_path_factory.mktemp("checkout") / "repository"
    shutil.copytree(ROOT, copy, ignore=BUILT)
    assert not (copy / BUNDLE).exists()
    assert not (copy / PAGE).exists()
    return copy


@pytest.fixture(scope="module")
def site(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which `pip install .` put the package of the checkout."""
    folder = tmp_path_factory.mktemp("site")
    # Without dependencies: whether they are declared is what the installed wheel shows.
    run(sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", folder, checkout)
    return folder


@pytest.fixture(scope="module")
def dist(
    checkout: Path, site: Path, nodeless: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The sdist of the checkout, and the wheel that was built from that sdist without Node."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, checkout, env=nodeless)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """The wheel."""
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that holds the wheel and what the wheel asks for, no more."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    interpreter = folder / "bin" / "python"
    # Not compiled: most of Streamlit's dependencies are never imported here.
    run(interpreter, "-m", "pip", "install", "-qq", "--no-compile", wheel)
    return interpreter


@pytest.fixture(scope="module")
def outsider(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with apps and their tests, written from the docs, and installed what testing.md says."""
    folder = tmp_path_factory.mktemp("outsider") / "project"
    shutil.copytree(ROOT / "tests" / "outsider", folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (words,) = re.findall(r"^pip install (.+)$", (ROOT / "docs" / "testing.md").read_text(), re.MULTILINE)
    run(python, "-m", "pip", "install", "-qq", "--no-compile", *shlex.split(words))
    return folder


@pytest.fixture
def demo(python: Path, tmp_path: Path) -> Iterator[str]:
    """URL of the demo, started from the wheel in a folder of its own."""
    port = free_port()
    options = ["--server.headless", "true", "--server.port", str(port)]
    log = tmp_path / "demo.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [python, "-m", "fluxlit_component.demo", *options],
            cwd=tmp_path,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the demo starts Streamlit: both are to end
        )
    try:
        url = f"http://localhost:{port}"
        wait_until_healthy(process, url, log)
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 60) -> None:
    """Return as soon as the server answers; fail with its log if it ends or never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if fetch(f"{url}/_stcore/health") == (200, "ok"):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the demo was not healthy after {seconds} s:\n{log.read_text()}")


def fetch(url: str) -> tuple[int, str]:
    """Status and body of a GET."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


def test_pip_builds_the_bundle_of_a_checkout(checkout: Path, site: Path) -> None:
    """`pip install .` builds the missing bundle and installs it."""
    assert (checkout / BUNDLE).stat().st_size > 0
    assert (site / BUNDLE).read_bytes() == (checkout / BUNDLE).read_bytes()
    frame = (checkout / PAGE).parent
    assert {file.name.partition("-")[0] for file in frame.iterdir()} == {"index.html", "frame", "parent"}
    for file in frame.iterdir():
        assert (site / PAGE).with_name(file.name).read_bytes() == file.read_bytes()


def test_wheel_carries_what_is_needed_and_no_more(wheel: Path) -> None:
    """Bundles, boot script, type marker and every file of the package: nothing else, and nothing twice."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    names = {name for name in held if ".dist-info/" not in name}
    assert {BUNDLE, PAGE, "fluxlit_component/py.typed", "fluxlit_component/demo/__main__.py"} <= names
    static = {name.removeprefix(STATIC) for name in names if name.startswith(STATIC)}
    assert {re.sub(r"-[\w-]{8}\.js$", ".js", name) for name in static} == {
        *("bridge-v2.js", "boot/boot.js"),
        *("bridge-v1/index.html", "bridge-v1/frame.js", "bridge-v1/parent.js"),
    }
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "fluxlit_component").rglob("*")
        if path.is_file() and not {"__pycache__", ".streamlit", "static"} & {*path.parts}
    }
    assert {name for name in names if not name.startswith(STATIC)} == package
    assert not [name for name in names if Path(name).name.startswith(("test_", "conftest"))]
    several = Counter(content for content in held.values() if len(content) > 1).most_common(1)
    assert several[0][1] == 1, [name for name, content in held.items() if content == several[0][0]]


def test_wheel_is_as_small_as_the_page_says(wheel: Path) -> None:
    """docs/index.md names its size."""
    page = (ROOT / "docs" / "index.md").read_text("utf-8")
    (kilobytes,) = re.findall(r"The wheel has less than (\d+) KB", page)
    assert int(kilobytes) * 0.75 < wheel.stat().st_size / 1000 < int(kilobytes)


def test_sdist_carries_the_bundle_and_its_sources(dist: Path) -> None:
    """Who has the sdist can build the wheel without Node and change the frontend with it."""
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {BUNDLE, PAGE, "frontend/index.html", "frontend/src/entry-v2.ts"} <= names
    assert {"frontend/src/entry-v1.ts", "frontend/hatch_build.py", "package-lock.json"} <= names
    assert {"Makefile", ".ci/run", "LICENSE", "README.md", "tests/test_package.py"} <= names
    assert not any("node_modules" in name for name in names)


def test_demo_runs_from_the_wheel(demo: str) -> None:
    """The demo of the installed wheel serves its page."""
    assert fetch(demo)[0] == 200


def test_command_runs_from_the_wheel(python: Path, tmp_path: Path) -> None:
    """`fluxlit-session` is there after a plain installation, and its doctor finds nothing wrong with that."""
    report = json.loads(run(python.with_name("fluxlit-session"), "doctor", "--json", cwd=tmp_path))
    assert report["ok"], report
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_demo_app_of_the_wheel_raises_nothing(python: Path, tmp_path: Path, disabled: str) -> None:
    """The demo's script runs with the wheel's own dependencies, with the bridge and without."""
    script = (
        "import importlib.util as u, pathlib, sys; from streamlit.testing.v1 import AppTest\n"
        "folder = pathlib.Path(u.find_spec('fluxlit_component.demo').origin).parent\n"
        "assert folder.is_relative_to(sys.prefix), folder\n"
        "app = AppTest.from_file(folder / 'app.py', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
    )
    env = clean_environment(
        FLUXLIT_DISABLE_URL_SESSION=disabled, FLUXLIT_SESSION_SQLITE_PATH=str(tmp_path / "demo.db")
    )
    run(python, "-c", script, cwd=tmp_path, env=env)


def test_an_outsiders_tests_pass(python: Path, outsider: Path) -> None:
    """AppTest with and without continuity, and a store of their own: `pytest` in their folder."""
    output = run(python.with_name("pytest"), "-k", "not browser", cwd=outsider)
    assert re.search(r"\b35 passed", output), output
    assert not list(outsider.rglob(".streamlit"))


def test_an_outsiders_browser_tests_pass(python: Path, outsider: Path, tmp_path: Path) -> None:
    """A real server and a real browser, by the fixtures of the installed plugin."""
    found = executable(whole=True) or shutil.which("google-chrome")
    if found:
        (tmp_path / "chromium").symlink_to(found)
    else:
        ask = (
            "from playwright.sync_api import sync_playwright\n"
            "with sync_playwright() as p: print(p.chromium.executable_path)"
        )
        if not Path(run(python, "-c", ask).strip()).exists():
            pytest.skip("no Chromium: make e2e installs one")
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    output = run(python.with_name("pytest"), "-k", "browser", cwd=outsider, env=clean_environment(PATH=path))
    assert re.search(r"\b8 passed", output), output


def test_missing_bundle_says_make_build(site: Path, tmp_path: Path) -> None:
    """A package without its bundle says how to get it."""
    broken = tmp_path / "site"
    shutil.copytree(site, broken, ignore=shutil.ignore_patterns("static", "__pycache__"))
    script = "from fluxlit_component.bridge.transport import bundle; bundle('bridge-v2.js')"
    done = attempt(sys.executable, "-c", script, cwd=broken)
    assert done.returncode == 1
    assert "BundleMissing" in done.stdout
    assert "`make build`" in done.stdout


@pytest.mark.parametrize("source", ["checkout", "sdist"])
def test_without_bundle_and_node_it_cannot_be_installed(
    checkout: Path, dist: Path, nodeless: dict[str, str], tmp_path: Path, source: str
) -> None:
    """As from an archive of the repository: the installation fails, and its last words are what to do."""
    copy = tmp_path / "repository"
    if source == "sdist":
        (archive,) = dist.glob("*.tar.gz")
        shutil.unpack_archive(archive, tmp_path, filter="data")
        (checkout,) = tmp_path.glob("fluxlit_component-*")
    shutil.copytree(checkout, copy, ignore=BUILT)
    command = (sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "-w", tmp_path, copy)
    done = attempt(*command, env=nodeless)
    assert done.returncode != 0
    assert "`make build`" in done.stdout
    assert "Node 20" in done.stdout


def test_bundle_is_rebuilt_when_a_source_is_newer(tmp_path: Path) -> None:
    """In a checkout a newer source makes the bundle stale; in an sdist nothing does."""
    hook = load_hook()
    bundle, page, source = tmp_path / BUNDLE, tmp_path / PAGE, tmp_path / "frontend" / "src" / "entry-v2.ts"
    boot = tmp_path / STATIC / "boot" / "boot-x.js"
    for path in (bundle, page, boot, source):
        path.parent.mkdir(parents=True)
        path.touch()
    os.utime(source, (1, 1))
    assert not hook.is_stale(tmp_path)
    os.utime(bundle, (0, 0))
    assert hook.is_stale(tmp_path)
    (tmp_path / "PKG-INFO").touch()
    assert not hook.is_stale(tmp_path)
    for path in (page, boot):
        path.unlink()
        assert hook.is_stale(tmp_path)
        path.touch()
        assert not hook.is_stale(tmp_path)


def load_hook() -> ModuleType:
    """The build hook, loaded by path as hatchling does."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "frontend" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lock_file_names_no_registry() -> None:
    """The lock file has versions and digests only: it works with any registry."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, entry in packages.items() if "://" in entry.get("resolved", "")]

"""Build hook: no wheel, sdist or editable install without the browser bundle.

For packagers. In a checkout the bundle is built with npm when it is absent or older than its
sources; an sdist carries it, so nobody needs Node to install from one. What npm does is decided in
package.json, not here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("fluxlit_component/bridge/static")
BUNDLES = ("bridge-v2.js", "bridge-v1/index.html", "boot/boot-*.js")
"""Below `STATIC`; the last one's name changes with what is in it."""
SOURCES = Path("frontend/src")


class BundleHook(BuildHookInterface[Any]):
    """Called by hatchling before it collects the files of a distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build the bundle if it is needed."""
        root = Path(self.root)
        if is_stale(root):
            build(root)


def is_stale(root: Path) -> bool:
    """Whether the bundles must be built: one is absent, or (in a checkout) older than a source file."""
    if missing(root):
        return True
    if (root / "PKG-INFO").is_file():
        return False  # an sdist: both come from one build, whatever unpacking did to their times
    built = min(file.stat().st_mtime for bundle in BUNDLES for file in (root / STATIC).glob(bundle))
    return any(source.stat().st_mtime > built for source in (root / SOURCES).rglob("*") if source.is_file())


def missing(root: Path) -> list[str]:
    """Which bundles are not there."""
    return [bundle for bundle in BUNDLES if not any((root / STATIC).glob(bundle))]


def build(root: Path) -> None:
    """Run `npm ci` and `npm run build`; end the build with advice if that fails."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(advice("npm was not found"))
    for arguments in (["ci", "--loglevel=error", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run([npm, *arguments], cwd=root, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(advice(f"`npm {' '.join(arguments)}` failed, see above"))
    if absent := missing(root):
        sys.exit(advice(f"npm did not write {', '.join(absent)}"))


def advice(reason: str) -> str:
    """The last line that the person who ran pip sees."""
    return (
        f"fluxlit_component: the browser bundle could not be built: {reason}. Install Node 20 or newer with "
        "npm, then run `make build` in the checkout, or install a released wheel, which carries the bundle."
    )

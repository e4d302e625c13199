"""The boot script: a file of our own route, with a name that changes with what is in it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from fluxlit_component.errors import BundleMissing

_FOLDER: Final = "boot"


class BootScript(NamedTuple):
    """The built script."""

    name: str
    body: bytes

    @property
    def mark(self) -> str:
        """What tells this build from another."""
        return self.name.removeprefix("boot-").removesuffix(".js")


@cache
def boot_script() -> BootScript:
    """Return the script that the package carries.

    Raises:
        BundleMissing: the checkout was not built; the message says `make build`.
    """
    folder = files("fluxlit_component.bridge") / "static" / _FOLDER
    found = [file for file in folder.iterdir() if file.name.endswith(".js")] if folder.is_dir() else []
    if not found:
        raise BundleMissing(_FOLDER)
    return BootScript(found[0].name, found[0].read_bytes())

"""The files of docs/deploy, read for the tests that use them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "docs" / "deploy"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
KUBERNETES: Final[list[dict[str, Any]]] = list(
    yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
)


def command_of(name: str) -> list[str]:
    """How the unit, or the image, starts the app."""
    text = (DEPLOY / name).read_text("utf-8")
    if name == "Dockerfile":
        (found,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
        words: list[str] = json.loads(found)
        return words
    (found,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return str(found).split()


def served_with(name: str) -> tuple[str, ...]:
    """Its options of Streamlit, but for where it listens."""
    words = command_of(name)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    for option in ("--server.address", "--server.port"):
        del options[option]
    return tuple(word for pair in options.items() for word in pair)

"""Several copies of the app: whether they can share the store."""

from __future__ import annotations

from collections.abc import Iterator

from fluxlit_component.cli.checks.finding import Finding

_SHARED = "export FLUXLIT_SESSION_STORE=redis://host:6379/0    # or postgresql+psycopg://host/db"


def check_replicas(scheme: str, replicas: int, platform: str | None) -> Iterator[Finding]:
    """Judge a store for a number of machines or containers.

    Args:
        scheme: of the store's URL.
        replicas: how many there are, as far as the operator said.
        platform: the name of the platform this runs on, if it is one that starts replicas by itself.
    """
    if scheme == "memory":
        text = "memory:// is lost when the server restarts, and is not shared by several processes"
        yield Finding("problem" if replicas > 1 else "warning", "replicas", text, _SHARED)
    elif scheme == "sqlite" and replicas > 1:
        text = f"{replicas} replicas with a SQLite file each: a visitor who meets another one has no state"
        yield Finding("problem", "replicas", text, _SHARED)
    elif scheme == "sqlite" and platform:
        text = (
            f"this is {platform}: with more than one replica, or when the container is replaced, "
            "a SQLite file is not there any more"
        )
        yield Finding("hint", "replicas", text, _SHARED)
    elif replicas > 1:
        yield Finding("ok", "replicas", f"{replicas} replicas share the store")

"""Versions: of Python, of this package, of Streamlit, and of the engines that the store needs.

What is needed is read from the package's own metadata, so it is said in one place only: pyproject.toml.
"""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from fluxlit_component.cli.checks.finding import Finding

_NAME = "fluxlit-component"
_ALWAYS_SHOWN = frozenset({"streamlit"})


def check_packages(extras: Collection[str]) -> Iterator[Finding]:
    """Compare what is installed with what is needed.

    Args:
        extras: the extras that this set-up needs, such as ``"redis"``.
    """
    yield Finding("ok", "Python", f"{platform.python_version()} on {platform.system()}")
    try:
        own, needed = version(_NAME), requires(_NAME) or []
    except PackageNotFoundError:
        text = "fluxlit_component is imported from a folder but not installed: its needs cannot be checked"
        yield Finding("warning", "package", text, "pip install -e .")
        return
    yield Finding("ok", "package", f"{_NAME} {own}")
    fine: list[str] = []
    for requirement in map(Requirement, needed):
        extra = _extra_of(requirement, extras)
        if extra is None:
            continue
        finding = check_requirement(requirement, extra)
        if finding.is_wrong or requirement.name in _ALWAYS_SHOWN or extra:
            yield finding
        else:
            fine.append(finding.text)
    yield Finding("ok", "packages", ", ".join([*fine, f"SQLite {sqlite3.sqlite_version}"]))


def check_requirement(requirement: Requirement, extra: str = "") -> Finding:
    """Compare one package with what is needed of it."""
    subject = f"extra {extra}" if extra else requirement.name
    wish = f"{_NAME}[{extra}]" if extra else f"{requirement.name}{requirement.specifier}"
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return Finding("problem", subject, f"{requirement.name} is not installed", f'pip install "{wish}"')
    if not requirement.specifier.contains(installed, prereleases=True):
        text = f"{requirement.name} {installed} is installed, {requirement.specifier} is needed"
        remedy = f'pip install --upgrade "{requirement.name}{requirement.specifier}"'
        return Finding("problem", subject, text, remedy)
    return Finding("ok", subject, f"{requirement.name} {installed}")


def _extra_of(requirement: Requirement, extras: Collection[str]) -> str | None:
    """The extra that needs it, "" if it is always needed, None if this set-up does not need it."""
    if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
        return ""
    return next((extra for extra in extras if requirement.marker.evaluate({"extra": extra})), None)

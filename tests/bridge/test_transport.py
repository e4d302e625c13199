"""Which of Streamlit's components carry the bridge, and what v1 is handed."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component.bridge import Mounted, Offer, component_key, mount
from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.errors import BundleMissing, ConfigurationError

MODULE = sys.modules["fluxlit_component.bridge.transport"]
OFFER = Offer("fluxlit_sid", "S" * 43)
RELEASE = tuple(int(part) for part in st.__version__.split(".")[:2])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way each offer went."""
    ways: list[str] = []
    monkeypatch.setattr(MODULE, "_by_v1", lambda *_: ways.append("v1"))
    monkeypatch.setattr(MODULE, "_by_v2", lambda *_: ways.append("v2"))
    return ways


def test_components_v2_are_there_from_1_51() -> None:
    """Known by looking for them, not by the number of the release."""
    assert has_v2() == (RELEASE >= (1, 51))


@pytest.mark.parametrize(
    ("there", "asked", "way"),
    [(True, None, "v2"), (True, "v1", "v1"), (False, None, "v1"), (False, "v1", "v1")],
)
def test_the_way_is_chosen(
    monkeypatch: pytest.MonkeyPatch, sent: list[str], there: bool, asked: Any, way: str
) -> None:
    """v2 where there is one, v1 where there is none or it is asked for."""
    monkeypatch.setattr(MODULE, "has_v2", lambda: there)
    mount(OFFER, transport=asked)
    assert sent == [way]


def test_v2_cannot_be_had_where_there_is_none(monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> None:
    """The operator reads which setting to remove; no run goes on without a session by mistake."""
    monkeypatch.setattr(MODULE, "has_v2", lambda: False)
    with pytest.raises(ConfigurationError, match=r"FLUXLIT_TRANSPORT=v2 needs Streamlit 1\.51"):
        mount(OFFER, transport="v2")
    assert sent == []


def test_a_missing_v1_bundle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a component that stays blank: `make build` is what the developer reads."""

    def missing() -> None:
        raise BundleMissing("bridge-v1/index.html")

    monkeypatch.setattr(MODULE, "bundle_folder", missing)
    with pytest.raises(BundleMissing, match="make build"):
        mount(OFFER, transport="v1")


def mounts(seen: dict) -> None:
    """A script that mounts the bridge as a v1 component."""
    from fluxlit_component.bridge import Offer, mount
    from fluxlit_component.internals import current_run

    seen["mounted"] = mount(Offer("fluxlit_sid", "S" * 43), transport="v1")
    seen["widgets"] = current_run().state.reading().widgets


def test_v1_is_mounted_under_the_same_key(caplog: pytest.LogCaptureFixture) -> None:
    """The key by which its answer is found before the mount, a JSON value, no answer under AppTest."""
    seen: dict[str, Any] = {}
    at = AppTest.from_function(mounts, default_timeout=30, args=(seen,)).run()
    assert not at.exception
    assert "could not be mounted" not in caplog.text
    assert seen["mounted"] == Mounted(is_there=True)
    assert seen["widgets"][component_key("fluxlit_sid")].kind == "json_value"


def test_a_bridge_that_cannot_be_mounted_is_not_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for its answer; the operator reads it once, and not of AppTest, which has no browser."""

    def refused(*_: object, **__: object) -> None:
        raise TypeError("not in this release")

    monkeypatch.setattr(MODULE, "_by_v1", refused)
    monkeypatch.setattr(MODULE, "_by_v2", refused)
    monkeypatch.setattr(MODULE, "_failed", False)
    assert mount(OFFER, has_browser=False) == Mounted(is_there=False)
    assert not caplog.records
    assert [mount(OFFER), mount(OFFER)] == [Mounted(is_there=False)] * 2
    (warning,) = caplog.records
    assert "could not be mounted (TypeError)" in warning.getMessage()

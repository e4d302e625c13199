"""Which of Streamlit's components carry the bridge, under which key, and the browser code that is shipped."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component.bridge.protocol import Offer
from fluxlit_component.bridge.transport import (
    Mounted,
    bundle,
    bundle_folder,
    component_key,
    has_v2,
    mount,
)
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.identifier import DEFAULT_PARAM
from fluxlit_component.state.keys import OWN_PREFIX, Keys

MODULE = sys.modules["fluxlit_component.bridge.transport"]
PARAMS = [DEFAULT_PARAM, "sid", "my__sid", "__", "a" * 500, "ä", "sid-2"]
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
    from fluxlit_component.bridge.protocol import Offer
    from fluxlit_component.bridge.transport import mount
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


def test_the_drawings_that_a_process_holds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app may have a page, and so another drawing, for each of many things."""
    v2 = SimpleNamespace(component=lambda *_, **__: lambda **_: None)
    monkeypatch.setattr(st.components, "v2", v2, raising=False)
    monkeypatch.setattr(MODULE, "bundle", lambda _: "")
    monkeypatch.setattr(MODULE, "last_drawn", object)
    monkeypatch.setattr(MODULE, "_drawings", {})
    sizes = set()
    for number in range(1000):
        assert mount(OFFER, page=f"page {number}").is_there
        sizes.add(len(MODULE._drawings))
        assert (component_key(OFFER.param), f"page {number}") in MODULE._drawings
    assert max(sizes) == MODULE._MOST_DRAWINGS


def test_a_missing_bundle_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A checkout that was not built: the error names the file and `make build`."""
    monkeypatch.setattr(MODULE, "_STATIC", tmp_path / "static")
    with pytest.raises(BundleMissing, match=r"bridge-v2\.js.*make build") as caught:
        bundle("bridge-v2.js")
    assert isinstance(caught.value, ConfigurationError)


def test_a_missing_bundle_is_looked_for_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that runs on while `make build` is done finds it then."""
    monkeypatch.setattr(MODULE, "_STATIC", tmp_path / "static")
    with pytest.raises(BundleMissing):
        bundle("bridge-v2.js")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "bridge-v2.js").write_text("export default () => '€';\n", encoding="utf-8")
    assert bundle("bridge-v2.js") == "export default () => '€';\n"


def test_a_missing_folder_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same for components v1, which are a folder; found once `make build` was done."""
    monkeypatch.setattr(MODULE, "_STATIC", tmp_path / "static")
    (tmp_path / "static" / "bridge-v1").mkdir(parents=True)
    with pytest.raises(BundleMissing, match=r"bridge-v1/index\.html.*make build"):
        bundle_folder()
    (tmp_path / "static" / "bridge-v1" / "index.html").touch()
    assert bundle_folder() == tmp_path / "static" / "bridge-v1"


def test_the_built_bundle_is_taken_for_code() -> None:
    """Streamlit takes a single line with certain characters for the path of a file."""
    try:
        code = bundle("bridge-v2.js")
    except BundleMissing:
        pytest.skip("the bundle is not built: make build")
    assert "\n" in code
    assert "export" in code


@pytest.mark.parametrize("param", PARAMS)
def test_the_key_suits_streamlit(param: str) -> None:
    """No double underscore, which 1.67 refuses, and never a key that is kept."""
    key = component_key(param)
    assert "__" not in key
    assert key.startswith(OWN_PREFIX)
    assert not Keys().admit(key)


def test_each_parameter_has_a_key_of_its_own() -> None:
    """Two sessions in one app do not share a bridge."""
    assert len({component_key(param) for param in PARAMS}) == len(PARAMS)
    assert component_key("sid") == component_key("sid")

"""The browser code as it is shipped, and the key it is mounted under."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fluxlit_component.bridge import component_key
from fluxlit_component.bridge.bundle import bundle, bundle_folder
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.identifier import DEFAULT_PARAM
from fluxlit_component.state.keys import OWN_PREFIX, Keys

MODULE = sys.modules["fluxlit_component.bridge.bundle"]  # the function of that name hides it
PARAMS = [DEFAULT_PARAM, "sid", "my__sid", "__", "a" * 500, "ä", "sid-2"]


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

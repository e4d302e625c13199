"""Which store a session uses: an object, a URL, a setting or the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxlit_component import SQLiteSessionStore
from tests.three_methods import DictStore
from tests.visitor import Visitor, assign, delete, form, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_any_object_with_three_methods_is_a_store() -> None:
    """State and widgets come back; deletions, destroy and rotate work."""
    store = DictStore()
    visitor = Visitor(form, store=store)
    visitor.at.text_input(key="name").set_value("Ada").run()
    visitor = visitor.reload()
    assert visitor.at.text_input(key="name").value == "Ada"
    visitor.run(assign(a=(1, 2)))
    visitor = visitor.reload(delete("a"))
    assert "a" not in visitor.reload(nothing).state
    old = visitor.session.id
    visitor.run(lambda session: session.rotate() if session.id == old else None)
    assert visitor.session.id != old
    visitor.run(lambda session: session.destroy())
    assert store.get(visitor.session.id or "") is None
    assert visitor.run(nothing).state == {}


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{path}"])
def test_a_store_may_be_a_url(tmp_path: Path, url: str) -> None:
    """As an argument."""
    url = url.format(path=tmp_path / "by_url.db")
    assert Visitor(assign(a=1), store=url).reload(nothing).state == {"a": 1}
    assert (tmp_path / "by_url.db").exists() is url.startswith("sqlite")


def test_the_settings_name_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By URL, which beats the path of the default store."""
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", f"sqlite:///{tmp_path / 'other.db'}")
    assert Visitor(assign(a=1)).reload(nothing).state == {"a": 1}
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "sessions.db").exists()


def test_the_default_store_is_in_the_named_file(tmp_path: Path) -> None:
    """One file, which another process can read."""
    visitor = Visitor(assign(a=1))
    store = SQLiteSessionStore(str(tmp_path / "sessions.db"))
    assert store.get(visitor.sid) == {"a": 1}
    store.close()

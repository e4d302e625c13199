"""What is kept, what is skipped with a reason, and what stays deleted."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from fluxlit_component import Caps, InMemorySessionStore, UrlSession
from tests.visitor import Visitor, assign, defaults, delete, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_forbidden_widgets_are_skipped_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    """A button and its kin are reported by key and remedy, not in the log, and do not come back."""

    def body(_: UrlSession) -> None:
        st.button("Go", key="go")
        st.file_uploader("File", key="file")
        st.data_editor([{"a": 1}], key="editor")
        st.text_input("Name", key="name")

    visitor = Visitor(body)
    visitor.at.text_input(key="name").set_value("Ada")
    visitor.at.button(key="go").click().run()
    assert set(visitor.session.skipped) == {"go", "file", "editor"}
    assert all("key of your own" in reason for reason in visitor.session.skipped.values())
    assert "fluxlit" not in {record.name.partition("_")[0] for record in caplog.records}
    visitor = visitor.reload()
    assert visitor.session.restored == ("name",)
    assert visitor.at.button(key="go").value is False


def test_values_that_cannot_be_stored_are_skipped_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    """The rest is saved; one warning per key, however many runs and visitors there are."""
    visitor = Visitor(lambda _: st.session_state.update(a=1, client=print)).run().run()
    assert set(visitor.session.skipped) == {"client"}
    assert set(Visitor(assign(client=print)).session.skipped) == {"client"}
    assert sum("'client'" in record.getMessage() for record in caplog.records) == 1
    assert visitor.reload(nothing).state == {"a": 1}


def test_values_over_a_cap_are_skipped_by_name(store: InMemorySessionStore) -> None:
    """The rest is kept; what stood under the key goes, until its value is small again."""
    visitor = Visitor(assign(a="small", big="x"), store=store, caps=Caps(value_bytes=50))
    assert visitor.session.skipped == {}
    visitor.run(assign(a="other", big="x" * 50))
    assert list(visitor.session.skipped) == ["big"]
    assert "over the 50 that one value may have" in visitor.session.skipped["big"]
    assert visitor.session.status == "ready"
    assert store.get(visitor.sid) == {"a": "other"}
    assert visitor.reload(nothing).state == {"a": "other"}
    visitor.run(assign(big="y"))
    assert visitor.reload(nothing).state == {"a": "other", "big": "y"}


def test_keys_over_a_cap_are_skipped_by_name(store: InMemorySessionStore) -> None:
    """Of the number of keys, and of the bytes of the whole session."""
    many = Visitor(assign(a=1, b=2, c=3), store=store, caps=Caps(keys=2))
    assert list(many.session.skipped) == ["c"]
    assert many.reload(nothing).state == {"a": 1, "b": 2}
    large = Visitor(assign(a="x" * 40, b="y" * 40, c="z"), store=store, caps=Caps(session_bytes=60))
    assert list(large.session.skipped) == ["b"]
    assert large.reload(nothing).state == {"a": "x" * 40, "c": "z"}


def test_newest_or_nothing(store: InMemorySessionStore) -> None:
    """A value that cannot be kept takes its older version out of the record: no stale one comes back."""
    visitor = Visitor(assign(a="good", step=1), store=store)
    visitor.run(assign(a=print, step=2))
    assert store.get(visitor.sid) == {"step": 2}
    assert visitor.reload(nothing).state == {"step": 2}


def test_key_that_holds_something_else_now_is_not_skipped_any_more(store: InMemorySessionStore) -> None:
    """`skipped` tells how things are."""
    visitor = Visitor(assign(a=print, b=print), store=store)
    assert set(visitor.session.skipped) == {"a", "b"}
    visitor.run(assign(a=1))
    assert set(visitor.session.skipped) == {"b"}
    visitor.run(assign(a=print))
    assert set(visitor.session.skipped) == {"a", "b"}
    assert store.get(visitor.sid) == {}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"include": ["cart*"]}, {"cart", "cart_total"}),
        ({"include": "cart"}, {"cart"}),
        ({"include": []}, set()),
        ({"exclude": ["tmp_*", "cart"]}, {"cart_total", "name"}),
        ({"include": ["*"], "exclude": ("*",)}, set()),
    ],
)
def test_patterns_choose_what_is_kept(
    store: InMemorySessionStore, options: dict[str, Any], kept: set[str]
) -> None:
    """By glob; what is left out is neither saved, restored, reported nor touched."""
    visitor = Visitor(assign(cart=1, cart_total=2, tmp_x=3, name=4), store=store, **options)
    assert set(store.get(visitor.sid) or {}) == kept
    assert visitor.session.skipped == {}
    assert set(visitor.reload(nothing).state) == kept


def test_patterns_hold_for_what_comes_back(store: InMemorySessionStore) -> None:
    """A record with more keys than the app wants now."""
    visitor = Visitor(assign(a=1, b=2), store=store)
    assert visitor.reload(nothing, exclude=["b"]).state == {"a": 1}
    assert store.get(visitor.sid) == {"a": 1, "b": 2}


def test_a_deleted_key_stays_deleted(store: InMemorySessionStore) -> None:
    """In the record, in later runs and after a reload."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    visitor.run(delete("a"))
    assert store.get(visitor.sid) == {"b": 2}
    assert visitor.run(nothing).state == {"b": 2}
    assert visitor.reload(nothing).state == {"b": 2}


def test_a_restored_key_can_be_deleted(store: InMemorySessionStore) -> None:
    """In the very run that brought it back."""
    visitor = Visitor(assign(a=1, b=2), store=store).reload(delete("a"))
    assert visitor.reload(nothing).state == {"b": 2}


def test_clearing_session_state_means_just_that(store: InMemorySessionStore) -> None:
    """`st.session_state.clear()` empties the record too."""
    visitor = Visitor(defaults(a=1, b=2), store=store)
    visitor.run(lambda _: st.session_state.clear())
    assert store.get(visitor.sid) == {}
    assert visitor.reload(nothing).state == {}


def test_a_key_deleted_in_a_callback_stays_deleted(store: InMemorySessionStore) -> None:
    """It is gone before the run begins."""

    def body(_: UrlSession) -> None:
        st.button("Delete", key="go", on_click=lambda: st.session_state.pop("a"))

    visitor = Visitor(defaults(a=1, b=2), store=store).run(body)
    visitor.at.button(key="go").click().run()
    assert store.get(visitor.sid) == {"b": 2}
    assert "a" not in visitor.run(nothing).state

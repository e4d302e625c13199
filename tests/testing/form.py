"""An app with widgets of several kinds, and a visitor who fills them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from fluxlit_component.testing import AppTestTab

Open = Callable[..., AppTestTab]


def form() -> None:
    """Widgets of several kinds, and a counter."""
    import datetime as dt

    import streamlit as st

    from fluxlit_component import url_session

    with url_session() as session:
        st.text_input("Name", key="name")
        st.number_input("Age", key="age", value=30)
        st.checkbox("Member", key="member")
        st.selectbox("Colour", ["red", "green", "blue"], key="colour")
        st.multiselect("Tags", ["a", "b", "c"], key="tags")
        st.slider("Range", 0, 100, (10, 20), key="range")
        st.radio("Size", ["S", "M"], key="size")
        st.date_input("Day", dt.date(2024, 1, 1), key="day")
        st.text_area("Notes", key="notes")
        if st.button("Count"):
            st.session_state.count = st.session_state.get("count", 0) + 1
        st.write(f"count {st.session_state.get('count', 0)}, {session.status}")


def fill_in(tab: AppTestTab) -> None:
    """What a visitor does."""
    at = tab.at
    at.text_input(key="name").set_value("Ada")
    at.checkbox(key="member").check()
    at.selectbox(key="colour").set_value("blue")
    at.multiselect(key="tags").set_value(["c", "a"])
    at.slider(key="range").set_range(5, 95)
    at.radio(key="size").set_value("M")
    at.date_input(key="day").set_value(dt.date(2024, 12, 31))
    at.text_area(key="notes").set_value("two\nlines")
    at.button[0].click()
    tab.run()


FILLED_IN = {
    "colour": "blue",
    "count": 1,
    "day": dt.date(2024, 12, 31),
    "member": True,
    "name": "Ada",
    "notes": "two\nlines",
    "range": (5, 95),
    "size": "M",
    "tags": ["c", "a"],
}

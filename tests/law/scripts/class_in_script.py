"""A script that defines a class and keeps an object of it: each run defines it anew."""

from dataclasses import dataclass, field

import streamlit as st

from fluxlit_component import url_session


@dataclass
class Cart:
    """What was put into it."""

    wares: list = field(default_factory=list)


def init() -> None:
    """The usual guard."""
    if "cart" not in st.session_state:
        st.session_state.cart = Cart()


with url_session():
    init()
    ware = st.selectbox("Ware", ["tea", "jam"], key="ware")
    if st.button("Put in"):
        st.session_state.cart.wares.append(ware)
    if st.button("Take out", disabled=not st.session_state.cart.wares):
        st.session_state.cart.wares.pop()
        st.rerun()
    st.write(st.session_state.cart.wares)

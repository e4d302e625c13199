# Streamlit refuses every component.
from typing import NoReturn

import streamlit as st

from fluxlit_component import url_session


def refuse(*_: object, **__: object) -> NoReturn:
    """Be the component that cannot be."""
    raise RuntimeError("no component can be mounted")


st.components.v1.declare_component = refuse
if hasattr(st.components, "v2"):
    st.components.v2.component = refuse
with url_session():
    st.text_input("Name", key="name")
    st.write("the content")

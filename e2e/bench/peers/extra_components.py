# A cookie, by the manager of extra-streamlit-components.
import extra_streamlit_components as stx
import streamlit as st
from body import run_with


@st.fragment
def get_manager() -> stx.CookieManager:
    return stx.CookieManager()


manager = get_manager()
run_with(lambda: manager.get_all().get("state"), lambda text: manager.set("state", text))

# Lists that depend on each other: the cities are those of the country.
import streamlit as st

from fluxlit_component import url_session

CITIES = {"Norway": ["Oslo", "Bergen"], "Italy": ["Rome", "Milan", "Turin"], "none": []}


def remember() -> None:
    """Keep every country that was chosen."""
    st.session_state.setdefault("seen", []).append(st.session_state.country)


with url_session():
    country = st.selectbox("Country", list(CITIES), key="country", on_change=remember)
    if CITIES[country]:
        city = st.selectbox("City", CITIES[country], key=f"city_{country}")
        st.write(f"{city} in {country}")
        if st.button("Visit"):
            st.session_state.setdefault("visits", []).append(city)
    st.write(f"seen {st.session_state.get('seen')}, visits {st.session_state.get('visits')}")
